"""Receiving with the user's own Core Lightning node, through clnrest and a rune.

Source: ElementsProject/lightning v24.08 to v26.06, plugins clnrest and rest-plugin; lightning-invoice(7),
lightning-listinvoices(7), lightning-waitanyinvoice(7), lightning-listpeerchannels(7), lightning-getinfo(7).
"""

from __future__ import annotations

import random
import re
from collections.abc import AsyncGenerator, Iterable, Sequence

from ashore.domain.untrusted import quoted, quoted_at_end
from ashore.lightning.backends import (
    MAX_MSAT,
    CaughtUp,
    Identity,
    InvoiceRequest,
    Limits,
    MadeInvoice,
    MaySpend,
    Receipt,
    ReceiptState,
    Trouble,
)
from ashore.lightning.clnrest import Clnrest, NodeRefused
from ashore.lightning.connection import ASK, ASK_MUCH, MAKE, NoReply, read_address
from ashore.lightning.errors import (
    BackendError,
    BackendMisbehaves,
    CredentialRefused,
    InvoiceRefused,
    MakeUnknown,
)
from ashore.lightning.reading import Fields, checked_hash
from ashore.lightning.runes import RUNE_RECIPE, may_spend
from ashore.lightning.watching import Rhythm, Watching
from ashore.net.http import HttpClient
from ashore.net.pacing import MonotonicClock

CERTIFICATE_NAME = "cln"
"""The name that clnrest's own certificates always bear, whatever the host is called."""
SLICE_SECONDS = 50
"""How long one wait for payments takes; clnrest's Python server cuts a request after 60."""
RHYTHM = Rhythm(first=3.0, longest=120.0, factor=2.0)

_DUPLICATE_LABEL = 900
_MAX_INVOICE = 8_192
_MAX_CHANNELS = 4_000
_MAX_TIME = 2**40
_PAGE = 500
_WORKING_CHANNELS = frozenset({"CHANNELD_NORMAL", "CHANNELD_AWAITING_SPLICE"})
_STATES = {"unpaid": ReceiptState.UNPAID, "paid": ReceiptState.SETTLED, "expired": ReceiptState.EXPIRED}
_NETWORKS = {network: network for network in ("bitcoin", "testnet", "signet", "regtest")} | {"testnet4": "testnet"}
_NODE_ID = re.compile(r"0[23][0-9a-f]{64}")
_WARNINGS = {
    "warning_capacity": "Your node's channels have too little room to receive this amount.",
    "warning_offline": "The channels with enough room are offline, so the payment may not reach your node now.",
    "warning_deadends": "The channels with enough room lead nowhere, so the payment may not reach your node.",
    "warning_private_unused": "Only private channels have enough room, and this invoice does not name them. "
    "Allow them in the settings of this node.",
    "warning_mpp": "The amount fits into your channels only in parts, which not every service can pay.",
}
_SPENDING = {
    MaySpend.YES: f"Warning: this rune could spend your money. Make one that can only receive: {RUNE_RECIPE}",
    MaySpend.NO: "The rune can receive and cannot spend.",
    MaySpend.UNKNOWN: "Ashore cannot tell whether this rune could spend your money.",
}


