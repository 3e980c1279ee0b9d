"""The call that pays out what waits, as any other wallet needs it: to copy, or by its QR code (EIP-681)."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtWidgets import QWidget

from ashore.domain.addresses import checksum, readable
from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.systems.base import Unclaimed
from ashore.systems.claiming.claims import ClaimOffer
from ashore.systems.claiming.gas import units_words
from ashore.systems.reddio.codec import CodecError
from ashore.systems.reddio.codec.assets import mintable_asset_id, nft_asset_id
from ashore.systems.reddio.codec.l1.calls import WITHDRAW, WITHDRAW_AND_MINT, WITHDRAW_NFT, decode_claim
from ashore.ui.context import Context
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.labels import Label, column, row
from ashore.ui.widgets.qr import small_code

PENDING_BALANCE = "withdrawPendingBalance(address,uint16,uint128)"
_ANYBODY = (
    "Any account that has ether for gas on {chain} may send this call, from any wallet: somebody else may do it for "
    "you. {what} goes to the owner above, whoever sends it."
)
_GAS = "Gas: {units}, as far as the endpoints can tell now; {limit}."
_LIMIT = "Ashore would set a limit of {limit:,} units, and what is not used is not paid"
_SCAN = "The whole call as a code (EIP-681): scan it with the wallet that shall send it, and compare it there."
_NOT_KNOWN = "The wallet that sends it finds out how much gas it takes."
_ASKING = "The endpoints are being asked how much gas it takes."


class AnyWallet(Disclosure):
    """How somebody without ether, or without keys here, has the money paid out."""

    def __init__(self, context: Context, owed: Unclaimed) -> None:
        super().__init__(context.icons, "Have it paid out from any wallet")
        self._context = context
        self._owed = owed
        self._told = False
        self.gas = Label(_NOT_KNOWN, "muted", wrap=True)
        self._filled = False
        self.toggled.connect(self._opened)

    def _fill(self) -> None:
        """Only for who looks: a code takes long to draw, and hundreds of these may stand in a list."""
        theme, owed = self._context.theme, self._owed
        facts = Facts(theme)
        facts.add_hex("Contract", readable(owed.contract))
        facts.add("Chain", f"{owed.chain} (chain id {owed.evm_chain_id})")
        call = call_of(owed)
        facts.add("Function", call.function)
        facts.add_hex("Call data", owed.calldata)
        code = small_code(theme, payment_link(owed), "the call that pays it out", self._context.saved_codes)
        content = QWidget()
        scan = Label(_SCAN, "small", wrap=True)
        beside = row(code, scan, spacing=16)
        beside.setStretch(1, 1)
        what = "The token" if owed.single else "The money"
        told = Label(_ANYBODY.format(chain=owed.chain, what=what), "muted", wrap=True)
        content.setLayout(column(told, self.gas, facts, beside, spacing=10))
        self.set_content(content)

    def show_gas(self, offer: ClaimOffer) -> None:
        """Say what it takes, as the form of its claim has it."""
        self._told = True
        if offer.refused is not None:
            self.gas.setText(offer.refused.sentence)
            return
        limit = _LIMIT.format(limit=offer.gas)
        self.gas.setText(_GAS.format(units=units_words(offer.likely or offer.gas), limit=limit))

    def _opened(self, opened: bool) -> None:
        if opened and not self._filled:
            self._filled = True
            self._fill()
        if opened and not self._told:
            self._told = True
            self.gas.setText(_ASKING)
            self._context.tasks.start(self._ask(), failed=self._not_known, name=f"gas {self._owed.name}")

    async def _ask(self) -> None:
        offer = await self._context.wallet.unclaimed.open_claim(self._owed)
        if isinstance(offer, ClaimOffer):
            self.show_gas(offer)

    def _not_known(self, _error: AshoreError) -> None:
        self._told = False
        self.gas.setText(_NOT_KNOWN)


class Call(NamedTuple):
    """A call in the open: its function, and the arguments by their types."""

    function: str
    arguments: tuple[tuple[str, str], ...]


def call_of(owed: Unclaimed) -> Call:
    """What the calldata of a payout calls, decoded from its bytes where it is Reddio's."""
    try:
        claim = decode_claim(bytes.fromhex(owed.calldata[2:]))
    except CodecError:
        owner = checksum(bytes.fromhex(owed.owner[2:]))
        arguments = (("address", owner), ("uint16", str(owed.token_id)), ("uint128", str(owed.amount)))
        return Call(PENDING_BALANCE, arguments)
    whose = (("uint256", str(claim.owner_key)), ("uint256", str(claim.asset_type)))
    if claim.mint_blob:
        return Call(WITHDRAW_AND_MINT, (*whose, ("bytes", "0x" + claim.mint_blob.hex())))
    if claim.token_id is not None:
        return Call(WITHDRAW_NFT, (*whose, ("uint256", str(claim.token_id))))
    return Call(WITHDRAW, whose)


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
