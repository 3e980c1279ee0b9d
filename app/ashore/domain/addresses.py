"""Ethereum addresses: reading, checksum (EIP-55), display, and the lookalike rule."""

from ashore.crypto.keccak import keccak256
from ashore.domain.errors import AshoreError
from ashore.domain.pasted_secrets import PHRASE, is_key, is_phrase
from ashore.domain.untrusted import hidden_characters

_HEX = frozenset("0123456789abcdefABCDEF")
ZERO = bytes(20)


class AddressError(AshoreError):
    """A text that is not an address Ashore would send money to."""


def parse_evm_address(text: str) -> bytes:
    """Read a 20-byte Ethereum address; a mixed-case one must carry a right EIP-55 checksum.

    Raises AddressError with what is wrong and what to do.
    """
    stripped = text.strip(" ")
    if not stripped:
        raise AddressError("Enter the address that shall receive the money.")
    if is_phrase(stripped):
        raise AddressError(*PHRASE)
    if hidden_characters(stripped):
        raise AddressError("The address contains an invisible character.", "Copy it again from its source.")
    if _names_something_else(stripped):
        raise AddressError(*_named_kind(stripped))
    digits = stripped[2:] if stripped[:2] in ("0x", "0X") else ""
    if not digits and is_key(stripped):
        raise AddressError(*_wrong_length(64))
    if not digits:
        raise AddressError("An Ethereum address starts with 0x.", "Copy the whole address.")
    odd = next((c for c in digits if c not in _HEX), None)
    if odd is not None:
        raise AddressError("An address has only the digits 0-9 and the letters a-f after 0x.", "Copy it again.")
    if len(digits) != 40:
        raise AddressError(*_wrong_length(len(digits)))
    if digits.lower() != digits and digits.upper() != digits and checksum(bytes.fromhex(digits))[2:] != digits:
        raise AddressError("The capital letters of this address do not fit: a character is wrong.", "Copy it again.")
    value = bytes.fromhex(digits)
    if value == ZERO:
        raise AddressError("That is the zero address: money sent to it is lost.", "Enter your own address.")
    return value


def _names_something_else(text: str) -> bool:
    lowered = text.lower()
    return lowered.endswith(".eth") or lowered.startswith(
        ("lnurl", "lightning:", "lnbc", "bc1", "ethereum:", "http:", "https:")
    )


def _named_kind(text: str) -> tuple[str, str]:
    lowered = text.lower()
    if lowered.endswith(".eth"):
        return "That is a name, and Ashore does not look names up.", "Enter the address that it stands for, with 0x."
    if lowered.startswith("ethereum:"):
        return "That is a payment link.", "Enter only the address, starting with 0x."
    if lowered.startswith(("http:", "https:")):
        return "That is a web address.", "Enter the receiving address, starting with 0x."
    return "That belongs to Bitcoin or Lightning, not to this chain.", "Enter an address that starts with 0x."


def _wrong_length(length: int) -> tuple[str, str]:
    if length == 64:
        return (
            "This has 64 digits: a Starknet address, a hash or a key, not an address of this chain. It was not kept.",
            "If it is a private key, clear it here and from the clipboard. An address has 40 digits after 0x.",
        )
    word = "short" if length < 40 else "long"
    return f"The address is too {word}: it has {length} digits after 0x instead of 40.", "Copy the whole address."


def checksum(address: bytes) -> str:
    """Return `address` (20 bytes) in mixed-case form (EIP-55)."""
    text = address.hex()
    digest = keccak256(text.encode()).hex()
    return "0x" + "".join(c.upper() if int(d, 16) >= 8 else c for c, d in zip(text, digest, strict=False))


def readable(address: str) -> str:
    """Return a 20-byte hex address in mixed-case form (EIP-55), and any other text as it is."""
    try:
        raw = bytes.fromhex(address.removeprefix("0x"))
    except ValueError:
        return address
    return checksum(raw) if len(raw) == 20 else address


def lookalike(address: bytes, known: bytes) -> bool:
    """Whether two different addresses could be taken for each other: alike at both ends.

    Address poisoning sends dust from addresses made to look like one's own; people compare the ends.
    """
    if address == known:
        return False
    first, second = address.hex(), known.hex()
    ends = (first[:4] == second[:4]) + (first[-4:] == second[-4:])
    return ends == 2 or first[:6] == second[:6] or first[-6:] == second[-6:]
