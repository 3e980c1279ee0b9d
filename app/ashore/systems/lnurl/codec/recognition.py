"""What a pasted or scanned text is: named, explained, and opened up where it is an LNURL. Never asks anything.

Source: LUD-01 (bech32, fallback query, tag in the URL), LUD-03, LUD-04 (login is never requested), LUD-08, LUD-16,
LUD-17 (schemes), BIP-21 and BOLT11 (`lightning=` in a bitcoin: link), the Bolt Card's p and c.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from ashore.domain.text_kinds import Kind
from ashore.domain.untrusted import hidden_characters
from ashore.systems.lnurl.codec.errors import CodecError, OutsidePractice, UrlError
from ashore.systems.lnurl.codec.kinds import SECRET_KINDS, TAG_KINDS, WITHDRAW_TAG, WORDS
from ashore.systems.lnurl.codec.naming import name_kind
from ashore.systems.lnurl.codec.offers import WithdrawOffer, offer_from_query
from ashore.systems.lnurl.codec.soundness import DAMAGED_WORDS, is_damaged
from ashore.systems.lnurl.codec.texts import decode_lnurl
from ashore.systems.lnurl.codec.urls import ONLY_ITS_OWN, Reach, ServiceUrl, parse_lud17, parse_url

MAX_TEXT_BYTES = 4096

_EDGES = " \t\r\n\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"
_WRAPPER = re.compile(r"(lightning|lnurl|bitcoin):(//)?", re.IGNORECASE | re.ASCII)
_LUD17 = re.compile(r"(lnurlw|lnurlp|lnurlc|keyauth):", re.IGNORECASE | re.ASCII)
_LUD17_KINDS = {"lnurlw": Kind.LNURL, "lnurlp": Kind.PAY, "lnurlc": Kind.CHANNEL, "keyauth": Kind.AUTH}
_BECH32_LNURL = re.compile(r"lnurl1", re.IGNORECASE | re.ASCII)
_WEB = re.compile(r"https?:", re.IGNORECASE | re.ASCII)
_INVOICE = re.compile(r"ln(bc|tb|tbs|bcrt)[0-9]*[munp]?1", re.IGNORECASE | re.ASCII)
_LINK_WITHIN = re.compile(
    r"(?<![a-z0-9])(?:lnurl1[02-9ac-hj-np-z]{8,}|lnurlw:(?://)?[^\s<>\"']{4,})", re.IGNORECASE | re.ASCII
)
_ENDS = ".,;:!?)]}»”’…"
_LOWER_TAGS = {tag.lower(): kind for tag, kind in TAG_KINDS.items()}


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a text is, in words; neither the text nor a link's secret part is ever in its representation.

    `url` is there only where a request is allowed: for LNURL when the person goes on, for PLAIN_URL after asking.
    `offer` is there where the link itself carries the whole offer (LUD-08), so that nothing has to be requested.
    `secret` marks a text that must not be logged, stored or left in a clipboard. `one_shot` marks a Bolt Card, of which
    each request uses up one tap.
    """

    kind: Kind
    sentence: str
    advice: str
    url: ServiceUrl | None = field(default=None)
    offer: WithdrawOffer | None = field(default=None)
    secret: bool = False
    one_shot: bool = False

    @property
    def can_be_asked(self) -> bool:
        """Whether a request is allowed, be it after asking the person."""
        return self.url is not None


