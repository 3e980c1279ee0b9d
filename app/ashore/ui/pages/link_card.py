"""The setting that opens links with Ashore: a switch for each kind, and who opens it now."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ashore.desktop.link_registration import REFUSED
from ashore.desktop.links import REGISTERED
from ashore.systems.base import Problem, Severity
from ashore.ui.context import Context
from ashore.ui.link_choice import ASKED, ASKED_KEY, LinkChoice, program_of, still
from ashore.ui.widgets.labels import Label, column, ground
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.tick import Tick

_WHAT = {
    "lightning": "Lightning vouchers, as most wallets and web pages write them.",
    "lnurlw": "Lightning vouchers, as cards and newer services write them.",
    "ethereum": "Addresses, and requests for a payment to one.",
    "ashore": "Links that are made for Ashore.",
}
_MEANING = (
    "With its tick, a click on such a link fills a form here, and sends nothing. Without it, whichever program opened "
    "it before does so again."
)
_LOOKING = "Looking who opens them now."


def open_here(scheme: str) -> str:
    """What the switch of a scheme says."""
    return f"Open {scheme}: links with Ashore"


class LinkCard(QWidget):
    """Switches that show what is so: other programs can change it at any time."""

    def __init__(self, context: Context, choice: LinkChoice) -> None:
        super().__init__()
        self._context = context
        self._choice = choice
        self.ticks = {scheme: Tick(context.icons, open_here(scheme), _LOOKING) for scheme in REGISTERED}
        self.trouble = Notice(context.icons)
        card, inside = ground("card")
        inside.setSpacing(12)
        inside.addWidget(Label("Links from other programs", "section"))
        inside.addWidget(Label(_MEANING, "small", wrap=True))
        for scheme, tick in self.ticks.items():
            tick.box.clicked.connect(lambda on, scheme=scheme: self._choose(scheme, ours=on))
            inside.addWidget(tick)
        inside.addWidget(self.trouble)
        self.setLayout(column(card))
        choice.changed.connect(self._show)
        self._show()

    def refresh(self) -> None:
        """Look again who opens what."""
        self.trouble.clear()
        self._context.tasks.start(self._choice.look(), name="links")

    def _choose(self, scheme: str, *, ours: bool) -> None:
        self._context.wallet.set_setting(ASKED_KEY, ASKED)
        self._context.tasks.start(self._chosen(scheme, ours=ours))

    async def _chosen(self, scheme: str, *, ours: bool) -> None:
        chosen = await self._choice.choose((scheme,), ours=ours)
        if chosen.refused:
            self.trouble.show_problem(Problem(REFUSED, f"{still(chosen.refused)} {chosen.why}", Severity.WARNS))
        else:
            self.trouble.clear()

    def _show(self) -> None:
        for opener in self._choice.openers:
            tick = self.ticks[opener.scheme]
            tick.box.setEnabled(True)
            tick.box.setChecked(opener.ours)
            tick.explain(f"{_WHAT[opener.scheme]} Now opened by {program_of(opener)}.")
        for tick in self.ticks.values() if not self._choice.openers else ():
            tick.box.setEnabled(False)
