"""Comparing withdrawals with the book: which stages stand, on what evidence, and which fell.

Level-triggered: what the book says now is compared with what each withdrawal has, so that nothing depends on the order
in which things were heard of, and a second look after a crash finds only what is missing. No operator is asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind, MoveState
from ashore.domain.withdrawal import ENDED_BY_YOU, NOTE, RECEIPT, RECEIVED, Withdrawal
from ashore.systems.claiming.track import CLAIMED, SENT
from ashore.systems.entries import Entry
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.settlement.book import Book, Kind
from ashore.systems.reddio.settlement.places import money, owner_of, place_in
from ashore.systems.reddio.settlement.shares import Share, is_at_odds, paid_by, shares_of
from ashore.systems.reddio.system.sending import SEQUENCE_ID
from ashore.systems.reddio.system.tracks import ACCEPTED, BATCHED, CLAIMABLE, REQUESTED, UPDATED

ALLOWED = "LogWithdrawalAllowed"
PERFORMED = "LogWithdrawalPerformed"
PENDING = "pendingWithdrawals"

FIRST_IN = (
    "The contract keeps one balance for each owner and asset. Ashore tells withdrawals apart by replaying what was set "
    "aside and paid out: first in, first out."
)
NOT_NAMED = (
    "Ethereum names owner, asset and amount, and no request: an equal sum that somebody else sent to the same owner "
    "looks the same."
)
ONLY_THE_CHAIN = (
    "Nobody but {chain} shows it, and {chain} names owner and amount alone: it may be an equal sum that somebody else "
    "sent to the same owner. If your balance on Reddio still has the amount, it was."
)
MIXED = (
    "More was set aside for this owner than you asked for here, and {chain} does not say which sum is of which "
    "request. This one may be somebody else’s, and yours may come later; all of it is the owner’s."
)
FOUND = "A sum that fits it was set aside on {chain}."
IN_VAIN = (
    "A block of {chain} took the transaction, but nothing waited there: it paid nothing out, and only its gas was "
    "spent. The money may have been paid out to its owner before."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the book holds for a stage, and the kind of evidence that it is."""

    entry: Entry
    facts: Mapping[str, str]
    kind: str


def reconcile(deployment: Deployment, book: Book, states: Sequence[Withdrawal], now: int) -> Iterator[ev.Event]:
    """Yield what has to be written so that the withdrawals of one place say what the book says.

    `states` are all open ones of one owner key and asset, oldest first; `now` in UTC milliseconds.
    """
    shares = shares_of(book, states)
    for state in states:
        share = shares.get(state.id)
        yield from _one(deployment, book, state, share, now)


def _one(deployment: Deployment, book: Book, state: Withdrawal, share: Share | None, now: int) -> Iterator[ev.Event]:
    lies = [lot for lot in share.lots if is_at_odds(lot)] if share is not None else []
    if lies and not state.stage(UPDATED).contradicted:
        yield ev.StageContradicted(
            state.id,
            UPDATED,
            f"The contract on {deployment.chain.name} says that it set this aside.",
            "The data of that state update do not say so: Ashore does not count it.",
        )
    updated = _updated(deployment, state, share) if share is not None and not lies else None
    note = _note(state, share, deployment.chain.name) if share is not None and updated is not None else ""
    if state.facts.get(NOTE + UPDATED, "") != note:
        yield ev.FactLearnt(state.id, NOTE + UPDATED, note, deployment.chain.name)
    if updated is not None and updated.entry.level >= Level.PROVEN:
        yield from _request_is_known(state, deployment.chain.name)
    yield from _compare(book, state, UPDATED, updated, now)
    paid = paid_by(book, state, share) if share is not None and updated is not None else None
    yield from _claimable(book, state, updated, paid, now)
    if paid is not None and not _reaches_owner(state, paid):
        if not state.stage(CLAIMED).contradicted:
            yield ev.StageContradicted(
                state.id,
                CLAIMED,
                f"The contract on {deployment.chain.name} paid this out to {paid.facts['recipient']}.",
                f"It belongs to {owner_of(state.terms)}.",
            )
        paid = None
    claimed = _claimed(deployment, state, share, paid) if share is not None and paid is not None else None
    yield from _compare(book, state, CLAIMED, claimed, now)


