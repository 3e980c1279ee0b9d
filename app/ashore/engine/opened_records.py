"""How the vault describes an opened offer beside its secret: by what it is told apart, listed and found."""

from collections.abc import Mapping
from dataclasses import dataclass

from ashore.domain.untrusted import MAX_QUOTED, plain
from ashore.engine.voucher_rests import voucher_name
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.plan import claim_scope

OPENED = "opened"
"""What a record's description says of its use."""


@dataclass(frozen=True, slots=True)
class OpenedVoucher:
    """One entry of the list. Amounts in msat, `opened_at` in UTC milliseconds, `description` the service's own words.

    `sealed` is false for what could not be written to the vault yet, and so does not outlive the program.
    """

    id: str
    host: str
    least_msat: int
    most_msat: int
    opened_at: int
    sealed: bool = True
    description: str = ""


def described(offer: LnurlOffer, name: str, head: int) -> Mapping[str, str]:
    """The description of what was opened by the link of that name, when the journal's last event had that number."""
    return {
        "use": OPENED,
        "link": name,
        "scope": claim_scope(offer),
        "after": str(head),
        "host": offer.host,
        "least": str(offer.range.min_msat),
        "most": str(offer.range.max_msat),
        "opened": str(offer.opened_at),
        "description": plain(offer.description, MAX_QUOTED),
        "balance": str(offer.said_balance_msat),
        "voucher": "" if offer.asked is None else voucher_name(offer.asked.text),
    }


def is_whole(meta: Mapping[str, str]) -> bool:
    """Whether a description is a whole one of these."""
    numbers = all(meta.get(name, "").isdecimal() for name in ("after", "least", "most", "opened"))
    return numbers and all(meta.get(name) for name in ("link", "scope", "host"))


def entry_of(opened: str, meta: Mapping[str, str]) -> OpenedVoucher:
    """The entry of the list that such a description makes."""
    said = plain(meta.get("description", ""), MAX_QUOTED)  # missing from what earlier versions wrote
    least, most, opened_at = (int(meta[name]) for name in ("least", "most", "opened"))
    return OpenedVoucher(opened, meta["host"], least, most, opened_at, description=said)
