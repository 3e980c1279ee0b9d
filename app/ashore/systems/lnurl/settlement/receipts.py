"""What the receiver's wallet says about an invoice, and what that means for its withdrawal."""

from collections.abc import Iterable

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import NOT_SENT, MoveState
from ashore.domain.withdrawal import RECEIVED, UNSEEN_END, Withdrawal
from ashore.lightning.backends import Receipt, ReceiptState
from ashore.systems.lnurl.codec import sat_text
from ashore.systems.lnurl.system.tracks import FINAL, HANDED_OVER, SETTLED
from ashore.systems.lnurl.system.wording import COMPARED
from ashore.systems.lnurl.system.wording import SETTLED as SETTLED_WORD

WATCHED_PAST_EXPIRY_MS = 600_000
"""A payment may settle this long after its invoice expired."""

PAID_NOT = "The service said OK, but the invoice expired unpaid."
NEVER_HANDED_OVER = "The invoice expired before it was handed over."
NOTHING_SENT = f"Nothing was sent. {NEVER_HANDED_OVER}"
UNPAID = "The invoice expired unpaid, so nothing was withdrawn."
AGAIN = "Open the link again to start anew."
LET_GO = f"The voucher was not claimed, and nobody was given the invoice. {AGAIN}"
"""No wallet has to be told to forget it: an invoice that nobody has is paid by nobody, and it expires."""
AFTER_ALL = "It was paid after all."
AFTER_ALL_LATER = "It was paid after all: the wallet shows it since Ashore had taken it for unpaid."
ANYWAY = "If it pays anyway, you will see it here."
ANYWAY_UNSEEN = "It may pay all the same."


def events_of(state: Withdrawal, receipt: Receipt, source: str, expires_at_ms: int, now_ms: int) -> Iterable[ev.Event]:
    """What the wallet's word changes. `source` names the wallet. Nothing where it is known already."""
    if receipt.state is ReceiptState.SETTLED:
        yield from _settled(state, receipt, source, now_ms)
    elif now_ms > expires_at_ms + WATCHED_PAST_EXPIRY_MS:
        yield from _expired(state, receipt, source)  # by the computer's clock, which may be wrong


def _expired(state: Withdrawal, receipt: Receipt, source: str) -> Iterable[ev.Event]:
    """The end of what was not paid. A move that never left or was never taken ends refused, with what was said."""
    request = state.request
    if request is None or request.state in (MoveState.REFUSED, MoveState.DEAD):
        return
    if request.arrivals == 0 and request.state is not MoveState.ACCEPTED:
        yield ev.MoveRefused(state.id, request.id, NOT_SENT, NOTHING_SENT, LET_GO)
    elif receipt.state is ReceiptState.UNPAID:
        return  # the wallet does not say that it has expired: it can still be paid
    elif receipt.state is ReceiptState.UNKNOWN_HERE:
        if UNSEEN_END not in state.facts:
            yield ev.FactLearnt(state.id, UNSEEN_END, "expired", "Ashore")
    elif request.state is not MoveState.ACCEPTED:
        said = request.said.removesuffix(ANYWAY).strip() if request.said_no else ""
        yield ev.MoveRefused(state.id, request.id, "expired", f"{said} {UNPAID}".strip(), AGAIN)
    elif not state.stage(SETTLED).failed:
        yield ev.StageFailed(state.id, SETTLED, PAID_NOT, source)


def _after_all(state: Withdrawal, evidence: Evidence) -> Iterable[ev.Event]:
    """What was taken for unpaid was paid: the end that was told gives way to the wallet's word."""
    request = state.request
    if request is not None and request.state is MoveState.REFUSED:
        if request.said_no:
            yield ev.StageContradicted(state.id, HANDED_OVER, request.said.removesuffix(UNPAID).strip(), AFTER_ALL)
        yield ev.MoveAccepted(state.id, request.id, AFTER_ALL)
    yield ev.StageRecovered(state.id, SETTLED, AFTER_ALL_LATER, evidence)


def _settled(state: Withdrawal, receipt: Receipt, source: str, now_ms: int) -> Iterable[ev.Event]:
    received = receipt.received_msat
    if state.stage(FINAL).evidence:
        return
    compared = "the payment hash; this wallet names no amount" if received is None else "payment hash and amount"
    facts = {"payment hash": receipt.payment_hash, "asked": sat_text(state.terms.amount)}
    if received is not None:
        facts["received"] = sat_text(received)
    facts[COMPARED] = compared
    evidence = Evidence(SETTLED_WORD, Level.SEEN, source, now_ms, facts)
    if state.is_open:
        yield ev.StageReached(state.id, SETTLED, evidence)
    else:
        yield from _after_all(state, evidence)
    if received is not None and received < state.terms.amount:
        yield ev.StageContradicted(
            state.id,
            SETTLED,
            f"The invoice was over {sat_text(state.terms.amount)},",
            f"but {source} says that {sat_text(received)} arrived.",
        )
        yield ev.FactLearnt(state.id, RECEIVED, sat_text(received), source)
    yield ev.StageReached(state.id, FINAL, evidence)
