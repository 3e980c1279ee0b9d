"""Sending a request to Reddio once, and finding out what became of it: by its signature, and by its number.

What may go again is decided by what Reddio can be shown to know: it takes each number of a Stark key once, so the
identical request is harmless while that number is unused. That one is dead needs its signatures, its numbers and its
book to say so for long. A plain withdrawal has neither signature nor number, and is never sent again once it may have
arrived.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from ashore.domain.errors import AshoreError
from ashore.domain.moves import Accepted, NeverLeft, Outcome, Refused, SignedMove, Unknown
from ashore.net.errors import HttpStatus, NetError, NotSent
from ashore.systems.reddio.client.answers import Record
from ashore.systems.reddio.client.api import WITHDRAWALS, ReddioClient
from ashore.systems.reddio.client.envelope import ApiError, BadAnswer
from ashore.systems.reddio.codec import (
    NEVER_EXPIRES,
    TRANSFERS_PATH,
    WITHDRAWAL_PATH,
    WITHDRAWAL_TO_PATH,
    ErrorCode,
    is_expired,
)

SEQUENCE_ID = "sequence_id"
"""The fact of the number that Reddio gave a request."""
FULL_WITHDRAWALS = 5
ADDRESS_LENGTH = 42
DEPOSIT, MINT = 1, 2
"""Types of records that use no number of their Stark key."""
INDEX_LAG_MS = 3_600_000
"""For how long Reddio has to stand by it that a request is dead: nobody says how far its lists are behind."""
UNASKED = "Reddio cannot be asked at the moment."
LOST = "Reddio’s answer was lost; it may or may not have the request."
UNFOUND_PLAIN = (
    "Reddio’s list does not show the request. It has no signature, so that proves nothing, and it is not sent again."
)

UNREAD_PLAIN = "Reddio’s list could not be read to its end. What was read does not show the request."
UNCLEAR_PLAIN = "Reddio’s list does not say enough to tell whether it has the request. It is not sent again."


@dataclass(frozen=True, slots=True)
class Known:
    """What the journal tells beside a move: the asset that it is of, and the numbers that other withdrawals have."""

    asset_id: int | None = None
    numbers: frozenset[int] = frozenset()


async def submit_request(client: ReddioClient, move: SignedMove, first_send: bool) -> Outcome:
    """Send the body once and say what its answer means."""
    body = _body(move)
    try:
        number = await client.send(path_of(body), move.payload)
    except ApiError as error:
        return await _refused(client, move, error, first_send)
    except NotSent:
        return NeverLeft("Reddio cannot be reached; the request has not left.")
    except HttpStatus as error:
        return Unknown(f"Reddio answered with HTTP status {error.status}, which says nothing about the request.")
    except (NetError, BadAnswer):
        return Unknown(LOST)
    return _taken(number)


async def locate_request(client: ReddioClient, move: SignedMove, now_s: int, known: Known | None = None) -> Outcome:
    """Ask Reddio what became of a request. `now_s` is UTC seconds. Never raises for a network reason.

    A plain request is found only where its asset is `known`.
    """
    body = _body(move)
    try:
        if path_of(body) == WITHDRAWAL_PATH:
            return await _locate_plain(client, move, body, known or Known())
        return await _locate_signed(client, move, body, now_s, known or Known())
    except (NetError, ApiError, BadAnswer):
        return Unknown(UNASKED)


def path_of(body: Mapping[str, object]) -> str:
    """Which call a body is of."""
    if "signature" not in body:
        return WITHDRAWAL_PATH
    return WITHDRAWAL_TO_PATH if len(str(body.get("receiver"))) == ADDRESS_LENGTH else TRANSFERS_PATH


def signature_of(payload: str) -> tuple[str, str] | None:
    """Both halves of a signed body's signature, as Reddio is asked for it; None where the body has none."""
    signature = json.loads(payload).get("signature") if payload else None
    return (str(signature["r"]), str(signature["s"])) if isinstance(signature, dict) else None


async def _refused(client: ReddioClient, move: SignedMove, error: ApiError, first_send: bool) -> Outcome:
    if error.code == ErrorCode.DUPLICATE_TRANSACTION and "signature" in _body(move):
        found = await locate_request(client, move, 0)
        unseen = Unknown("Reddio says that it has a request with this number, and does not show this one.")
        return found if isinstance(found, Accepted) else unseen
    if not error.refusal.is_certain:
        return Unknown(f"{error.refusal.sentence} {error.refusal.advice}")
    refused = Refused(str(error.code), error.refusal.sentence, error.refusal.advice)
    if first_send:
        return refused
    return Unknown(
        "Reddio refuses a repetition of the request. That may be because it took the first one.",
        refusal=refused,
        patience_ms=INDEX_LAG_MS,
    )


