"""The vouchers whose links came and were not opened yet: a way to open each, and a way to forget it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLayout

from ashore.domain.errors import AshoreError
from ashore.engine.unopened_links import UnopenedVoucher
from ashore.systems.base import Problem, Severity
from ashore.ui.arrivals import source_words
from ashore.ui.context import Context
from ashore.ui.pages.earlier import earlier_words
from ashore.ui.pages.forgetting_all import ForgettingAll
from ashore.ui.pages.kept_list import KeptCard, KeptList
from ashore.ui.pages.lnurl_words import both_forms
from ashore.ui.port import UnopenedPort
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label
from ashore.ui.wording import breakable, clock_time

TITLE = "Not opened yet"
_ABOUT = "Kept in your vault. A service is asked when you open its voucher, and not before."
_WHAT_FORGETTING_MEANS = "Its link is deleted from your vault, for good. To withdraw it you would need the link again."
_NOT_WRITTEN = Problem("It is not written to your vault yet.", "Open it before you close Ashore.", Severity.WARNS)


class Row(NamedTuple):
    """One entry, and which it is of those that came from one host at one time; empty where it is the only one.

    `before` says what was withdrawn by the same link, empty where nothing was.
    """

    voucher: UnopenedVoucher
    which: str
    before: str


class UnopenedCard(KeptCard):
    """One voucher: what it is, its host, when it came and from where, never its link."""

    def __init__(self, context: Context, row: Row) -> None:
        voucher = row.voucher
        at = clock_time(voucher.came_at, context.now()) + row.which
        host = breakable(both_forms(voucher.host), 12)
        kind = "a web address" if voucher.web else "a Bolt Card" if voucher.card else "the voucher"
        which = f"{kind} of {voucher.host}, which came at {at}"
        came = f"Came {source_words(voucher.source)} at {at}".replace("  ", " ")
        doubt = ", a web address that may be a voucher" if voucher.web else ", a tap of a Bolt Card"
        told = f"{came}{doubt if voucher.web or voucher.card else ''}"
        words = [Label(host, "strong", wrap=True), Label(breakable(told), "muted", wrap=True)]
        if voucher.asked_at:
            asked = clock_time(voucher.asked_at, context.now(), seconds=False)
            answer = "its service said no" if voucher.refused else "no voucher came in answer"
            words.append(Label(f"Asked at {asked}: {answer}.", "muted", wrap=True))
        if row.before:
            words.append(Label(breakable(row.before), "muted", wrap=True))
        name = "Look at" if voucher.web else "Open"
        self.open_button = Button(name, name=f"{name} {which}")
        super().__init__(context, which, words, self.open_button)
        self.voucher = voucher
        self.put(
            f"Forget this voucher, which was not opened: {host}, {breakable(told[0].lower() + told[1:])}?",
            _WHAT_FORGETTING_MEANS,
        )
        self.doubt.show_problem(None if voucher.sealed else _NOT_WRITTEN)


class UnopenedVouchers(KeptList[Row, UnopenedCard]):
    """All of them, but for the one that stands in the field above."""

    opening = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__(context, TITLE, _ABOUT)
        self._but = ""
        self.forgetting.agreed.connect(self._forget_all)
        context.hub.opened_changed.connect(self.refresh)
        self.refresh()

    def head(self, heading: QLayout) -> ForgettingAll:
        self.forgetting = ForgettingAll(heading)
        return self.forgetting

    def refresh(self) -> None:
        super().refresh()
        unopened, listed = self._unopened, [card.voucher.id for card in self.cards]
        everything = 0 if unopened is None else len(unopened.listed())
        self.forgetting.offer(listed, one_stays=len(listed) < everything)

    @property
    def _unopened(self) -> UnopenedPort | None:
        return self._context.wallet.unopened

    def leave_out(self, text: str) -> None:
        """From the next look on, list all but the voucher of this link, which is in view already."""
        self._but = text

    def entries(self) -> Sequence[Row]:
        unopened = self._unopened
        if unopened is None:
            return ()
        but = unopened.name_of(self._but) if self._but else ""
        alike = Counter(_seen(each) for each in unopened.listed())
        rows, before = [], Counter[tuple[str, int]]()
        for each in unopened.listed():
            seen = _seen(each)
            before[seen] += 1
            which = f" ({before[seen]} of {alike[seen]})" if alike[seen] > 1 else ""
            rows += [Row(each, which, self._before(each))] if each.id != but else []
        return rows

    def _before(self, voucher: UnopenedVoucher) -> str:
        earlier = self._context.wallet.earlier
        claim = earlier.of_name(voucher.id) if earlier is not None else None
        return earlier_words(claim, self._context.now()).sentence if claim is not None else ""

    def card(self, entry: Row) -> UnopenedCard:
        card = UnopenedCard(self._context, entry)
        card.taken.connect(lambda: self.opening.emit(entry.voucher.id))
        card.agreed.connect(lambda: self._forget(entry.voucher))
        return card

    def _forget(self, voucher: UnopenedVoucher) -> None:
        if self._unopened is not None:
            done = Problem(f"The voucher of {both_forms(voucher.host)} is forgotten.", "Its link is deleted.")
            self.let_go(voucher.id, self._unopened.forget, done)

    def _forget_all(self) -> None:
        if self._unopened is not None:
            work = self._forgotten(self._unopened, self.forgetting.asked)
            self._context.tasks.start(work, failed=self.say, name="forget all that is not opened")

    async def _forgotten(self, unopened: UnopenedPort, asked: Sequence[str]) -> None:
        """Forget what was asked of, and say how many are gone, also where the vault let only some go."""
        self.notice.show_problem(Problem(f"{len(asked)} vouchers are being forgotten.", severity=Severity.NOTES))
        try:
            await unopened.forget(*asked)
        except AshoreError as error:
            left = {each.id for each in unopened.listed()}
            gone = sum(each not in left for each in asked)
            told = f"{gone} of {len(asked)} vouchers are forgotten" if gone else "No voucher is forgotten"
            raise AshoreError(f"{told}. {error.sentence}", error.advice) from error
        finally:
            self.forgetting.withdraw()
        self.refresh()
        self.notice.show_done(f"{len(asked)} vouchers are forgotten.", "Their links are deleted.")
        self._show_or_hide()


def _seen(voucher: UnopenedVoucher) -> tuple[str, int]:
    """What of a voucher tells it apart for who looks: its host, and the second in which it came."""
    return voucher.host, voucher.came_at // 1000