def _note(state: Withdrawal, share: Share, chain: str) -> str:
    """What is said where a sum that was set aside may be another request's."""
    request = state.request
    answered = request is not None and request.state is MoveState.ACCEPTED and request.said != FOUND.format(chain=chain)
    if not (answered or state.facts.get(SEQUENCE_ID)) or any(
        state.stage(stage).failed for stage in (ACCEPTED, BATCHED)
    ):
        return ONLY_THE_CHAIN.format(chain=chain)
    return MIXED.format(chain=chain) if share.is_mixed else ""


def _updated(deployment: Deployment, state: Withdrawal, share: Share) -> Finding:
    last = share.lots[-1]
    facts = _update_facts(deployment, last)
    whole, part = int(last.facts["quanta"]), share.parts[last.position]
    facts["set aside"] = f"{money(state.terms, int(last.facts['amount']))} for {owner_of(state.terms)}"
    if part != whole:
        facts["of which yours here"] = money(state.terms, part * place_in(state.terms).quantum)
    if len(share.lots) > 1:
        facts["together with"] = ", ".join(
            f"log {lot.log_index} of block {lot.block_number}" for lot in share.lots[:-1]
        )
    several = part != whole or len(share.lots) > 1 or share.among > 1 or share.is_mixed
    facts["told apart"] = f"{NOT_NAMED} {FIRST_IN}" if several else NOT_NAMED
    return Finding(replace(last, level=min(lot.level for lot in share.lots)), facts, ALLOWED)


def _update_facts(deployment: Deployment, lot: Entry) -> dict[str, str]:
    known = lot.facts
    facts = {
        "contract": deployment.contract,
        "event": known["event"],
        "state update": known["sequence"],
        "batch": known["batch"],
        "state transition fact": known["fact"],
    }
    if known["computed"]:
        facts["fact computed again"] = "equal: it follows from the transaction’s own data"
        facts["in the public input"] = "owner key, asset and amount"
    else:
        facts["fact computed again"] = "not possible: the transaction went by way of another contract"
    return facts


def _request_is_known(state: Withdrawal, chain: str) -> Iterator[ev.Event]:
    """L1 itself shows that the request was taken: its outcome is no longer open, whatever the operator says."""
    request = state.request
    said = {stage: "Reddio said that the request failed." for stage in (ACCEPTED, BATCHED) if state.stage(stage).failed}
    if request is not None and request.state is not MoveState.ACCEPTED:
        if request.state in (MoveState.REFUSED, MoveState.DEAD):
            said.setdefault(ACCEPTED, "Reddio said that it had not taken the request.")
        if state.facts.get(ENDED_BY_YOU):
            said.setdefault(REQUESTED, "You had ended this request, as nobody could tell whether Reddio has it.")
        yield ev.MoveAccepted(state.id, request.id, FOUND.format(chain=chain))
    for stage, told in said.items():
        if not state.stage(stage).contradicted:
            yield ev.StageContradicted(state.id, stage, told, f"{chain} shows exactly this sum for its owner.")


def _claimable(
    book: Book, state: Withdrawal, updated: Finding | None, paid: Entry | None, now: int
) -> Iterator[ev.Event]:
    """The proof of storage is a witness of its own; it falls with what it was read after.

    Where the money was claimed before anybody read the storage, that it was set aside has to do.
    """
    view = state.stage(CLAIMABLE)
    if updated is None or paid is not None:
        already = any(piece.kind == PENDING for piece in view.evidence)
        log = None if updated is None or already else replace(updated, facts={**updated.facts, "read": _TOO_LATE})
        if updated is None or not already:
            yield from _compare(book, state, CLAIMABLE, log, now)
        return
    since = updated.entry.block_number
    for piece in view.evidence:
        if piece.kind == PENDING and piece.block_number < since:
            why = f"{piece.chain} replaced the state update; the storage is read again."
            yield ev.StageTakenBack(state.id, CLAIMABLE, why, piece.block_hash)
        elif piece.kind == ALLOWED:
            yield ev.StageTakenBack(state.id, CLAIMABLE, _why_gone(book, piece), piece.block_hash)


