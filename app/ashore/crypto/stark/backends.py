"""The four functions that a native library may take over, behind the same range checks as the pure ones.

The library is fast-stark-crypto (Rust), where it happens to be installed; the pure functions are the default and run
everywhere. Of the library only these four are used: its key derivation and its message hashes are not Reddio's. It
reduces numbers silently, signs with the key 0, and ends in a PanicException, which no `except Exception` catches.
"""

import importlib
from types import ModuleType
from typing import Protocol

from ashore.crypto.stark import ecdsa, pedersen
from ashore.crypto.stark.curve import is_stark_key
from ashore.crypto.stark.ecdsa import Signature

LIBRARY = "fast_stark_crypto"


class BackendError(RuntimeError):
    """The library failed on numbers that are in range."""


class Backend(Protocol):
    """The mathematics of the STARK curve; every implementation raises ValueError for the same numbers."""

    def pedersen_hash(self, first: int, second: int) -> int:
        """Return the Pedersen hash of two field elements."""

    def public_key(self, private_key: int) -> int:
        """Return the Stark key of a private key."""

    def sign(self, private_key: int, message_hash: int) -> Signature:
        """Return the deterministic signature of a message hash."""

    def verify(self, stark_key: int, message_hash: int, signature: Signature) -> bool:
        """Return whether a signature is the key's over the message hash."""


class PureBackend:
    """The functions of this package."""

    def pedersen_hash(self, first: int, second: int) -> int:
        """See `Backend`."""
        return pedersen.pedersen_hash(first, second)

    def public_key(self, private_key: int) -> int:
        """See `Backend`."""
        return ecdsa.public_key(private_key)

    def sign(self, private_key: int, message_hash: int) -> Signature:
        """See `Backend`."""
        return ecdsa.sign(private_key, message_hash)

    def verify(self, stark_key: int, message_hash: int, signature: Signature) -> bool:
        """See `Backend`."""
        return ecdsa.verify(stark_key, message_hash, signature)


class NativeBackend:
    """The same through the library. What it gives back is held to the same ranges."""

    def __init__(self, library: ModuleType) -> None:
        self._library = library

    def pedersen_hash(self, first: int, second: int) -> int:
        """See `Backend`."""
        pedersen.require_field_element(first)
        pedersen.require_field_element(second)
        found = self._call("pedersen_hash", first, second)
        if not isinstance(found, int):
            raise BackendError("the library gave no number")
        return found

    def public_key(self, private_key: int) -> int:
        """See `Backend`."""
        ecdsa.require_private_key(private_key)
        found = self._call("get_public_key", private_key)
        if not isinstance(found, int):
            raise BackendError("the library gave no number")
        return found

    def sign(self, private_key: int, message_hash: int) -> Signature:
        """See `Backend`."""
        ecdsa.require_private_key(private_key)
        ecdsa.require_message_hash(message_hash)
        match self._call("sign", private_key, message_hash):
            case (int(r), int(s)) if ecdsa.is_in_range(Signature(r, s)):
                return Signature(r, s)
        raise BackendError("the library gave no signature")

    def verify(self, stark_key: int, message_hash: int, signature: Signature) -> bool:
        """See `Backend`."""
        if not (is_stark_key(stark_key) and 0 <= message_hash < ecdsa.HASH_LIMIT and ecdsa.is_in_range(signature)):
            return False
        return self._call("verify", stark_key, message_hash, signature.r, signature.s) is True

    def _call(self, name: str, *numbers: int) -> object:
        try:
            return getattr(self._library, name)(*numbers)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a panic is no Exception
            # The cause is cut off: its text may name the numbers, and one of them may be a key.
            raise BackendError(f"{LIBRARY}.{name} failed: {type(error).__name__}") from None


def native_backend() -> NativeBackend | None:
    """Return the library's functions where it is installed, else None."""
    try:
        return NativeBackend(importlib.import_module(LIBRARY))
    except ImportError:
        return None
