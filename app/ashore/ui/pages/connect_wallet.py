"""Connecting a wallet that receives over Lightning: entered, tried out, and only then kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import plain
from ashore.engine.receiving import TriedWallet, WalletSetup
from ashore.intake.recognition import Way
from ashore.lightning.errors import BackendMisbehaves, BackendUnreachable, CredentialRefused
from ashore.lightning.runes import RUNE_RECIPE
from ashore.systems.base import Problem, Severity
from ashore.ui.context import Context
from ashore.ui.pages.field_intake import FieldIntake
from ashore.ui.pages.page import Page
from ashore.ui.pages.receiving_entries import ADDRESS, CERTIFICATE, CREDENTIAL, CREDENTIALS, NAME
from ashore.ui.pages.receiving_fields import MAX_CERTIFICATE, ReceivingFields
from ashore.ui.pages.receiving_result import ResultCard, Stage
from ashore.ui.port import ReceivingPort
from ashore.ui.widgets.labels import column
from ashore.ui.widgets.scroll import Columns

_TEST, _CONNECT = "try a wallet", "connect a wallet"
_NOTHING_KEPT = "Nothing was kept."
_PRACTICE_NETWORK = "regtest"


class ConnectWalletPage(Page):
    """The form at the left, what the wallet said at the right. Leaving it forgets the credential."""

    def __init__(self, context: Context, receiving: ReceivingPort) -> None:
        super().__init__(context, "Connect a wallet", back="Wallets that receive")
        self._receiving = receiving
        self._tried: tuple[WalletSetup, TriedWallet] | None = None
        self._in_view = False
        self.fields = ReceivingFields(context.theme, context.icons)
        # What pairs with a wallet belongs on this very page: its own judgement says into which field.
        self.intake = FieldIntake(context, self.fields.fields[NAME], own=lambda found: found.way is Way.RECEIVING)
        self.result = ResultCard(context.icons)
        left = QWidget()
        left.setLayout(column(self.fields, -1, spacing=16))
        self.columns = Columns(left, self.result)
        self.body.addWidget(self.columns, 1)
        self._connect_signals()
        self._scale()

    def _connect_signals(self) -> None:
        self.fields.edited.connect(self._edited)
        self.fields.submitted.connect(self._submit)
        self.fields.choose.clicked.connect(self._choose_file)
        self.result.test.clicked.connect(self.test)
        self.result.again.clicked.connect(self.test)
        self.result.connect_button.clicked.connect(self._keep)
        self.result.anyway.clicked.connect(self._keep)
        self.result.cancel.clicked.connect(self._cancel)
        self.context.theme.changed.connect(self._scale)
        self.context.hub.lock_changed.connect(self._lock_changed)

    def _scale(self) -> None:
        theme = self.context.theme
        self.columns.set_widths(theme.px(390), theme.px(304))

    # Coming and going

    def shown(self) -> None:
        self._in_view = True
        self.fields.set_taken([wallet.name for wallet in self._receiving.listed()])
        if self.result.stage is not Stage.CONNECTING:
            self._untried()
            self.columns.to_top()
            self._focus_first_empty()

    def left(self) -> None:
        self._in_view = False
        self._forget()

    def end(self) -> None:
        super().end()
        self._forget()

    def _lock_changed(self) -> None:
        if self.context.wallet.locked:
            self._forget()

    def _forget(self) -> None:
        """Let go of the credential. A test ends; what is being connected goes on, as was asked."""
        self._tried = None
        self.context.tasks.cancel(_TEST)
        self.fields.forget()
        self.intake.forget()
        if self.result.stage is not Stage.CONNECTING:
            self._untried()

    def _focus_first_empty(self) -> None:
        for edit in (self.fields.name, self.fields.address, self.fields.credential):
            if not edit.text():
                edit.setFocus()
                return

    def _untried(self, failure: Problem | None = None) -> None:
        self._tried = None
        self.fields.set_ready(True)
        self.result.show_untried(CREDENTIALS[self.fields.kind.key].lower(), failure)

    def _edited(self) -> None:
        """What was tried out is what is connected: another letter, and it has to be tried again."""
        if self.result.stage in (Stage.UNTRIED, Stage.TRIED) and not self._still_tried():
            self._untried()

    def _still_tried(self) -> bool:
        return self._tried is not None and self._tried[0] == self.fields.entries().setup

    def _submit(self) -> None:
        """Enter in a field tests, and never connects."""
        if self.result.stage in (Stage.UNTRIED, Stage.TRIED):
            self.test()

    # Testing

    def test(self) -> None:
        """Ask the wallet who it is, where nothing is wrong with the entries."""
        wrong = self.fields.check()
        if wrong:
            self.fields.fields[wrong].control.setFocus()
            return
        setup = self.fields.entries().setup
        self.result.show_testing()
        self._bring_result_into_view()
        self.result.cancel.setFocus()
        self.fields.set_ready(False)
        self.context.tasks.start(self._try_out(setup), failed=self._failed, name=_TEST)

    async def _try_out(self, setup: WalletSetup) -> None:
        tried = await self._receiving.try_out(setup)
        self._tried = (setup, tried)
        self.fields.set_ready(True)
        self.result.show_tried(tried, setup.kind, self._notes(tried))
        self._bring_result_into_view()
        # Nobody connects a wallet that could spend by pressing Enter once too often.
        (self.result.again if self.result.risky else self.result.connect_button).setFocus()

    def _bring_result_into_view(self) -> None:
        """Below the form it would be out of sight, once it has been laid out."""
        QTimer.singleShot(0, self, self._scroll_to_result)

    def _scroll_to_result(self) -> None:
        scroll = self.columns.main_scroll
        inner = scroll.widget()
        if inner is not None and not self.columns.beside:
            scroll.verticalScrollBar().setValue(self.result.mapTo(inner, QPoint(0, 0)).y())

    def _notes(self, tried: TriedWallet) -> tuple[Problem, ...]:
        notes = []
        network = tried.identity.network
        if self.context.wallet.sandbox is not None and network not in (None, _PRACTICE_NETWORK):
            notes.append(
                Problem(
                    f"This wallet is on the network {plain(network, 20)}.",
                    f"Practice pays on {_PRACTICE_NETWORK} only: it would not reach this wallet.",
                    Severity.WARNS,
                )
            )
        return tuple(notes)

    def _failed(self, error: AshoreError) -> None:
        """Say it beside the field that it is about; everything typed stays."""
        if not self._in_view:
            self._untried()
            self.context.notify(Problem(error.sentence, f"{error.advice} {_NOTHING_KEPT}".strip()))
            return
        field = _field_of(error)
        if not field:
            self._untried(Problem(error.sentence, f"{error.advice} {_NOTHING_KEPT}".strip()))
            self.result.test.setFocus()
            return
        advice = error.advice
        if RUNE_RECIPE in advice:
            advice = "Make another one, as told below."
            self.fields.recipe.set_open(True)
        caption = self.fields.fields[field].caption.text()
        self._untried(Problem(f"What went wrong stands beside “{caption}”.", _NOTHING_KEPT))
        self.fields.tell(field, Problem(error.sentence, advice))
        self.fields.fields[field].control.setFocus()

    def _cancel(self) -> None:
        connecting = self.result.stage is Stage.CONNECTING
        self.context.tasks.cancel(_TEST)
        self.context.tasks.cancel(_CONNECT)
        meaning = "The list of wallets shows what is connected." if connecting else _NOTHING_KEPT
        self._untried(Problem("You cancelled it.", meaning, Severity.NOTES))
        self.result.test.setFocus()

    # Connecting

    def _keep(self) -> None:
        """Connect exactly what was tried out."""
        if self._tried is None or not self._still_tried():
            self._untried()
            return
        setup, tried = self._tried
        self.result.show_connecting()
        self.result.cancel.setFocus()
        self.fields.set_ready(False)
        self.context.tasks.start(self._connect(setup, bool(tried.warning)), failed=self._failed, name=_CONNECT)

    async def _connect(self, setup: WalletSetup, although_it_spends: bool) -> None:
        await self._receiving.connect(setup, although_it_spends=although_it_spends)
        self._untried()
        self.fields.reset()
        done = Problem(f"{plain(setup.name, 60)} is connected.", "Withdrawals over Lightning can go there.")
        if self._in_view:
            self.context.go.show_receiving(done)
        else:
            self.context.notify(Problem(done.sentence, done.advice, Severity.NOTES))

    # The certificate file

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, "Choose the certificate file of your node (ca.pem)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Certificates (*.pem *.crt *.cert)", "All files (*)"])
        dialog.fileSelected.connect(self.use_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def use_file(self, path: str) -> None:
        """Put what a file holds into the field, unless it is something else."""
        self.context.tasks.start(self._read_file(Path(path)), failed=self._file_refused, name="read a certificate")

    async def _read_file(self, path: Path) -> None:
        text = await asyncio.to_thread(_read_certificate, path)
        self.fields.set_certificate(text)

    def _file_refused(self, error: AshoreError) -> None:
        self.fields.tell(CERTIFICATE, Problem(error.sentence, error.advice))


def _field_of(error: AshoreError) -> str:
    if isinstance(error, CredentialRefused):
        return CREDENTIAL
    return ADDRESS if isinstance(error, BackendUnreachable | BackendMisbehaves) else ""


def _read_certificate(path: Path) -> str:
    try:
        if not path.is_file():
            raise AshoreError("This is not a file that can be read.", "Choose ca.pem.")
        with path.open("rb") as file:
            raw = file.read(MAX_CERTIFICATE + 1)
    except OSError:
        raise AshoreError("The file cannot be read.", "Choose another one, or paste its text.") from None
    if b"PRIVATE KEY" in raw:
        raise AshoreError("This file is a private key, and was not taken.", "Choose ca.pem, which is public.")
    if not raw.isascii() or b"-----BEGIN CERTIFICATE" not in raw:
        raise AshoreError("This file is not a certificate in text form.", "Choose ca.pem.")
    return raw.decode("ascii")
