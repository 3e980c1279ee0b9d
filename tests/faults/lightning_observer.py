"""Compares what the wallet claims of vouchers with what really happened, as the practice network counts it.

The wallet may be behind the truth, never ahead of it: no settlement without a payment of that hash and amount, no
"nothing was sent" about an invoice that the service was given, no end as unpaid while it is paid.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ashore.domain.evidence import Evidence, Level
from ashore.domain.move_view import MoveView
from ashore.domain.moves import NOT_SENT, MoveState
from ashore.domain.withdrawal import Status, Withdrawal
from ashore.systems.lnurl.codec import sat_text
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.receivers import PASTED
from ashore.systems.lnurl.system.tracks import FINAL, HANDED_OVER, INVOICED, SETTLED

LNURL = "LNURL"
_UNPAID_ENDS = frozenset({Status.REFUSED, Status.FAILED})

Row = Mapping[str, Any]


def lightning_disagreements(
    states: Sequence[Withdrawal], truth: Row, *, alone: bool = True, grace_s: float = 0.0
) -> list[str]:
    """Everything that the wallet claims of vouchers and that is not so; empty where all is well.

    Args:
        states: all LNURL withdrawals of one wallet.
        truth: the control's `lightning` of `status`, asked for after the claims were made.
        alone: whether this wallet is the only one that makes invoices known to anybody.
        grace_s: how long the wallet may go on saying that an invoice was not paid after it was: until its next
            look at what had ended.
    """
    invoices = {str(row["payment_hash"]): row for row in truth["invoices"]}
    calls: dict[str, list[Row]] = {}
    for call in truth["claims"]:
        calls.setdefault(str(call["payment_hash"]), []).append(call)
    found = []
    for state in states:
        request = state.request
        if request is None:
            found.append(f"{state.id[:8]}: it has no request")
            continue
        invoice, given = invoices.get(request.locator), calls.get(request.locator, [])
        told = [*_money(state, invoice), *_handing_over(state, request, invoice, given)]
        told += _unpaid_end(state, invoice, float(truth["now"]), grace_s)
        found += [f"{state.id[:8]} ({state.status}): {sentence}" for sentence in told]
    found += _given(states, calls)
    if alone:
        found += _strangers(states, invoices, calls)
    return found


def _money(state: Withdrawal, invoice: Row | None) -> Iterator[str]:
    """What is claimed of the payment beyond the truth, and how surely."""
    received = int(invoice["received_msat"] or 0) if invoice else 0
    for stage, view in state.stages.items():
        for evidence in view.evidence:
            if evidence.level > Level.SEEN:
                yield f"{stage} is called {evidence.level.name}, and Lightning leaves no proof"
    for evidence in _settlements(state):
        said = evidence.facts.get("received", "")
        if not received:
            yield "it is shown as settled, and nothing came"
        elif said and said != sat_text(received):
            yield f"it is shown as settled with {said}, and really {sat_text(received)} came"
        elif invoice is not None and int(invoice["amount_msat"]) != state.terms.amount:
            yield f"it is about {sat_text(state.terms.amount)}, and the invoice is not"
    short = 0 < received < state.terms.amount
    if _settlements(state) and short and not any(view.contradicted for view in state.stages.values()):
        yield f"only {sat_text(received)} came, and nothing is said of that"
    if state.status is Status.FINAL and not state.stage(FINAL).evidence:
        yield "it is final without the wallet's word"
    if state.terms.account == PASTED and _settlements(state):
        yield "it is shown as settled in a wallet that Ashore cannot see"


def _settlements(state: Withdrawal) -> list[Evidence]:
    return [*state.stage(SETTLED).evidence, *state.stage(FINAL).evidence]


def _handing_over(state: Withdrawal, request: MoveView, invoice: Row | None, given: Sequence[Row]) -> Iterator[str]:
    """What is claimed of the invoice and its way to the service."""
    if state.stage(INVOICED).evidence and invoice is None and state.terms.account != PASTED:
        yield "its invoice is shown as made, and the node knows none"
    never_left = request.arrivals == 0 and request.state is MoveState.UNKNOWN
    if given and (request.code == NOT_SENT or request.sends == 0 or never_left):
        yield f"nothing was sent by its word, and the service was called {len(given)} times"
    if len(given) > request.sends:
        yield f"it was sent {request.sends} times by its word, and the service was called {len(given)} times"
    for evidence in state.stage(HANDED_OVER).evidence:
        if evidence.level is Level.REPORTED and not given:
            yield "the service is said to have taken it, and was never called"
        if evidence.level is Level.SEEN and not (invoice and invoice["received_msat"]):
            yield "the service is seen to have taken it, and nothing came"
    if request.state is MoveState.ACCEPTED and not given and not (invoice and invoice["received_msat"]):
        yield "the wallet says accepted, and the service was never called"


def _unpaid_end(state: Withdrawal, invoice: Row | None, now: float, grace_s: float) -> Iterator[str]:
    if state.status not in _UNPAID_ENDS or invoice is None or not invoice["received_msat"]:
        return
    paid_for = now - float(invoice["paid_at"])
    if paid_for > grace_s or grace_s == 0.0:
        yield f"the wallet says that it was not paid, and it was, {paid_for:.0f} s ago"


def _given(states: Sequence[Withdrawal], calls: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """What the service was given: the identical bytes each time, in calm, and after a no only at a person's wish."""
    wishes = {state.request.locator: state.request.wishes for state in states if state.request is not None}
    for name, given in calls.items():
        if len({(call["invoice_sha256"], call["k1"]) for call in given}) > 1:
            yield f"{name[:12]} was handed over in different ways"
        gaps = [after["at"] - before["at"] for before, after in itertools.pairwise(given)]
        soon = sum(gap * 1000 < PRACTICE.retry_after_ms for gap in gaps)
        if soon > wishes.get(name, 0):
            yield f"{name[:12]} was handed over again too soon: {gaps}"


def _strangers(
    states: Iterable[Withdrawal], invoices: Mapping[str, Row], calls: Mapping[str, Sequence[Row]]
) -> Iterator[str]:
    """What reached service or node without being in the journal."""
    known = {state.request.locator for state in states if state.request is not None}
    yield from (f"{name[:12]} was handed over and is in no journal" for name in calls.keys() - known if name)
    paid = {name for name, row in invoices.items() if row["received_msat"]}
    yield from (f"{name[:12]} was paid and is in no journal" for name in paid - known)
