"""What can go wrong with keys, each as one type with a sentence for a person.

    KeysError
    ├── VaultError
    │   ├── VaultMissing      no file at that path
    │   ├── VaultExists       a new vault would overwrite a file
    │   ├── VaultForeign      the file is something else
    │   ├── VaultTooNew       written by a later version
    │   ├── VaultDamaged      truncated, altered, or put together from different files
    │   ├── WrongPassword
    │   ├── VaultLimit        a value given by the caller is out of bounds
    │   ├── RecordMissing
    │   └── VaultStorage      the operating system refused to read or write
    ├── MnemonicInvalid
    ├── Refused               the signer read something that it must not sign
    │   └── SecretPasted      a secret was given where none belongs
    ├── Locked
    ├── SignerGone
    ├── RequestInvalid        a mistake in Ashore: the request does not fit the protocol
    └── SignerFault           a mistake in Ashore: the signer failed, and signed nothing

No text ever holds a secret, a password or part of a mnemonic.
"""

from ashore.domain.errors import AshoreError


class KeysError(AshoreError):
    """Base of all errors of this package."""


class VaultError(KeysError):
    """The vault file cannot be used as asked."""


class VaultMissing(VaultError):
    """There is no vault file."""


class VaultExists(VaultError):
    """A file is already where a new vault was to be made."""


class VaultForeign(VaultError):
    """The file is not an Ashore vault."""


class VaultTooNew(VaultError):
    """The vault was written by a later version of Ashore."""


class VaultDamaged(VaultError):
    """The file is truncated or altered, or its parts do not belong together."""


class WrongPassword(VaultError):
    """The password does not open the vault, or the header was altered on purpose (the two look alike)."""


class VaultLimit(VaultError):
    """A password, secret, kind, metadata or cost parameter is outside its bounds."""


class RecordMissing(VaultError):
    """The vault has no such record."""


class VaultStorage(VaultError):
    """The operating system refused to read or write the file."""


class MnemonicInvalid(KeysError):
    """The recovery phrase is not a BIP-39 phrase.

    Attributes:
        positions: 1-based places of the words that are not in the BIP-39 list; empty if only the checksum fails.
    """

    def __init__(self, sentence: str, advice: str = "", positions: tuple[int, ...] = ()) -> None:
        super().__init__(sentence, advice)
        self.positions = positions


class Refused(KeysError):
    """The signer read the request and will not sign it."""


class SecretPasted(Refused):
    """The text given is a secret that has no place there: it is to be covered, and cleared."""


class Locked(KeysError):
    """The vault is locked: its password is needed first."""


class SignerGone(KeysError):
    """The signer process ended or does not answer; whether it did the last request is not known to the caller."""


class RequestInvalid(KeysError):
    """A request to the signer is malformed: a mistake in Ashore itself."""


class SignerFault(KeysError):
    """The signer failed in a way nobody foresaw; it signed nothing."""
