"""Where practice vouchers come from."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ashore.ui.widgets.buttons import CopyButton
from ashore.ui.widgets.labels import Label, row
from ashore.ui.wording import breakable


class VoucherTips(QWidget):
    """Names the page of the practice service, and copies its address."""

    def __init__(self, address: str) -> None:
        super().__init__()
        copy = CopyButton("the address of the practice vouchers")
        copy.set_text(address)
        told = Label(breakable(f"Practice vouchers: open {address} in a browser and copy one."), "small", wrap=True)
        self.setLayout(row(told, copy))
