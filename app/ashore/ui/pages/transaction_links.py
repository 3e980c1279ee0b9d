"""What can be done with a transaction that is evidence: its QR code, and its page on a known explorer."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from ashore.domain.evidence import Evidence
from ashore.domain.evm_chains import transaction_link
from ashore.ui.context import Context
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.handed_over import HandedOver
from ashore.ui.widgets.labels import set_tip
from ashore.ui.widgets.opening import open_explorer_page
from ashore.ui.widgets.qr import show_large

_HASH = re.compile(r"0x[0-9a-f]{64}", re.IGNORECASE | re.ASCII)
_LEARNS = "Opens {host} in your browser. Who runs it learns that you look at this transaction; Ashore does not need it."
_PAGE, _THE_HASH = "the transaction’s page", "the transaction’s hash"


class TransactionLinks(NamedTuple):
    """The buttons, and what stands below them once the browser was given the page; None where it never is."""

    buttons: list[Button]
    handed_over: HandedOver | None


def transaction_links(context: Context, piece: Evidence, evm_chain_id: int) -> TransactionLinks:
    """Return the buttons for a piece's transaction; the explorer's only where its chain has a known one.

    `evm_chain_id` is the number of the piece's chain (EIP-155), 0 where it is not known.
    """
    if _HASH.fullmatch(piece.tx_hash) is None:
        return TransactionLinks([], None)
    link = transaction_link(evm_chain_id, piece.tx_hash)
    code = Button("QR code", "small-link", name="Show the transaction as a QR code")
    what = _PAGE if link else _THE_HASH
    code.clicked.connect(
        lambda: show_large(context.theme, code.window(), link or piece.tx_hash, what, context.saved_codes)
    )
    if not link:
        return TransactionLinks([code], None)
    host = urlsplit(link).hostname or ""
    explore = Button("Open explorer", "small-link", name=f"Open the transaction on {host}")
    set_tip(explore, _LEARNS.format(host=host))
    handed = HandedOver(context.icons, link, _PAGE)
    explore.clicked.connect(lambda: handed.tell(taken=open_explorer_page(link)))
    return TransactionLinks([code, explore], handed)
