"""Comparing one withdrawal with the book: which stages stand, on what evidence, and which fell.

Level-triggered: what the book says now is compared with what the withdrawal has, so that nothing depends on the
order in which things were heard of, and a second look after a crash finds only what is missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveState
from ashore.domain.withdrawal import Withdrawal
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.book import Book, Entry, Kind
from ashore.systems.zklink.settlement.payouts import payout_of
from ashore.systems.zklink.system.tracks import (
    CLAIMED,
    COMMITTED,
    EXECUTED,
    PAID,
    PROVED,
    RELEASED,
    REQUESTED,
    SENT,
    VERIFIED,
)

L2_BLOCK = "l2_block"

EVENT_OF_STAGE = {
    REQUESTED: "BlockCommit",
    EXECUTED: "BlockCommit",
    COMMITTED: "BlockCommit",
    PROVED: "BlockProven",
    VERIFIED: "BlockSynced",
    RELEASED: "BlockExecuted",
    PAID: "Withdrawal",
    SENT: "Withdrawal",
    CLAIMED: "Withdrawal",
}
_KIND_OF_STAGE = {PROVED: Kind.PROVEN, VERIFIED: Kind.SYNCED, RELEASED: Kind.EXECUTED}
_CHAIN_STAGES = (REQUESTED, EXECUTED, COMMITTED, PROVED, VERIFIED, RELEASED, PAID)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the book holds for a stage."""

    entry: Entry
    facts: Mapping[str, str]


def reconcile(deployment: Deployment, book: Book, state: Withdrawal, now: int) -> Iterator[ev.Event]:
    """Yield what has to be written so that `state` says what the book says. `now` in UTC milliseconds."""
    details = state.terms.details
    chain = state.terms.destination
    subject = f"{details['account_id']}/{details['sub_account_id']}/{details['nonce']}"
    operation = next(iter(reversed(book.about(chain, Kind.OPERATION, subject))), None)
    found: dict[str, Finding] = {}
    proven = operation is not None and operation.level >= Level.PROVEN
    if operation is not None and _is_ours(state, operation):
        if proven:
            yield from _request_is_known(state, operation)
        found = _findings(deployment, book, state, operation)
        if proven:
            # What stands in a batch was taken and executed on layer 2, whatever the operator says or keeps to itself.
            found[REQUESTED] = found[EXECUTED] = found[COMMITTED]
    elif operation is not None and proven:
        yield from _replaced(state, operation)
    for stage in _CHAIN_STAGES:
        yield from _compare(book, state, stage, found.get(stage), now)


def reconcile_claim(deployment: Deployment, book: Book, state: Withdrawal, now: int) -> Iterator[ev.Event]:
    """The same for a claim: its own transaction paid the money out, or nothing has happened yet."""
    request, terms = state.request, state.terms
    if request is None:
        return
    payouts = book.about(terms.destination, Kind.PAYOUT, f"{terms.details['target_token']}/{terms.recipient}")
    paid = next((p for p in payouts if p.tx_hash == request.locator and p.facts["amount"] == str(terms.amount)), None)
    finding = None
    if paid is not None:
        if paid.level >= Level.PROVEN and request.state is not MoveState.ACCEPTED:
            yield ev.MoveAccepted(state.id, request.id, f"Found in a block of {terms.destination}.")
        facts = {
            "contract": deployment.chain_named(terms.destination).main_contract,
            "event": f"Withdrawal({terms.details['target_token']}, {terms.amount})",
            "paid": f"{terms.details['amount.text']} to {terms.recipient}",
        }
        finding = Finding(paid, facts)
    for stage in (SENT, CLAIMED):
        yield from _compare(book, state, stage, finding, now)


def _is_ours(state: Withdrawal, operation: Entry) -> bool:
    """Whether the operation on L1 is this very withdrawal: every value that the public data holds."""
    details, facts = state.terms.details, operation.facts
    return (
        facts["amount"] == str(state.terms.amount)
        and facts["fee"] == str(state.terms.fee)
        and facts["to"] == state.terms.recipient
        and facts["token"] == details["target_token"]
        and facts["source_token"] == details["source_token"]
        and facts["chain_id"] == details["chain_id"]
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


def _replaced(state: Withdrawal, operation: Entry) -> Iterator[ev.Event]:
    """Another withdrawal with this nonce is on L1: this one can never take effect."""
    request = state.request
    if request is not None and request.state in (MoveState.SENDING, MoveState.UNKNOWN):
        yield ev.MoveRefused(
            state.id,
            request.id,
            "nonce-used",
            f"Another withdrawal with nonce {state.terms.details['nonce']} is in a batch on {operation.chain}, "
            "so this one can never take effect. Nothing was taken for it.",
            "Start again if you still want to withdraw.",
        )
    elif request is not None and request.state is MoveState.ACCEPTED and not state.stage(COMMITTED).contradicted:
        yield ev.StageContradicted(
            state.id,
            COMMITTED,
            "zkLink said that it took this request.",
            f"{operation.chain} shows another withdrawal with the same nonce.",
        )


def _findings(deployment: Deployment, book: Book, state: Withdrawal, operation: Entry) -> dict[str, Finding]:
    """Find what the book holds for each stage. A stage is never shown stronger than what ties it to the withdrawal."""
    chain = state.terms.destination
    block = operation.number
    contract = deployment.chain_named(chain).main_contract
    found = {
        COMMITTED: Finding(
            operation,
            {
                "contract": contract,
                "event": f"BlockCommit({operation.facts['batch_end']})",
                "layer-2 block": str(block),
                "your withdrawal": "found in the batch’s public data: account, nonce, token, amount and recipient",
                "state root": operation.facts["state_root"],
            },
        )
    }
    level = operation.level
    for stage, kind in _KIND_OF_STAGE.items():
        entry = book.first(chain, kind, block)
        if entry is None:
            return found
        facts = {
            "contract": contract,
            "event": f"{EVENT_OF_STAGE[stage]}({entry.number})",
            "layer-2 block": str(block),
        }
        if stage == VERIFIED:
            facts["final root"] = operation.facts["state_root"]
            facts["stored block"] = operation.facts["stored_block"]
            if operation.facts["sync_hashes"]:
                facts["sync hashes"] = operation.facts["sync_hashes"]
        level = min(level, entry.level)
        if stage == RELEASED:
            credit = _credit(book, state, operation, entry)
            if credit is None:
                return found
            level = min(level, credit.level)
            facts["credited"] = f"WithdrawalPending, log {credit.log_index} of block {credit.block_number}"
        found[stage] = Finding(replace(entry, level=level), facts)
    payout = payout_of(deployment, book, state, found[RELEASED].entry)
    if payout is not None:
        found[PAID] = Finding(payout.entry, payout.facts)
    return found


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
    kind = EVENT_OF_STAGE[stage]
    on_chain = [e for e in view.evidence if e.on_chain]
    standing = [e for e in on_chain if e.kind == kind]
    stands = finding.entry.block_hash if finding else ""
    gone = next((e for e in standing if e.block_hash != stands), None)
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
