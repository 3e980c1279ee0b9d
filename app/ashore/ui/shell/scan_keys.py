"""The keys of the scanner on pages that have no way to scan: what is found arrives like anything from outside."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from ashore.ui.scanner.menu import ScanButton
from ashore.ui.scanner.scan import Scan
from ashore.ui.scanner.ways import CAMERA, KEYS, PICTURE, SCREEN


class ScanKeys(QObject):
    """Off until a page is served, and where the page has these keys itself. Dialogs have none of them."""

    def __init__(self, window: QWidget, scan: Scan) -> None:
        super().__init__(window)
        acts = {CAMERA: scan.with_camera, SCREEN: scan.from_screen, PICTURE: scan.choose_picture}
        self._keys = [QShortcut(QKeySequence(KEYS[way]), window, act) for way, act in acts.items()]
        self.serve(None)

    def serve(self, page: QWidget | None) -> None:
        """Hold on this page, unless a field of it is scanned into; on none while there is none, as over a lock."""
        wanted = page is not None and not any(button.has_keys for button in page.findChildren(ScanButton))
        if page is not None and wanted:  # two owners of a key would silence it
            taken = {shortcut.key() for shortcut in page.findChildren(QShortcut)}
            wanted = not any(key.key() in taken for key in self._keys)
        for key in self._keys:
            key.setEnabled(wanted)
