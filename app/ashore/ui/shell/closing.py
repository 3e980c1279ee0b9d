"""Before the window closes: the link of a voucher is sealed first, and none that cannot be is lost without a word."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject

from ashore.engine.unopened_links import NO_ROOM
from ashore.systems.base import Problem, Severity
from ashore.ui.arrivals import Source
from ashore.ui.context import Context
from ashore.ui.shell.banners import Banners
from ashore.ui.shell.status import not_written
from ashore.ui.shell.window import MainWindow

_OPEN = "Open it first, or keep its link elsewhere."
_WITHDRAW = "Withdraw it first."
_UNLOCK = "Unlock Ashore first: it is written to your vault then."


class Closing(QObject):
    """Holds the window back while something would be lost; never the end of the session or of the system."""

    def __init__(
        self,
        context: Context,
        window: MainWindow,
        banners: Banners,
        standing: Callable[[], Iterable[tuple[str, Source]]],
    ) -> None:
        """`standing` tells the links that stand somewhere in the window, or nothing, and how they came."""
        super().__init__(window)
        self._context = context
        self._window = window
        self._banners = banners
        self._unopened = context.wallet.unopened
        self._agreed = False
        if self._unopened is not None:
            self._unopened.stand_by(lambda: [(text, source.name.lower()) for text, source in standing() if text])
        window.hold_back(self._asks)
        banners.leaving.acted.connect(self._close)
        banners.leaving.closed.connect(banners.space)

    def end(self) -> None:
        """Have what stands in the window kept, and look there no more."""
        if self._unopened is not None:
            self._unopened.keep_standing()
            self._unopened.stand_by(tuple)

    def _asks(self) -> bool:
        unopened, opened = self._unopened, self._context.wallet.opened
        if self._agreed or unopened is None:
            return False
        lost = not_written(opened.trouble, locked=self._context.wallet.locked) if opened is not None else None
        if lost is not None:
            self._ask(lost.sentence, _UNLOCK if self._context.wallet.locked else _WITHDRAW)
            return True
        if unopened.keep_standing() in NO_ROOM:
            self._ask("A voucher is here for which there is no room among those that were not opened.", _OPEN)
            return True
        if not unopened.waiting:
            return False
        if self._context.wallet.locked:
            self._ask_locked(unopened.waiting)
        else:
            self._context.tasks.start(self._seal_and_close(), name="close")
        return True

    async def _seal_and_close(self) -> None:
        unopened = self._unopened
        assert unopened is not None, "who waits for it has it"
        await unopened.settled()
        if unopened.waiting and not self._context.wallet.locked:
            self._ask(f"A voucher could not be written to your vault. {unopened.trouble}", _OPEN)
        else:
            self._window.close()  # which asks once more where it was locked meanwhile

    def _ask_locked(self, waiting: int) -> None:
        noun = "A voucher waits" if waiting == 1 else f"{waiting} vouchers wait"
        pronoun = "it is" if waiting == 1 else "they are"
        advice = f"Unlock it first: from then on {pronoun} kept in your vault, also when Ashore is closed."
        self._ask(f"{noun} for you to unlock Ashore.", advice, several=waiting > 1)

    def _ask(self, sentence: str, advice: str, *, several: bool = False) -> None:
        lost = f"If you close Ashore now, {'they are' if several else 'it is'} lost."
        self._banners.leaving.show_problem(Problem(sentence, f"{lost} {advice}", Severity.WARNS), act=True)
        self._banners.space()
        self._banners.leaving.close_button.setFocus()

    def _close(self) -> None:
        self._agreed = True
        self._window.close()
