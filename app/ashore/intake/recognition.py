"""One answer to "what is this text, and where does it lead?", joined from what each system recognises.

Asks nobody, keeps nothing, never raises. Whatever opens a wallet is looked for first, so that nothing else takes it
for its own; what no system knows is named by its standard (text_kinds.py).
"""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import unquote

from ashore.domain.addresses import checksum
from ashore.domain.text_kinds import Kind
from ashore.domain.untrusted import visible
from ashore.intake import receipts
from ashore.intake.foreign import is_long_hex, name_address, name_head, name_rest
from ashore.intake.wallet_secrets import has_key_digits, holds_secret, name_secret, page_holds_secret
from ashore.intake.words import HIDDEN, MAY_BE_SECRET, TOO_LONG, WORDS, Named
from ashore.systems.lnurl import codec as lnurl
from ashore.systems.lnurl.codec.recognition import MAX_TEXT_BYTES, voucher_within
from ashore.systems.reddio.codec import hex_of
from ashore.systems.reddio.codec import recognition as reddio
from ashore.systems.zklink.codec import recognition as zklink

MOST_LOOKED_AT = 1_000_000
"""Characters of a text of which at least the beginning is looked at; a longer one is refused at once."""

_HEAD = 2_000
_EDGES = " \t\r\n\f\v\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"
_OWN = re.compile(r"ashore:(?://)?(?:[a-z-]{0,20}/?\?(?:[a-z]{1,10}=)?)?", re.IGNORECASE | re.ASCII)
_WEB = re.compile(r"https?:", re.IGNORECASE | re.ASCII)


class Way(StrEnum):
    """Where a text leads."""

    VOUCHER = "voucher"
    """The form of an LNURL withdrawal, filled in with the text; nothing is requested yet."""
    RECIPIENT = "recipient"
    """The form of a withdrawal to an address, with that address filled in."""
    VAULT = "vault"
    """The form of a transfer to another user of Reddio, with that user's Stark key filled in."""
    LOOK_UP = "look-up"
    """A withdrawal made here, if the journal knows the hash."""
    RECEIVING = "receiving"
    """The page where a receiving wallet is connected. The text is not taken along."""
    RECEIPT = "receipt"
    """The page of a receipt, which it shows or names. It is no recipient, whatever it says."""
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Intake:
    """What a text from outside is. The text itself is never part of it.

    `recipient` (with EIP-55 checksum) is there for RECIPIENT, and `chain_id` (EIP-155) with it where the text names a
    chain. `hash` (64 hex digits, lower case) is there for LOOK_UP, and `chain_id` with it where it is a transaction's.
    `stark_key` (0x and hex digits without padding) is there for VAULT, and for LOOK_UP where the text may be one.
    `secret` marks a text that must not stay in a field or in the clipboard; `doubtful` one that may be a secret, and
    leads on only when a person presses where it leads. `host` is a voucher's service, in punycode.
    """

    way: Way
    sentence: str
    advice: str = ""
    secret: bool = False
    recipient: str = ""
    hash: str = field(default="", repr=False)
    host: str = ""
    stark_key: str = field(default="", repr=False)
    kind: Kind = Kind.UNKNOWN
    chain_id: int | None = None
    doubtful: bool = False


_RECEIVING_KINDS = frozenset({Kind.NWC, Kind.MACAROON, Kind.RUNE})
_KNOWN_WHEN_LONG = frozenset({Kind.CASHU, Kind.CASHU_REQUEST, Kind.MACAROON})
_NOT_YET_KNOWN = frozenset({Kind.UNKNOWN, Kind.WEB_PIECE})
_NOTHING_SURE = frozenset({Kind.OTHER_PROGRAM, Kind.DATA})
_NEARLY_ADDRESSES = frozenset({Kind.BAD_ADDRESS, Kind.EXPLORER})
_OF_A_HASH = re.compile(r"https?://[^/]+(?:/[^/]+)?/(?:tx|block)/", re.IGNORECASE | re.ASCII)
_DATA_OF_A_CALL = re.compile(r"[?&](?:bytes[0-9]{0,2}|data)=(?:0x)?[0-9a-f]*", re.IGNORECASE | re.ASCII)
_OF_A_PAGE = frozenset({Kind.PLAIN_URL, Kind.REFUSED, Kind.UNKNOWN})
_HASH_OR_STARK_KEY = (
    "This is a hash, a private key, or a Stark key with zeros before it: 64 digits.",
    "If it is a Stark key, an account on Reddio, money for it stays on Reddio. If it is a private key, clear it.",
)
_TAKEN_OUT = "Its link was taken out of the text around it."
_EMPTY = Intake(Way.NOWHERE, "", kind=Kind.EMPTY)
_UNKNOWN = (
    "Ashore does not know this kind of text.",
    "Paste an address (0x…), a voucher’s link (LNURL1…, lightning:…, lnurlw://…) or the hash of a withdrawal.",
)
_REDDIO_KINDS = {
    reddio.Kind.STARK_KEY: Kind.STARK_KEY,
    reddio.Kind.NO_STARK_KEY: Kind.NO_STARK_KEY,
    reddio.Kind.REDDIO_LINK: Kind.REDDIO,
}
_ETHEREUM_KINDS = {
    zklink.Kind.RECIPIENT: Kind.ADDRESS,
    zklink.Kind.HASH: Kind.HASH,
    zklink.Kind.NAME: Kind.NAME,
    zklink.Kind.STARKNET: Kind.STARKNET,
    zklink.Kind.ZKLINK_LINK: Kind.ZKLINK,
    zklink.Kind.EXPLORER: Kind.EXPLORER,
    zklink.Kind.SIGNATURE: Kind.SIGNATURE,
    zklink.Kind.DAMAGED: Kind.BAD_ADDRESS,
}


