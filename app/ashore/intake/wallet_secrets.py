"""Texts that open a wallet: seen by their form before anything else looks at them, and never repeated.

Source: BIP-39, SLIP-39, SeedQR (seed phrases); BIP-32 with SLIP-132, BIP-38, WIF, NIP-19, NIP-46, NIP-49 (keys); Web3
Secret Storage and RFC 7468 (files); lndconnect, clnrest, LndHub, LNbits and phoenixd (ways into a Lightning wallet).
A macaroon, a rune, a raw key and NIP-47 are known to the LNURL codec, which names them.
"""

import hashlib
import re

from ashore.crypto.base58 import XRP, base58_bytes, base58check
from ashore.domain.pasted_secrets import is_phrase, may_hold_key
from ashore.domain.text_kinds import Kind
from ashore.intake.checksums import stellar_version
from ashore.intake.words import WORDS, Named, secret_of

_LOOK = re.IGNORECASE | re.ASCII | re.DOTALL
HEADS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, _LOOK))
    for kind, pattern in (
        (Kind.KEYSTORE, r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY"),
        (Kind.KEYSTORE, r"(?:AGE-SECRET-KEY-1|ncryptsec1|untrusted comment: .{0,80}secret key)"),
        (Kind.KEY, r"nsec1[a-z0-9]{20}|(?:[xyztuv]|slip132-)prv[a-z0-9]{20}"),
        (Kind.RECOVERY_PHRASE, r"ur:crypto-(?:seed|bip39|sskr)/|ur:(?:seed|sskr)/"),
        (Kind.CREDENTIAL, r"(?:lndconnect|clnrest|clnrest\+https?|cln-grpc|clngrpc|lnlink|lnsocket|c-lightning-rest):"),
        (Kind.CREDENTIAL, r"(?:lndhub|ptarmigan|phoenixd|sparko):/{0,2}[^\s]*[:@?]"),
        (Kind.CREDENTIAL, r"AgELYy1saWdodG5pbmc|02010b632d6c696768746e696e67|AgEEbHNhd|0201046c736174"),
        (Kind.CREDENTIAL, r"bluewallet:setlndhuburl"),
        (Kind.CREDENTIAL, r"https?://[^/?#\s]{1,255}/wallet\?(?:[^#\s]{0,200}&)?usr=[0-9a-f]{32}"),
        (Kind.CREDENTIAL, r"https?://[^/?#\s:@]{0,255}:[^/?#\s@]{1,255}@"),
        (Kind.CREDENTIAL, r"(?:http-password|http-password-limited-access|webhook-secret)\s*="),
        (Kind.CREDENTIAL, r"(?:x-api-key|grpc-metadata-macaroon|authorization|rune|macaroon)\s*:\s*\S{8}"),
        (Kind.CREDENTIAL, r"bearer\s+\S{16}|eyJ[\w-]{10,4000}\.eyJ[\w-]{10,4000}\."),
        (Kind.CREDENTIAL, r"(?:bunker|nostrconnect)://"),
        (Kind.CREDENTIAL, r"(?:blink_|sk_live_|lnbits:)[a-z0-9]{20}"),
        (Kind.AUTHENTICATOR, r"otpauth(?:-migration)?:"),
    )
)
"""What a text begins with that needs no more than its beginning to be known."""

_KEYSTORE = re.compile(r'"(?:crypto|kdfparams|ciphertext|encrypted_seed|encryptedSeed|mnemonic)"\s*:', _LOOK)
_ANSWER = re.compile(r'"k1"\s*:', _LOOK)
_PRIVATE_DESCRIPTOR = re.compile(r"[a-z]{2,8}\(.{0,4000}[xt]prv[1-9A-HJ-NP-Za-km-z]{20}", re.ASCII | re.DOTALL)
_SEED_DIGITS = re.compile(r"(?:[01][0-9]{3}|20[0-4][0-9])+", re.ASCII)
_SEED_LENGTHS = frozenset({48, 60, 72, 84, 96})
_BYTES = re.compile(r"\[\s*(?:[0-9]{1,3}\s*,\s*){31,64}[0-9]{1,3}\s*,?\s*\]", re.ASCII)
_MINI_KEY = re.compile(r"S[1-9A-HJ-NP-Za-km-z]{21,29}", re.ASCII)
_WORD_COUNTS = frozenset({12, 15, 18, 20, 21, 24, 25, 33})
_WORD_OF_LETTERS = re.compile(r"[^\W\d_]{3,10}")
_SYMBOLS = re.compile(r"[\u3400-\u9fff]")
_KEY_WITHIN = re.compile(
    r"(?<![a-z0-9])(?:nsec1[a-z0-9]{20}|PVT_[KR]1_[a-z0-9]{20}|suiprivkey1[a-z0-9]{20}|"
    r"(?:[a-z0-9]{2,12}_)?x?sk1[a-z0-9]{50}|AGE-SECRET-KEY-1[a-z0-9]{20}|[a-z0-9]{3,10}-priv-0x[0-9a-f]{20})",
    _LOOK,
)
"""Keys that say themselves what they are, wherever they stand."""