_TOO_LATE = "claimed before Ashore had read the contract’s storage; the log says the same"


def _reaches_owner(state: Withdrawal, paid: Entry) -> bool:
    """Whether a payout went to the owner. What is minted names nobody: the contract mints for the owner alone."""
    return paid.facts["recipient"] in ("", owner_of(state.terms))


def _claimed(deployment: Deployment, state: Withdrawal, share: Share, paid: Entry) -> Finding:
    amount = int(paid.facts["amount"])
    facts = {
        "contract": deployment.contract,
        "event": paid.facts["event"],
        "paid": f"{money(state.terms, amount)} to {owner_of(state.terms)}",
    }
    if int(paid.facts["quanta"]) != int(state.terms.details["quanta"]):
        facts["of which yours here"] = money(state.terms, state.terms.amount)
        facts["told apart"] = FIRST_IN
    level = min([paid.level, *(lot.level for lot in share.lots)])
    return Finding(replace(paid, level=level), facts, PERFORMED)


def reconcile_claim(deployment: Deployment, book: Book, state: Withdrawal, now: int) -> Iterator[ev.Event]:
    """The same for a claim: one of its own transactions paid the money out, or nothing has happened yet."""
    terms, moves = state.terms, {move.locator: move for move in state.rivals if move.kind is not MoveKind.CANCEL}
    own = [one for one in book.about(Kind.PERFORMED, place_in(terms).subject) if one.tx_hash in moves]
    paid = next((one for one in own if int(one.facts["quanta"]) and _reaches_owner(state, one)), None)
    finding = None
    if paid is not None:
        if paid.level >= Level.PROVEN and moves[paid.tx_hash].state is not MoveState.ACCEPTED:
            yield ev.MoveAccepted(state.id, moves[paid.tx_hash].id, f"Found in a block of {terms.destination}.")
        told = money(terms, int(paid.facts["amount"]))
        facts = {
            "contract": deployment.contract,
            "event": paid.facts["event"],
            "paid": f"{told} to {owner_of(terms)}",
        }
        finding = Finding(paid, facts, PERFORMED)
        received = "" if int(paid.facts["amount"]) >= terms.amount else told
        if paid.level >= Level.PROVEN and state.facts.get(RECEIVED, "") != received:
            yield ev.FactLearnt(state.id, RECEIVED, received, terms.destination)
    elif own and own[0].level >= Level.PROVEN and not state.stage(CLAIMED).failed:
        yield ev.StageFailed(state.id, CLAIMED, IN_VAIN.format(chain=terms.destination), terms.destination)
    for stage in (SENT, CLAIMED):
        yield from _compare(book, state, stage, finding, now)


def _compare(book: Book, state: Withdrawal, stage: str, finding: Finding | None, now: int) -> Iterator[ev.Event]:
    view = state.stage(stage)
    # What a block did with a claim's transaction is no log of the contract: it falls with its block alone.
    on_chain = [piece for piece in view.evidence if piece.on_chain and piece.kind != RECEIPT]
    standing = [piece for piece in on_chain if piece.kind in (ALLOWED, PERFORMED)]
    stands = finding.entry.block_hash if finding else ""
    gone = next((piece for piece in (standing if finding else on_chain) if piece.block_hash != stands), None)
    if gone is not None:
        why = _why_gone(book, gone)
        for block_hash in dict.fromkeys(piece.block_hash for piece in on_chain if piece.block_hash != stands):
            yield ev.StageTakenBack(state.id, stage, why, block_hash)
    if finding is None:
        return
    same = next((piece for piece in standing if piece.block_hash == finding.entry.block_hash), None)
    if same is None or same.level < min(finding.entry.level, Level.PROVEN):
        yield ev.StageReached(state.id, stage, finding.entry.evidence(finding.kind, now, finding.facts))


def _why_gone(book: Book, evidence: Evidence) -> str:
    if evidence.level < Level.PROVEN:
        return f"Only one endpoint of {evidence.chain} showed this, and the others do not."
    if evidence.block_hash in book.fallen or not book.holds_block(evidence.block_hash):
        return f"{evidence.chain} replaced the block that this rested on; it will usually come again."
    return "What was set aside then was somebody else’s; Ashore tells withdrawals apart anew."
