"""What a withdrawal costs, beside its voyage: in the present tense while it is under way, in the past after it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame

from ashore.domain.amounts import display_units
from ashore.domain.events import Terms
from ashore.domain.evidence import Level
from ashore.domain.withdrawal import RECEIVED, SAID_BY, STOPPED, WAY, Mark, Status, Withdrawal
from ashore.engine.views import Voyage
from ashore.systems.claiming.gas import GAS_LIKELY, GAS_SYMBOL, GAS_UNITS, gas_most, gas_words, units_words
from ashore.systems.claiming.receipts import spent_words
from ashore.systems.zklink.system.plan import COST_NOTE, COST_TEXT, DUE_TEXT
from ashore.systems.zklink.system.tracks import IN_FULL
from ashore.ui.pages.afresh import activates
from ashore.ui.pages.whose import who_receives
from ashore.ui.port import WalletPort
from ashore.ui.widgets.facts import MoneyRow
from ashore.ui.widgets.labels import Label, column
from ashore.ui.wording import LIGHTNING, REDDIO, is_claim, money, registers, stays_on_reddio

_Line = tuple[str, str] | tuple[str, str, str]


class CostsCard(QFrame):
    """Three lines at most: what leaves, what it costs, what arrives."""

    def __init__(self, wallet: WalletPort) -> None:
        super().__init__()
        self._wallet = wallet
        self.setProperty("ground", "card")
        self.lines = [MoneyRow(), MoneyRow(), MoneyRow(strong=True)]
        inner = column(Label("Costs", "caption"), *self.lines, margins=(20, 16, 20, 16))
        self.setLayout(inner)

    def show_voyage(self, voyage: Voyage) -> None:
        """Tell what this withdrawal costs, or has cost. What is paid in practice is play money, and that is said."""
        terms = voyage.withdrawal.terms
        gets = who_receives(self._wallet, terms.recipient, done=voyage.status is Status.FINAL)
        if terms.system == LIGHTNING:
            told = _lightning(voyage, practice=self._wallet.sandbox is not None)
        elif is_claim(terms):
            told = _claim(voyage)
        elif activates(terms):
            told = _activation(voyage)
        elif registers(terms):
            told = _registration(voyage)
        elif terms.system == REDDIO:
            told = _from_reddio(voyage, gets)
        elif DUE_TEXT in terms.details and voyage.withdrawal.facts.get(WAY) != IN_FULL and not _stopped(voyage):
            told = _advance(voyage, gets)
        else:
            told = _withdrawal(voyage, gets)
        for line, words in zip(self.lines, told, strict=True):
            line.setVisible(words is not None)
            if words is not None:
                line.show_money(*words)


def _lightning(voyage: Voyage, *, practice: bool) -> list[_Line | None]:
    """The service pays the routing, so what it pays is what arrives. What did not come is not called received."""
    terms, facts, amount = voyage.withdrawal.terms, voyage.withdrawal.facts, money(voyage.withdrawal.terms)
    request = voyage.withdrawal.request
    refused = request is not None and request.said_no
    unseen = voyage.track.stage(voyage.track.stages[-1].id).not_applicable
    awaited = "look in your wallet" if unseen else "nothing yet" if refused else amount
    came = {
        Status.FINAL: ("Settled (simulated)" if practice else "You received", facts.get(RECEIVED, amount)),
        Status.REFUSED: ("You received", "nothing"),
        Status.FAILED: ("You received", "nothing"),
        Status.UNSEEN: ("You receive", "look in your wallet"),
    }.get(voyage.status, ("You receive", awaited))
    host = f"from {terms.details.get(SAID_BY, '')}"
    return [("You asked for", amount, host), None if _stopped(voyage) else ("Fee", "none"), came]


def _stopped(voyage: Voyage) -> bool:
    return voyage.status in STOPPED


def _claim(voyage: Voyage) -> list[_Line | None]:
    state, amount = voyage.withdrawal, money(voyage.withdrawal.terms)
    checked = voyage.rows[-1].mark in (Mark.PROVEN, Mark.IRREVERSIBLE)
    paid = ("Paid out" if checked else "Pays out", amount)
    nothing = _stopped(voyage) or state.cancelled_by is not None
    return [("Waited on the chain", amount), _gas(state), ("Paid out", "nothing") if nothing else paid]


def _gas(state: Withdrawal) -> _Line:
    """What the gas has cost, once a receipt shows it; until then the most that it can."""
    receipt = state.receipt
    if receipt is None:
        return _gas_awaited(state)
    cost, used = spent_words(receipt)
    what = "Gas of the cancellation" if state.cancelled_by is not None else "Gas paid"
    how = "checked, irreversible" if receipt.level is Level.IRREVERSIBLE else "we checked the receipt"
    return (what, cost, f"{used}; {how}")


def _gas_awaited(state: Withdrawal) -> _Line:
    """What the gas of a transaction will cost, as its form and its review had it."""
    symbol, told = state.terms.details[GAS_SYMBOL], {**state.terms.details, **state.facts}
    most = gas_words(gas_most(state), symbol)
    if GAS_LIKELY not in told:
        return ("Gas, at most", most)  # it was signed before this was kept
    units = units_words(int(told[GAS_UNITS]))
    return ("Gas, probably", gas_words(int(told[GAS_LIKELY]), symbol), f"{units}; at most {most}")


def _activation(voyage: Voyage) -> list[_Line | None]:
    terms = voyage.withdrawal.terms
    fee = _sum(terms.fee, terms) if terms.fee and not _stopped(voyage) else "none"
    return [("Fee", fee), None, ("Withdrawn", "nothing")]


def _registration(voyage: Voyage) -> list[_Line | None]:
    return [_gas(voyage.withdrawal), None, ("Withdrawn", "nothing")]


def _from_reddio(voyage: Voyage, gets: str) -> list[_Line | None]:
    """Reddio keeps nothing; what it costs is the gas of a claim, told with that."""
    terms, done, amount = voyage.withdrawal.terms, voyage.status is Status.FINAL, money(voyage.withdrawal.terms)
    if voyage.status in (Status.ENDED, Status.UNSEEN):
        return [("Asked for", amount), None, ("You receive" if voyage.status is Status.ENDED else gets, "not known")]
    if _stopped(voyage):
        return [("Asked for", amount), None, (f"{terms.system} says", "nothing was taken")]
    sends = ("You sent" if done else "You send", amount)
    if stays_on_reddio(terms):
        return [sends, ("Reddio’s fee", "none"), (gets, amount, "by Reddio’s word" if done else "")]
    claim = "with a claim, which costs gas" if not done else ""
    return [sends, ("Reddio’s fee", "none"), (gets, amount, claim)]


def _advance(voyage: Voyage, gets: str) -> list[_Line | None]:
    """What a broker's payment in advance costs, as one."""
    terms, done = voyage.withdrawal.terms, voyage.status is Status.FINAL
    return [
        ("You sent" if done else "You send", _sum(terms.amount + terms.fee, terms)),
        ("Cost you in total" if done else "Costs you in total", terms.details[COST_TEXT], terms.details[COST_NOTE]),
        (gets, terms.details[DUE_TEXT]),
    ]


def _withdrawal(voyage: Voyage, gets: str) -> list[_Line | None]:
    state, terms, done = voyage.withdrawal, voyage.withdrawal.terms, voyage.status is Status.FINAL
    total = _sum(terms.amount + terms.fee, terms)
    if _stopped(voyage):  # only the operator's word says so: L1 may still show it
        return [("Asked for", total), None, (f"{terms.system} says", "nothing was taken")]
    sends = ("Sender sends", "Sender sent") if state.is_followed else ("You send", "You sent")
    return [(sends[done], total), (f"{terms.system} fee", _sum(terms.fee, terms)), (gets, money(terms))]


def _sum(amount: int, terms: Terms) -> str:
    return f"{display_units(amount, terms.decimals)} {terms.symbol}"
