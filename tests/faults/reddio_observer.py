"""What the wallet claims of Reddio, compared with what really happened there and on the chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ashore.domain.evidence import Level
from ashore.domain.moves import MoveKind, MoveState
from ashore.domain.stages import TrackRef
from ashore.domain.withdrawal import Status, Withdrawal
from ashore.systems.reddio.system.sending import SEQUENCE_ID
from ashore.systems.reddio.system.tracks import (
    CLAIMABLE,
    CLAIMED,
    PLAIN,
    REGISTERED,
    SETTLED,
    UPDATED,
    is_claim,
    is_registration,
    is_transfer,
)

REDDIO = "Reddio"
REFUSED_THOUGH_TAKEN = "the wallet says refused, and Reddio took it"
PAID_OUT_OF = " was paid out of "
SETTLED_BEFORE = "it is shown in the receiver's vault, and it is not"
_ENDED_BADLY = (2, 4, 5)
_SETTLED = (3, 6)


def reddio_disagreements(
    states: Iterable[Withdrawal], truth: Mapping[str, Any], *, alone: bool = True, once: bool = True
) -> list[str]:
    """Everything that is claimed of Reddio and is not so; empty where all is well.

    Args:
        states: the withdrawals, transfers, claims and registrations of one wallet.
        truth: what the control's status says of Reddio; a withdrawal's `update_txs` are what it ever was in.
        alone: whether nobody else asks for anything there.
        once: whether nothing may come there a second time, though it is taken once.
    """
    known = list(states)
    requests = {str(one["sequence_id"]): one for one in (*truth["withdrawals"], *truth["transfers"])}
    found = [
        f"{state.id[:8]} ({state.status}): {sentence}" for state in known for sentence in _ahead(state, requests, truth)
    ]
    if alone:
        asked = [state for state in known if not (is_claim(state) or is_registration(state))]
        if len(requests) > len(asked):
            found.append(f"Reddio has {len(requests)} requests, and the wallet knows of {len(asked)}")
    found += [f"request {name} was taken twice" for name, one in requests.items() if once and one["duplicates"]]
    return found + _second_payouts(truth)


def _ahead(state: Withdrawal, requests: Mapping[str, Mapping[str, Any]], truth: Mapping[str, Any]) -> Iterator[str]:
    if is_registration(state):
        best = state.stage(REGISTERED).best
        if best is not None and best.level >= Level.PROVEN and not truth["registered"]:
            yield "a key is shown as registered, and none is"
        return
    if is_claim(state):
        yield from _claim(state, truth)
        return
    real = request_of(state, requests.values())
    yield from _request(state, real, requests)
    if is_transfer(state):
        settled = state.stage(SETTLED).best
        if settled is not None and (real is None or real["status"] not in _SETTLED):
            yield SETTLED_BEFORE
        return
    yield from _on_ethereum(state, real, truth)


def _request(
    state: Withdrawal, real: Mapping[str, Any] | None, requests: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    request = state.request
    if request is None or request.kind is not MoveKind.REQUEST:
        yield "it has no request"
        return
    details = state.terms.details
    if request.state is MoveState.ACCEPTED and real is None:
        yield "the wallet says accepted, and Reddio never took it"
    if request.state is MoveState.REFUSED and any(same_request(state, one) for one in requests.values()):
        yield REFUSED_THOUGH_TAKEN
    if state.status is Status.FAILED and (real is None or real["status"] not in _ENDED_BADLY):
        yield "the wallet says failed, and it did not fail"
    if real is not None:
        meant = details["quanta"], int(details["asset_id"]), int(details["owner_key"])
        if meant != (real["quanta"], int(real["asset_id"], 16), int(real["owner_key"], 16)):
            yield "Reddio has another request under its number"


def request_of(state: Withdrawal, requests: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """What Reddio has under the number that the wallet names; without a number, the very request, if it came."""
    number = state.facts.get(SEQUENCE_ID)
    named = (one for one in requests if str(one["sequence_id"]) == number)
    return next(named if number else (one for one in requests if same_request(state, one)), None)


def same_request(state: Withdrawal, one: Mapping[str, Any]) -> bool:
    """Whether a request that Reddio took is this one: by number and amount, a plain one by Reddio's name alone."""
    details = state.terms.details
    if TrackRef.parse(state.terms.track).id == PLAIN.ref.id:
        return one["way"] == "withdrawal" and state.facts.get(SEQUENCE_ID) == str(one["sequence_id"])
    return (details["stark_key"], details["nonce"], details["quanta"]) == (
        one["stark_key"],
        str(one["nonce"]),
        one["quanta"],
    )


def _on_ethereum(state: Withdrawal, real: Mapping[str, Any] | None, truth: Mapping[str, Any]) -> Iterator[str]:
    for stage in (UPDATED, CLAIMABLE):
        best = state.stage(stage).best
        if best is not None and best.level >= Level.PROVEN:
            if real is None or real["update_tx"] is None:
                yield f"{stage} is shown as proven, and no state update has it"
            elif stage == UPDATED and best.tx_hash not in ("", real["update_tx"], *real.get("update_txs", ())):
                yield f"it is shown in the state update {best.tx_hash[:12]}, and is in another one"
    paid = state.stage(CLAIMED).best
    if paid is not None and paid.level >= Level.PROVEN:
        if real is None or int(real["claimed_l1"]) < state.terms.amount:
            yield "it is shown as claimed, and was not paid out"
        if paid.tx_hash and paid.tx_hash not in {claim["tx"] for claim in truth["claims"]}:
            yield f"it is shown as paid by {paid.tx_hash[:12]}, which pays nobody"
    if state.status is Status.FINAL and (paid is None or paid.level < Level.IRREVERSIBLE):
        yield "it is final without an irreversible payout"


def _claim(state: Withdrawal, truth: Mapping[str, Any]) -> Iterator[str]:
    best = state.stage(CLAIMED).best
    if best is None or best.level < Level.PROVEN:
        return
    mine = [claim for claim in truth["claims"] if claim["tx"] == best.tx_hash]
    if best.tx_hash and not any(int(claim["amount"]) for claim in mine):
        yield "a claim is shown as paid out, and its transaction paid nothing"


def _second_payouts(truth: Mapping[str, Any]) -> list[str]:
    """More must never be paid out of an owner's asset than state updates allowed."""
    allowed: dict[tuple[int, int], int] = {}
    for one in truth["withdrawals"]:
        place = int(one["owner_key"], 16), int(one["asset_id"], 16)
        allowed[place] = allowed.get(place, 0) + int(one["allowed_l1"])
    paid: dict[tuple[int, int], int] = {}
    for claim in truth["claims"]:
        place = int(claim["owner_key"], 16), int(claim["asset_id"], 16)
        paid[place] = paid.get(place, 0) + int(claim["amount"])
    return [
        f"{paid[place]}{PAID_OUT_OF}{allowed.get(place, 0)}" for place in paid if paid[place] > allowed.get(place, 0)
    ]
