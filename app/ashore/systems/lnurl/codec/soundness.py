"""Whether a text that looks like one of a kind is whole: only where its kind has a checksum.

Source: BIP-173 and BIP-350 (bech32, bech32m), Base58Check, BOLT11, NIP-19, NUT-26 (`creqb1…`). BOLT12 and a Cashu token
have none.
"""

from bech32 import CHARSET, bech32_hrp_expand, bech32_polymod

from ashore.crypto.base58 import base58check
from ashore.domain.text_kinds import Kind

_BECH32, _BECH32M = 1, 0x2BC830A3
_ADDRESS_VERSIONS = frozenset({0x00, 0x05, 0x6F, 0xC4})
_ADDRESS_BYTES = 21

DAMAGED_WORDS = {
    Kind.BOLT11: (
        "This begins like a Lightning invoice, but it is damaged: its checksum does not fit.",
        "Copy it again as a whole. An invoice is a request to pay; to withdraw, start with a withdrawal link.",
    ),
    Kind.BITCOIN_ADDRESS: (
        "This looks like a Bitcoin address, but it is damaged: its checksum does not fit.",
        "Do not pay to it. Ashore withdraws over Lightning: paste a withdrawal link (LNURL).",
    ),
    Kind.NOSTR: (
        "This begins like a Nostr key or note, but it is damaged: its checksum does not fit.",
        "Paste a withdrawal link (LNURL) from the service that owes you money.",
    ),
    Kind.CASHU_REQUEST: (
        "This begins like a request for a Cashu payment, but it is damaged: its checksum does not fit.",
        "Ashore takes money out and pays nothing: use a wallet that pays.",
    ),
}
"""What is said of a damaged one of each kind that can be told from a whole one."""


def is_damaged(kind: Kind, text: str) -> bool:
    """Whether a text that has the shape of this kind fails the kind's checksum. `text` is without blanks around it."""
    bare = text.rpartition(":")[2].removeprefix("//")  # nostr: and cashu: are schemes of theirs
    match kind:
        case Kind.BOLT11:
            return _checksum(bare) != _BECH32
        case Kind.NOSTR:
            return _checksum(bare) != _BECH32
        case Kind.CASHU_REQUEST:
            return bare[:6].lower() == "creqb1" and _checksum(bare) != _BECH32M
        case Kind.BITCOIN_ADDRESS:
            return not _is_address(bare)
    return False


def _is_address(text: str) -> bool:
    """An address of version 0 has bech32's checksum, one of any later version bech32m's; an older kind has base58's."""
    lowered = text.lower()
    if lowered.startswith(("bc1", "tb1", "bcrt1")):
        version = lowered[lowered.rfind("1") + 1 :][:1]
        return _checksum(text) == (_BECH32 if version == "q" else _BECH32M)
    payload = base58check(text)
    return len(payload) == _ADDRESS_BYTES and payload[0] in _ADDRESS_VERSIONS


def _checksum(text: str) -> int:
    """What a bech32 text comes to: one of the two constants where it is whole. 0 for one that is none."""
    lowered = text.lower()
    if text not in (lowered, text.upper()):
        return 0
    prefix, _, data = lowered.rpartition("1")
    values = [CHARSET.find(character) for character in data]
    if not prefix or len(values) < 6 or min(values) < 0:
        return 0
    return bech32_polymod([*bech32_hrp_expand(prefix), *values])
