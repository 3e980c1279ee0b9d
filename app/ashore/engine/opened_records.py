"""How the vault describes an opened offer beside its secret: by what it is told apart, listed and found."""

from collections.abc import Mapping

from ashore.domain.untrusted import MAX_QUOTED, plain
from ashore.engine.voucher_rests import voucher_name
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.plan import claim_scope

OPENED = "opened"
"""What a record's description says of its use."""


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
