"""One answer to "what is this text, and where does it lead?", joined from what each system recognises."""

from dataclasses import dataclass, field
from enum import StrEnum

from ashore.domain.addresses import checksum
from ashore.systems.lnurl import codec as lnurl
from ashore.systems.lnurl.codec.kinds import Kind as LightningKind
from ashore.systems.lnurl.codec.recognition import MAX_TEXT_BYTES
from ashore.systems.zklink.codec import recognition as zklink


class Way(StrEnum):
    """Where a text leads."""

    VOUCHER = "voucher"
    """The form of an LNURL withdrawal, filled in with the text; nothing is requested yet."""
    RECIPIENT = "recipient"
    """The form of a withdrawal to an address, with that address filled in."""
    LOOK_UP = "look-up"
    """A withdrawal made here, if the journal knows the hash."""
    RECEIVING = "receiving"
    """The page where a receiving wallet is connected. The text is not taken along."""
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Intake:
    """What a text from outside is. The text itself is never part of it.

    `recipient` (with EIP-55 checksum) is there for RECIPIENT, `hash` (64 hex digits, lower case) for LOOK_UP. `secret`
    marks a text that must not stay in a field or in the clipboard. `host` is a voucher's service, in punycode.
    """

    way: Way
    sentence: str
    advice: str = ""
    secret: bool = False
    recipient: str = ""
    hash: str = field(default="", repr=False)
    host: str = ""


_RECEIVING_KINDS = frozenset({LightningKind.NWC, LightningKind.MACAROON, LightningKind.RUNE})
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
    known = zklink.recognise(text)
    if known is not None:
        return _of_ethereum(known)
    return _of_lightning(lnurl.recognise(text, reach))


def _of_ethereum(known: zklink.Recognition) -> Intake:
    if known.kind is zklink.Kind.RECIPIENT:
        return Intake(Way.RECIPIENT, known.sentence, known.advice, recipient=checksum(known.recipient))
    if known.kind is zklink.Kind.HASH:
        return Intake(Way.LOOK_UP, known.sentence, known.advice, hash=known.hash)
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
