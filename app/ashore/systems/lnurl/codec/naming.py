"""Names for texts that are no LNURL, by their shape alone: nothing here is decoded further or looked up."""

import base64
import binascii
import re

from ashore.domain.pasted_secrets import is_phrase
from ashore.domain.text_kinds import Kind

_HOST = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+(:[0-9]+)?"

# Tried in this order; the first that fits as a whole decides.
_SHAPES: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE | re.DOTALL | re.ASCII))
    for kind, pattern in (
        (Kind.NWC, r"nostr\+?walletconnect:.*"),
        (Kind.BOLT12, r"ln[ori]1[\s+a-z0-9]*"),
        (Kind.BOLT11, r"ln(bcrt|bc|tbs|tb)([0-9]+[munp]?)?1[a-z0-9]*"),
        (Kind.BIP353, r"₿.*"),
        (Kind.NODE_ADDRESS, r"0[23][0-9a-f]{64}(@.*)?"),
        (Kind.BITCOIN_ADDRESS, r"(bc|tb|bcrt)1[02-9ac-hj-np-z]{6,87}"),
        (Kind.CASHU_REQUEST, r"(cashu:(//)?)?creq[a-z].*"),
        (Kind.CASHU, r"cashu(:.*|[ab][a-z0-9_=+/-]+)"),
        (Kind.ADDRESS, r"0x[0-9a-f]{40}|(ethereum|zklink|starknet):.*|[a-z0-9-]+(\.[a-z0-9-]+)*\.eth"),
        (Kind.LIGHTNING_ADDRESS, rf"[a-z0-9._+-]+@{_HOST}"),
        (Kind.MACAROON, r"0201036c6e64[0-9a-f]+|agedbg5k[a-z0-9_+/=-]+"),
        (Kind.KEY, r"(0x)?[0-9a-f]{64}|[0-9a-f]{32}|(nostr:)?nsec1[a-z0-9]+|[xyztuv]prv[a-z0-9]{50,}"),
        (Kind.NOSTR, r"(nostr:)?(npub|nprofile|note|nevent|naddr|nrelay)1[02-9ac-hj-np-z]+"),
        (Kind.WEB_PIECE, r"<(!doctype|!--|\?xml|/?[a-z][a-z0-9-]*[\s/>]).*"),
    )
)
# Base58 tells capital from small letters.
_BASE58_ADDRESS = re.compile(r"[13mn2][1-9A-HJ-NP-Za-km-z]{25,34}")
_WIF_KEY = re.compile(r"[5KL9c][1-9A-HJ-NP-Za-km-z]{50,51}")
_RUNE_TEXT = re.compile(r"[A-Za-z0-9_-]{44,}={0,2}")
_RUNE_AUTHCODE_BYTES = 32


def name_kind(text: str) -> Kind:
    """Return what a text is by its shape, or UNKNOWN."""
    for kind, shape in _SHAPES:
        if shape.fullmatch(text):
            return kind
    if is_phrase(text):
        return Kind.RECOVERY_PHRASE
    if _BASE58_ADDRESS.fullmatch(text):
        return Kind.BITCOIN_ADDRESS
    if _WIF_KEY.fullmatch(text):
        return Kind.KEY
    return Kind.RUNE if _is_rune(text) else Kind.UNKNOWN


def _is_rune(text: str) -> bool:
    """A rune is the base64url of a 32-byte code and of restrictions in plain text, such as `=0&method=invoice`."""
    if not _RUNE_TEXT.fullmatch(text):
        return False
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return False
    restrictions = data[_RUNE_AUTHCODE_BYTES:]
    return len(restrictions) >= 2 and restrictions.isascii() and restrictions.decode("ascii").isprintable()
