"""The call that pays out what waits, as any other wallet needs it: to copy, or by its QR code (EIP-681)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ashore.domain.addresses import checksum, readable
from ashore.systems.base import Unclaimed
from ashore.ui.context import Context
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.labels import Label, column, row
from ashore.ui.widgets.qr import QrCode, show_large

_ANYBODY = (
    "Any account that has ether for gas on {chain} may send this call, from any wallet: somebody else may do it for "
    "you. The money goes to the owner above, whoever sends it. It needs about 60,000 gas."
)


class AnyWallet(Disclosure):
    """How somebody without ether, or without keys here, has the money paid out."""

    def __init__(self, context: Context, owed: Unclaimed) -> None:
        super().__init__(context.icons, "Have it paid out from any wallet")
        theme = context.theme
        facts = Facts(theme)
        facts.add_hex("Contract", readable(owed.contract))
        facts.add("Chain", f"{owed.chain} (chain id {owed.evm_chain_id})")
        facts.add("Function", "withdrawPendingBalance(address,uint16,uint128)")
        facts.add_hex("Call data", owed.calldata)
        what = "the call that pays it out"
        code = QrCode(theme, payment_link(owed), what)
        code.pressed.connect(lambda: show_large(theme, self.window(), payment_link(owed), what))
        content = QWidget()
        line = row(facts, code, spacing=20)
        line.setStretch(0, 1)
        line.setAlignment(code, Qt.AlignmentFlag.AlignTop)
        told = _ANYBODY.format(chain=owed.chain)
        content.setLayout(column(Label(told, "muted", wrap=True), line, spacing=10))
        self.set_content(content)


def payment_link(owed: Unclaimed) -> str:
    """The call as an EIP-681 link, with every argument in the open."""
    return (
        f"ethereum:{checksum(bytes.fromhex(owed.contract[2:]))}@{owed.evm_chain_id}/withdrawPendingBalance"
        f"?address={checksum(bytes.fromhex(owed.owner[2:]))}&uint16={owed.token_id}&uint128={owed.amount}"
    )
