"""What was withdrawn from a voucher before, by its link or by what its service said: told from the journal alone.

One voucher is known again by the hash of its link, in whatever form that is pasted, or by the hash of its secret (see
`claim_scope`), and what a kept link leads to (LUD-14), with a new secret, by the hash of its first link. Nobody is
asked, and the vault may be locked. It tells, and forbids nothing: a voucher may be good for several withdrawals; that
two are not open at once is the rule of `Requests`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from ashore.domain.withdrawal import (
    ANEW_FROM,
    LAST_STAGE,
    OPEN_STATUSES,
    RECEIVED,
    STOPPED,
    Status,
    Withdrawal,
)
from ashore.store.names import VOUCHER_FIRST, VOUCHER_LINK
from ashore.systems.base import Bearer, Plan
from ashore.systems.lnurl.profile import LnurlProfile
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.opened_note import link_name, pasted_name
from ashore.systems.lnurl.system.plan import SAID_BALANCE, claim_scope

_Found = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class EarlierClaim:
    """The withdrawal of a voucher that counts most: one that has not ended, or else the newest.

    `amount` is in words; of what came where that was less. Times in UTC milliseconds; `watched_until` is 0 where the
    service did not refuse it, or it is not known. `count` is how many there are in all.
    """

    id: str
    amount: str
    status: Status
    started_at: int
    refused_so_far: bool = False
    watched_until: int = 0
    count: int = 1
    differs: tuple[int, int] | None = None
    """What a service says that it holds, and what it would be by its word before and what was withdrawn since, in
    msat, where these differ."""

    @property
    def is_open(self) -> bool:
        """Whether its end is not known yet."""
        return self.status in OPEN_STATUSES


class Vouchers(Protocol):
    """What of the journal tells what was made of a voucher."""

    def of_voucher(self, profile: str, scope: str, link: str, first: str = "") -> list[tuple[str, str]]:
        """As `Journal.of_voucher`."""


class EarlierClaims:
    """`wallet.earlier` of a network that has LNURL."""

    def __init__(self, profile: LnurlProfile, journal: Vouchers, get: Callable[[str], Withdrawal | None]) -> None:
        """`get` gives a withdrawal by its id, open or ended."""
        self._profile = profile
        self._journal = journal
        self._get = get

    def of_link(self, text: str) -> EarlierClaim | None:
        """What was withdrawn by this link, in whatever form it is pasted; None where nothing was, or it is no link."""
        return self.of_name(pasted_name(text, self._profile))

    def of_name(self, link: str) -> EarlierClaim | None:
        """What was withdrawn by the link of that name (see `link_name`), which may be sealed."""
        return self._told(self._found("", link)) if link else None

    def of_offer(self, offer: LnurlOffer) -> EarlierClaim | None:
        """What was withdrawn of what a service offers now, by this link or by any other one of the same voucher."""
        link = link_name(offer.asked) if offer.asked is not None else ""
        found = self._found(claim_scope(offer), link, offer.first_link)
        claim = self._told(found)
        return None if claim is None else replace(claim, differs=self._difference(offer, found))

    def of_plan(self, plan: Plan) -> EarlierClaim | None:
        """What was withdrawn of what is about to be; None for what is no voucher."""
        if plan.profile != self._profile.id or not isinstance(plan.request, Bearer):
            return None
        link, first = (plan.terms.details.get(detail, "") for detail in (VOUCHER_LINK, VOUCHER_FIRST))
        return self._told(self._found(plan.request.scope, link, first))

    def _found(self, scope: str, link: str, first: str = "") -> _Found:
        return self._journal.of_voucher(self._profile.id, scope, link, first)

    def _told(self, found: _Found) -> EarlierClaim | None:
        if not found:
            return None
        open_ = (name for name, status in found if status in OPEN_STATUSES)
        state = self._get(next(open_, found[0][0]))
        return None if state is None else _claim(state, len(found))

    def _difference(self, offer: LnurlOffer, found: _Found) -> tuple[int, int] | None:
        """By the newest withdrawal that settled before the offer, where no other one may have taken anything."""
        said = offer.service.balance_msat
        taken = [(name, status) for name, status in found if status not in STOPPED]
        if said is None or not taken or taken[0][1] != Status.FINAL or any(s in OPEN_STATUSES for _, s in taken):
            return None
        state = self._get(taken[0][0])
        before = "" if state is None else state.terms.details.get(SAID_BALANCE, "")
        if state is None or not before or state.stage(state.facts.get(LAST_STAGE, "")).reached_at > offer.opened_at:
            return None
        would_be = int(before) - state.terms.amount
        return None if would_be == said else (said, would_be)


def _claim(state: Withdrawal, count: int) -> EarlierClaim:
    refused = state.is_refused_so_far
    return EarlierClaim(
        state.id,
        state.facts.get(RECEIVED) or state.terms.details.get("amount.text", ""),
        state.status,
        state.started_at,
        refused,
        int(state.terms.details.get(ANEW_FROM, "0")) if refused else 0,
        count,
    )
