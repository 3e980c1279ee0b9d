"""How a voyage that ended without effect leads back to the form it came from."""

from __future__ import annotations

from ashore.domain.events import Terms
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import STOPPED, Status
from ashore.engine.views import Voyage
from ashore.systems.base import Problem
from ashore.systems.zklink.system.activation_track import NEW_KEY
from ashore.ui.context import Context
from ashore.ui.wording import REDDIO, is_claim

FEE_TOO_LOW = "207"
AGAIN = "Try again with these values"
GO_ON, NEW = "Go on to the withdrawal", "New withdrawal"
WAITS_THERE = "See what waits under Unclaimed"
_WORDS = {FEE_TOO_LOW: "Try with the new fee", "205": "Quote again", "208": "Quote again"}
_ACTIVATION_WORDS = {FEE_TOO_LOW: "Try with a fee"}


def activates(terms: Terms) -> bool:
    """Whether it registers a key, and takes nothing out."""
    return NEW_KEY in terms.details


def again_words(voyage: Voyage) -> str:
    """What the button says that leads to the form with the same values; empty where there is none."""
    terms, request = voyage.withdrawal.terms, voyage.withdrawal.request
    if request is None or voyage.status not in STOPPED:
        return ""
    if request.kind is MoveKind.ACTIVATE:
        return _ACTIVATION_WORDS.get(request.code, "Try again")
    if request.kind is not MoveKind.REQUEST:
        return ""
    if voyage.status is not Status.REFUSED and terms.system != REDDIO:
        return ""  # a claim begins with what waits now; what failed on layer 2 is looked at first
    return _WORDS.get(request.code, AGAIN)


def in_the_way(context: Context, voyage: Voyage) -> Problem | None:
    """What is begun in the form, and would give way to the same values."""
    terms = voyage.withdrawal.terms
    return None if activates(terms) else context.go.unfinished_beside(terms)


def try_again(context: Context, voyage: Voyage) -> None:
    """Open the form with the same values, and everything that the operator tells asked anew."""
    terms, request = voyage.withdrawal.terms, voyage.withdrawal.request
    if activates(terms):
        charged = request is not None and request.code == FEE_TOO_LOW
        context.go.show_activation(terms.profile, terms.account, charged=charged)
    else:
        context.go.show_form(terms.profile, terms, code=request.code if request is not None else "")


def go_on_words(voyage: Voyage) -> str:
    """What the button says that leads on after the end; empty where there is none."""
    terms = voyage.withdrawal.terms
    if voyage.status is Status.FINAL:
        return GO_ON if activates(terms) else NEW
    return WAITS_THERE if is_claim(terms) and voyage.status in STOPPED else ""


def go_on(context: Context, voyage: Voyage) -> None:
    """After the end: the withdrawal that an activation opened the way for, a new one, or what a claim left waiting."""
    terms = voyage.withdrawal.terms
    if voyage.status is not Status.FINAL:
        context.go.show_section("unclaimed")
        return
    context.go.show_form(terms.profile, account=terms.account if activates(terms) else "")