class CoreLightning:
    """One node. Raises AddressRefused for an address or a rune that cannot be one.

    A node signs its own certificates: `http` is made with `tls=pinned_tls(ca_pem, CERTIFICATE_NAME)`.
    `expose_private_channels` puts private channels into invoices also where there are public ones.
    """

    def __init__(
        self,
        http: HttpClient,
        address: str,
        rune: str,
        *,
        clock: MonotonicClock,
        rng: random.Random,
        expose_private_channels: bool = False,
        rhythm: Rhythm = RHYTHM,
        slice_seconds: int = SLICE_SECONDS,
    ) -> None:
        self._node = Clnrest(http, read_address(address), rune)
        self._may_spend = may_spend(rune.strip())
        self._expose_private_channels = expose_private_channels
        feed = _PaidInvoices(self._node, slice_seconds)
        self._watching = Watching(self._ask_about, clock, rng, rhythm, feed)

    def __repr__(self) -> str:
        return f"CoreLightning({self._node.host})"

    async def identity(self) -> Identity:
        """getinfo. What the rune allows is read from the rune: nothing is tried."""
        info = await self._node.call("getinfo", {}, ASK)
        node_id = info.text("id", 66).lower()
        if not _NODE_ID.fullmatch(node_id):
            info.refuse("id")
        named = info.text("network", 32)
        network = _NETWORKS.get(named)
        name = info.shown("alias", 32) or node_id[:12]
        known = f"the network {network}" if network else "a network that Ashore does not know"
        sentences = [f"Your own Core Lightning node {name}, on {known}.", _SPENDING[self._may_spend]]
        if "warning_bitcoind_sync" in info or "warning_lightningd_sync" in info:
            sentences.insert(1, "It is still catching up with the chain and may not be able to receive yet.")
        return Identity("core_lightning", name, node_id, network, False, self._may_spend, " ".join(sentences))

    async def limits(self) -> Limits:
        """listpeerchannels: what all working channels together could receive, which is a forecast."""
        try:
            answer = await self._node.call("listpeerchannels", {}, ASK_MUCH)
        except CredentialRefused:
            return Limits(1, None, 1, "The rune may not see your channels, so what they can receive is not known.")
        room = 0
        for channel in answer.inner_list("channels", _MAX_CHANNELS):
            if channel.shown("state", 64) in _WORKING_CHANNELS and channel.flag("peer_connected"):
                room += channel.integer("receivable_msat", 0, MAX_MSAT)
        if room == 0:
            return Limits(1, 0, 1, "Your node has no channel with room to receive now.")
        return Limits(
            1, min(room, MAX_MSAT), 1, f"Your node’s channels can receive {room // 1000:,} sat together, and no more."
        )

    async def make(self, request: InvoiceRequest) -> MadeInvoice:
        """invoice. The reference is its label, of which a node makes no second."""
        content: dict[str, object] = {
            "amount_msat": request.amount_msat,
            "label": request.reference,
            "description": request.description,
            "expiry": request.expiry_s,
        }
        if self._expose_private_channels:
            content["exposeprivatechannels"] = True
        try:
            made = await self._node.call("invoice", content, MAKE)
            return _made(made)
        except NodeRefused as refused:
            if refused.code != _DUPLICATE_LABEL:
                raise InvoiceRefused(
                    f"The node at {self._node.host} made no invoice. It says: {quoted_at_end(refused.message)}"
                ) from None
            problem: BackendError | None = None
        except (NoReply, BackendMisbehaves) as error:
            problem = error
        return await self._made_before(request, problem)

    async def look_up(self, payment_hash: str, reference: str) -> Receipt:  # noqa: ARG002 - a node knows its hashes
        """listinvoices by payment hash."""
        return await self._ask_about(checked_hash(payment_hash))

    def watch(self, payment_hashes: Iterable[str], trouble: Trouble | None = None) -> AsyncGenerator[Receipt, None]:
        """waitanyinvoice in slices, and listinvoices now and then."""
        return self._watching.watch([checked_hash(one) for one in payment_hashes], trouble)

    async def catch_up(self, cursor: str | None) -> CaughtUp:
        """waitanyinvoice without waiting. The cursor is the pay_index up to which everything was seen."""
        if cursor is None:
            return CaughtUp((), str(await self._node.last_pay_index()), complete=True)
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 19):
            raise ValueError("not a cursor of Core Lightning")
        seen = int(cursor)
        receipts: list[Receipt] = []
        while len(receipts) < _PAGE:
            paid = await self._node.next_paid(seen, 0)
            if paid is None:
                return CaughtUp(tuple(receipts), str(seen), complete=True)
            seen, invoice = paid
            receipts.append(_receipt(invoice))
        return CaughtUp(tuple(receipts), str(seen), complete=False)

    async def _ask_about(self, wanted: str) -> Receipt:
        answer = await self._node.call("listinvoices", {"payment_hash": wanted}, ASK)
        for invoice in answer.inner_list("invoices", 1):
            receipt = _receipt(invoice)
            if receipt.payment_hash != wanted:
                raise BackendMisbehaves(f"The node at {self._node.host} answered about another invoice.")
            return receipt
        return Receipt(ReceiptState.UNKNOWN_HERE, wanted)

    async def _made_before(self, request: InvoiceRequest, problem: BackendError | None) -> MadeInvoice:
        """Return the invoice that stands under the reference.

        `problem` is why it is not known whether one does, None where the node itself says so. "Not there" proves
        nothing then: the request may still be on its way.
        """
        found: list[Fields] = []
        try:
            answer = await self._node.call("listinvoices", {"label": request.reference}, ASK)
            found = answer.inner_list("invoices", 1)
        except CredentialRefused:
            raise
        except BackendError as error:
            problem = problem or error
        for invoice in found:
            if invoice.optional("amount_msat", 1, MAX_MSAT) != request.amount_msat:
                raise InvoiceRefused(
                    f"The node at {self._node.host} has another invoice under the name of this withdrawal."
                )
            return _made(invoice)
        if isinstance(problem, BackendMisbehaves):
            raise problem
        raise MakeUnknown(
            f"It is not known whether the node at {self._node.host} made an invoice. Nobody was given one.",
            "Nothing was withdrawn. Try again: an invoice that nobody was given will expire.",
        )


class _PaidInvoices:
    """The feed of all payments to a node, from the moment it is first asked."""

    def __init__(self, node: Clnrest, slice_seconds: int) -> None:
        self._node = node
        self._slice_seconds = slice_seconds
        self._seen = 0

    async def begin(self) -> None:
        self._seen = await self._node.last_pay_index()

    async def next_slice(self) -> Sequence[Receipt]:
        paid = await self._node.next_paid(self._seen, self._slice_seconds)
        if paid is None:
            return ()
        self._seen, invoice = paid
        return (_receipt(invoice),)


def _made(fields: Fields) -> MadeInvoice:
    text = fields.text("bolt11", _MAX_INVOICE)
    if not (text.isascii() and text.isalnum()):
        fields.refuse("bolt11")
    warnings = [sentence for name, sentence in _WARNINGS.items() if name in fields]
    others = [name for name in fields.names() if name.startswith("warning_") and name not in _WARNINGS][:4]
    warnings += [f"Your node says: {quoted(fields.quoted(name, 120))}." for name in others]
    return MadeInvoice(text, fields.hash("payment_hash"), tuple(warnings))


def _receipt(invoice: Fields) -> Receipt:
    state = _STATES.get(invoice.text("status", 16))
    if state is None:
        invoice.refuse("status")
    told = invoice.hash("payment_hash")
    if state is not ReceiptState.SETTLED:
        return Receipt(state, told)
    received = invoice.optional("amount_received_msat", 1, MAX_MSAT)
    return Receipt(state, told, received, invoice.optional("paid_at", 1, _MAX_TIME))