async def _locate_signed(
    client: ReddioClient, move: SignedMove, body: Mapping[str, object], now_s: int, known: Known
) -> Outcome:
    signature = signature_of(move.payload)
    assert signature is not None
    found = await _by_signature(client, *signature)
    if found:
        return _known(found)
    expected = await client.nonce(str(body["stark_key"]))
    late = now_s > 0 and is_expired(int(str(body.get("expiration_timestamp", NEVER_EXPIRES))), now_s)
    if expected <= move.nonce and not late:
        return Unknown("Reddio does not know the request.", resend_harmless=True)
    if expected <= move.nonce:
        said = "Reddio does not know the request, and its date is past."
        dead = Refused("expired", "The request’s date is past, and Reddio never took it.", "Make a new request.")
    else:
        said = "Reddio does not know the request, though its number is used."
        dead = Refused(
            "nonce-used",
            "Reddio says that another request used this number, and its list does not show this one.",
            "Look at your balance there before you start again.",
        )
    if not await _is_absent(client, body, known.numbers, number_used=expected > move.nonce):
        return Unknown(f"{said} Its list may be behind, or show it.")
    # Its lists may be behind its count of numbers: so this is believed only once it stays so.
    return Unknown(said, refusal=dead, patience_ms=INDEX_LAG_MS)


async def _by_signature(client: ReddioClient, r: str, s: str) -> tuple[Record, ...]:
    """The records of a signature. A no to the question shows none, and proves as little as an empty list."""
    try:
        return await client.by_signature(r, s)
    except ApiError as error:
        if error.refusal.is_certain:
            return ()
        raise


async def _is_absent(
    client: ReddioClient, body: Mapping[str, object], others: frozenset[int], *, number_used: bool
) -> bool:
    """Whether Reddio's book holds nothing that may be the request, and, of a used number, who may have used it.

    Records name no number of the key: so it goes by asset, amount and receiver. What is left out counts as fitting,
    unless the record is one of `others` by its number in the book.
    """
    key = int(str(body["stark_key"]), 16)
    book = await client.records(str(body["stark_key"]))
    sent = [record for record in book if record.record_type not in (DEPOSIT, MINT)]
    fitting = any(
        record.asset_id in (None, int(str(body["asset_id"]), 16))
        and record.amount in (None, int(str(body["amount"])))
        and record.receiver in (None, int(str(body["receiver"]), 16))
        for record in sent
        if record.sequence_id not in others
    )
    return not fitting and (not number_used or any(record.stark_key in (None, key) for record in sent))


async def _locate_plain(client: ReddioClient, move: SignedMove, body: Mapping[str, object], known: Known) -> Outcome:
    key = int(str(body["stark_key"]), 16)
    book = await client.book(str(body["stark_key"]), move.nonce)
    newer = [
        record
        for record in book.records
        if record.sequence_id > move.nonce
        and record.sequence_id not in known.numbers
        and record.record_type in (0, WITHDRAWALS, FULL_WITHDRAWALS)
        and record.amount in (None, int(str(body["amount"])))
        and record.asset_id in (None, known.asset_id)
        and record.stark_key in (None, key)
        and record.receiver in (None, key)
    ]
    # What is not said of a record may be said of another one's.
    found = [each for each in newer if each.record_type and None not in (each.amount, each.asset_id, each.stark_key)]
    if found:
        return _known(tuple(found))
    if newer or known.asset_id is None:
        return Unknown(UNCLEAR_PLAIN)
    return Unknown(UNFOUND_PLAIN, absent=True) if book.is_whole else Unknown(UNREAD_PLAIN)


async def last_number(client: ReddioClient, stark_key: str) -> int:
    """The highest number in Reddio's book of a Stark key, 0 where it has none.

    Raises AshoreError where Reddio does not show the book: then a plain request could never be told from older ones.
    """
    try:
        return max((record.sequence_id for record in await client.records(stark_key)), default=0)
    except (NetError, ApiError, BadAnswer) as error:
        raise AshoreError(
            "Reddio does not show its list of requests now.", "Nothing was sent. Try again later."
        ) from error


def _taken(number: int) -> Accepted:
    return Accepted(f"Reddio put it into its queue as number {number}.", learnt=((SEQUENCE_ID, str(number)),))


def _known(found: tuple[Record, ...]) -> Accepted:
    number = min(record.sequence_id for record in found)
    return Accepted(f"Reddio has it as number {number}.", learnt=((SEQUENCE_ID, str(number)),))


def _body(move: SignedMove) -> Mapping[str, object]:
    body = json.loads(move.payload)
    assert isinstance(body, dict)
    return body
