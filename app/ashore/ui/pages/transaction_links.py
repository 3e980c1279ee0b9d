"""What can be done with a transaction that is evidence: its QR code, and its page on a known explorer."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from ashore.domain.evidence import Evidence
from ashore.domain.evm_chains import transaction_link
from ashore.systems.base import Problem
from ashore.ui.context import Context
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import set_tip
from ashore.ui.widgets.qr import show_large

_HASH = re.compile(r"0x[0-9a-f]{64}", re.IGNORECASE | re.ASCII)
_LEARNS = "Opens {host} in your browser. Who runs it learns that you look at this transaction; Ashore does not need it."
_NO_BROWSER = Problem("No browser could be opened.", "Copy the transaction’s hash and look it up yourself.")


def transaction_links(context: Context, piece: Evidence, evm_chain_id: int) -> list[Button]:
    """Return the buttons for a piece's transaction; the explorer's only where its chain has a known one.

    `evm_chain_id` is the number of the piece's chain (EIP-155), 0 where it is not known.
    """
    if _HASH.fullmatch(piece.tx_hash) is None:
        return []
    link = transaction_link(evm_chain_id, piece.tx_hash)
    code = Button("QR code", "small-link", name="Show the transaction as a QR code")
    what = "the transaction’s page" if link else "the transaction’s hash"
    code.clicked.connect(
        lambda: show_large(context.theme, code.window(), link or piece.tx_hash, what, context.saved_codes)
    )
    if not link:
        return [code]
    host = urlsplit(link).hostname or ""
    explore = Button("Open explorer", "small-link", name=f"Open the transaction on {host}")
    set_tip(explore, _LEARNS.format(host=host))
    explore.clicked.connect(lambda: _open(context, link))
    return [code, explore]


def _open(context: Context, link: str) -> None:
    if not QDesktopServices.openUrl(QUrl(link)):
        context.notify(_NO_BROWSER)