def recognise(text: str, reach: Reach = Reach.PUBLIC) -> Recognition:
    """Say what a text from outside is. Never raises; the text goes nowhere."""
    stripped = text.strip(_EDGES)
    if not stripped:
        return _named(Kind.EMPTY)
    if len(stripped) > MAX_TEXT_BYTES or len(stripped.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        return Recognition(Kind.UNKNOWN, "This text is too long to be a link.", "Paste the link alone.")
    try:
        return _recognise(stripped, reach, may_wrap=True)
    except CodecError as error:
        return Recognition(Kind.REFUSED, error.sentence, error.advice)


def _recognise(text: str, reach: Reach, *, may_wrap: bool) -> Recognition:
    wrapper = _WRAPPER.match(text)
    if wrapper is not None and may_wrap:
        return _unwrapped(text, wrapper, reach)
    if _BECH32_LNURL.match(text):
        return _bech32(text, reach)
    scheme = _LUD17.match(text)
    if scheme is not None:
        return _link_after(text, reach) or _lud17(scheme[1].lower(), text[scheme.end() :], reach)
    if _WEB.match(text):
        inner = _lightning_value(text.partition("?")[2], reach) if may_wrap else None
        return inner or _link_after(text, reach) or _of_url(Kind.PLAIN_URL, parse_url(text, reach), reach)
    return _by_shape(text, reach)


def _by_shape(text: str, reach: Reach) -> Recognition:
    kind = name_kind(text)
    if kind in (Kind.UNKNOWN, Kind.WEB_PIECE) and (link := _link_within(text, reach)) is not None:
        return link
    if kind is Kind.UNKNOWN and hidden_characters(text):
        return Recognition(kind, "This text contains an invisible character.", "Copy it again, or scan its picture.")
    return _whole(kind, text)


def _whole(kind: Kind, text: str) -> Recognition:
    """Name a text by its kind, or say that it is damaged where the kind has a checksum that tells."""
    return Recognition(Kind.DAMAGED, *DAMAGED_WORDS[kind]) if is_damaged(kind, text) else _named(kind)


def _unwrapped(text: str, wrapper: re.Match[str], reach: Reach) -> Recognition:
    rest = text[wrapper.end() :].strip(_EDGES)
    if wrapper[1].lower() != "bitcoin":
        return _recognise(rest, reach, may_wrap=False)
    if _BECH32_LNURL.match(rest) or _LUD17.match(rest):
        return _recognise(rest, reach, may_wrap=False)
    address, _, query = rest.partition("?")
    inner = _lightning_value(query, reach)
    if inner is not None:
        return inner
    if any(name in ("lno", "lnurlp") for name, _ in _pairs(query)):
        return _named(Kind.BOLT12)
    if address.startswith("₿"):
        return _named(Kind.BIP353)
    return _whole(Kind.BITCOIN_ADDRESS, address) if address else _named(Kind.UNKNOWN)


def _lightning_value(query: str, reach: Reach) -> Recognition | None:
    """Return what stands in a query's `lightning` value, if that is an LNURL or an invoice."""
    for name, value in _pairs(query):
        inner = value.strip(_EDGES)
        wrapper = _WRAPPER.match(inner)
        inner = inner[wrapper.end() :] if wrapper else inner
        if name == "lightning" and (_BECH32_LNURL.match(inner) or _LUD17.match(inner) or _INVOICE.match(inner)):
            return _recognise(inner, reach, may_wrap=False)
    return None


def _pairs(query: str) -> list[tuple[str, str]]:
    parts = (part.partition("=") for part in query.partition("#")[0].split("&") if part)
    return [(unquote(name).lower(), unquote(value)) for name, _, value in parts]


def _bech32(text: str, reach: Reach) -> Recognition:
    try:
        # Mail and chat programs break long texts into lines.
        address = decode_lnurl("".join(text.split()))
    except CodecError as error:
        link = _link_within(text, reach)
        sound = link is not None and link.kind is not Kind.DAMAGED
        return link if link and sound else Recognition(Kind.DAMAGED, error.sentence, error.advice)
    return _of_link(Kind.LNURL, address, parse_url, reach)


def _link_after(text: str, reach: Reach) -> Recognition | None:
    """Return what to say of a link with words behind it: no link has a blank in it."""
    return _link_within(text, reach) if len(text.split()) > 1 else None


def _link_within(text: str, reach: Reach) -> Recognition | None:
    """Return what to say of a text that is longer than the link in it, or None where there is none.

    It is never opened from there: what surrounds a link may be part of it, or may belong to another.
    """
    found = {link.lower(): link for link in _LINK_WITHIN.findall(text)}
    if not found or text in found.values():
        return None
    if len(found) > 1:
        return Recognition(Kind.WITHIN, "This text contains several links of vouchers.", "Paste one of them alone.")
    (link,) = found.values()
    try:
        kind = _recognise(link, reach, may_wrap=False).kind
    except CodecError:
        kind = Kind.LNURL  # why it is not used is said of the link alone
    return _named(Kind.WITHIN if kind in (Kind.LNURL, Kind.DAMAGED) else kind)


def voucher_within(text: str) -> str:
    """Return the one voucher's link that stands among other words in a text; empty where there is none, or several.

    A bech32 text is one only where its checksum is right. What ends a sentence is no part of a link before it.
    """
    if len(text) > MAX_TEXT_BYTES or len(text.split()) < 2:
        return ""
    found: dict[str, str] = {link.lower(): link.rstrip(_ENDS) for link in _LINK_WITHIN.findall(text)}
    if len(found) != 1:
        return ""
    (link,) = found.values()
    if _LUD17.match(link):
        return link
    try:
        decode_lnurl(link)
    except CodecError:
        return ""
    return link


def _lud17(scheme: str, rest: str, reach: Reach) -> Recognition:
    kind = _LUD17_KINDS[scheme]
    return _of_link(kind, rest, parse_lud17, reach) if kind is Kind.LNURL else _named(kind)


def _of_link(kind: Kind, address: str, parse: Callable[[str, Reach], ServiceUrl], reach: Reach) -> Recognition:
    """Judge the address of an LNURL. Raises UrlError."""
    try:
        url = parse(address, reach)
    except OutsidePractice:
        raise UrlError(
            f"This is a link of a real service. {ONLY_ITS_OWN}",
            "Nothing was asked. Use a voucher of the practice service.",
        ) from None
    return _of_url(kind, url, reach)


def _of_url(kind: Kind, url: ServiceUrl, reach: Reach) -> Recognition:
    """Judge a link by the tag in its query: what that names is not requested."""
    query = url.query()
    for name, value in query:
        tag = value.lower() if name.lower() == "tag" else ""
        if tag and tag != WITHDRAW_TAG.lower():
            return _named(_LOWER_TAGS.get(tag, Kind.OTHER_TAG))
    sentence, advice = WORDS[kind]
    return Recognition(
        kind, sentence, advice, url=url, offer=offer_from_query(url, reach), one_shot=_is_bolt_card(dict(query))
    )


def _is_bolt_card(query: dict[str, str]) -> bool:
    return all(
        re.fullmatch(rf"[0-9a-f]{{{digits}}}", query.get(name, ""), re.IGNORECASE | re.ASCII)
        for name, digits in (("p", 32), ("c", 16))
    )


def _named(kind: Kind) -> Recognition:
    sentence, advice = WORDS[kind]
    return Recognition(kind, sentence, advice, secret=kind in SECRET_KINDS)
