"""The service's vouchers and the faults that are set for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ashore.sandbox.lightning.faults import Fault, Switches, merged
from ashore.sandbox.lightning.store import Store
from ashore.sandbox.lightning.vouchers import Style, Terms, Voucher, base57, from_row, new_k1, read_terms, write_terms

MAX_VOUCHERS = 2_000
SERVICE_FAULTS = "service_faults"


class Registry:
    """Keeps the vouchers.

    Args:
        store: the memory.
        randomness: so many random bytes.
    """

    def __init__(self, store: Store, randomness: Callable[[int], bytes]) -> None:
        self._store = store
        self._randomness = randomness

    def create(self, value: Mapping[str, Any]) -> Voucher:
        """Make a voucher of these terms and faults. Raises ValueError."""
        return self.add(*read_terms(value))

    def add(self, terms: Terms, faults: Mapping[str, Any]) -> Voucher:
        """Make a voucher. Raises ValueError where there are too many."""
        if len(self._store.vouchers()) >= MAX_VOUCHERS:
            raise ValueError(f"there are {MAX_VOUCHERS} vouchers already")
        secret = self._randomness(32).hex()
        # npm lnurl's k1 is the secret of the link itself.
        k1 = secret if terms.style is Style.NPM else new_k1(terms.style, self._randomness)
        return from_row(self._store.add_voucher(base57(self._randomness(32)), write_terms(terms), faults, secret, k1))

    def all(self) -> list[Voucher]:
        """All vouchers, oldest first."""
        return [from_row(row) for row in self._store.vouchers()]

    def get(self, voucher_id: str) -> Voucher | None:
        """A voucher by its id."""
        row = self._store.voucher(voucher_id)
        return None if row is None else from_row(row)

    def looked_at(self, voucher: Voucher, *, counter: int | None = None) -> Voucher:
        """Write down that a voucher's offer was asked for, before it leaves; the voucher as it is now.

        Args:
            counter: of a card, the number of the tap.
        """
        changed: dict[str, str | int] = {"looks": voucher.looks + 1, "burnt": 1}
        if counter is not None:
            changed["counter"] = counter
        if self.switches(voucher).on(Fault.NEW_K1) or voucher.terms.style is Style.CARD:
            changed["k1"] = new_k1(voucher.terms.style, self._randomness)
        self._store.change_voucher(voucher.id, **changed)
        after = self.get(voucher.id)
        assert after is not None
        return after

    def turned_away(self, voucher: Voucher) -> None:
        """Write down that a voucher was asked for and had no offer."""
        self._store.change_voucher(voucher.id, looks=voucher.looks + 1)

    # --------------------------------------------------------------------------------------------------- faults

    def switches(self, voucher: Voucher | None) -> Switches:
        """The switches that hold for a voucher, or for what belongs to none."""
        return Switches({} if voucher is None else voucher.faults, self.faults())

    def faults(self) -> dict[str, Any]:
        """The switches of the whole service."""
        faults = json.loads(self._store.fact(SERVICE_FAULTS) or "{}")
        assert isinstance(faults, dict)
        return faults

    def set_faults(self, faults: Mapping[str, Any]) -> None:
        """Set switches of the whole service."""
        self._store.remember(SERVICE_FAULTS, json.dumps(merged(self.faults(), faults)))

    def set_voucher_faults(self, voucher_id: str, faults: Mapping[str, Any]) -> None:
        """Set switches of a voucher. Raises ValueError."""
        voucher = self.get(voucher_id)
        if voucher is None:
            raise ValueError("no such voucher")
        self._store.change_voucher(voucher_id, faults=json.dumps(merged(voucher.faults, faults)))

    def clear_faults(self) -> None:
        """Let everything work again."""
        self._store.remember(SERVICE_FAULTS, "{}")
        for voucher in self.all():
            self._store.change_voucher(voucher.id, faults="{}")
