"""Compares what the wallet claims with what really happened, as the practice network counts it.

The ground truth is the control's `status`, fetched after the claims: the wallet may be behind it, never ahead.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind, MoveState
from ashore.domain.withdrawal import RECEIVED, REPLACEMENTS, WAY, Status, Withdrawal
from ashore.sandbox.zklink.node import payload_digest
from ashore.store.database import Database
from ashore.store.journal import Journal
from ashore.systems.claiming.track import CLAIMED
from ashore.systems.zklink.settlement.acceptances import ACCEPT
from ashore.systems.zklink.settlement.emptied import EMPTIED
from ashore.systems.zklink.settlement.own_hash import LOGGED
from ashore.systems.zklink.system.activation_track import EXECUTED, NEW_KEY, REGISTERED, is_activation
from ashore.systems.zklink.system.tracks import (
    ADVANCED,
    BY_BROKER,
    COMMITTED,
    CONFIRMED,
    ON_PRIMARY,
    PAID,
    PROVED,
    RELEASED,
    VERIFIED,
    is_claim,
)
from faults.lightning_observer import LNURL, lightning_disagreements
from faults.reddio_observer import REDDIO, reddio_disagreements

STAGE_OF_TRUTH = {COMMITTED: "commit", PROVED: "prove", VERIFIED: "sync", CONFIRMED: "sync", RELEASED: "execute"}
"""The wallet's stages and the operator's L1 transactions that they rest on."""
PRIMARY_CHAIN = "1"


def claims_in(journal_file: Path) -> list[Withdrawal]:
    """Every withdrawal of a journal, folded from its events, oldest first. Nobody else may write at the time."""
    with closing(Database(journal_file)) as database:
        journal = Journal(database)
        ids = [str(name) for (name,) in database.read("SELECT id FROM withdrawals ORDER BY number")]
        states = [journal.load(name) for name in ids]
    return [state for state in states if state is not None]


def disagreements(
    claims: Iterable[Withdrawal], status: Mapping[str, Any], *, alone: bool = True, grace_s: float = 0.0
) -> list[str]:
    """Everything that the wallet claims and that is not so; empty where all is well.

    Args:
        claims: all withdrawals of one wallet.
        status: the control's answer, asked for after the claims were made.
        alone: whether this wallet is the only one that submits to the network.
        grace_s: how long a voucher that ended unpaid may be paid without the wallet having looked.
    """
    known = list(claims)
    vouchers = [state for state in known if state.terms.system == LNURL]
    vaults = [state for state in known if state.terms.system == REDDIO]
    states = [state for state in known if state.terms.system not in (LNURL, REDDIO)]
    network = status["zklink"]
    truth = {one["l2_tx_hash"]: one for one in network["withdrawals"]}
    paying = {tx for one in truth.values() for tx in one["paid_by"]}
    found = [
        f"{state.id[:8]} ({state.status}): {sentence}"
        for state in states
        for sentence in (
            _claim(state, paying)
            if is_claim(state)
            else _activation(state, network)
            if is_activation(state)
            else _ahead(state, truth, network["submissions"], paying)
        )
    ]
    found += _second_requests(states, truth)
    if alone:
        found += _strangers(states, network)
    if "reddio" in status:
        found += reddio_disagreements(vaults, status["reddio"], alone=alone)
    return found + lightning_disagreements(vouchers, status["lightning"], alone=alone, grace_s=grace_s)


def _ahead(
    state: Withdrawal, truth: Mapping[str, Mapping[str, Any]], submissions: Mapping[str, Any], paying: set[str]
) -> Iterator[str]:
    """What one withdrawal claims beyond the truth."""
    request = state.request
    if request is None:
        yield "it has no request"
        return
    if state.is_followed and (len(state.moves) > 1 or request.payload or request.sends):
        yield "it is followed, and something was signed or sent for it"
    real = truth.get(request.locator)
    if request.state is MoveState.ACCEPTED and request.locator not in submissions:
        yield "the wallet says accepted, and the operator never took it"
    if request.state is MoveState.REFUSED and request.locator in submissions:
        yield "the wallet says refused, and the operator took it"
    if state.status is Status.FAILED and (real is None or not real["executed"] or real["success"]):
        yield "the wallet says failed, and it did not fail"
    for stage, name in STAGE_OF_TRUTH.items():
        mined = _mined(real, stage, name)
        for evidence in state.stage(stage).evidence:
            # A storage proof rests on a block and names no transaction.
            if evidence.level >= Level.PROVEN and (mined is None or evidence.tx_hash not in ("", mined)):
                yield f"{stage} is shown as proven by {evidence.tx_hash or 'the state'}, and really it is {mined}"
    yield from _advance(state, real)
    yield from _payout(state, real, paying)
    ends = [best for best in (state.stage(PAID).best, state.stage(ADVANCED).best) if best is not None]
    if state.status is Status.FINAL and all(best.level < Level.IRREVERSIBLE for best in ends):
        yield "it is final without an irreversible payout"


def _payout(state: Withdrawal, real: Mapping[str, Any] | None, paying: set[str]) -> Iterator[str]:
    """What is claimed of the payout beyond the truth."""
    paid = state.stage(PAID).best
    if paid is not None and paid.kind in LOGGED:
        if real is None or real["on_chains"][str(real["chain"])]["execute"] is None:
            yield "its money is shown as let go, and its batch was not executed"
    elif paid is not None and paid.level >= Level.PROVEN and paid.kind != ACCEPT:
        if real is None or int(real["paid_l1"]) < int(real["due_l1"]):
            yield f"it is shown as paid, and really {real and real['paid_l1']} was"
        if paid.kind != EMPTIED and paid.tx_hash not in paying:
            yield f"it is shown as paid by {paid.tx_hash[:12]}, which pays nobody"


def _advance(state: Withdrawal, real: Mapping[str, Any] | None) -> Iterator[str]:
    """What is claimed of a payment in advance beyond the truth."""
    evidence = [*state.stage(ADVANCED).evidence, *(e for e in state.stage(PAID).evidence if e.kind == ACCEPT)]
    for piece in evidence:
        if piece.level < Level.PROVEN:
            continue
        if real is None or real["accepted_by"] is None:
            yield f"it is shown as paid in advance by {piece.tx_hash[:12]}, and nobody accepted it"
        elif piece.tx_hash not in ("", real["accept_tx"]) or _who(piece) != real["accepted_by"]:
            yield f"it is shown as paid in advance by {piece.tx_hash[:12]}, and really by {real['accept_tx']}"
    if state.facts.get(WAY) == BY_BROKER and not evidence:
        yield "it goes the broker's way without a broker"
    told = state.facts.get(RECEIVED, "")
    if told and real is not None and int(real["received_l1"]) >= int(real["due_l1"]):
        yield f"it is said that {told} arrived, and really the whole amount did"


def _mined(real: Mapping[str, Any] | None, stage: str, name: str) -> str | None:
    """The transaction that really took the batch through a stage, on the chain that the stage is about."""
    if real is None:
        return None
    chain = PRIMARY_CHAIN if stage in ON_PRIMARY else str(real["chain"])
    found: str | None = real["on_chains"][chain][name]
    return found


def _who(piece: Evidence) -> str:
    """The broker that a log or a storage proof names."""
    return piece.facts.get("broker", piece.facts.get("acceptor", ""))


def _second_requests(states: Iterable[Withdrawal], truth: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Two requests that could both be meant, or both were taken."""
    taken = Counter((one["account_id"], one["sub_account_id"], one["nonce"]) for one in truth.values())
    for place, count in taken.items():
        if count > 1:
            yield f"{count} requests were taken for account, sub-account and nonce {place}"
    meant: Counter[tuple[str, int]] = Counter()
    for state in states:
        moves = list(state.moves.values())
        if is_activation(state) and state.status is Status.FAILED:
            continue  # it moved nothing, and its nonce is free again
        if len(moves) > 1 and not is_claim(state):
            yield f"{state.id[:8]} has {len(moves)} signed requests"
        if len(numbers := {(move.scope, move.nonce) for move in moves}) > 1:
            yield f"{state.id[:8]} was signed with {len(numbers)} numbers"
        if any(move.kind not in REPLACEMENTS for move in moves[1:]):
            yield f"{state.id[:8]} has a further move that replaces none"
        # Those that replace one another share a number: the chain takes one of them.
        if state.is_followed:
            continue  # another wallet meant it
        meant.update({(m.scope, m.nonce) for m in moves if m.state not in (MoveState.REFUSED, MoveState.DEAD)})
    for scope, times in meant.items():
        if times > 1:
            yield f"{times} requests were signed for scope and nonce {scope}"


