"""Which transfers may be signed. Source: starkware-crypto-utils `signature.ts`; StarkEx's own limits."""

from collections.abc import Iterator

from ashore.crypto.stark import FIELD, is_stark_key
from ashore.systems.reddio.codec.errors import FieldProblem
from ashore.systems.reddio.codec.limits import (
    MAX_ADDRESS,
    MAX_AMOUNT,
    MAX_EXPIRATION_HOURS,
    MAX_NONCE,
    MAX_VAULT_ID,
    is_expired,
)
from ashore.systems.reddio.codec.transfers import Transfer


def validate_withdrawal_to(transfer: Transfer, now_s: int | None = None) -> list[FieldProblem]:
    """Return every reason not to sign a withdrawal to an Ethereum address; empty where there is none.

    `now_s` is the time in seconds since 1970; without it the expiration is held to its range alone.
    """
    return [*_address(transfer.receiver), *_common(transfer, now_s)]


def validate_transfer(transfer: Transfer, now_s: int | None = None) -> list[FieldProblem]:
    """Return every reason not to sign a transfer to another Stark key; empty where there is none."""
    return [*_stark_key(transfer.receiver), *_common(transfer, now_s)]


def _common(transfer: Transfer, now_s: int | None) -> Iterator[FieldProblem]:
    if not 0 < transfer.asset_id < FIELD:
        yield FieldProblem("asset_id", "range", "This is not the number of an asset.")
    yield from _within("sender_vault_id", transfer.sender_vault_id, 0, MAX_VAULT_ID, "vault")
    yield from _within("receiver_vault_id", transfer.receiver_vault_id, 0, MAX_VAULT_ID, "receiver’s vault")
    if transfer.sender_vault_id == transfer.receiver_vault_id:
        yield FieldProblem("receiver_vault_id", "same", "The two vaults are the same, so nothing would move.")
    yield from _within("amount", transfer.amount, 1, MAX_AMOUNT, "amount in quanta")
    yield from _within("nonce", transfer.nonce, 0, MAX_NONCE, "nonce")
    yield from _within("expiration_hours", transfer.expiration_hours, 0, MAX_EXPIRATION_HOURS, "expiration in hours")
    if now_s is not None and is_expired(transfer.expiration_hours, now_s):
        yield FieldProblem("expiration_hours", "expired", "The request would have expired already.")
    if transfer.condition is not None:
        yield FieldProblem("condition", "unsupported", "Reddio carries no transfer that depends on a condition.")


def _within(field: str, value: int, lowest: int, highest: int, what: str) -> Iterator[FieldProblem]:
    if not lowest <= value <= highest:
        yield FieldProblem(field, "range", f"The {what} has to be between {lowest} and {highest}.")


def _address(receiver: int) -> Iterator[FieldProblem]:
    if receiver == 0:
        yield FieldProblem("receiver", "zero", "The receiver is the zero address: the money would be lost.")
    elif not 0 < receiver <= MAX_ADDRESS:
        sentence = "The receiver is not an Ethereum address; what goes to a Stark key does not arrive on Ethereum."
        yield FieldProblem("receiver", "not_an_address", sentence)


def _stark_key(receiver: int) -> Iterator[FieldProblem]:
    if 0 <= receiver <= MAX_ADDRESS:
        sentence = "The receiver is an Ethereum address; Reddio would take this for a withdrawal."
        yield FieldProblem("receiver", "an_address", sentence)
    elif not is_stark_key(receiver):
        yield FieldProblem("receiver", "not_a_key", "The receiver is not a Stark key: a digit is wrong or missing.")
