"""What node and service must not forget, in SQLite: identity, invoices, vouchers, claims. Amounts in millisatoshi.

Both live in one file, so that a payment and the use of the voucher it belongs to are written together or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from ashore.sandbox.memory import Memory

_SCHEMA = """
create table if not exists facts(name text primary key, value text not null) strict;
create table if not exists invoices(
    created_index integer primary key, label text not null unique, bolt11 text not null,
    payment_hash text not null unique, preimage text not null, amount_msat integer, description text not null,
    created_at integer not null, expires_at integer not null,
    pay_index integer unique, paid_at integer, received_msat integer) strict;
create table if not exists vouchers(
    number integer primary key, id text not null unique, terms text not null, faults text not null,
    secret text not null, k1 text not null, looks integer not null default 0, burnt integer not null default 0,
    counter integer not null default 0) strict;
create table if not exists claims(
    seq integer primary key, voucher text not null, link text not null, k1 text not null, invoice text not null,
    payment_hash text not null, amount_msat integer, at real not null, state text not null, answer text not null,
    pay_msat integer, due_at real, paid_at real) strict;
"""
_INVOICE = (
    "created_index, label, bolt11, payment_hash, preimage, amount_msat, description, created_at, expires_at,"
    " pay_index, paid_at, received_msat"
)
_VOUCHER = "number, id, terms, faults, secret, k1, looks, burnt, counter"
_CLAIM = "seq, voucher, link, k1, invoice, payment_hash, amount_msat, at, state, answer, pay_msat, due_at, paid_at"


class ClaimState(StrEnum):
    """What became of an invoice that was handed to the service."""

    REFUSED = "refused"
    """Nothing was paid, and the use was not taken."""
    WITHHELD = "withheld"
    """The use was taken, and nothing will be paid: a fault."""
    OWED = "owed"
    """To be paid later."""
    PAID = "paid"
    FAILED = "failed"
    """It was owed and could not be paid; the use was given back."""


USING = (ClaimState.WITHHELD, ClaimState.OWED, ClaimState.PAID)
"""The states that take one of a voucher's uses."""


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice of the practice node. Times in seconds since 1970; `received_msat` is what came in."""

    created_index: int
    label: str
    bolt11: str = field(repr=False)
    payment_hash: str
    preimage: str = field(repr=False)
    amount_msat: int | None
    description: str
    created_at: int
    expires_at: int
    pay_index: int | None = None
    paid_at: int | None = None
    received_msat: int | None = None


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """A voucher as it is stored: `terms` and `faults` are JSON, `counter` counts a card's taps."""

    number: int
    id: str
    terms: str
    faults: str
    secret: str = field(repr=False)
    k1: str = field(repr=False)
    looks: int
    burnt: int
    counter: int


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One call of a callback. `pay_msat` is what is or was to be paid, `answer` the words of a refusal."""

    seq: int
    voucher: str
    link: str
    k1: str = field(repr=False)
    invoice: str = field(repr=False)
    payment_hash: str
    amount_msat: int | None
    at: float
    state: ClaimState
    answer: str
    pay_msat: int | None
    due_at: float | None
    paid_at: float | None


class Store(Memory):
    """The memory of node and service.

    Args:
        path: the database file; None keeps it in memory.
    """

    def __init__(self, path: Path | None) -> None:
        super().__init__(path, _SCHEMA)

    def forget(self, facts: Iterable[str]) -> None:
        """Forget invoices, vouchers, claims and these facts; to be called inside `atomic`."""
        for table in ("invoices", "vouchers", "claims"):
            self._db.execute(f"delete from {table}")  # noqa: S608 - names of our own
        for name in facts:
            self._db.execute("delete from facts where name = ?", (name,))

    # ---------------------------------------------------------------------------------------------------- facts

    def fact(self, name: str) -> str | None:
        """A remembered single value."""
        row = self._db.execute("select value from facts where name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, name: str, value: str) -> None:
        """Remember a single value."""
        self._db.execute("insert or replace into facts(name, value) values(?,?)", (name, value))

    # ------------------------------------------------------------------------------------------------- invoices

    def add_invoice(self, row: InvoiceRow) -> InvoiceRow:
        """Remember a new invoice; it gets its index.

        Raises:
            sqlite3.IntegrityError: label or payment hash exist already.
        """
        values = (row.label, row.bolt11, row.payment_hash, row.preimage, row.amount_msat, row.description)
        self._db.execute(
            "insert into invoices(label, bolt11, payment_hash, preimage, amount_msat, description, created_at,"
            " expires_at) values(?,?,?,?,?,?,?,?)",
            (*values, row.created_at, row.expires_at),
        )
        return self.invoices(payment_hash=row.payment_hash)[0]

    def invoices(self, **equal: str | int) -> list[InvoiceRow]:
        """The invoices whose columns have these values, oldest first."""
        where = " and ".join(f"{name} = ?" for name in equal) or "1"
        rows = self._db.execute(
            f"select {_INVOICE} from invoices where {where} order by created_index",  # noqa: S608 - names of our own
            tuple(equal.values()),
        )
        return [InvoiceRow(*row) for row in rows]

    def next_paid(self, after: int) -> InvoiceRow | None:
        """The paid invoice with the first pay index above `after`."""
        row = self._db.execute(
            f"select {_INVOICE} from invoices where pay_index > ? order by pay_index limit 1",  # noqa: S608
            (after,),
        ).fetchone()
        return None if row is None else InvoiceRow(*row)

    def received_msat(self) -> int:
        """All that ever came in."""
        return int(self._db.execute("select coalesce(sum(received_msat), 0) from invoices").fetchone()[0])

    def settle(self, payment_hash: str, msat: int, at: int) -> bool:
        """Remember a payment; False when the invoice was paid before."""
        done = self._db.execute(
            "update invoices set pay_index = (select coalesce(max(pay_index), 0) + 1 from invoices), paid_at = ?,"
            " received_msat = ? where payment_hash = ? and paid_at is null",
            (at, msat, payment_hash),
        )
        return done.rowcount == 1

    # ------------------------------------------------------------------------------------------------- vouchers

    def add_voucher(
        self, voucher_id: str, terms: Mapping[str, Any], faults: Mapping[str, Any], secret: str, k1: str
    ) -> VoucherRow:
        """Remember a new voucher."""
        self._db.execute(
            "insert into vouchers(id, terms, faults, secret, k1) values(?,?,?,?,?)",
            (voucher_id, json.dumps(terms), json.dumps(faults), secret, k1),
        )
        found = self.voucher(voucher_id)
        assert found is not None
        return found

    def voucher(self, voucher_id: str) -> VoucherRow | None:
        """A voucher by its id."""
        row = self._db.execute(f"select {_VOUCHER} from vouchers where id = ?", (voucher_id,)).fetchone()  # noqa: S608
        return None if row is None else VoucherRow(*row)

    def vouchers(self) -> list[VoucherRow]:
        """All vouchers, oldest first."""
        return [VoucherRow(*row) for row in self._db.execute(f"select {_VOUCHER} from vouchers order by number")]  # noqa: S608

    def change_voucher(self, voucher_id: str, **values: str | int) -> None:
        """Overwrite columns of a voucher."""
        columns = ", ".join(f"{name} = ?" for name in values)
        self._db.execute(
            f"update vouchers set {columns} where id = ?",  # noqa: S608 - names of our own
            (*values.values(), voucher_id),
        )

    # --------------------------------------------------------------------------------------------------- claims

    def add_claim(self, claim: ClaimRow) -> int:
        """Remember a call of a callback; its number."""
        values = (claim.voucher, claim.link, claim.k1, claim.invoice, claim.payment_hash, claim.amount_msat, claim.at)
        done = self._db.execute(
            "insert into claims(voucher, link, k1, invoice, payment_hash, amount_msat, at, state, answer, pay_msat,"
            " due_at, paid_at) values(?,?,?,?,?,?,?,?,?,?,?,?)",
            (*values, claim.state, claim.answer, claim.pay_msat, claim.due_at, claim.paid_at),
        )
        assert done.lastrowid is not None
        return done.lastrowid

    def claims(self, **equal: str | int) -> list[ClaimRow]:
        """The claims whose columns have these values, oldest first."""
        where = " and ".join(f"{name} = ?" for name in equal) or "1"
        rows = self._db.execute(
            f"select {_CLAIM} from claims where {where} order by seq",  # noqa: S608 - names of our own
            tuple(equal.values()),
        )
        return [_claim(row) for row in rows]

    def resolve_claim(self, seq: int, state: ClaimState, paid_at: float | None, answer: str = "") -> None:
        """Remember what became of a claim that was owed."""
        self._db.execute(
            "update claims set state = ?, paid_at = ?, answer = ? where seq = ?", (state, paid_at, answer, seq)
        )


def _claim(row: Sequence[Any]) -> ClaimRow:
    seq, voucher, link, k1, invoice, payment_hash, amount_msat, at, state, *rest = row
    return ClaimRow(seq, voucher, link, k1, invoice, payment_hash, amount_msat, at, ClaimState(state), *rest)
