"""What a wallet said when it was tried out, and the buttons that act on it."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from ashore.domain.untrusted import plain
from ashore.engine.receiving import TriedWallet
from ashore.lightning.backends import Identity, Limits
from ashore.lightning.runes import RUNE_RECIPE
from ashore.systems.base import Problem, Severity
from ashore.ui.pages.receiving_entries import CORE_LIGHTNING, LNBITS
from ashore.ui.pages.receiving_fields import recipe_block
from ashore.ui.theme.icons import Icons
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.labels import Label, clear, column, ground, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.wording import breakable

_BEFORE = (
    "Test the connection to see whose wallet it is, what it can receive, and what the {credential} may do. "
    "Nothing is kept before you connect."
)
_TESTING = "The wallet is being asked."
_CONNECTING = "The wallet is asked once more, and what it needs is sealed in your vault."
OWN_NODE = "Yourself: what arrives, arrives in your own node."
CUSTODIAN = "Whoever runs the server. That something arrived is your custodian’s word, until you take it out."
_MSAT = 1_000
_MOST_SAID = 600


class Stage(Enum):
    """How far setting up has come."""

    UNTRIED = auto()
    TESTING = auto()
    TRIED = auto()
    CONNECTING = auto()


class ResultCard(QWidget):
    """The card beside the form, with its one primary action."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self.stage = Stage.UNTRIED
        self.risky = False
        self.heading = Label("Not tested yet", "section", wrap=True)
        self.words = Label(role="muted", wrap=True)
        self.failure = Notice(icons)
        self.test = Button("Test the connection", "primary")
        self.connect_button = Button("Connect", "primary")
        self.anyway = Button("Connect anyway")
        self.again = Button("Test again", "link")
        self.cancel = Button("Cancel")
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Asking the wallet")
        self._told = QVBoxLayout()
        self._told.setSpacing(10)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        card, inner = ground("card")
        outer.addWidget(card)
        for item in (self.heading, self.words, self.progress, self.failure):
            inner.addWidget(item)
        inner.addLayout(self._told)
        buttons = (self.test, self.connect_button, self.anyway, self.again, self.cancel)
        inner.addLayout(column(*buttons, spacing=8))
        self.show_untried("rune")

    def show_untried(self, credential: str, failure: Problem | None = None) -> None:
        """Nothing is known of these entries; `failure` says what went wrong with them."""
        self._empty("Not tested yet" if failure is None else "It did not work", _BEFORE.format(credential=credential))
        if failure is not None:
            self.failure.show_problem(failure)
        self._set_stage(Stage.UNTRIED)

    def show_testing(self) -> None:
        """The wallet is being asked."""
        self._empty("Testing the connection", _TESTING)
        self._set_stage(Stage.TESTING)

    def show_connecting(self) -> None:
        """The wallet is being kept. What it said stays in view."""
        self.words.show_text(_CONNECTING)
        self._set_stage(Stage.CONNECTING)

    def show_tried(self, tried: TriedWallet, kind: str, notes: tuple[Problem, ...] = ()) -> None:
        """What the wallet said, and a warning where its credential could spend."""
        self._empty("The connection works", "")
        self.risky = bool(tried.warning)
        identity = tried.identity
        sentence = Label(breakable(plain(identity.sentence.replace(RUNE_RECIPE, ""), _MOST_SAID)), wrap=True)
        if tried.warning:
            self._warn(sentence.text(), kind)
        else:
            self._told.addWidget(sentence)
        for note in notes:
            notice = Notice(self._icons)
            self._told.addWidget(notice)
            notice.show_problem(note)
        self._told.addWidget(self._facts(identity, tried.limits))
        self._set_stage(Stage.TRIED)

    def _warn(self, sentence: str, kind: str) -> None:
        """The recipe for a credential that cannot spend stands right below the warning."""
        known, _, power = sentence.partition("Warning: ")
        if known:
            self._told.addWidget(Label(known.strip(), wrap=True))
        notice = Notice(self._icons)
        self._told.addWidget(notice)
        words = power.partition(". ")[0] or "whoever gets hold of it may be able to spend"
        notice.show_problem(Problem(f"{words[:1].upper()}{words[1:]}.", _WHY[kind], Severity.WARNS))
        if kind == CORE_LIGHTNING:
            self._told.addWidget(recipe_block(self._icons.theme, "The command that makes a rune that can only receive"))

    def _facts(self, identity: Identity, limits: Limits) -> Facts:
        facts = Facts(self._icons.theme)
        most = "not known" if limits.max_msat is None else f"up to {limits.max_msat // _MSAT:,} sat"
        facts.add("Can receive", most if limits.max_msat != 0 else "nothing now", note=plain(limits.sentence, 300))
        facts.add("Who holds the money", CUSTODIAN if identity.custodial else OWN_NODE)
        if identity.node_id:
            facts.add_hex("Node", identity.node_id)
        return facts

    def _empty(self, heading: str, words: str) -> None:
        self.risky = False
        clear(self._told)
        self.failure.clear()
        self.heading.setText(heading)
        self.setAccessibleName(heading)
        self.words.show_text(words)

    def _set_stage(self, stage: Stage) -> None:
        self.stage = stage
        tried = stage is Stage.TRIED
        busy = stage in (Stage.TESTING, Stage.CONNECTING)
        show_if(self.progress, busy)
        show_if(self.test, stage is Stage.UNTRIED)
        show_if(self.connect_button, tried and not self.risky)
        show_if(self.anyway, tried and self.risky)
        show_if(self.again, tried)
        show_if(self.cancel, busy)


_WHY = {
    CORE_LIGHTNING: "Ashore only receives, but whoever breaks into this computer could spend with it. "
    "This command makes a rune that can only receive:",
    LNBITS: "Ashore only receives, but whoever breaks into this computer could spend with it. "
    "In LNbits, copy “Invoice/read key” instead.",
}
