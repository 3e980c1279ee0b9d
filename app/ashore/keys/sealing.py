"""Password to key, and authenticated sealing: Argon2id and XChaCha20-Poly1305 of libsodium (through PyNaCl).

PyNaCl is imported on first use: the window never needs it before its first paint.
"""

import unicodedata
from dataclasses import dataclass

from ashore.keys.errors import VaultDamaged, VaultLimit, VaultStorage

KEY_BYTES = 32
NONCE_BYTES = 24
TAG_BYTES = 16
SALT_BYTES = 16
PASSWORD_MAX_BYTES = 1024

_KIB_PER_MIB = 1024
_MEMORY_MIN_KIB = 19 * _KIB_PER_MIB
_MEMORY_MAX_KIB = 2048 * _KIB_PER_MIB
_PASSES_MIN, _PASSES_MAX = 2, 16
# Bounds the time a hostile header can cost: about half a minute on a slow machine.
_WORK_MAX_KIB = 4 * _MEMORY_MAX_KIB


class UnsealFailed(Exception):
    """The box, its key, its nonce and its associated data do not belong together."""


@dataclass(frozen=True)
class KdfCost:
    """Argon2id's parameters (RFC 9106).

    Attributes:
        memory_kib: memory in KiB, 19 MiB to 2 GiB.
        passes: passes over the memory, 2 to 16.
        lanes: always 1, the only value libsodium computes.
    """

    memory_kib: int
    passes: int
    lanes: int = 1

    def problem(self) -> str | None:
        """Say in a few words which bound is broken, or None."""
        if not _MEMORY_MIN_KIB <= self.memory_kib <= _MEMORY_MAX_KIB:
            return "its memory cost is outside 19 MiB to 2 GiB"
        if not _PASSES_MIN <= self.passes <= _PASSES_MAX:
            return "its number of passes is outside 2 to 16"
        if self.lanes != 1:
            return "it asks for more than one lane"
        if self.memory_kib * self.passes > _WORK_MAX_KIB:
            return "its memory and passes together cost too much"
        return None


STANDARD_COST = KdfCost(memory_kib=256 * _KIB_PER_MIB, passes=3)
FAST_COST = KdfCost(memory_kib=_MEMORY_MIN_KIB, passes=_PASSES_MIN)
"""The floor (OWASP's minimum), for tests and for vaults that hold only the public practice phrase."""


def normalised_password(password: bytes | bytearray) -> bytearray:
    """Return the UTF-8 bytes of the password's NFKC form, so that every keyboard opens the same vault.

    Raises:
        VaultLimit: empty, longer than 1,024 bytes, or not UTF-8.
    """
    if not password:
        raise VaultLimit("The password is empty.", "Choose one.")
    if len(password) > PASSWORD_MAX_BYTES:
        raise VaultLimit(f"The password is longer than {PASSWORD_MAX_BYTES:,} bytes.", "Choose a shorter one.")
    try:
        text = bytes(password).decode("utf-8")
    except UnicodeDecodeError:
        raise VaultLimit("The password is not valid text.", "Type it again.") from None
    return bytearray(unicodedata.normalize("NFKC", text).encode("utf-8"))


def key_from_password(password: bytes | bytearray, salt: bytes, cost: KdfCost) -> bytearray:
    """Derive the 32-byte key that wraps a vault's data key. Takes memory and time as `cost` says.

    Raises:
        VaultLimit: the password is not usable.
        VaultDamaged: `cost` is out of bounds.
        VaultStorage: the machine has not enough free memory.
    """
    from nacl import bindings
    from nacl.exceptions import CryptoError

    problem = cost.problem()
    if problem is not None:
        raise VaultDamaged(f"The vault cannot be opened: {problem}.")
    normalised = normalised_password(password)
    try:
        key = bindings.crypto_pwhash_alg(
            KEY_BYTES,
            bytes(normalised),
            salt,
            cost.passes,
            cost.memory_kib * 1024,
            bindings.crypto_pwhash_ALG_ARGON2ID13,
        )
    except (CryptoError, MemoryError):
        needed = cost.memory_kib // _KIB_PER_MIB
        raise VaultStorage(
            f"There is not enough free memory: the vault takes {needed} MiB to open.",
            "Close other programs and try again.",
        ) from None
    finally:
        wipe(normalised)
    return bytearray(key)


def seal(plaintext: bytes | bytearray, associated: bytes, nonce: bytes, key: bytes | bytearray) -> bytes:
    """Encrypt and authenticate `plaintext`, and authenticate `associated` with it. The nonce must never repeat."""
    from nacl import bindings

    return bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(plaintext), associated, nonce, bytes(key))


def unseal(box: bytes, associated: bytes, nonce: bytes, key: bytes | bytearray) -> bytearray:
    """Undo `seal`.

    Raises:
        UnsealFailed: any of the four does not belong to the others.
    """
    from nacl import bindings
    from nacl.exceptions import CryptoError

    try:
        return bytearray(bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(box, associated, nonce, bytes(key)))
    except CryptoError:
        raise UnsealFailed from None


def wipe(secret: bytearray) -> None:
    """Overwrite with zeros. Best effort: Python may have left copies elsewhere."""
    secret[:] = bytes(len(secret))
