"""Loading a token's picture: never by itself, and never before it was said who learns of it."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from ashore.domain.errors import AshoreError
from ashore.engine.pictures import AskFirst
from ashore.systems.base import Problem, Severity
from ashore.systems.reddio.system.offer import Holding
from ashore.ui.context import Context
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label, column, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.picture import decoded
from ashore.ui.widgets.problem import ProblemLine
from ashore.ui.widgets.tick import Tick
from ashore.ui.wording import breakable

_SIDE = 192
_COLLECTION = "Load pictures of this collection from there"
_UNTIL = "Whenever you choose one of its tokens, until Ashore is closed."


class PictureAsking(QWidget):
    """A small link for one chosen token; what it leads to is said and asked first."""

    loaded = Signal(str, QPixmap)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._key, self._holding = "", None  # type: tuple[str, Holding | None]
        self._have: set[str] = set()
        self._agreed: dict[bytes, set[str]] = {}
        self._once: set[str] = set()
        self._host = ""
        self.link = Button("Show its picture", "small-link")
        self.asking = Notice(context.icons, action="Load it", closable=True, below=True)
        self.asking.close_button.setText("Not now")
        self.tick = Tick(context.icons, _COLLECTION, _UNTIL)
        self.working = Label(role="small", wrap=True)
        self.trouble = ProblemLine(context.icons)
        self.setLayout(column(self.link, self.asking, self.tick, self.working, self.trouble, spacing=6))
        self.link.clicked.connect(self._look)
        self.asking.acted.connect(self._agree)
        self.asking.closed.connect(self._rest)
        self._rest()
        self.hide()

    def show_holding(self, key: str, holding: Holding | None) -> None:
        """Offer the picture of this one, if it has any. `key` names it in the list."""
        if key == self._key:
            return
        self._context.tasks.cancel("picture")
        self._key, self._holding = key, holding
        self._once = set()
        pictures = self._context.wallet.pictures
        wanted = holding is not None and bool(holding.token_uri) and pictures is not None
        self._rest()
        show_if(self, wanted and key not in self._have)
        refusal = pictures.refusal(holding.token_uri) if wanted and pictures and holding is not None else None
        if refusal is not None:  # nothing is offered that could only be refused
            show_if(self.link, False)
            self.working.show_text(breakable(f"Its picture is not shown: {_small(refusal.sentence)}"))
            return
        if wanted and holding is not None and holding.asset.token in self._agreed and key not in self._have:
            self._look()

    def _rest(self) -> None:
        self.asking.hide()
        self.tick.clear()
        self.tick.hide()
        self.working.hide()
        self.trouble.show_problem(None)
        show_if(self.link, True)

    def _look(self) -> None:
        self.trouble.show_problem(None)
        self._context.tasks.start(self._load(), failed=self._failed, name="picture")

    async def _load(self) -> None:
        pictures, holding, key = self._context.wallet.pictures, self._holding, self._key
        if pictures is None or holding is None:
            return
        hosts = self._once | self._agreed.get(holding.asset.token, set())
        self.working.show_text("The picture is being loaded." if hosts else "")
        found = await pictures.look(holding.token_uri, frozenset(hosts))
        if isinstance(found, AskFirst):
            self._ask(found)
            return
        side = _SIDE
        image = await asyncio.to_thread(decoded, found.body, side)
        if key == self._key:
            self._have.add(key)
            self.loaded.emit(key, QPixmap.fromImage(image))
            self.hide()

    def _ask(self, found: AskFirst) -> None:
        self._host = found.host
        self.link.hide()
        self.working.hide()
        sentence = f"Its {found.holds} would be loaded from {found.host}."
        advice = "That host then learns the address of this computer, and that somebody there looks at this token."
        self.asking.show_problem(Problem(breakable(sentence), advice, Severity.NOTES), act=True)
        self.tick.show()
        self.asking.action.setFocus()

    def _agree(self) -> None:
        holding = self._holding
        if holding is None or not self._host:
            return
        self._once.add(self._host)
        if self.tick.on:
            self._agreed.setdefault(holding.asset.token, set()).update(self._once)
        self._rest()
        self._look()

    def _failed(self, error: AshoreError) -> None:
        self._rest()
        self.trouble.show_problem(Problem(error.sentence, error.advice, Severity.WARNS))


def _small(sentence: str) -> str:
    """A sentence behind a colon: in lower case, unless it begins with a name."""
    first, _, rest = sentence.partition(" ")
    return f"{first.lower()} {rest}" if first in ("A", "This", "The", "What") else sentence
