"""Where practice vouchers come from."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ashore.ui.widgets.buttons import CopyButton
from ashore.ui.widgets.flow import FlowLabel, FlowLayout
from ashore.ui.wording import breakable


class VoucherTips(QWidget):
    """Names the page of the practice service, and copies its address."""

    def __init__(self, address: str) -> None:
        super().__init__()
        copy = CopyButton("the address of the practice vouchers")
        copy.set_text(address)
        told = FlowLabel("small")
        told.setText(breakable(f"Practice vouchers: open {address} in a browser, and scan or copy one."))
        self.setLayout(FlowLayout(told, copy, gap=8))
