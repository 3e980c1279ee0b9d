"""From a recovery phrase to keys: BIP-39, BIP-32/44, and zkLink's layer-2 key.

eth_account is imported inside the functions: only the signer process calls them.
"""

import hashlib
import unicodedata
from dataclasses import dataclass, field

from ashore.crypto import musig
from ashore.keys.errors import MnemonicInvalid, Refused

PUBLIC_TEST_MNEMONIC = "test test test test test test test test test test test junk"
"""Known to everyone (the default of Hardhat and Anvil): for practice chains only."""

MAINNET = "mainnet"
ACCOUNTS_MAX = 2**31
"""BIP-32: the last level of the path is not hardened."""

_COMPARE = "Compare it word by word with what you wrote down."
_WORD_COUNTS = (12, 15, 18, 21, 24)
_BITS_PER_WORD = 11
_CHECKSUM_SHARE = 33
_SEED_ROUNDS = 2048
_SIGNATURE_BYTES = 65
_SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True)
class Layer2Key:
    """A zkLink layer-2 key: private key (32 bytes, big-endian), public key (32 bytes) and its hash (20 bytes)."""

    private_key: bytes = field(repr=False)
    public_key: bytes
    public_key_hash: bytes


def account_path(index: int) -> str:
    """Return the BIP-44 path of an Ethereum account; `index` counts from 0.

    Raises:
        Refused: `index` is outside 0 to 2^31 - 1.
    """
    if not 0 <= index < ACCOUNTS_MAX:
        raise Refused("There is no account of that number.")
    return f"m/44'/60'/0'/0/{index}"


def checked_mnemonic(phrase: bytes | bytearray) -> bytearray:
    """Return the phrase with single spaces in lower case, after checking its words and its checksum (BIP-39, English).

    Raises:
        MnemonicInvalid: naming the places of unknown words, never the words.
    """
    words = _words(phrase)
    if len(words) not in _WORD_COUNTS:
        raise MnemonicInvalid(
            f"A recovery phrase has 12 or 24 words (some have 15, 18 or 21); this one has {len(words)}."
        )
    places = _word_list()
    unknown = tuple(position for position, word in enumerate(words, start=1) if word not in places)
    if unknown:
        raise MnemonicInvalid(_unknown_words(unknown), _COMPARE, unknown)
    bits = 0
    for word in words:
        bits = bits << _BITS_PER_WORD | places[word]
    checksum_bits = len(words) * _BITS_PER_WORD // _CHECKSUM_SHARE
    entropy = (bits >> checksum_bits).to_bytes(checksum_bits * 4, "big")
    expected = hashlib.sha256(entropy).digest()[0] >> (8 - checksum_bits)
    if bits & ((1 << checksum_bits) - 1) != expected:
        raise MnemonicInvalid(
            "Every word is in the list, yet together they are not a recovery phrase: one word is wrong, or two have "
            "changed places.",
            _COMPARE,
        )
    return bytearray(" ".join(words).encode("ascii"))


def refuse_public_phrase(phrase: bytes | bytearray, network: str) -> None:
    """Keep the public practice phrase away from real money.

    Raises:
        Refused: `phrase` is the public one and `network` is "mainnet".
    """
    if network == MAINNET and " ".join(_words(phrase)) == PUBLIC_TEST_MNEMONIC:
        raise Refused(
            "This recovery phrase is public: anyone can take what is sent to it.",
            "Use your own; this one works on practice networks only.",
        )


def seed_from_mnemonic(phrase: bytes | bytearray) -> bytearray:
    """Return BIP-39's 64-byte seed of a checked phrase, without a passphrase."""
    return bytearray(hashlib.pbkdf2_hmac("sha512", bytes(phrase), b"mnemonic", _SEED_ROUNDS))


def account_key(seed: bytes | bytearray, index: int) -> bytearray:
    """Return the 32-byte private key of account `index`; the caller wipes it.

    Raises:
        Refused: there is no account of that number.
    """
    from eth_account.hdaccount import key_from_seed

    return bytearray(key_from_seed(bytes(seed), account_path(index)))


def keying_material(signature: bytes) -> bytes:
    """Return r, s, v of an Ethereum signature in the one form that layer-2 keys are derived from: low s, v 27 or 28.

    Raises:
        ValueError: not a 65-byte signature, or v is none of 0, 1, 27, 28.
    """
    if len(signature) != _SIGNATURE_BYTES:
        raise ValueError("an Ethereum signature has 65 bytes")
    r, s, v = signature[:32], int.from_bytes(signature[32:64], "big"), signature[64]
    if v not in (0, 1, 27, 28):
        raise ValueError("v of a message signature is 0, 1, 27 or 28")
    parity = v % 27
    if s > _SECP256K1_ORDER // 2:
        s, parity = _SECP256K1_ORDER - s, 1 - parity
    return r + s.to_bytes(32, "big") + bytes((27 + parity,))


def layer2_key(signature: bytes) -> Layer2Key:
    """Derive zkLink's layer-2 key from the account's signature of the key message (docs: zkLink SDK, account set-up).

    Raises:
        ValueError: not an Ethereum message signature.
    """
    private_key = musig.private_key_from_material(keying_material(signature))
    public_key = musig.public_key(private_key)
    return Layer2Key(private_key, public_key, musig.public_key_hash(public_key))


def _words(phrase: bytes | bytearray) -> list[str]:
    try:
        text = bytes(phrase).decode("utf-8")
    except UnicodeDecodeError:
        raise MnemonicInvalid("The recovery phrase is not valid text.", "Type it again.") from None
    return unicodedata.normalize("NFKD", text).lower().split()


def _word_list() -> dict[str, int]:
    from eth_account.hdaccount.mnemonic import Mnemonic

    return {word: place for place, word in enumerate(Mnemonic().wordlist)}


def _unknown_words(positions: tuple[int, ...]) -> str:
    if len(positions) == 1:
        return f"Word {positions[0]} is not in the list of recovery words."
    listed = ", ".join(str(position) for position in positions[:-1])
    return f"Words {listed} and {positions[-1]} are not in the list of recovery words."