_LABEL = re.compile(r"\b(?:seed|mnemonic|recovery|backup)\b", _LOOK)
_FEWEST_LABELLED = 10
_IN_A_PAGE = re.compile(
    r"[?&#/](?:macaroon|rune|priv(?:ate)?[_-]?key|mnemonic|seed[_-]?phrase|pk|sk)=(?:0x)?\w{20}|lndconnect|walletconnect",
    _LOOK,
)
_KEY_DIGITS = re.compile(r"(?<![0-9a-f])[0-9a-f]{56,66}(?![0-9a-f])", _LOOK)
_PAIRS = re.compile(r"(?:[0-9a-f]{2}[\s:,.-]){27}[0-9a-f]{2}", _LOOK)
_WITHIN = re.compile(
    r"nostr\+?walletconnect:|lndconnect:|[?&](?:macaroon|rune|secret|usr|apikey|api_key)=\w{8}|"
    r"\bnsec1[a-z0-9]{20}|\b[xyztuv]prv[1-9a-z]{20}|\bprivate key\b.{0,20}\S{20}",
    _LOOK,
)

# Base58Check: the version bytes of secret keys.
_KEY_VERSIONS: tuple[tuple[bytes, Kind], ...] = tuple(
    (bytes.fromhex(version), kind)
    for version, kind in (
        *((wif, Kind.KEY) for wif in ("80", "ef", "b0", "9e", "cc")),
        *((prv, Kind.KEY) for prv in ("0488ade4", "049d7878", "04b2430c", "04358394", "044a4e28", "045f18bc")),
        *((prv, Kind.KEY) for prv in ("0295b005", "02aa7a99", "024285b5", "02575048")),
        ("0142", Kind.KEYSTORE),
        ("0143", Kind.KEYSTORE),
    )
)
_KEY_LENGTHS = frozenset({33, 34, 78, 39})


def name_secret(text: str) -> Named | None:
    """Return what a text is that opens a wallet or an account, or None. `text` is stripped and bounded."""
    for kind, head in HEADS:
        if head.match(text):
            return WORDS[kind]
    if text.startswith("{") and _KEYSTORE.search(text):
        return WORDS[Kind.KEYSTORE]
    if text.startswith("{") and _ANSWER.search(text):
        return WORDS[Kind.ANSWER]
    if _is_seed(text):
        return WORDS[Kind.RECOVERY_PHRASE]
    if _KEY_WITHIN.search(text) or _BYTES.fullmatch(text) or _PRIVATE_DESCRIPTOR.match(text):
        return WORDS[Kind.KEY]
    return _of_checked_key(text)


def holds_secret(text: str) -> bool:
    """Whether a text that nothing knows may have a secret somewhere in it."""
    return (
        may_hold_key(text)
        or has_key_digits(text)
        or _WITHIN.search(text) is not None
        or _PAIRS.search(text) is not None
        or (_LABEL.search(text) is not None and len(_WORD_OF_LETTERS.findall(text)) > _FEWEST_LABELLED)
    )


def has_key_digits(text: str) -> bool:
    """Whether as many hex digits as a private key has stand together in a text, blanks aside."""
    return _KEY_DIGITS.search("".join(text.split())) is not None


def page_holds_secret(address: str) -> bool:
    """Whether a web address carries what opens a wallet: a voucher's own secrets (`k1`, `q`) are none of these."""
    return _IN_A_PAGE.search(address) is not None


def _is_seed(text: str) -> bool:
    if is_phrase(text) or (len(text) in _SEED_LENGTHS and _SEED_DIGITS.fullmatch(text)):
        return True
    words = text.replace("\u3000", " ").split()
    if len(words) not in _WORD_COUNTS or len(text) > 500:
        return False
    # Word lists of other languages: letters with accents, syllables, or one sign of Chinese for each word.
    return all(_WORD_OF_LETTERS.fullmatch(word) or _SYMBOLS.fullmatch(word) for word in words)


def _of_checked_key(text: str) -> Named | None:
    if not 22 <= len(text) <= 120 or not text.isascii() or not text.isalnum():
        return None
    data = base58check(text)
    kind = next((kind for version, kind in _KEY_VERSIONS if data.startswith(version)), None)
    if kind is not None and len(data) in _KEY_LENGTHS:
        return WORDS[kind]
    if _MINI_KEY.fullmatch(text) and hashlib.sha256(f"{text}?".encode()).digest()[0] == 0:
        return WORDS[Kind.KEY]
    network = _network_of_key(text, data)
    return secret_of(network) if network else None


def _network_of_key(text: str, data: bytes) -> str:
    if data[:4] in (bytes.fromhex("0d0f3a07"), bytes.fromhex("2bf64e07")):
        return "Tezos"
    seed = base58check(text, XRP)
    if (seed[:1], len(seed)) == (b"\x21", 17) or (seed[:3], len(seed)) == (b"\x01\xe1\x4b", 19):
        return "the XRP Ledger"
    if stellar_version(text) == 18 << 3:
        return "Stellar"
    return "Solana" if len(text) in (87, 88) and len(base58_bytes(text)) == 64 else ""
