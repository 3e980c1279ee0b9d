"""One answer to "what is this text, and where does it lead?", joined from what each system recognises."""

from dataclasses import dataclass, field
from enum import StrEnum

from ashore.domain.addresses import checksum
from ashore.systems.lnurl import codec as lnurl
from ashore.systems.lnurl.codec.kinds import Kind as LightningKind
from ashore.systems.lnurl.codec.recognition import MAX_TEXT_BYTES
from ashore.systems.reddio.codec import hex_of
from ashore.systems.reddio.codec import recognition as reddio
from ashore.systems.zklink.codec import recognition as zklink


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
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Intake:
    """What a text from outside is. The text itself is never part of it.

    `recipient` (with EIP-55 checksum) is there for RECIPIENT, `hash` (64 hex digits, lower case) for LOOK_UP.
    `stark_key` (0x and hex digits without padding) is there for VAULT, and for LOOK_UP where the text may be one.
    `secret` marks a text that must not stay in a field or in the clipboard. `host` is a voucher's service, in punycode.
    """

    way: Way
    sentence: str
    advice: str = ""
    secret: bool = False
    recipient: str = ""
    hash: str = field(default="", repr=False)
    host: str = ""
    stark_key: str = field(default="", repr=False)


_RECEIVING_KINDS = frozenset({LightningKind.NWC, LightningKind.MACAROON, LightningKind.RUNE})
_HASH_OR_STARK_KEY = (
    "This is a hash, a private key, or a Stark key with zeros before it: 64 digits.",
    "If it is a Stark key, an account on Reddio, money for it stays on Reddio. If it is a private key, clear it.",
)
_EMPTY = Intake(Way.NOWHERE, "")
_UNKNOWN = (
    "Ashore does not know this kind of text.",
    "Paste an address (0x…), a voucher’s link (LNURL1…, lightning:…, lnurlw://…) or the hash of a withdrawal.",
)


def take_in(text: str, reach: lnurl.Reach = lnurl.Reach.PUBLIC) -> Intake:
    """Say what a text from outside is and where it leads. Asks nothing, and never raises."""
    if len(text) > MAX_TEXT_BYTES:
        return Intake(
            Way.NOWHERE, "This text is too long to be an address or a link.", "Paste the one line that matters."
        )
    if not text.strip():
        return _EMPTY
    of_reddio, of_ethereum = reddio.recognise(text), zklink.recognise(text)
    if of_ethereum is not None and of_ethereum.kind is zklink.Kind.HASH:
        return _of_hash(of_ethereum, of_reddio)  # a Stark key may have zeros before it, and a hash may begin with one
    if of_reddio is not None:
        return _of_reddio(of_reddio)
    if of_ethereum is not None:
        return _of_ethereum(of_ethereum)
    return _of_lightning(lnurl.recognise(text, reach))


def _of_hash(known: zklink.Recognition, of_reddio: reddio.Recognition | None) -> Intake:
    if of_reddio is None or of_reddio.kind is not reddio.Kind.STARK_KEY:
        return Intake(Way.LOOK_UP, known.sentence, known.advice, hash=known.hash)
    return Intake(Way.LOOK_UP, *_HASH_OR_STARK_KEY, hash=known.hash, stark_key=hex_of(of_reddio.stark_key))


def _of_reddio(known: reddio.Recognition) -> Intake:
    if known.kind is reddio.Kind.STARK_KEY:
        return Intake(Way.VAULT, known.sentence, known.advice, stark_key=hex_of(known.stark_key))
    # What is no Stark key and as long as one may be somebody's private key.
    secret = known.kind is reddio.Kind.NO_STARK_KEY
    return Intake(Way.NOWHERE, known.sentence, known.advice, secret=secret)


def _of_ethereum(known: zklink.Recognition) -> Intake:
    if known.kind is zklink.Kind.RECIPIENT:
        return Intake(Way.RECIPIENT, known.sentence, known.advice, recipient=checksum(known.recipient))
    secret = known.kind is zklink.Kind.SIGNATURE  # of the key text, it is one
    return Intake(Way.NOWHERE, known.sentence, known.advice, secret=secret)


def _of_lightning(found: lnurl.Recognition) -> Intake:
    if found.can_be_asked and found.url is not None:
        host = found.url.shown_host
        asks_first = found.kind is LightningKind.PLAIN_URL
        sentence = f"A web address of {host}; it may be a voucher." if asks_first else f"A voucher of {host}."
        return Intake(Way.VOUCHER, sentence, found.advice if asks_first else "", host=host)
    if found.kind in _RECEIVING_KINDS:
        return Intake(Way.RECEIVING, found.sentence, found.advice, secret=True)
    sentence, advice = _UNKNOWN if found.kind is LightningKind.UNKNOWN else (found.sentence, found.advice)
    return Intake(Way.NOWHERE, sentence, advice, secret=found.secret)
