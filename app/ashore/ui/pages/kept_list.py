"""What was kept for later: a card for each, with a way to go on with it and a way to forget it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from ashore.domain.errors import AshoreError
from ashore.systems.base import Problem, Severity
from ashore.ui.context import Context
from ashore.ui.widgets.asking import AskingCard
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label, clear, column, reached_after, row, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.problem import ProblemLine


class KeptCard(AskingCard):
    """One that is kept: words at the left, what can be done at the right, and the question before it goes.

    `which` names it for those who hear the window rather than see it.
    """

    taken = Signal()

    def __init__(self, context: Context, which: str, words: Sequence[QWidget], take: Button) -> None:
        self.forget_button = Button("Forget", "small-link", name=f"Forget {which}")
        no = Button("Keep it", name=f"Keep {which}")
        super().__init__(self.forget_button, no, Button("Forget it", name=f"Yes, forget {which}"))
        self.take_button = take
        self.doubt = ProblemLine(context.icons)
        line = row(column(*words, spacing=4), self.forget_button, take, spacing=12)
        line.setStretch(0, 1)
        for button in (self.forget_button, take):
            line.setAlignment(button, Qt.AlignmentFlag.AlignVCenter)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(20, 14, 20, 14)
        self._outer.setSpacing(8)
        self._outer.addLayout(line)
        self._outer.addWidget(self.doubt)
        take.clicked.connect(self.taken)

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where Tab comes to in it, in their order."""
        return self.forget_button, self.take_button, self.no, self.yes

    def put(self, question: str, meaning: str) -> QWidget:
        asked = super().put(question, meaning)
        self._outer.addWidget(asked)
        return asked


EntryT = TypeVar("EntryT")
CardT = TypeVar("CardT", bound=KeptCard)


class KeptList(QWidget, Generic[EntryT, CardT]):
    """All of them; hidden while there are none and nothing is to be said, or they are not wanted."""

    forgotten = Signal(str)

    def __init__(self, context: Context, title: str, about: str) -> None:
        super().__init__()
        self._context = context
        self._wanted = True
        self.notice = Notice(context.icons, closable=True)
        self.heading = self.head(column(Label(title, "section"), Label(about, "small", wrap=True), spacing=2))
        self.cards: list[CardT] = []
        self._made_of: list[object] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self._body = column(self.heading, self.notice, self._list, spacing=8)
        self.setLayout(self._body)
        self.notice.closed.connect(self._show_or_hide)
        context.hub.lock_changed.connect(self._lock_changed)

    # What each list says in its own way

    def entries(self) -> Sequence[EntryT]:
        """What is kept now. Nobody is asked for it."""
        raise AssertionError("each list has its own entries")

    def card(self, entry: EntryT) -> CardT:
        """The card of one."""
        raise AssertionError(f"each list has its own cards: {type(entry).__name__}")

    def head(self, heading: QLayout) -> QWidget | QLayout:
        """What stands above the list."""
        return heading

    def identity(self, entry: EntryT) -> object:
        """What a card is made of. Where it changes, the cards are made anew."""
        return entry

    def show_entry(self, card: CardT, entry: EntryT) -> None:
        """Show on a card what may change without a new card."""

    # What all do alike

    def want(self, wanted: bool) -> None:
        """Be there, where there is something to list, or not at all."""
        self._wanted = wanted
        self.refresh()

    def refresh(self) -> None:
        """Show what is kept now."""
        entries = self.entries()
        made_of = [self.identity(entry) for entry in entries]
        if made_of != self._made_of:
            clear(self._list)
            self._made_of = made_of
            self.cards = [self.card(entry) for entry in entries]
            for card in self.cards:
                self._list.addWidget(card)
            reached_after(self.notice.close_button, *(stop for card in self.cards for stop in card.stops))
        for card, entry in zip(self.cards, entries, strict=True):
            self.show_entry(card, entry)
        self._show_or_hide()

    def _show_or_hide(self) -> None:
        show_if(self, self._wanted and (bool(self.cards) or not self.notice.isHidden()))

    def _lock_changed(self) -> None:
        self.notice.clear()
        self.refresh()

    def let_go(self, entry: str, forget: Callable[[str], Awaitable[None]], done: Problem) -> None:
        """Have the entry of that id forgotten, and say that it is `done`, or why not."""
        self._context.tasks.start(self._let_go(entry, forget, done), failed=self.say, name=f"forget {entry}")

    async def _let_go(self, entry: str, forget: Callable[[str], Awaitable[None]], done: Problem) -> None:
        await forget(entry)
        self.refresh()
        self.forgotten.emit(entry)
        self.notice.show_done(done.sentence, done.advice)
        self._show_or_hide()

    def say(self, error: AshoreError) -> None:
        """Say what did not work. What was to be forgotten can be forgotten still."""
        for card in self.cards:
            if not card.asking:
                card.withdraw()
        self.refresh()
        self.notice.show_problem(Problem(error.sentence, error.advice, Severity.WARNS))
        self._show_or_hide()
