"""Comparing one withdrawal with the book: which stages stand, on what evidence, and which fell.

Level-triggered: what the book says now is compared with what the withdrawal has, so that nothing depends on the
order in which things were heard of, and a second look after a crash finds only what is missing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from ashore.domain import events as ev
from ashore.domain.events import Terms
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind, MoveState
from ashore.domain.withdrawal import OUTRUN, RECEIPT, Withdrawal
from ashore.systems.claiming.track import CLAIMED, SENT
from ashore.systems.entries import Entry
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.acceptances import ACCEPT
from ashore.systems.zklink.settlement.advances import Advance, advance_of, at_odds_with_agreed, way_of
from ashore.systems.zklink.settlement.book import SEQUENCE, Book, Kind
from ashore.systems.zklink.settlement.emptied import emptied_at
from ashore.systems.zklink.settlement.own_hash import LOGGED, let_go, own_hash, set_aside
from ashore.systems.zklink.settlement.payouts import payout_of
from ashore.systems.zklink.system.tracks import (
    ADVANCED,
    COMMITTED,
    CONFIRMED,
    EXECUTED,
    PAID,
    PROVED,
    RELEASED,
    REQUESTED,
    VERIFIED,
    is_fast,
)

L2_BLOCK = "l2_block"

EVENT_OF_STAGE = {
    REQUESTED: "BlockCommit",
    EXECUTED: "BlockCommit",
    ADVANCED: ACCEPT,
    COMMITTED: "BlockCommit",
    PROVED: "BlockProven",
    VERIFIED: "BlockSynced",
    CONFIRMED: "BlockSynced",
    RELEASED: "BlockExecuted",
    PAID: "Withdrawal",
    SENT: "Withdrawal",
    CLAIMED: "Withdrawal",
}
_CHAIN_STAGES = (REQUESTED, EXECUTED, ADVANCED, COMMITTED, PROVED, VERIFIED, CONFIRMED, RELEASED, PAID)
STORED_BLOCK = "stored block"
"""The fact of what the contract has to store of a batch's block, computed from the calldata."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the book holds for a stage. `kind` of evidence, where it is not the stage's own."""

    entry: Entry
    facts: Mapping[str, str]
    kind: str = ""


def _never(_entry: Entry) -> bool:
    return False


def reconcile(
    deployment: Deployment, book: Book, state: Withdrawal, now: int, stands_for_good: Callable[[Entry], bool] = _never
) -> Iterator[ev.Event]:
    """Yield what has to be written so that `state` says what the book says.

    `now` in UTC milliseconds; `stands_for_good` tells whether the batch of an operation can never be taken back.
    """
    details = state.terms.details
    subject = f"{details['account_id']}/{details['sub_account_id']}/{details['nonce']}"
    chains = dict.fromkeys((primary_of(deployment), state.terms.destination))
    operations = [known[-1] for chain in chains if (known := book.about(chain, Kind.OPERATION, subject))]
    ours = {operation.chain: operation for operation in operations if is_ours(state.terms, operation)}
    advance = advance_of(deployment, book, state)
    found = _findings(deployment, book, state, ours, accepted=advance is not None and advance.counts)
    if advance is not None and advance.paid:
        found.update(_advanced(deployment, state, advance))
    shown = next((operation for operation in ours.values() if operation.level >= Level.PROVEN), None)
    strange = next((o for o in operations if o.chain not in ours and o.level >= Level.PROVEN), None)
    if shown is not None:
        yield from _request_is_known(state, shown)
        # What stands in a batch was taken and executed on layer 2, whatever the operator says or keeps to itself.
        found[REQUESTED] = found[EXECUTED] = _committed(deployment, shown)
    elif strange is not None:
        yield from _replaced(state, strange, for_good=stands_for_good(strange))
    if state.facts.get(OUTRUN) and (shown is not None or strange is None):
        yield ev.FactLearnt(state.id, OUTRUN, "", primary_of(deployment))
    yield from _at_odds(deployment, state, ours)
    yield from at_odds_with_agreed(deployment, book, state, advance)
    released = found.get(RELEASED)
    yield from way_of(state, advance, released=released is not None and released.entry.level >= Level.PROVEN)
    for stage in _CHAIN_STAGES:
        if stage == PAID and PAID not in found and RELEASED in found and emptied_at(state) is not None:
            continue  # shown by what the contract does not owe any more: no log names the recipient
        yield from _compare(book, state, stage, found.get(stage), now)


def primary_of(deployment: Deployment) -> str:
    """The name of the chain where batches are proven."""
    return deployment.chains[deployment.primary].name


def reconcile_claim(deployment: Deployment, book: Book, state: Withdrawal, now: int) -> Iterator[ev.Event]:
    """The same for a claim: one of its own transactions paid the money out, or nothing has happened yet."""
    terms, moves = state.terms, {move.locator: move for move in state.rivals if move.kind is not MoveKind.CANCEL}
    payouts = book.about(terms.destination, Kind.PAYOUT, f"{terms.details['target_token']}/{terms.recipient}")
    paid = next((p for p in payouts if p.tx_hash in moves and p.facts["amount"] == str(terms.amount)), None)
    finding = None
    if paid is not None:
        move = moves[paid.tx_hash]
        if paid.level >= Level.PROVEN and move.state is not MoveState.ACCEPTED:
            yield ev.MoveAccepted(state.id, move.id, f"Found in a block of {terms.destination}.")
        facts = {
            "contract": deployment.chain_named(terms.destination).main_contract,
            "event": f"Withdrawal({terms.details['target_token']}, {terms.amount})",
            "paid": f"{terms.details['amount.text']} to {terms.recipient}",
        }
        finding = Finding(paid, facts)
    for stage in (SENT, CLAIMED):
        yield from _compare(book, state, stage, finding, now)


def is_ours(terms: Terms, operation: Entry) -> bool:
    """Whether the operation on L1 is the withdrawal of these terms: every value that the public data holds."""
    details, facts = terms.details, operation.facts
    return (
        facts["amount"] == str(terms.amount)
        and facts["fee"] == str(terms.fee)
        and facts["to"] == terms.recipient
        and facts["token"] == details["target_token"]
        and facts["source_token"] == details["source_token"]
        and facts["chain_id"] == details["chain_id"]
        and facts["ratio"] == details.get("ratio", "0")
        and facts.get("flag", "0") == details.get("flag", "0")
        and facts.get("call_hash", "") == details.get("call_hash", "")
    )


def _request_is_known(state: Withdrawal, operation: Entry) -> Iterator[ev.Event]:
    """L1 itself shows the request: its outcome is no longer open, whatever the operator says."""
    request = state.request
    if request is not None and request.state is not MoveState.ACCEPTED:
        yield ev.MoveAccepted(state.id, request.id, f"Found in a batch on {operation.chain}.")
    executed = state.stage(EXECUTED)
    if executed.failed and not executed.contradicted:
        found = f"{operation.chain} shows it in a batch."
        yield ev.StageContradicted(state.id, EXECUTED, "zkLink said that the request failed.", found)
    if state.facts.get(L2_BLOCK) != str(operation.number):
        yield ev.FactLearnt(state.id, L2_BLOCK, str(operation.number), operation.chain)


def _replaced(state: Withdrawal, operation: Entry, *, for_good: bool) -> Iterator[ev.Event]:
    """Another withdrawal with this nonce is on L1: this one cannot take effect unless that batch is taken back."""
    request = state.request
    other = "withdrawal with a call attached" if operation.facts.get("call_hash") else "withdrawal"
    in_batch = f"Another {other} with nonce {state.terms.details['nonce']} is in a batch on {operation.chain}"
    if request is not None and request.state in (MoveState.SENDING, MoveState.UNKNOWN):
        if for_good:
            said = f"{in_batch}, executed for good, so this one can never take effect. Nothing was taken for it."
            advice = "Start again if you still want to withdraw."
            yield ev.MoveRefused(state.id, request.id, "nonce-used", said, advice)
            return
        said = f"{in_batch}. Unless that batch is taken back, this one cannot take effect."
        if state.facts.get(OUTRUN) != said:
            yield ev.FactLearnt(state.id, OUTRUN, said, operation.chain)
    elif request is not None and request.state is MoveState.ACCEPTED and not state.stage(COMMITTED).contradicted:
        yield ev.StageContradicted(
            state.id,
            COMMITTED,
            "zkLink said that it took this request.",
            f"{operation.chain} shows another {other} with the same nonce.",
        )


def _advanced(deployment: Deployment, state: Withdrawal, advance: Advance) -> dict[str, Finding]:
    """That it was paid in advance; where nobody was asked to, that is simply the payout."""
    contract = deployment.chain_named(state.terms.destination).main_contract
    return {ADVANCED if is_fast(state) else PAID: Finding(advance.entry, advance.facts(contract), ACCEPT)}


def _findings(
    deployment: Deployment, book: Book, state: Withdrawal, ours: Mapping[str, Entry], *, accepted: bool
) -> dict[str, Finding]:
    """Find what the book holds for each stage. A stage is never shown stronger than what ties it to the withdrawal.

    `accepted`: somebody paid in advance, so what the contract sets aside and pays out is not the recipient's.
    """
    primary, there = primary_of(deployment), state.terms.destination
    found: dict[str, Finding] = {}
    if primary in ours:
        found = _proven(deployment, book, ours[primary])
    if there not in ours:
        return found
    released: Finding | None
    operation = ours[there]
    if there != primary:
        confirmed = _confirmed(deployment, book, ours[primary], operation) if primary in ours else None
        if confirmed is not None:
            found[CONFIRMED] = confirmed
        # The contract that pays says for itself what it did: that needs nothing of the other chain.
        released = _released(deployment, book, state, operation, operation.level)
    elif VERIFIED in found:
        released = _released(deployment, book, state, operation, found[VERIFIED].entry.level)
    else:
        return found
    if released is None or accepted:
        return found
    found[RELEASED] = released
    if own_hash(deployment, state):
        gone = let_go(deployment, book, state)
        if gone is not None:
            entry, facts, log = gone
            found[PAID] = Finding(replace(entry, level=min(entry.level, released.entry.level)), facts, log)
        return found
    payout = payout_of(deployment, book, state, released.entry)
    if payout is not None:
        found[PAID] = Finding(payout.entry, payout.facts)
    return found


def _committed(deployment: Deployment, operation: Entry) -> Finding:
    facts = {
        **_block_facts(deployment, operation, "BlockCommit", int(operation.facts["batch_end"])),
        "your withdrawal": "found in the batch’s public data: account, nonce, token, amount and recipient",
        "state root": operation.facts["state_root"],
    }
    return Finding(operation, facts)


def _proven(deployment: Deployment, book: Book, operation: Entry) -> dict[str, Finding]:
    """What the primary chain shows of the batch, up to the first step that is missing."""
    found = {COMMITTED: _committed(deployment, operation)}
    level = operation.level
    for stage, kind in ((PROVED, Kind.PROVEN), (VERIFIED, Kind.SYNCED)):
        entry = book.first(operation.chain, kind, operation.number)
        if entry is None:
            return found
        facts = _block_facts(deployment, operation, EVENT_OF_STAGE[stage], entry.number)
        if stage == VERIFIED:
            facts["final root"] = operation.facts["state_root"]
            facts[STORED_BLOCK] = operation.facts["stored_block"]
            if operation.facts["sync_hashes"]:
                facts["sync hashes"] = operation.facts["sync_hashes"]
        level = min(level, entry.level)
        found[stage] = Finding(replace(entry, level=level), facts)
    return found


def _confirmed(deployment: Deployment, book: Book, batch: Entry, part: Entry) -> Finding | None:
    """That the paying chain holds a part of the very batch that the primary chain has: one hash binds the two."""
    entry = book.first(part.chain, Kind.SYNCED, part.number)
    if entry is None or not _belongs_to(deployment, batch, part):
        return None
    facts = {
        **_block_facts(deployment, part, "BlockSynced", entry.number),
        "your withdrawal": f"found in transaction {part.tx_hash} of block {part.block_number}",
        "sync hash": f"{part.facts['sync_hash']}, the same that {batch.chain} compared",
        SEQUENCE: part.facts[SEQUENCE],
        STORED_BLOCK: part.facts["stored_block"],
    }
    return Finding(replace(entry, level=min(part.level, batch.level, entry.level)), facts)


def _belongs_to(deployment: Deployment, batch: Entry, part: Entry) -> bool:
    """Whether what a secondary chain stores of a batch is what the primary chain has of it."""
    told = f"{deployment.chain_named(part.chain).id}:{part.facts['sync_hash']}"
    return part.number == batch.number and told in batch.facts["sync_hashes"].split()


def _at_odds(deployment: Deployment, state: Withdrawal, ours: Mapping[str, Entry]) -> Iterator[ev.Event]:
    """Two chains that hold different batches of one number: nothing may be believed of either."""
    batch, part = ours.get(primary_of(deployment)), ours.get(state.terms.destination)
    if batch is None or part is None or batch is part or min(batch.level, part.level) < Level.PROVEN:
        return
    if not _belongs_to(deployment, batch, part) and not state.stage(CONFIRMED).contradicted:
        yield ev.StageContradicted(
            state.id,
            CONFIRMED,
            f"{batch.chain} and {part.chain} hold different data of the batch.",
            "Their sync hashes do not fit; zkLink has to take one of them back.",
        )


def _released(deployment: Deployment, book: Book, state: Withdrawal, operation: Entry, level: Level) -> Finding | None:
    """That the paying contract executed the block and owes the amount to the recipient."""
    executed = book.first(operation.chain, Kind.EXECUTED, operation.number)
    if executed is not None and own_hash(deployment, state):
        aside = set_aside(deployment, book, state, executed)
        if aside is None:
            return None
        told = {**_block_facts(deployment, operation, "BlockExecuted", executed.number), **aside[0]}
        return Finding(replace(executed, level=min(level, executed.level, aside[1])), told)
    credit = _credit(book, state, operation, executed) if executed is not None else None
    if executed is None or credit is None:
        return None
    facts = {
        **_block_facts(deployment, operation, "BlockExecuted", executed.number),
        "credited": f"WithdrawalPending, log {credit.log_index} of block {credit.block_number}",
    }
    return Finding(replace(executed, level=min(level, executed.level, credit.level)), facts)


def _block_facts(deployment: Deployment, operation: Entry, event: str, number: int) -> dict[str, str]:
    return {
        "contract": deployment.chain_named(operation.chain).main_contract,
        "event": f"{event}({number})",
        "layer-2 block": str(operation.number),
    }


def _credit(book: Book, state: Withdrawal, operation: Entry, executed: Entry) -> Entry | None:
    """Return the WithdrawalPending log of the amount to the recipient, between the commit and the execution."""
    subject = f"{state.terms.details['target_token']}/{state.terms.recipient}"
    for credit in book.about(state.terms.destination, Kind.CREDITED, subject):
        in_between = operation.position < credit.position < executed.position
        if in_between and credit.facts["amount"] == str(state.terms.amount):
            return credit
    return None


def _compare(book: Book, state: Withdrawal, stage: str, finding: Finding | None, now: int) -> Iterator[ev.Event]:
    view = state.stage(stage)
    kind = (finding.kind if finding else "") or EVENT_OF_STAGE[stage]
    # What a block did with a claim's transaction is no log of the contract: it falls with its block alone.
    on_chain = [e for e in view.evidence if e.on_chain and e.kind != RECEIPT]
    standing = [e for e in on_chain if e.kind in (EVENT_OF_STAGE[stage], ACCEPT, *LOGGED)]
    stands = finding.entry.block_hash if finding else ""
    gone = next((e for e in (standing if finding else on_chain) if e.block_hash != stands), None)
    if gone is not None:
        # What else rests on the chain, such as the stored root, was read of the same batch: it falls with the event.
        why = _why_gone(book, gone)
        for block_hash in dict.fromkeys(e.block_hash for e in on_chain if e.block_hash != stands):
            yield ev.StageTakenBack(state.id, stage, why, block_hash)
    if finding is None:
        return
    same = next((e for e in standing if e.block_hash == finding.entry.block_hash), None)
    if same is None or same.level < min(finding.entry.level, Level.PROVEN):
        yield ev.StageReached(state.id, stage, finding.entry.evidence(kind, now, finding.facts))


def _why_gone(book: Book, evidence: Evidence) -> str:
    if evidence.level < Level.PROVEN:
        return f"Only one endpoint of {evidence.chain} showed this, and the others do not."
    if evidence.block_hash in book.fallen or not book.holds_block(evidence.block_hash):
        return f"{evidence.chain} replaced the block that this rested on; it will usually come again."
    return "zkLink took its batch back before it was executed; it will send it again."
