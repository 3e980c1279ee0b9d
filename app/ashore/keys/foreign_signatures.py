"""Signatures that another wallet made, checked in the signer process: whose they are, and of which text."""

from collections.abc import Sequence

from ashore.crypto import secp256k1
from ashore.crypto.ethereum_text import text_digest
from ashore.crypto.keccak import keccak256
from ashore.domain.addresses import checksum
from ashore.domain.signature_text import SignatureTextError, parse_signature
from ashore.keys.errors import Refused, SecretPasted

_KEY_SIGNATURE = (
    "This is the signature of the key text: it makes the layer-2 key of your account, and is a secret.",
    "Clear it from here and from the clipboard, and sign the text above.",
)
_SIGN_EXACTLY = "Copy the text with the button beside it, and sign exactly that."


def parsed(text: str) -> bytes:
    """Return the 65 bytes of a pasted signature. Raises Refused with what is wrong with it."""
    try:
        return parse_signature(text)
    except SignatureTextError as error:
        raise Refused(error.sentence, error.advice) from None


def require_text_signed(address: str, text: str, signature: bytes, *, key_text: str = "") -> None:
    """Refuse a signature that is not the one of `address` (checksummed) over `text` (EIP-191, personal_sign).

    Raises Refused, naming whose it is, or of which other text; SecretPasted where that is `key_text`.
    """
    who = _signed_by(text_digest(text), signature)
    if who == address:
        return
    if key_text and _signed_by(text_digest(key_text), signature) == address:
        raise SecretPasted(*_KEY_SIGNATURE)
    for digest, what in _slips(text):
        if _signed_by(digest, signature) == address:
            raise Refused(f"Your account signed another text: {what}.", _SIGN_EXACTLY)
    raise Refused(*_of_another(address, who))


def require_digest_signed(
    address: str, digest: bytes, signature: bytes, slips: Sequence[tuple[bytes, str]] = ()
) -> None:
    """The same for typed data (EIP-712), by its digest. Raises Refused; `slips` are other digests, and what of."""
    who = _signed_by(digest, signature)
    if who == address:
        return
    for other, what in slips:
        if _signed_by(other, signature) == address:
            raise Refused(f"Your account signed something else: {what}.", _SIGN_EXACTLY)
    raise Refused(*_of_another(address, who))


def _signed_by(digest: bytes, signature: bytes) -> str:
    """The checksummed address that the signature belongs to, if it is of that digest; empty for none."""
    key = secp256k1.recover(digest, signature[:64], signature[64] - 27)
    return "" if key is None else checksum(secp256k1.ethereum_address(key))


def _slips(text: str) -> list[tuple[bytes, str]]:
    """What happens to texts on their way to another wallet, and what wallets sign in a text's place."""
    altered = [
        (text + "\n", "the one above with a line break at its end"),
        (text.replace("\n", "\r\n"), "the one above with the line breaks of Windows (CRLF)"),
        (text.replace("\n", " "), "the one above on a single line"),
        (text.replace("\n", ""), "the one above without its line breaks"),
        ("0x" + text.encode().hex(), "the one above in hexadecimal digits"),
    ]
    found = [(text_digest(other), what) for other, what in altered if other != text]
    return [*found, (keccak256(text.encode()), "the bare hash of the one above, without Ethereum’s prefix")]


def _of_another(address: str, who: str) -> tuple[str, str]:
    if not who:
        return "No Ethereum key can have made this signature.", "Copy the whole signature again."
    return (
        f"This is not a signature of {address} over this text: it would belong to {who}.",
        "Choose the right account in your other wallet and sign exactly the text above. "
        "A contract wallet (EIP-1271) cannot sign here.",
    )
