"""Sending a signed transaction, and finding out what became of it. The same bytes may go any number of times."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ashore.domain.errors import AshoreError
from ashore.domain.moves import Accepted, NeverLeft, Outcome, Refused, Unknown
from ashore.domain.untrusted import plain
from ashore.ethereum import wire
from ashore.ethereum.errors import BadAnswer
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.transactions import transaction_hash

_NONCE_USED = "nonce-used"
OUTBID = "outbid"
"""The code of a refusal because another transaction with that number offers nearly as much, or more."""
_NO_MONEY = ("insufficient funds", "insufficient balance")


class Fate(StrEnum):
    """What enough endpoints agree on about a transaction."""

    WAITING = "waiting"
    DONE = "done"
    REVERTED = "reverted"
    REPLACED = "replaced"
    """Another transaction used its nonce: it can never take effect."""


@dataclass(frozen=True, slots=True)
class Mined:
    """A receipt that enough endpoints show alike, in a block that they agree on."""

    fate: Fate
    block_number: int = 0
    block_hash: str = ""
    tx_hash: str = ""
    """Which transaction it is about, where several share a number."""


async def submit(quorum: Quorum, raw: bytes, first_send: bool = True) -> Outcome:
    """Send once to every endpoint, and say what their answers mean together.

    Where the same bytes may have arrived before (`first_send` is False), a refusal may be only the echo of that: a node
    says of a transaction that is in a block already that its nonce is too low.
    """
    report = await quorum.send_raw(raw)
    chain = quorum.spec.name
    if report.verdict == "accepted" and len(report.refused) < quorum.k:
        return Accepted(f"{_endpoints(report.accepted)} took the transaction.")
    if report.verdict == "not sent":
        return NeverLeft(f"No endpoint of {chain} can be reached; the transaction has not left.")
    if report.verdict == "refused" and len(report.refused) >= quorum.k:
        refused = _refused(chain, report.refused[0][2])
        if first_send:
            return refused
        return Unknown(f"The endpoints of {chain} refuse a repetition.", resend_harmless=True, refusal=refused)
    if report.accepted:
        said = plain(report.refused[0][2], 120)
        says = "says that it" if len(report.accepted) == 1 else "say that they"
        took = f"Only {_endpoints(report.accepted, first='the')} {says} took the transaction"
        told = f"{took}; the others refuse it: “{said}”."
        return Unknown(told, resend_harmless=True)
    return Unknown(f"No endpoint of {chain} said that it took the transaction.", resend_harmless=True)


def _endpoints(names: Sequence[str], first: str = "The") -> str:
    """Endpoints by their names, as a sentence has them."""
    if len(names) == 1:
        return f"{first} endpoint {names[0]}"
    return f"{first} endpoints {', '.join(names[:-1])} and {names[-1]}"


async def locate(quorum: Quorum, raw: bytes, sender: str, nonce: int) -> Outcome:
    """Ask what became of a transaction of `sender` (20-byte address as hex) with that nonce."""
    mined = await fate_of(quorum, [transaction_hash(raw)], sender, nonce)
    if mined is None:
        return Unknown(f"The endpoints of {quorum.spec.name} cannot be asked at the moment.")
    if mined.fate is Fate.REPLACED:
        return replaced(quorum.spec.name)
    if mined.fate is Fate.WAITING:
        return Unknown(f"The transaction waits to be taken into a block of {quorum.spec.name}.", resend_harmless=True)
    return Accepted(f"In block {mined.block_number:,} of {quorum.spec.name}.")


async def fate_of(quorum: Quorum, hashes: Sequence[str], sender: str, nonce: int) -> Mined | None:
    """What became of transactions that share one number, of which one at most takes effect.

    None where too few endpoints answer alike.
    """
    seen = await _look_for(quorum, hashes)
    if seen.mined is not None:
        return seen.mined
    if seen.shown:
        return Mined(Fate.WAITING)
    if not seen.unseen:
        return None
    try:
        header = (await quorum.header_at("latest")).required()
        account = await quorum.storage_at(sender, (), header)
    except AshoreError:
        return Mined(Fate.WAITING)
    # A receipt may have come between the two questions: only the next look tells.
    again = await _look_for(quorum, hashes)
    if again.mined is not None:
        return again.mined
    gone = account.facts.nonce > nonce and again.unseen and not again.shown
    return Mined(Fate.REPLACED) if gone else Mined(Fate.WAITING)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One look for receipts: an agreed one; whether anybody shows any; whether enough have none of each."""

    mined: Mined | None
    shown: bool = False
    unseen: bool = False


async def _look_for(quorum: Quorum, hashes: Sequence[str]) -> _Seen:
    shown, unseen = False, True
    for tx_hash in hashes:
        answers = await quorum.ask_each("eth_getTransactionReceipt", [tx_hash])
        mined = _agreed_receipt(answers, tx_hash, quorum.k)
        if mined is not None:
            return _Seen(mined)
        shown = shown or _shown(answers, tx_hash)
        unseen = unseen and _unseen(answers, quorum.k)
    return _Seen(None, shown, unseen)


def replaced(chain: str) -> Refused:
    """What is said of a transaction whose nonce another one used."""
    return Refused(
        _NONCE_USED,
        f"Another transaction of this account with the same number is on {chain}, so this one can never take effect.",
        "Look whether the money still waits, and begin again if it does.",
    )


def _shown(answers: dict[str, Any], tx_hash: str) -> bool:
    """Whether anybody shows a receipt of it: enough to believe nothing, and enough not to call it dead."""
    return any(answer is not None and _told(answer, tx_hash) is not None for answer in answers.values())


def _unseen(answers: dict[str, Any], k: int) -> bool:
    """Whether enough say that they have no receipt of it."""
    return sum(answer is None for answer in answers.values()) >= k


def _agreed_receipt(answers: dict[str, Any], tx_hash: str, k: int) -> Mined | None:
    told = [_told(answer, tx_hash) for answer in answers.values() if answer is not None]
    return next((each for each in told if each is not None and told.count(each) >= k), None)


def _told(answer: Any, tx_hash: str) -> Mined | None:
    """One endpoint's receipt; None where it does not hold together."""
    try:
        receipt = wire.obj(answer, "a receipt")
        if wire.hexed(wire.data(receipt.get("transactionHash"), "a hash", 32)) != tx_hash:
            return None
        done = wire.quantity(receipt.get("status"), "a status", 8) == 1
        number = wire.quantity(receipt.get("blockNumber"), "a height", 64)
        block = wire.hexed(wire.data(receipt.get("blockHash"), "a hash", 32))
    except BadAnswer:
        return None
    return Mined(Fate.DONE if done else Fate.REVERTED, number, block, tx_hash)


def _refused(chain: str, said: str) -> Refused:
    """Who was given the signed bytes has them: that no endpoint took them is all that can be said."""
    words = plain(said, 120)
    if any(each in words.lower() for each in _NO_MONEY):
        return Refused(
            "no-gas-money",
            f"The account has too little ether on {chain} for the gas. No endpoint took the transaction.",
            "Send some ether to it, or pay from another account.",
        )
    if "underpriced" in words.lower() and "replace" in words.lower():
        return Refused(
            OUTBID,
            f"Another transaction of this account with the same number waits on {chain}, and the endpoints do not let "
            "this one take its place at this price.",
            "Offer a higher price, or wait until a block has taken the other one.",
        )
    return Refused("refused", f"The endpoints of {chain} refused the transaction: “{words}”.")
