"""The vouchers that the practice service gives away, as it lists them: play money, on no other network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import plain
from ashore.net.http import HttpClient, Purpose
from ashore.systems.lnurl.codec import Kind, Reach, recognise
from ashore.systems.lnurl.codec.strict_json import MAX_BODY_BYTES, read_object

MOST = 20
"""Vouchers that are listed at most; the service's page has them all."""

_LISTING = Purpose("practice vouchers", MAX_BODY_BYTES, total_seconds=10.0, retries=1)
_MOST_MSAT = 21_000_000 * 10**11
_MOST_LEFT = 1_000_000
_TITLE_SHOWN = 60


@dataclass(frozen=True, slots=True)
class PracticeVoucher:
    """One that can still be withdrawn.

    Attributes:
        title: what its service calls it, fit to be shown.
        least_msat: millisatoshi that one withdrawal brings at least.
        most_msat: and at most.
        left: how many withdrawals are left.
        link: its LNURL, which leads to the practice service and nowhere else.
    """

    title: str
    least_msat: int
    most_msat: int
    left: int
    link: str = field(repr=False)


class PracticeVouchers:
    """Asks the one practice service of this computer."""

    def __init__(self, http: HttpClient, service: str) -> None:
        """`service` is its address, at which its page is, too."""
        self._http = http
        self.page = service

    async def listed(self) -> tuple[PracticeVoucher, ...]:
        """Those with a use left, the newest first, `MOST` at most. What is not sound is left out.

        Raises:
            AshoreError: the service does not answer, or not in its form.
        """
        answer = await self._http.get(f"{self.page}/vouchers", _LISTING)
        told = read_object(answer.body).get("vouchers")
        if not isinstance(told, list):
            raise AshoreError("The practice service did not list its vouchers.", "Start Ashore again.")
        sound = (self._read(each) for each in told[:MOST] if isinstance(each, dict))
        return tuple(each for each in sound if each is not None)

    def _read(self, told: Mapping[str, object]) -> PracticeVoucher | None:
        title, link = told.get("title"), told.get("lnurl")
        least, most, left = (told.get(name) for name in ("min_msat", "max_msat", "left"))
        if not isinstance(title, str) or not isinstance(link, str):
            return None
        if type(least) is not int or type(most) is not int or type(left) is not int:
            return None
        if not 0 < least <= most <= _MOST_MSAT or not 0 < left <= _MOST_LEFT or not self._leads_here(link):
            return None
        return PracticeVoucher(plain(title, _TITLE_SHOWN), least, most, left, link)

    def _leads_here(self, link: str) -> bool:
        """Whether a link is an LNURL of this very service: a code that is shown must lead nobody elsewhere."""
        found = recognise(link, Reach.PRACTICE)
        place = urlsplit(self.page)
        url = found.url
        return found.kind is Kind.LNURL and url is not None and (url.host, url.port) == (place.hostname, place.port)
