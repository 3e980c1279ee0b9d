"""Vouchers that may hold more after a withdrawal, but for those whose balance link a person keeps (LUD-14)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ashore.domain.untrusted import MAX_QUOTED, plain

_NO = "no"


@dataclass(frozen=True, slots=True)
class VoucherRest:
    """A voucher that was withdrawn from, and holds more by its service's word. Amounts in msat, times UTC milliseconds.

    `balance_msat` is what the service said at `told_at`, `taken_msat` what was withdrawn since, at most `most_msat` at
    once. `id` is the hash by which its link is known (see `link_name`). `asked_at` (0 for never) is when its service
    was asked since and gave no voucher, `refused` whether it said no then.
    """

    id: str
    host: str
    description: str
    balance_msat: int
    taken_msat: int
    most_msat: int
    told_at: int
    asked_at: int = 0
    refused: bool = False

    @property
    def left_msat(self) -> int:
        """What may be left."""
        return self.balance_msat - self.taken_msat


class Sealed(Protocol):
    """What `OpenedOffers` keeps of them."""

    def rests(self) -> tuple[VoucherRest, ...]:
        """What may hold more, the latest first; empty while locked."""

    async def link_of(self, rest: str) -> str:
        """The link of a rest. Raises AshoreError."""

    async def forget(self, opened: str) -> None:
        """Delete it for good. Raises AshoreError."""


class VoucherRests:
    """`wallet.rests` of a network that has LNURL. Nobody is asked here: a person has a link opened, in the form."""

    def __init__(self, opened: Sealed) -> None:
        self._opened = opened

    def listed(self) -> tuple[VoucherRest, ...]:
        """The list as it is shown, the latest first; empty while locked."""
        return self._opened.rests()

    def find(self, link: str) -> VoucherRest | None:
        """The one of a withdrawal, by the hash of its link in the withdrawal's terms; None where there is none."""
        return next((rest for rest in self.listed() if rest.id == link), None)

    async def link(self, rest: str) -> str:
        """Its link, as an LNURL: a secret, for the field where a person has it opened. Raises AshoreError."""
        return await self._opened.link_of(rest)

    async def forget(self, rest: str) -> None:
        """Delete it for good. Raises AshoreError: locked, or the vault cannot be written."""
        await self._opened.forget(rest)


def voucher_name(link: str) -> str:
    """The hash of a voucher's link by which kept balances know it."""
    return hashlib.sha256(link.encode("utf-8", "surrogatepass")).hexdigest()


def balance_said(meta: Mapping[str, str]) -> int:
    """What the service said it holds, in msat; 0 where it said nothing, or an earlier version wrote this."""
    said = meta.get("balance", "")
    return int(said) if said.isdecimal() else 0


def asked_note(at: int, *, refused: bool) -> Mapping[str, str]:
    """What a description keeps of a service that was asked `at` that time (UTC milliseconds) and gave no voucher."""
    return {"asked": str(at), "said": _NO if refused else ""}


def asked_of(meta: Mapping[str, str]) -> tuple[int, bool]:
    """The time of `asked_note`, 0 where there is none, and whether the service said no."""
    at = meta.get("asked", "")
    return int(at) if at.isdecimal() else 0, meta.get("said") == _NO


def rest_of(name: str, meta: Mapping[str, str], taken_msat: int) -> VoucherRest:
    """The entry of a sealed record of that name."""
    return VoucherRest(
        name,
        meta["host"],
        plain(meta.get("description", ""), MAX_QUOTED),
        balance_said(meta),
        taken_msat,
        int(meta["most"]),
        int(meta["opened"]),
        *asked_of(meta),
    )
