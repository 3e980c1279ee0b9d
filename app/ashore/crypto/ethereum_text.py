"""The digest of a text that an Ethereum account signs, as `personal_sign` makes it."""

from ashore.crypto.keccak import keccak256


def text_digest(text: str) -> bytes:
    """Return the 32 bytes that `personal_sign` signs (EIP-191, version 0x45)."""
    content = text.encode("utf-8")
    return keccak256(b"\x19Ethereum Signed Message:\n" + str(len(content)).encode("ascii") + content)
