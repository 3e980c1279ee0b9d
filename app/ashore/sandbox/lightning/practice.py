"""Practice Lightning: node, interface and withdraw service on one memory, and the controls for tests."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ashore.sandbox.lightning.cashier import Cashier
from ashore.sandbox.lightning.clnrest import ClnRest
from ashore.sandbox.lightning.faults import NodeFault, merged, read_faults, read_node_faults
from ashore.sandbox.lightning.node import CAPACITY, PaymentError, PracticeNode
from ashore.sandbox.lightning.offers import balance_link
from ashore.sandbox.lightning.registry import SERVICE_FAULTS, Registry
from ashore.sandbox.lightning.service import WithdrawService
from ashore.sandbox.lightning.store import USING, ClaimRow, ClaimState, Store
from ashore.sandbox.lightning.vouchers import Place, Voucher, links, write_terms
from ashore.sandbox.lightning.wrongs import Wrongs

CLNREST, SERVICE = "/cln", "/lnurl"
"""Where the sandbox serves the node's interface and the withdraw service."""
_NODE_FAULTS = "node_faults"
_SEEDED = "seeded"
_MAX_ADVANCE = 366 * 86_400

Operation = Callable[[Mapping[str, Any], Place], Awaitable[Any]]


class PracticeLightning:
    """All of Lightning in the sandbox. It lives by the wall's clock, for a wallet compares an invoice's time with it.

    Args:
        path: the database file; None keeps it in memory.
        wall: unix seconds.
        seeds: the vouchers that are there from the beginning.
        randomness: so many random bytes.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        wall: Callable[[], float],
        seeds: Iterable[Mapping[str, Any]] = (),
        randomness: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._wall = wall
        self._seeds = tuple(seeds)
        self._ahead = 0.0
        self._store = Store(path)
        self.node = PracticeNode(self._store, now=self.now, randomness=randomness)
        self.cashier = Cashier(self._store, self.node, now=self.now)
        self.registry = Registry(self._store, randomness)
        self.service = WithdrawService(self.registry, self.cashier)
        self.clnrest = ClnRest(self.node, self.node_faults, self._use_up, wrongs=Wrongs(self.node, self.node_faults))
        if self._store.fact(_SEEDED) is None:
            with self._store.atomic():
                self._seed()
        self._operations: dict[str, Operation] = {
            "voucher": self._voucher,
            "pay": self._pay,
            "lightning": self._lightning,
        }

    def now(self) -> float:
        """Unix seconds, with what time was moved ahead by hand."""
        return self._wall() + self._ahead

    def close(self) -> None:
        """Release the file."""
        self._store.close()

    def reset(self) -> None:
        """Forget invoices, vouchers, claims and faults; key and runes stay, as a wallet has pinned them."""
        with self._store.atomic():
            self._store.forget((SERVICE_FAULTS, _NODE_FAULTS, CAPACITY))
            self._seed()
        self._ahead = 0.0
        self.node.wake()

    def _seed(self) -> None:
        for seed in self._seeds:
            self.registry.create(seed)
        self._store.remember(_SEEDED, "yes")

    async def run(self) -> None:
        """Pay what is owed when it is due, until cancelled."""
        while True:
            self.cashier.pay_due()
            due = self.cashier.next_due()
            await self.node.changed(None if due is None else max(0.0, due - self.now()))

    # --------------------------------------------------------------------------------------------------- faults

    def node_faults(self) -> dict[str, Any]:
        """The switches of the node's interface."""
        faults = json.loads(self._store.fact(_NODE_FAULTS) or "{}")
        assert isinstance(faults, dict)
        return faults

    def read_faults(self, value: object) -> Callable[[], None]:
        """Read {service: {switch: value}, vouchers: {id: {switch: value}}, node: {switch: value}}.

        Returns:
            What sets them, so that nothing is set where another part of a request is wrong.

        Raises:
            ValueError: a switch or voucher is unknown, or a value is wrong.
        """
        if not isinstance(value, dict) or not value.keys() <= {"service", "vouchers", "node"}:
            raise ValueError("lightning faults are set for service, vouchers and node")
        service = read_faults(value.get("service", {}))
        node = read_node_faults(value.get("node", {}))
        named = value.get("vouchers", {})
        if not isinstance(named, dict):
            raise ValueError("vouchers are named by their ids")  # noqa: TRY004 - a value from JSON
        vouchers = {name: read_faults(faults) for name, faults in named.items()}
        if any(self.registry.get(name) is None for name in vouchers):
            raise ValueError("no such voucher")

        def apply() -> None:
            self.registry.set_faults(service)
            self._store.remember(_NODE_FAULTS, json.dumps(merged(self.node_faults(), node)))
            for name, faults in vouchers.items():
                self.registry.set_voucher_faults(name, faults)

        return apply

    def clear_faults(self) -> None:
        """Let everything work again."""
        self.registry.clear_faults()
        self._store.remember(_NODE_FAULTS, "{}")

    def _use_up(self, fault: NodeFault) -> None:
        faults = self.node_faults()
        left = faults.get(fault)
        if type(left) is int:
            rest = {fault.value: left - 1 if left > 1 else None}
            self._store.remember(_NODE_FAULTS, json.dumps(merged(faults, rest)))

    # ------------------------------------------------------------------------------------------------- controls

    def operation(self, name: str) -> Operation | None:
        """The control operation of this name."""
        return self._operations.get(name)

    async def _voucher(self, value: Mapping[str, Any], place: Place) -> Any:
        """Make a voucher: {title, min_msat, max_msat, uses, wait_s, style, unique, fast, balance, faults}."""
        return self.told(self.registry.create(value), place)

    async def _pay(self, value: Mapping[str, Any], _place: Place) -> Any:
        """{invoice, part_msat}: pay an invoice of the practice node as anybody might."""
        part = value.get("part_msat")
        if part is not None and (type(part) is not int or part <= 0):
            raise ValueError("part_msat is a positive number")
        try:
            row = self.node.pay(str(value["invoice"]), part)
        except PaymentError as error:
            raise ValueError(str(error)) from None
        return {"payment_hash": row.payment_hash, "received_msat": row.received_msat, "pay_index": row.pay_index}

    async def _lightning(self, value: Mapping[str, Any], place: Place) -> Any:
        """{advance: seconds, receivable_msat}: move time ahead, change what can come in; then the whole truth."""
        if not value.keys() <= {"advance", "receivable_msat"}:
            raise ValueError("lightning takes advance and receivable_msat")
        seconds, receivable = value.get("advance", 0), value.get("receivable_msat")
        if type(seconds) not in (int, float) or not 0 <= seconds <= _MAX_ADVANCE:
            raise ValueError("advance is 0 seconds to a year")
        if receivable is not None and (type(receivable) is not int or not 0 <= receivable <= 21_000_000 * 10**11):
            raise ValueError("receivable_msat is a number from 0")
        self._ahead += seconds
        if receivable is not None:
            self.node.set_receivable(receivable)
        self.cashier.pay_due()
        self.node.wake()
        return {
            **self.truth(),
            "admin_rune": self.node.admin_rune,
            "faults": {"service": self.registry.faults(), "node": self.node_faults()},
            "vouchers": [self.told(voucher, place) for voucher in self.registry.all()],
        }

    # -------------------------------------------------------------------------------------------------- showing

    def profile(self) -> dict[str, Any]:
        """Where a wallet finds node and service, relative to the sandbox's address, and what opens the node."""
        return {
            "network": "regtest",
            "clnrest": CLNREST,
            "rune": self.node.rune,
            "node_id": self.node.id,
            "service": SERVICE,
        }

    def truth(self) -> dict[str, Any]:
        """What really happened: every claim, every invoice, and the sums."""
        claims = [_told_claim(claim) for claim in self._store.claims()]
        invoices = self.node.invoices()
        return {
            "claims": claims,
            "invoices": [
                {
                    "label": row.label,
                    "payment_hash": row.payment_hash,
                    "amount_msat": row.amount_msat,
                    "status": self.node.status(row).value,
                    "received_msat": row.received_msat,
                    "pay_index": row.pay_index,
                    "paid_at": row.paid_at,
                }
                for row in invoices
            ],
            "now": self.now(),
            "received_msat": self.node.received_msat,
            "receivable_msat": self.node.receivable_msat,
        }

    def told(self, voucher: Voucher, place: Place) -> dict[str, Any]:
        """A voucher with its links and counters. The links of a unique voucher are per use."""
        claims = self._store.claims(voucher=voucher.id)
        switches = self.registry.switches(voucher)
        return {
            "id": voucher.id,
            **write_terms(voucher.terms),
            **links(voucher, place, next(iter(voucher.link_ids()), "")),
            "links": [links(voucher, place, link_id) for link_id in voucher.link_ids()],
            "balance_link": balance_link(voucher, switches, place) if voucher.terms.balance else "",
            "k1": voucher.k1,
            "faults": dict(voucher.faults),
            "looks": voucher.looks,
            "calls": len(claims),
            "used": sum(claim.state in USING for claim in claims),
            "payments": sum(claim.state is ClaimState.PAID for claim in claims),
            "paid_msat": sum(claim.pay_msat or 0 for claim in claims if claim.state is ClaimState.PAID),
        }


def _told_claim(claim: ClaimRow) -> dict[str, Any]:
    return {
        "seq": claim.seq,
        "voucher": claim.voucher,
        "link": claim.link,
        "k1": claim.k1,
        "invoice_sha256": hashlib.sha256(claim.invoice.encode("utf-8", "replace")).hexdigest(),
        "payment_hash": claim.payment_hash,
        "amount_msat": claim.amount_msat,
        "at": claim.at,
        "state": claim.state.value,
        "paid": claim.state is ClaimState.PAID,
        "paid_msat": claim.pay_msat if claim.state is ClaimState.PAID else None,
        "answer": claim.answer,
        "due_at": claim.due_at,
    }
