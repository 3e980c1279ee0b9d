"""Settings: how the window looks, when it locks, the practice chain's clock, what the marks mean, and what this is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton, QWidget

from ashore import __version__
from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import Mark
from ashore.engine.autolock import LOCK_AFTER, LOCK_CHOICES_S, lock_seconds
from ashore.engine.views import RELAYER_KEY, RESTS
from ashore.systems.base import Problem
from ashore.ui.context import Context
from ashore.ui.pages.link_card import LinkCard
from ashore.ui.pages.page import Page
from ashore.ui.pages.practice import CLOCK_KEY, STEP, Steps
from ashore.ui.theme.theme import CHOICES, TEXT_SIZES
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.labels import Label, ground, show_if
from ashore.ui.widgets.marks import WORDS, MarkWidget
from ashore.ui.widgets.scroll import ScrollColumn
from ashore.ui.widgets.tick import Tick

_THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}
CLOCKS = {
    "demo": ("Demo", "A withdrawal takes about 40 seconds."),
    "realistic": ("Realistic", "Every stage takes as long as it usually does: hours."),
    STEP: ("Step by step", "Nothing happens until you press a button below."),
}
RELAYER_RESTS = (
    "Released money then stays in the contract until it is claimed: see Unclaimed. This stays so over a restart."
)
THEME_KEY, TEXT_SIZE_KEY = "theme", "text-size"


class SettingsPage(Page):
    """All settings, in force as soon as they are chosen."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Settings")
        scroll = ScrollColumn(margins=(0, 0, 14, 24), spacing=16)
        self.body.addWidget(scroll, 1)
        self.groups: dict[str, QButtonGroup] = {}
        self.steps = Steps(context)
        self.links = LinkCard(context, context.links) if context.links is not None else None
        for card in (self._look(), self._lock(), self.links, self._clock(), self._marks(), self._about()):
            if card is not None:
                scroll.column.addWidget(card)
        scroll.column.addStretch(1)

    def _look(self) -> QWidget:
        card, column = ground("card")
        theme = self.context.theme
        column.addWidget(Label("Appearance", "section"))
        column.addWidget(Label("Colours", "caption"))
        column.addWidget(self._radios("Colours", THEME_KEY, {k: _THEMES[k] for k in CHOICES}, theme.choice))
        column.addWidget(Label("Text size", "caption"))
        sizes = {str(size): f"{size} %" for size in TEXT_SIZES}
        column.addWidget(self._radios("Text size", TEXT_SIZE_KEY, sizes, str(theme.text_size)))
        return card

    def _lock(self) -> QWidget:
        card, column = ground("card")
        wallet = self.context.wallet
        column.addWidget(Label("Lock", "section"))
        column.addWidget(Label("Lock by itself when nobody uses the window for", "caption"))
        chosen = lock_seconds(wallet.setting(LOCK_AFTER, ""), wallet.network.id)
        times = {str(seconds): _lock_time(seconds) for seconds in LOCK_CHOICES_S}
        column.addWidget(self._radios("Lock by itself after", LOCK_AFTER, times, str(chosen)))
        note = (
            "Locking ends the process that holds your keys, and holds until the password is entered, also over a "
            "restart. Withdrawals under way are watched all the same."
        )
        column.addWidget(Label(note, "small", wrap=True))
        return card

    def _clock(self) -> QWidget | None:
        if self.context.wallet.sandbox is None:
            return None
        card, column = ground("card")
        column.addWidget(Label("Practice chain", "section"))
        column.addWidget(Label("How its clock runs", "caption"))
        chosen = self.context.wallet.setting(CLOCK_KEY, "demo")
        column.addWidget(self._radios("Clock", CLOCK_KEY, {k: name for k, (name, _) in CLOCKS.items()}, chosen))
        self.clock_note = Label(role="small", wrap=True)
        column.addWidget(self.clock_note)
        column.addWidget(self.steps)
        self.relayer = Tick(self.context.icons, "The relayer rests", RELAYER_RESTS)
        self.relayer.box.clicked.connect(self._rest_relayer)
        column.addWidget(self.relayer)
        self._show_clock(chosen)
        return card

    def shown(self) -> None:
        if self.links is not None:
            self.links.refresh()
        if self.context.wallet.sandbox is not None:
            self.context.tasks.start(self._show_relayer(), failed=self._failed, name="relayer")

    async def _show_relayer(self) -> None:
        if self.context.wallet.sandbox is not None:
            self.relayer.box.setChecked(await self.context.wallet.sandbox.relayer_rests())

    def _rest_relayer(self, rests: bool) -> None:
        self.context.tasks.start(self._let_rest(rests), failed=self._not_let_rest, name="relayer")

    def _not_let_rest(self, error: AshoreError) -> None:
        """Nothing changed, and the box says so."""
        self.relayer.box.setChecked(self.context.wallet.setting(RELAYER_KEY, "") == RESTS)
        self._failed(error)

    async def _let_rest(self, rests: bool) -> None:
        if self.context.wallet.sandbox is not None:
            await self.context.wallet.sandbox.rest_relayer(rests)
            self.context.wallet.set_setting(RELAYER_KEY, RESTS if rests else "")

    def _marks(self) -> QWidget:
        card, column = ground("card")
        column.addWidget(Label("Marks of evidence", "section"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(2, 1)
        for place, mark in enumerate(Mark):
            grid.addWidget(MarkWidget(self.context.theme, mark), place, 0)
            grid.addWidget(Label(WORDS[mark].name.capitalize(), "value"), place, 1)
            grid.addWidget(Label(WORDS[mark].meaning, "muted", wrap=True), place, 2)
        column.addLayout(grid)
        return card

    def _about(self) -> QWidget:
        card, column = ground("card")
        network = self.context.wallet.network
        column.addWidget(Label("About", "section"))
        facts = Facts(self.context.theme)
        facts.add("Version", f"Ashore {__version__}")
        facts.add("Network", network.badge, note=network.explanation)
        if self.context.data_place:
            facts.add("Your data", self.context.data_place)
        facts.add("Prices", "none", note="Asking a price service would tell it what you own.")
        column.addWidget(facts)
        return card

    def _radios(self, what: str, key: str, options: dict[str, str], chosen: str) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(gap=8)
        group = QButtonGroup(holder)
        for value, text in options.items():
            radio = QRadioButton(text)
            radio.setAccessibleName(f"{what}: {text}")
            radio.setChecked(value == chosen)
            radio.setProperty("value", value)
            group.addButton(radio)
            flow.addWidget(radio)
        holder.setLayout(flow)
        group.buttonToggled.connect(lambda button, on: self._chosen(key, str(button.property("value"))) if on else None)
        self.groups[key] = group
        return holder

    def _chosen(self, key: str, value: str) -> None:
        theme = self.context.theme
        if key == THEME_KEY:
            with self._busy(key):
                theme.apply(value)
        elif key == TEXT_SIZE_KEY:
            with self._busy(key):
                theme.apply(theme.choice, int(value))
        elif key == LOCK_AFTER:
            self.context.wallet.set_setting(key, value)
            self.context.hub.tick.emit()  # the side bar says the new time at once
        else:
            self.context.wallet.set_setting(key, value)
            self._show_clock(value)
            self.context.tasks.start(self._set_clock(value), failed=self._failed, name="clock")

    @contextlib.contextmanager
    def _busy(self, key: str) -> Iterator[None]:
        """Show the choice and that it is being done, before the window has no time to show anything."""
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        for button in self.groups[key].buttons():
            button.repaint()
        try:
            yield
        finally:
            QGuiApplication.restoreOverrideCursor()

    def _show_clock(self, mode: str) -> None:
        self.clock_note.setText(CLOCKS.get(mode, ("", ""))[1])
        show_if(self.steps, mode == STEP)

    async def _set_clock(self, mode: str) -> None:
        if self.context.wallet.sandbox is not None:
            await self.context.wallet.sandbox.set_clock(mode)

    def _failed(self, error: AshoreError) -> None:
        self.context.notify(Problem(error.sentence, error.advice))


def _lock_time(seconds: int) -> str:
    if not seconds:
        return "Never"
    return f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h"
