"""The words that window and signer process share: operations, kinds of errors, sizes."""

from collections.abc import Mapping
from typing import Final

from ashore.keys import errors
from ashore.keys.errors import KeysError, MnemonicInvalid
from ashore.keys.reading import ReadingError

PROTOCOL_VERSION: Final = 1
KEY_KIND: Final = "zklink.key-derivation"
"""The reader whose only text is the origin of zkLink's layer-2 keys; never signed on request."""
STARK_KEY_KIND: Final = "reddio.key-derivation"
"""The reader whose typed data are the origin of Stark keys; never signed on request either."""

ACCOUNTS_AT_ONCE_MAX: Final = 50
_SENTENCE_MAX = 600

_KINDS: Mapping[str, type[KeysError]] = {
    kind.__name__: kind
    for kind in (
        errors.VaultMissing,
        errors.VaultExists,
        errors.VaultForeign,
        errors.VaultTooNew,
        errors.VaultDamaged,
        errors.WrongPassword,
        errors.VaultLimit,
        errors.RecordMissing,
        errors.VaultStorage,
        errors.MnemonicInvalid,
        errors.Refused,
        errors.SecretPasted,
        errors.Locked,
        errors.RequestInvalid,
        errors.SignerFault,
    )
}


def describe(error: KeysError | ReadingError) -> dict[str, object]:
    """Return an error as it travels to the window."""
    if isinstance(error, ReadingError):
        return {"kind": "ReadingError", "sentence": str(error)[:_SENTENCE_MAX], "advice": ""}
    content: dict[str, object] = {
        "kind": type(error).__name__,
        "sentence": error.sentence[:_SENTENCE_MAX],
        "advice": error.advice[:_SENTENCE_MAX],
    }
    if isinstance(error, MnemonicInvalid):
        content["positions"] = list(error.positions)
    return content


def error_from(content: object) -> KeysError:
    """Return the error that `describe` described, for a ReadingError a `Refused`; a `SignerFault` for anything else."""
    if not isinstance(content, dict):
        return fault()
    kind, sentence, advice = (content.get(key) for key in ("kind", "sentence", "advice"))
    if not (isinstance(kind, str) and isinstance(sentence, str) and isinstance(advice, str)):
        return fault()
    if kind == "ReadingError":
        return errors.Refused(sentence, "Nothing was signed.")
    if kind == "MnemonicInvalid":
        places = content.get("positions")
        positions = tuple(place for place in places if isinstance(place, int)) if isinstance(places, list) else ()
        return MnemonicInvalid(sentence, advice, positions)
    known = _KINDS.get(kind)
    return fault() if known is None else known(sentence, advice)


def fault() -> errors.SignerFault:
    """The error for what nobody foresaw. Says nothing of its cause, which may hold a secret."""
    return errors.SignerFault(
        "The signer failed unexpectedly. Nothing was signed.", "Lock, unlock and try again; if it stays, report it."
    )
