"""Which transactions may be signed. Source: zkLinkProtocol/zklink_sdk `validator.rs` and `params.rs`."""

from collections.abc import Iterator

from ashore.systems.zklink.codec.errors import FieldProblem
from ashore.systems.zklink.codec.floats import FEE
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.codec.transactions import PUBKEY_HASH_BYTES, ChangePubKey, Withdraw

MAX_CHAIN_ID = 31
MAX_SUB_ACCOUNT_ID = 31
MAX_ACCOUNT_ID = (1 << 24) - 1
GLOBAL_ASSET_ACCOUNT_ID = 1
MAX_TOKEN_ID = (1 << 16) - 1
MAPPING_TOKEN_IDS = range(2, 17)
USD_TOKEN_ID = 1
MAX_AMOUNT = (1 << 128) - 1
MAX_NONCE = (1 << 32) - 2
MAX_FEE_RATIO = 10_000
MAX_TIMESTAMP = (1 << 32) - 1
MAX_CALL_DATA_BYTES = 1 << 16
_GLOBAL_ASSET_ADDRESS = b"\xff" * 32


def validate_withdraw(tx: Withdraw, profile: Profile) -> list[FieldProblem]:
    """Return every reason why the operator would refuse the request for its form alone; empty where there is none."""
    return [
        *_within("to_chain_id", tx.to_chain_id, MAX_CHAIN_ID, "target chain"),
        *_account("account_id", tx.account_id),
        *_within("sub_account_id", tx.sub_account_id, MAX_SUB_ACCOUNT_ID, "sub-account"),
        *_recipient(tx.to),
        *_token("l2_source_token", tx.l2_source_token, profile, "source token"),
        *_token("l1_target_token", tx.l1_target_token, profile, "target token"),
        *_within("amount", tx.amount, MAX_AMOUNT, "amount"),
        *_fee("fee", tx.fee),
        *_within("nonce", tx.nonce, MAX_NONCE, "nonce"),
        *_within("flag", tx.flag, 1, f"{profile.flag_name} flag"),
        *_within("withdraw_fee_ratio", tx.withdraw_fee_ratio, MAX_FEE_RATIO, "fast withdrawal ratio"),
        *_within("ts", tx.ts, MAX_TIMESTAMP, "time"),
        *_call(tx.call_data, profile),
    ]


def validate_change_pubkey(tx: ChangePubKey, profile: Profile) -> list[FieldProblem]:
    """Return every reason why the operator would refuse the activation for its form alone."""
    problems = [
        *_within("chain_id", tx.chain_id, MAX_CHAIN_ID, "chain"),
        *_account("account_id", tx.account_id),
        *_within("sub_account_id", tx.sub_account_id, MAX_SUB_ACCOUNT_ID, "sub-account"),
        *_token("fee_token", tx.fee_token, profile, "fee token"),
        *_fee("fee", tx.fee),
        *_within("nonce", tx.nonce, MAX_NONCE, "nonce"),
        *_within("ts", tx.ts, MAX_TIMESTAMP, "time"),
    ]
    if len(tx.new_pubkey_hash) != PUBKEY_HASH_BYTES:
        problems.append(FieldProblem("new_pubkey_hash", "length", "The hash of a layer-2 key has 20 bytes."))
    return problems


def _within(field: str, value: int, highest: int, what: str) -> Iterator[FieldProblem]:
    if not 0 <= value <= highest:
        yield FieldProblem(field, "range", f"The {what} has to be between 0 and {highest}.")


def _account(field: str, value: int) -> Iterator[FieldProblem]:
    yield from _within(field, value, MAX_ACCOUNT_ID, "account number")
    if value == GLOBAL_ASSET_ACCOUNT_ID:
        yield FieldProblem(field, "reserved", "Account 1 belongs to zkLink itself and cannot withdraw.")


def _token(field: str, value: int, profile: Profile, what: str) -> Iterator[FieldProblem]:
    # The oldest published client refuses the highest id, the later ones take it.
    highest = MAX_TOKEN_ID - 1 if profile is Profile.V2 else MAX_TOKEN_ID
    yield from _within(field, value, highest, f"{what} number")
    if value in MAPPING_TOKEN_IDS:
        yield FieldProblem(field, "reserved", f"The {what} numbers 2 to 16 are internal to zkLink.")


def _recipient(to: bytes) -> Iterator[FieldProblem]:
    if len(to) not in (20, 32):
        yield FieldProblem("to", "length", "The recipient has to be an address of 20 or 32 bytes.")
    elif not any(to):
        yield FieldProblem("to", "zero", "The recipient is the zero address: the money would be lost.")
    elif to == _GLOBAL_ASSET_ADDRESS:
        yield FieldProblem("to", "reserved", "The recipient is zkLink's own internal address.")


def _fee(field: str, value: int) -> Iterator[FieldProblem]:
    if not 0 <= value <= FEE.max_value:
        yield FieldProblem(field, "range", f"The fee has to be between 0 and {FEE.max_value} base units.")
    elif not FEE.is_packable(value):
        below, above = FEE.closest_packable_down(value), FEE.closest_packable_up(value)
        sentence = f"zkLink cannot write this fee exactly; the nearest are {below} and {above} base units."
        yield FieldProblem(field, "not_packable", sentence)


def _call(call_data: bytes | None, profile: Profile) -> Iterator[FieldProblem]:
    if call_data is None:
        return
    if not profile.is_x:
        yield FieldProblem("call_data", "unsupported", "Only zkLink X can attach a call to a withdrawal.")
    elif len(call_data) > MAX_CALL_DATA_BYTES:
        yield FieldProblem("call_data", "length", f"The attached call has more than {MAX_CALL_DATA_BYTES} bytes.")
