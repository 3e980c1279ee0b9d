"""The call that pays out what waits, as any other wallet needs it: to copy, or by its QR code (EIP-681)."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ashore.domain.addresses import checksum, readable
from ashore.domain.events import Terms
from ashore.systems.base import Unclaimed
from ashore.systems.reddio.codec import CodecError
from ashore.systems.reddio.codec.assets import mintable_asset_id, nft_asset_id
from ashore.systems.reddio.codec.l1.calls import WITHDRAW, WITHDRAW_AND_MINT, WITHDRAW_NFT, decode_claim
from ashore.ui.context import Context
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.labels import Label, column, row
from ashore.ui.widgets.qr import QrCode, show_large

_ANYBODY = (
    "Any account that has ether for gas on {chain} may send this call, from any wallet: somebody else may do it for "
    "you. The money goes to the owner above, whoever sends it. It takes some {gas} units of "
    "gas; the wallet that sends it sets a higher limit, and what is not used is not paid."
)


class AnyWallet(Disclosure):
    """How somebody without ether, or without keys here, has the money paid out."""

    def __init__(self, context: Context, owed: Unclaimed) -> None:
        super().__init__(context.icons, "Have it paid out from any wallet")
        theme = context.theme
        facts = Facts(theme)
        facts.add_hex("Contract", readable(owed.contract))
        facts.add("Chain", f"{owed.chain} (chain id {owed.evm_chain_id})")
        call = call_of(owed)
        facts.add("Function", call.function)
        facts.add_hex("Call data", owed.calldata)
        what = "the call that pays it out"
        code = QrCode(theme, payment_link(owed), what)
        code.pressed.connect(lambda: show_large(theme, self.window(), payment_link(owed), what))
        content = QWidget()
        line = row(facts, code, spacing=20)
        line.setStretch(0, 1)
        line.setAlignment(code, Qt.AlignmentFlag.AlignTop)
        told = _ANYBODY.format(chain=owed.chain, gas=call.gas)
        content.setLayout(column(Label(told, "muted", wrap=True), line, spacing=10))
        self.set_content(content)


class Call(NamedTuple):
    """A call in the open: its function, the arguments by their types, and what it needs in round figures."""

    function: str
    arguments: tuple[tuple[str, str], ...]
    gas: str


def call_of(owed: Unclaimed) -> Call:
    """What the calldata of a payout calls, decoded from its bytes where it is Reddio's."""
    try:
        claim = decode_claim(bytes.fromhex(owed.calldata[2:]))
    except CodecError:
        owner = checksum(bytes.fromhex(owed.owner[2:]))
        arguments = (("address", owner), ("uint16", str(owed.token_id)), ("uint128", str(owed.amount)))
        return Call("withdrawPendingBalance(address,uint16,uint128)", arguments, "50,000 to 75,000")
    whose = (("uint256", str(claim.owner_key)), ("uint256", str(claim.asset_type)))
    if claim.mint_blob:
        return Call(WITHDRAW_AND_MINT, (*whose, ("bytes", "0x" + claim.mint_blob.hex())), "150,000")
    if claim.token_id is not None:
        return Call(WITHDRAW_NFT, (*whose, ("uint256", str(claim.token_id))), "90,000")
    return Call(WITHDRAW, whose, "80,000")


def keeps(owed: Unclaimed, terms: Terms) -> bool:
    """Whether what waits there is what a withdrawal from Reddio brought: the same owner and the same asset."""
    if (owed.profile, owed.chain) != (terms.profile, terms.destination):
        return False
    try:
        claim = decode_claim(bytes.fromhex(owed.calldata[2:]))
    except CodecError:
        return False
    kind = claim.asset_type
    if claim.mint_blob:
        asset_id = mintable_asset_id(kind, claim.mint_blob)
    else:
        asset_id = kind if claim.token_id is None else nft_asset_id(kind, claim.token_id)
    return str(claim.owner_key) == terms.details.get("owner_key") and str(asset_id) == terms.details.get("asset_id")


def payment_link(owed: Unclaimed) -> str:
    """The call as an EIP-681 link, with every argument in the open."""
    call = call_of(owed)
    name = call.function.partition("(")[0]
    arguments = "&".join(f"{kind}={value}" for kind, value in call.arguments)
    return f"ethereum:{checksum(bytes.fromhex(owed.contract[2:]))}@{owed.evm_chain_id}/{name}?{arguments}"
