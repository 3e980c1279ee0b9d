"""What the fields of two systems have in common: whose money it is, how much of it leaves, and to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ashore.domain.addresses import readable
from ashore.engine.views import Account
from ashore.systems.base import Problem, Severity
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.field import AddressEdit, Field, LineEdit
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, row, show_if

ADDRESS_DIGITS = 40
_HEX = frozenset("0123456789abcdefABCDEF")


class AccountFields(QWidget):
    """A form's left side. It holds raw texts; the wallet judges them.

    A system arranges them with its own as `fields`, by the names of their problems, and calls `connect_common`. It says
    in `edits` what is typed, in `own_address` whose account it is, and in `values`, `restore` and `reset` the draft.
    """

    edited = Signal()
    account_chosen = Signal(int)
    submitted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._touched: set[str] = set()
        self.account = Choice(theme, "From account")
        self.amount = LineEdit("Amount", "0.00")
        self.maximum = Button("Max", "small-link", name="Use the greatest amount that can be withdrawn")
        self.balance = Label(role="small")
        self.recipient = AddressEdit(theme, "Recipient", "0x…")
        self.own = Button("Use this account’s own address", "small-link")
        self.grouped = HexText(theme, what="Recipient in groups", size=12)
        self.grouped.hide()
        self.fields: dict[str, Field] = {}

    def below_amount(self) -> QHBoxLayout:
        """What stands below the amount: what there is of it, and all of that."""
        return row(self.balance, self.maximum, -1, spacing=10)

    def connect_common(self) -> None:
        """Once all fields are there: tell of what a person does in them."""
        self.account.changed.connect(lambda key: self.account_chosen.emit(int(key)))
        for name, edit in self.edits().items():
            edit.textEdited.connect(lambda _text, name=name: self.touch(name))
            edit.returnPressed.connect(self.submitted)
        for field in self.fields.values():
            if isinstance(field.control, Choice):
                field.control.entered.connect(self.submitted)
        self.recipient.textChanged.connect(lambda _text: self.show_grouped())
        self.own.clicked.connect(self._use_own)

    # What each system says in its own way

    def edits(self) -> Mapping[str, LineEdit]:
        """What is typed, by the names of the fields."""
        raise AssertionError("each form has its own fields")

    def own_address(self) -> str:
        """The address of the account, in hex; empty while it is not known."""
        raise AssertionError("each form has an account")

    def values(self) -> dict[str, str]:
        """The draft: raw texts by field name."""
        raise AssertionError("each form has its own fields")

    def restore(self, values: Mapping[str, str]) -> None:
        """Put an unfinished draft back."""
        raise AssertionError(f"each form has its own fields: {', '.join(values)}")

    def reset(self) -> None:
        """Empty what was typed, after it was sent."""
        self._touched.clear()
        for edit in self.edits().values():
            edit.clear()

    def kept(self) -> dict[str, str]:
        """The draft with all that was typed, whether it is needed now or not."""
        return self.values()

    def groups(self, digits: int) -> bool:
        """Whether so many hex digits are worth showing in groups."""
        return digits == ADDRESS_DIGITS

    # What is the same

    def touch(self, name: str) -> None:
        """A person wrote or chose something there."""
        self._touched.add(name)
        self.edited.emit()

    def touch_all(self) -> None:
        """From now on say of empty fields too what they lack: the person wanted to go on."""
        self._touched.update(self.fields)

    def set_ready(self, ready: bool) -> None:
        """Whether there is an offer to fill the fields in for. Another account can be chosen all the same."""
        for name, field in self.fields.items():
            field.setEnabled(ready or name == "account")

    def show_accounts(self, accounts: tuple[Account, ...], chosen: int) -> None:
        """Offer these accounts to withdraw from."""
        self.account.set_options([(str(a.index), account_words(a)) for a in accounts], str(chosen))
        self.account.select(str(chosen))

    def use_maximum(self, text: str) -> None:
        """Write the greatest amount."""
        self.amount.setText(text)
        self.touch("amount")

    def show_problems(self, find: Callable[[str], Problem | None]) -> None:
        """Show beside each field what `find` says of its name, where that is worth showing."""
        for name, field in self.fields.items():
            field.show_problem(self.worth_showing(name, find(name)))

    def worth_showing(self, name: str, problem: Problem | None) -> Problem | None:
        """Nobody is told off for a field that was not reached yet; what ails the account is said above the form."""
        if name == "account":
            return None
        if problem is None or problem.severity is not Severity.BLOCKS or name in self._touched:
            return problem
        edit = self.edits().get(name)
        return None if edit is not None and not edit.text() else problem

    def show_grouped(self) -> None:
        """Show the recipient in groups, as soon as it is whole."""
        text = self.recipient.text().strip()
        digits = text[2:]
        plain = text[:2] == "0x" and self.groups(len(digits)) and _HEX.issuperset(digits)
        self.grouped.show_hex(text if plain else "")
        show_if(self.grouped, plain)

    def _use_own(self) -> None:
        address = self.own_address()
        if address:
            self.recipient.setText(readable(address))
            self.touch("recipient")


def account_words(account: Account) -> str:
    """An account as an option: its label, its address, and whether it signs elsewhere."""
    elsewhere = " · signs elsewhere" if account.elsewhere else ""
    return f"{account.label} · {_short(account.address)}{elsewhere}"


def _short(address: str) -> str:
    full = readable(address)
    return f"{full[:6]} … {full[-4:]}"