def unwrapped(text: str) -> str:
    """Return a text without what surrounds it: blanks at its ends, Ashore's own scheme, words beside a voucher.

    `ashore:TEXT`, `ashore://TEXT` and `ashore://open?text=TEXT` (percent-encoded) stand for TEXT; the code of a receipt
    (`ashore:receipt?…`) stands for itself. The one voucher's link in a text stands for it, unless something else in it
    may be a secret: that is looked at as a whole.
    """
    bare = _stripped(text)
    link = "" if receipts.is_file(bare) else voucher_within(bare)
    beside = bare.replace(link, " ") if link else ""
    return bare if not link or name_secret(bare) is not None or holds_secret(beside) else link


def _stripped(text: str) -> str:
    bare = text.strip(_EDGES)
    own = _OWN.match(bare)
    if own is None or receipts.code_in(bare):
        return receipts.code_in(bare) or bare
    rest = bare[own.end() :]
    rest = (unquote(rest) if own[0].endswith(("=", "?")) or "%3a" in rest.lower() else rest).strip(_EDGES)
    return receipts.code_in(rest) or rest


def take_in(text: str, reach: lnurl.Reach = lnurl.Reach.PUBLIC) -> Intake:
    """Say what a text from outside is and where it leads. Asks nothing, and never raises."""
    if receipts.is_file(text):
        return _named(receipts.FILE, Way.RECEIPT)
    if len(text) > MOST_LOOKED_AT:
        return _named(TOO_LONG)
    whole, bare = _stripped(text), unwrapped(text)
    if not bare:
        return _EMPTY
    if receipts.code_in(bare):
        return _of_code(bare)
    if len(bare) > MAX_TEXT_BYTES or len(bare.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        return _of_long(bare[:_HEAD])
    found = _taken_in(bare, reach)
    if bare != whole and found.way is Way.VOUCHER:
        found = replace(found, advice=f"{_TAKEN_OUT} {found.advice}".strip())
    # A text leads somewhere as it is seen, or nowhere: bidirectional marks and blanks without width deceive.
    hides = (found.way is not Way.NOWHERE or found.kind is Kind.UNKNOWN) and _hides(bare)
    return _named(HIDDEN) if hides and not found.secret else found


def _of_code(code: str) -> Intake:
    wrong = receipts.trouble(code)
    if wrong is not None:
        return Intake(Way.NOWHERE, wrong.sentence, wrong.advice, kind=Kind.RECEIPT)
    return _named(receipts.CODE, Way.RECEIPT)


def _hides(text: str) -> bool:
    return visible(text) != text


def _taken_in(text: str, reach: lnurl.Reach) -> Intake:
    secret = name_secret(text)
    if secret is not None:
        return _named(secret)
    if _WEB.match(text):
        return _named(MAY_BE_SECRET) if page_holds_secret(text) else _of_page(text, reach)
    if is_long_hex(text):
        return _named(WORDS[Kind.HEX])
    of_ethereum = _of_both_rollups(text)
    if of_ethereum is not None:
        return _covered(of_ethereum, text)
    elsewhere = name_address(text)
    return _named(elsewhere) if elsewhere is not None else _of_the_rest(text, reach)


def _of_both_rollups(text: str) -> Intake | None:
    of_reddio, of_ethereum = reddio.recognise(text), zklink.recognise(text)
    if of_ethereum is not None and of_ethereum.kind is zklink.Kind.HASH:
        return _of_hash(of_ethereum, of_reddio)  # a Stark key may have zeros before it, and a hash may begin with one
    if of_reddio is not None:
        return _of_reddio(of_reddio)
    return _of_ethereum(of_ethereum) if of_ethereum is not None else None


def _covered(found: Intake, text: str) -> Intake:
    """Mark what stands where an address belongs and has the digits of a key."""
    near = found.kind in _NEARLY_ADDRESSES and not _OF_A_HASH.search(text)
    may_be_key = near and has_key_digits(_DATA_OF_A_CALL.sub("", text))
    return replace(found, secret=True) if may_be_key else found


def _of_the_rest(text: str, reach: lnurl.Reach) -> Intake:
    found = lnurl.recognise(text, reach)
    if found.kind not in _NOT_YET_KNOWN:
        return _of_lightning(found)
    foreign = name_head(text) or name_rest(text)
    if (foreign is None or foreign.kind in _NOTHING_SURE) and holds_secret(text):
        foreign = MAY_BE_SECRET
    return _named(foreign) if foreign is not None else _of_lightning(found)


def _of_long(head: str) -> Intake:
    """Say what a text is that is longer than any address or link, by its beginning."""
    found = lnurl.recognise(head)
    if found.kind in _KNOWN_WHEN_LONG:
        return _of_lightning(found)
    return _named(name_secret(head) or name_head(head) or TOO_LONG)


def _of_page(text: str, reach: lnurl.Reach) -> Intake:
    """Say what a web address is: a voucher within it comes first (LUD-01), then the pages that are known."""
    found = lnurl.recognise(text, reach)
    if found.kind not in _OF_A_PAGE:
        return _of_lightning(found)
    foreign = name_head(text)
    if foreign is not None:
        return _named(foreign)
    of_ethereum = _of_both_rollups(text)
    return _covered(of_ethereum, text) if of_ethereum is not None else _of_lightning(found)


def _named(named: Named, way: Way = Way.NOWHERE) -> Intake:
    way = Way.RECEIVING if named.connects else way
    return Intake(way, named.sentence, named.advice, secret=named.secret, kind=named.kind)


def _of_hash(known: zklink.Recognition, of_reddio: reddio.Recognition | None) -> Intake:
    if of_reddio is None or of_reddio.kind is not reddio.Kind.STARK_KEY:
        # Of a transaction's page, nobody doubts what it is.
        return Intake(
            Way.LOOK_UP,
            known.sentence,
            known.advice,
            hash=known.hash,
            kind=Kind.HASH,
            chain_id=known.chain_id,
            doubtful=known.chain_id is None,
        )
    key = hex_of(of_reddio.stark_key)
    return Intake(Way.LOOK_UP, *_HASH_OR_STARK_KEY, hash=known.hash, stark_key=key, kind=Kind.HASH, doubtful=True)


def _of_reddio(known: reddio.Recognition) -> Intake:
    kind = _REDDIO_KINDS[known.kind]
    if known.kind is reddio.Kind.STARK_KEY:
        key = hex_of(known.stark_key)
        return Intake(Way.VAULT, known.sentence, known.advice, stark_key=key, kind=kind, doubtful=known.doubtful)
    # What is no Stark key and as long as one may be somebody's private key.
    secret = known.kind is reddio.Kind.NO_STARK_KEY
    return Intake(Way.NOWHERE, known.sentence, known.advice, secret=secret, kind=kind)


def _of_ethereum(known: zklink.Recognition) -> Intake:
    kind = _ETHEREUM_KINDS[known.kind]
    if known.kind is zklink.Kind.RECIPIENT:
        recipient = checksum(known.recipient)
        return Intake(
            Way.RECIPIENT, known.sentence, known.advice, recipient=recipient, kind=kind, chain_id=known.chain_id
        )
    secret = known.kind is zklink.Kind.SIGNATURE  # of the key text, it is one
    return Intake(Way.NOWHERE, known.sentence, known.advice, secret=secret, kind=kind)


def _of_lightning(found: lnurl.Recognition) -> Intake:
    if found.kind is Kind.UNKNOWN:
        return Intake(Way.NOWHERE, *_UNKNOWN)
    # A whole address was named before.
    kind = Kind.BAD_ADDRESS if found.kind is Kind.ADDRESS else found.kind
    if found.can_be_asked and found.url is not None:
        host = found.url.shown_host
        asks_first = found.kind is Kind.PLAIN_URL
        sentence = f"A web address of {host}; it may be a voucher." if asks_first else f"A voucher of {host}."
        return Intake(Way.VOUCHER, sentence, found.advice if asks_first else "", host=host, kind=kind)
    way = Way.RECEIVING if kind in _RECEIVING_KINDS else Way.NOWHERE
    return Intake(way, found.sentence, found.advice, secret=found.secret or way is Way.RECEIVING, kind=kind)
