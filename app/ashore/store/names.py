"""Names that withdrawals are found by without reading through their events: a move's scope, a voucher's link."""

from collections.abc import Iterator

from ashore.domain.events import Event, MoveIntended, WithdrawalStarted

VOUCHER_LINK = "voucher.link"
"""The detail by which a voucher is known again: a hash of the link that was opened, from which nothing can be read."""

VOUCHER_FIRST = "voucher.first"
"""The same of the link that it was opened by first, where this one was given by its service afterwards (LUD-14)."""


def of_scope(profile: str, scope: str) -> str:
    """The name of a scope within a deployment: what two moves of one scope are about cannot happen twice."""
    return f"scope {profile} {scope}"


def of_link(link: str) -> str:
    """The name of a voucher's link; `link` is its hash."""
    return f"link {link}"


def names_of(event: Event) -> Iterator[str]:
    """What the withdrawal of an event is found by from now on. The journal's migration makes the same of older ones."""
    if isinstance(event, MoveIntended) and event.scope:
        yield of_scope(event.profile, event.scope)
    elif isinstance(event, WithdrawalStarted):
        details = event.terms.details
        yield from (of_link(details[detail]) for detail in (VOUCHER_LINK, VOUCHER_FIRST) if detail in details)