def _claim(state: Withdrawal, paying: set[str]) -> Iterator[str]:
    """What a claim says beyond the truth: that it paid where its transaction paid nobody."""
    locators = {move.locator for move in state.moves.values() if move.kind is not MoveKind.CANCEL}
    best = state.stage(CLAIMED).best
    if best is None or best.level < Level.PROVEN:
        return
    if best.tx_hash not in locators:
        yield f"the claim says that {best.tx_hash[:12]} paid it, which is none of its transactions"
    if best.tx_hash not in paying:
        yield f"the claim says that {best.tx_hash[:12]} paid, and it paid no withdrawal"
    if len(locators & paying) > 1:
        yield f"{len(locators & paying)} transactions of one claim paid"


def _activation(state: Withdrawal, network: Mapping[str, Any]) -> Iterator[str]:
    """What a change of key claims beyond the truth. The same key may have been registered by another device."""
    known = network["activations"]
    request = state.request
    if request is None:
        yield "it has no request"
        return
    real = next((one for one in known if one["l2_tx_hash"] == request.locator), None)
    own = state.terms.details[NEW_KEY]
    like = [one for one in known if (str(one["account_id"]), one["key_hash"]) == (request.scope.split("/")[0], own)]
    if request.state is MoveState.ACCEPTED and real is None and not like:
        yield "the wallet says accepted, and the operator never took it"
    if request.state is MoveState.REFUSED and real is not None:
        yield "the wallet says refused, and the operator took it"
    if state.status is Status.FAILED and (real is None or not real["executed"] or real["success"]):
        yield "the wallet says failed, and it did not fail"
    for stage in (EXECUTED, REGISTERED):
        view = state.stage(stage)
        if view.evidence and not any(one["success"] for one in like):
            yield f"{stage} is shown, and no such key was registered"
        if (view.level or 0) > Level.REPORTED:
            yield f"{stage} is shown as more than the operator's word"
    place = request.scope.split("/")[0], request.nonce
    waiting = [one for one in known if one["success"] or not one["executed"]]
    taken = sum((str(one["account_id"]), one["nonce"]) == place for one in waiting)
    if taken > 1:
        yield f"{taken} changes of key were taken with nonce {request.nonce}"


def _strangers(states: Iterable[Withdrawal], network: Mapping[str, Any]) -> Iterator[str]:
    """What reached the operator without being in the journal, or otherwise than it is there."""
    # Claims go to L1: whatever they did there is told by the payouts themselves.
    to_the_node = (MoveKind.REQUEST, MoveKind.ACTIVATE)
    moves = [move for state in states for move in state.moves.values() if move.kind in to_the_node]
    for tx_hash in network["submissions"].keys() - {move.locator for move in moves}:
        yield f"the operator took {tx_hash[:12]}, of which the journal knows nothing"
    written = {payload_digest(json.loads(move.payload)) for move in moves}
    others = len(network["payloads"].keys() - written)
    if others:
        yield f"{others} requests were sent with other bytes than those in the journal"
