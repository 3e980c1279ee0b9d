"""The product's own page of a voyage, painted with what the wallet of a schedule says at the moment.

The same page is used for a whole schedule, so that what it leaves standing of before is seen, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from PySide6.QtCore import QObject

from ashore.domain.withdrawal import Status
from ashore.engine.views import Voyage
from ashore.ui.context import Context, Navigator
from ashore.ui.hub import ChangeHub
from ashore.ui.pages.voyage import VoyagePage
from ashore.ui.tasks import Tasks
from ashore.ui.theme.icons import Icons
from ashore.ui.widgets.marks import WORDS
from faults.campaign import Campaign

_BREAK = "\u200b"


class _Running:
    """Whatever wallet runs in the schedule now."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign

    def subscribe(self, _listener: object) -> Callable[[], None]:
        """Nothing is told: a page is painted whenever it is compared."""
        return lambda: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._campaign.wallet, name)


class _NoWay:
    """Leads nowhere: nobody clicks."""

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_: None


class VoyagePages:
    """A page for each withdrawal of a schedule."""

    def __init__(self, campaign: Campaign, icons: Icons) -> None:
        wallet: Any = _Running(campaign)
        self._parent = QObject()
        self._hub = ChangeHub(wallet, self._parent)
        faults: list[BaseException] = []
        self._context = Context(
            wallet,
            icons.theme,
            icons,
            Tasks(faults.append),
            self._hub,
            cast("Navigator", _NoWay()),
            print,
            campaign.now,
        )
        self._pages: dict[str, VoyagePage] = {}

    def close(self) -> None:
        """Put the pages away."""
        self._hub.close()
        for page in self._pages.values():
            page.deleteLater()

    def wrong(self, voyages: Sequence[Voyage]) -> list[str]:
        """What stands on the pages and is not what the wallet says."""
        return [f"{v.withdrawal.id}, as painted: {told}" for v in voyages for told in self._of(v)]

    def _of(self, voyage: Voyage) -> Iterator[str]:
        name = voyage.withdrawal.id
        if name not in self._pages:
            self._pages[name] = VoyagePage(self._context)
            self._pages[name].show_withdrawal(name)
        page = self._pages[name]
        page.refresh()
        for widget, row in zip(page.rows, voyage.rows, strict=True):
            spoken = widget.rail.mark.accessibleName().partition(":")[0]
            if spoken.lower() != WORDS[row.mark].name.lower():
                yield f"{row.stage.id} is spoken of as {spoken!r}, and is {row.mark}"
            if (said := _text(widget.said_by)) != row.said_by:
                yield f"{row.stage.id} is said to be {said!r}, not {row.said_by!r}"
            if (sentence := _text(widget.sentence)) != row.sentence:
                yield f"{row.stage.id} says {sentence!r}, not {row.sentence!r}"
        said = {_text(page.headline), page.notice.text.replace(_BREAK, "")}
        if voyage.status is Status.FINAL and not any(voyage.headline in text for text in said):
            yield f"it does not say {voyage.headline!r}, but {said}"
        if voyage.status is not Status.FINAL and any("arrived on" in text for text in said):
            yield f"it says {said}, and it is {voyage.status}"


def _text(label: Any) -> str:
    return "" if label.isHidden() else str(label.text()).replace(_BREAK, "")
