"""What a receipt tells of a withdrawal's terms: what they are about, and nothing that only its own wallet needs."""

from dataclasses import replace

from ashore.domain.events import Terms
from ashore.store.names import VOUCHER_FIRST, VOUCHER_LINK

KEPT_BACK = frozenset({VOUCHER_LINK, VOUCHER_FIRST, "key"})
"""Hashes of a voucher's links, which a service's own short links could be guessed by, and one's own name of a key."""


def told_by(terms: Terms) -> Terms:
    """The terms as a receipt has them; those of a receipt stay as they are."""
    return replace(terms, details={name: value for name, value in terms.details.items() if name not in KEPT_BACK})
