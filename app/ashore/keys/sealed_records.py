"""Secrets that the window may ask back from the signer process: bearer secrets and credentials of services.

Never the recovery phrase or a key: only records of `ASKED_BACK` are read, written, listed or forgotten here.
"""

from collections.abc import Mapping

from ashore.keys.errors import RecordMissing, Refused
from ashore.keys.sealing import wipe
from ashore.keys.vault import Vault

ASKED_BACK = frozenset({"service-credential", "sealed-note"})
SECRET_MAX_CHARS = 32 * 1024


class SealedRecords:
    """The open vault's records that are no keys. Holds the vault's data key until `close`."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def keep(self, kind: str, secret: bytearray, meta: Mapping[str, str]) -> str:
        """Seal a secret and return its record id. Wipes `secret`. Raises Refused, VaultError."""
        try:
            _allowed(kind)
            return self._vault.put(kind, secret, meta)
        finally:
            wipe(secret)

    def rewrite(self, record_id: str, secret: bytearray, meta: Mapping[str, str]) -> None:
        """Put another secret in a record's place with one write of the file: there is never none, and never both.

        Wipes `secret`. Raises RecordMissing, VaultError.
        """
        try:
            kind = next((known[1] for known in self.listed() if known[0] == record_id), None)
            if kind is None:
                raise RecordMissing("The vault does not hold that record any more.")
            self._vault.put(kind, secret, meta, record_id=record_id)
        finally:
            wipe(secret)

    def show(self, record_id: str) -> tuple[str, Mapping[str, str]]:
        """Return a record's secret and description. Raises RecordMissing, VaultError."""
        info = next((r for r in self.listed() if r[0] == record_id), None)
        if info is None:
            raise RecordMissing("The vault does not hold that record any more.")
        secret = self._vault.get(record_id)
        try:
            return secret.decode("utf-8"), info[2]
        finally:
            wipe(secret)

    def listed(self) -> list[tuple[str, str, Mapping[str, str]]]:
        """Record id, kind and description of each, without secrets. Raises VaultError."""
        return [(r.record_id, r.kind, r.meta) for r in self._vault.list() if r.kind in ASKED_BACK]

    def forget(self, record_id: str) -> None:
        """Delete a record for good. Raises RecordMissing, VaultError."""
        if all(record_id != known for known, _, _ in self.listed()):
            raise RecordMissing("The vault does not hold that record any more.")
        self._vault.delete(record_id)

    def close(self) -> None:
        """Wipe the data key."""
        self._vault.close()


def _allowed(kind: str) -> None:
    if kind not in ASKED_BACK:
        raise Refused("The signer keeps no secrets of that kind for others.")
