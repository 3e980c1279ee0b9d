"""Evidence of a stage, laid open: what was said or seen, where, how it was checked, and the proof itself."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QScrollArea, QVBoxLayout, QWidget

from ashore.domain.addresses import readable
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.domain.untrusted import plain
from ashore.engine.views import ProofCheck
from ashore.systems.base import Problem
from ashore.systems.lnurl.system import wording as lightning
from ashore.systems.zklink.system import wording as rollup
from ashore.systems.zklink.system.wording import EXACT, TECHNICAL
from ashore.ui.context import Context
from ashore.ui.pages.transaction_links import transaction_links
from ashore.ui.widgets.buttons import Button, CopyButton
from ashore.ui.widgets.dialogs import PASSING
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.labels import Label, clear, ground, row, set_property, set_tip
from ashore.ui.widgets.verbatim import Verbatim
from ashore.ui.wording import breakable, clock_time, exact_time

_AGAIN = (
    "Check the stored proof once more, on this computer alone. That its block is part of the chain is what the "
    "endpoints agreed on; they are not asked again."
)
_HEX_LENGTHS = (42, 66)
_SCREEN_SHARE = 0.9
"""How much of the screen a proof may cover: its text scrolls."""
_LOG = re.compile(r"(?P<name>[A-Z][A-Za-z0-9]{1,40}), (?P<place>log [0-9]+ of block [0-9]+)")
_PAYEE = re.compile(r"(?P<money>.{1,80}) to (?P<address>0x[0-9A-Fa-f]{40})")


KINDS = {**rollup.KINDS, **lightning.KINDS}
NAMES = {**rollup.NAMES, **lightning.NAMES}
_TOLD_BELOW = frozenset({*EXACT, lightning.CHECKED, lightning.COMPARED})
"""Facts that have no row of their own: they stand beside what it is, or tell how it was checked."""

CheckProof = Callable[[Evidence], Awaitable[ProofCheck]]
_Key = tuple[str, str, str]


class EvidencePanel(QWidget):
    """All evidence of one stage, the strongest first. Rebuilt only when the evidence changes."""

    def __init__(self, context: Context, check: CheckProof) -> None:
        """`check` checks the stored proof of a piece once more."""
        super().__init__()
        self._context = context
        self._check = check
        self._checked: dict[_Key, ProofCheck] = {}
        self._results: dict[_Key, Label] = {}
        self._shown: tuple[Evidence, ...] = ()
        self._chains: dict[str, int] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)

    def show_evidence(self, evidence: tuple[Evidence, ...]) -> None:
        """Show these pieces."""
        chains = {chain.chain: chain.evm_chain_id for chain in self._context.wallet.health()}
        if (evidence, chains) == (self._shown, self._chains):
            return
        self._shown, self._chains = evidence, chains
        self._results.clear()
        clear(self._column)
        for piece in sorted(evidence, key=lambda e: (e.level, e.observed_at), reverse=True):
            self._column.addWidget(self._piece(piece))

    def _piece(self, piece: Evidence) -> QWidget:
        frame, column = ground("inset", 14)
        facts = Facts(self._context.theme)
        facts.add("What", KINDS.get(piece.kind, plain(piece.kind, 80)), note=exact_name(piece))
        for name, value in piece.facts.items():
            if name not in _TOLD_BELOW:
                _add(facts, NAMES.get(name, plain(name, 40).capitalize()), plain(value, 400))
        if piece.tx_hash:
            facts.add_hex("Transaction", plain(piece.tx_hash, 80))
        if piece.block_number:
            log = f" · log {piece.log_index}" if piece.log_index >= 0 else ""
            facts.add("Block", f"{piece.block_number:,}{log}", note=plain(piece.chain, 40))
        if piece.block_hash:
            facts.add_hex("Block hash", plain(piece.block_hash, 80))
        now = self._context.now()
        if piece.block_time:
            facts.add("Block time", clock_time(piece.block_time, now), tooltip=exact_time(piece.block_time))
        facts.add("Source", plain(piece.source, 120))
        facts.add("Observed", clock_time(piece.observed_at, now), tooltip=exact_time(piece.observed_at))
        self._tell_checked(piece, facts)
        column.addWidget(facts)
        links, handed_over = transaction_links(self._context, piece, self._chains.get(piece.chain, 0))
        if piece.proof:
            show = Button("Show the proof", "small-link")
            show.clicked.connect(lambda: show_proof(self._context, self, self._proof(piece)))
            links += [show, *self._wishes(piece)]
        if links:
            buttons = QWidget()
            buttons.setLayout(FlowLayout(*links, gap=16))
            column.addWidget(buttons)
        result = self._result(piece) if piece.proof else None
        for below in (handed_over, result):
            if below is not None:
                column.addWidget(below)
        return frame

    def _proof(self, piece: Evidence) -> str | None:
        """The text of its proof, None where there is none."""
        return self._context.wallet.proof(piece.proof)

    def _tell_checked(self, piece: Evidence, facts: Facts) -> None:
        """Tell how it was checked."""
        facts.add("Checked", how_checked(piece))

    def _wishes(self, piece: Evidence) -> list[Button]:
        """What else a person may ask for of a proof."""
        return [self._again(piece)]

    def _again(self, piece: Evidence) -> Button:
        again = Button("Check again", "small-link", name=f"Check the proof again: {KINDS.get(piece.kind, 'evidence')}")
        set_tip(again, _AGAIN)
        key = _key(piece)
        work = f"check {key}"
        again.clicked.connect(
            lambda: self._context.tasks.start(self._check_again(piece), failed=self._failed, name=work)
        )
        return again

    def _result(self, piece: Evidence) -> Label | None:
        result = Label(role="small", wrap=True)
        self._results[_key(piece)] = result
        self._tell(_key(piece))
        return result

    async def _check_again(self, piece: Evidence) -> None:
        self._checked[_key(piece)] = await self._check(piece)
        self._tell(_key(piece))
        QTimer.singleShot(0, self, lambda: self._bring_up(_key(piece)))  # once it is laid out

    def _bring_up(self, key: _Key) -> None:
        """Scroll as far as it takes to read what was found out."""
        above = self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if above is not None and key in self._results:
            above.ensureWidgetVisible(self._results[key], 0, 24)

    def _tell(self, key: _Key) -> None:
        checked, result = self._checked.get(key), self._results.get(key)
        if result is not None:
            result.show_text("" if checked is None else breakable(checked_words(checked, self._context.now())))
            tones = {True: "ok", False: "bad", None: "warn"}
            set_property(result, "tone", "" if checked is None else tones[checked.holds])

    def _failed(self, error: AshoreError) -> None:
        self._context.notify(Problem(error.sentence, error.advice))


def _key(piece: Evidence) -> _Key:
    return piece.kind, piece.block_hash, piece.proof


def exact_name(piece: Evidence) -> str:
    """What somebody would look up in the contract, or empty: the log with its values, or the place in its storage."""
    exact = next((piece.facts[name] for name in EXACT if name in piece.facts), "")
    return plain(exact, 80) or (piece.kind if piece.kind in TECHNICAL else "")


def checked_words(checked: ProofCheck, now: int) -> str:
    """What became of checking a proof once more, in a sentence."""
    at = clock_time(checked.at, now)
    if checked.holds is None:
        return f"Not checked at {at}: {checked.sentence}"
    if checked.holds:
        return f"Checked again at {at}, on this computer alone: {checked.sentence}"
    return f"Checked again at {at}, and it does not hold: {checked.sentence}"


def how_checked(piece: Evidence) -> str:
    """What the wallet did to check it, and who agreed."""
    of_lightning = lightning.how_checked(piece.kind, dict(piece.facts))
    if of_lightning:
        return plain(of_lightning, 400)
    agreed = f"{piece.agreeing} of {piece.asked} endpoints agree on the block" if piece.asked else ""
    if piece.level is Level.REPORTED:
        return "not checked: this is the operator’s word"
    if piece.level is Level.SEEN:
        return f"seen, no proof checked{'; ' + agreed if agreed else ''}"
    kind = "we checked that it is included under the block’s header"
    final = "; the block is final" if piece.level is Level.IRREVERSIBLE else ""
    return f"{kind}{'; ' + agreed if agreed else ''}{final}"


def _add(facts: Facts, name: str, value: str) -> None:
    if value.startswith("0x") and len(value) in _HEX_LENGTHS:
        facts.add_hex(name, readable(value))
        return
    payee = _PAYEE.fullmatch(value)
    log = _LOG.fullmatch(value)
    if log is not None:
        facts.add(name, log["place"], note=log["name"])
    elif payee is None:
        facts.add(name, value)
    else:
        facts.add(name, payee["money"])
        facts.add_hex("To", readable(payee["address"]))


def show_proof(context: Context, parent: QWidget, text: str | None) -> QDialog:
    """Open a stored proof, indented for reading; Copy gives it byte for byte."""
    dialog = QDialog(parent.window())
    dialog.setObjectName(PASSING)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("The stored proof")
    column = QVBoxLayout(dialog)
    column.setContentsMargins(24, 20, 24, 20)
    column.setSpacing(12)
    column.addWidget(Label("The stored proof", "section"))
    close = Button("Close")
    close.clicked.connect(dialog.accept)
    if text is None:
        column.addWidget(Label("This proof is not stored on this computer.", wrap=True))
        column.addLayout(row(-1, close))
    else:
        explain = "Header, path and value, as they were when the wallet checked them. Anyone can check them again."
        column.addWidget(Label(explain, "muted", wrap=True))
        body = Verbatim(context.theme, _indented(text), what="Stored proof", most=26, yields=True)
        column.addWidget(body)
        column.addLayout(row(CopyButton("the proof", text, "Copy as stored"), -1, close))
        room = parent.screen().availableGeometry().size() * _SCREEN_SHARE
        dialog.setMaximumSize(room)
        dialog.resize(min(context.theme.px(680), room.width()), min(context.theme.px(600), room.height()))
    dialog.open()
    close.setFocus()
    return dialog


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=True)
    except ValueError:
        return text
