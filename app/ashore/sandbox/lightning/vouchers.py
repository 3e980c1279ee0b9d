"""Vouchers: their terms, secrets, and the links a person is given."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlencode

from ashore.sandbox.lightning.faults import merged, read_faults
from ashore.sandbox.lightning.store import VoucherRow
from ashore.systems.lnurl.codec.texts import encode_lnurl

MAX_USES = 250
MAX_TITLE = 500
_BASE57 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE57_CHARACTERS = 22
_MAX_MSAT = 21_000_000 * 10**11
_CARD_TAPS_AHEAD = 50


class Style(StrEnum):
    """Whose service it behaves like: the form of k1, paths, statuses and texts."""

    NPM = "npm"
    """npm lnurl: k1 in hexadecimal digits, the link is `?q=<k1>`, refusals with HTTP 400."""
    LNBITS = "lnbits"
    """LNbits withdraw: k1 in base 57, refusals with HTTP 200."""
    CARD = "card"
    """A Bolt Card: a link per tap, a k1 per look, a maximum above the real one."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a voucher promises.

    Attributes:
        uses: how often it can be claimed in all.
        wait_s: seconds between two claims.
        unique: every use has a link of its own (LNbits).
        fast: the link carries the whole offer in its query (LUD-08).
        balance: the offer says what is left in all uses together, and where to ask that again (LUD-14).
    """

    title: str = "Practice voucher"
    min_msat: int = 10_000
    max_msat: int = 20_000
    uses: int = 1
    wait_s: int = 0
    style: Style = Style.NPM
    unique: bool = False
    fast: bool = False
    balance: bool = False

    def __post_init__(self) -> None:
        whole = all(type(value) is int for value in (self.min_msat, self.max_msat, self.uses, self.wait_s))
        said = all(type(value) is bool for value in (self.unique, self.fast, self.balance))
        if not whole or not said or not isinstance(self.title, str):
            raise ValueError("a voucher's amounts, uses and wait_s are whole numbers, its title is a text")
        if not 0 < self.min_msat <= self.max_msat <= _MAX_MSAT:
            raise ValueError("a voucher's amounts are 0 < min_msat <= max_msat")
        if not 1 <= self.uses <= MAX_USES or not 0 <= self.wait_s <= 86_400 or len(self.title) > MAX_TITLE:
            raise ValueError(f"a voucher has 1 to {MAX_USES} uses, up to a day between them, and a short title")
        self.title.encode("utf-8")
        if self.unique and self.style is not Style.LNBITS:
            raise ValueError("unique links are LNbits' own")
        if self.balance and self.style is Style.CARD:
            raise ValueError("a card says nothing of a balance")


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher with what happened to it so far."""

    id: str
    terms: Terms
    faults: Mapping[str, Any]
    secret: str = field(repr=False)
    k1: str = field(repr=False)
    looks: int
    burnt: bool
    counter: int

    def link_ids(self) -> list[str]:
        """What tells its unique links apart; empty for other vouchers."""
        if not self.terms.unique:
            return []
        return [base57(hashlib.sha256(f"{self.secret} {use}".encode()).digest()) for use in range(self.terms.uses)]

    def balance_secret(self, number: int) -> str:
        """What makes its balance link of this number one that nobody guesses."""
        return base57(hashlib.sha256(f"{self.secret} balance {number}".encode()).digest())

    def tap(self, counter: int) -> tuple[str, str]:
        """What a card says at its tap of this number: the `p` and `c` of its link."""
        uid = _mac(self.secret, f"p {counter}")[:32]
        return uid, _mac(self.secret, f"c {uid}")[:16]

    def counter_of(self, p: str, c: str) -> int | None:
        """The number of the tap that said this, if it is one of the next."""
        ahead = range(self.counter + 1, self.counter + 1 + _CARD_TAPS_AHEAD)
        return next((counter for counter in ahead if self.tap(counter) == (p, c)), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the service stands: scheme and authority of the request, and the path it is mounted at."""

    origin: str
    root: str = "/lnurl"

    @property
    def authority(self) -> str:
        """Host and port."""
        return self.origin.partition("://")[2]

    @property
    def port(self) -> str:
        """The port with its colon, or nothing."""
        return self.authority[self.authority.rfind(":") :] if ":" in self.authority.rpartition("]")[2] else ""

    def url(self, path: str) -> str:
        """An address of the service."""
        return f"{self.origin}{self.root}{path}"


def read_terms(value: Mapping[str, Any]) -> tuple[Terms, dict[str, Any]]:
    """Terms and faults of a new voucher from JSON. Raises ValueError."""
    value = dict(value)
    faults = merged({}, read_faults(value.pop("faults", {})))
    try:
        return Terms(**{**value, "style": Style(value.get("style", Style.NPM))}), faults
    except TypeError:
        raise ValueError(f"a voucher has {', '.join(f.name for f in fields(Terms))}, faults") from None


def write_terms(terms: Terms) -> dict[str, Any]:
    """Terms as JSON."""
    return asdict(terms)


def from_row(row: VoucherRow) -> Voucher:
    """A stored voucher."""
    terms, _ = read_terms(json.loads(row.terms))
    faults = json.loads(row.faults)
    return Voucher(row.id, terms, faults, row.secret, row.k1, row.looks, bool(row.burnt), row.counter)


def new_k1(style: Style, randomness: Callable[[int], bytes]) -> str:
    """A fresh k1 in the style's form."""
    return base57(randomness(32)) if style is Style.LNBITS else randomness(32).hex()


def base57(data: bytes) -> str:
    """22 characters that have no look-alikes, as shortuuid writes them."""
    number, text = int.from_bytes(data, "big"), ""
    for _ in range(_BASE57_CHARACTERS):
        number, rest = divmod(number, len(_BASE57))
        text += _BASE57[rest]
    return text


def links(voucher: Voucher, place: Place, link_id: str = "") -> dict[str, str]:
    """Every form of a voucher's link; of a card, of its next tap. A unique voucher has them per link id."""
    match voucher.terms.style:
        case Style.NPM:
            url = place.url(f"/u?q={voucher.secret}")
        case Style.LNBITS:
            url = place.url(f"/w/{voucher.id}" + (f"/{link_id}" if link_id else ""))
        case Style.CARD:
            p, c = voucher.tap(voucher.counter + 1)
            url = place.url(f"/card/{voucher.id}?p={p}&c={c}")
    if voucher.terms.fast:
        offer = {
            "tag": "withdrawRequest",
            "k1": voucher.k1,
            "minWithdrawable": voucher.terms.min_msat,
            "maxWithdrawable": voucher.terms.max_msat,
            "defaultDescription": voucher.terms.title,
            "callback": callback(voucher, place, link_id),
        }
        url += ("&" if "?" in url else "?") + urlencode(offer, quote_via=quote)
    lnurl = encode_lnurl(url).upper()
    return {
        "url": url,
        "lnurl": lnurl,
        "lightning": f"lightning:{lnurl}",
        "lnurlw": "lnurlw" + url[url.index("://") :],
        "fallback": place.url(f"?lightning={lnurl}"),
    }


def callback(voucher: Voucher, place: Place, link_id: str = "") -> str:
    """Where the invoice goes."""
    if voucher.terms.style is Style.LNBITS:
        return place.url(f"/cb/{voucher.id}" + (f"?id_unique_hash={link_id}" if link_id else ""))
    return place.url("/u" if voucher.terms.style is Style.NPM else f"/cb/{voucher.id}")


def _mac(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
