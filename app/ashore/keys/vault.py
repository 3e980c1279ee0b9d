"""The vault: one file that keeps secrets under a password.

A random data key seals the records; a key derived from the password seals only the data key, so a new password
rewraps one box and leaves the records alone. See `vault_format` for the file and `sealing` for the algorithms.

Every operation reads the file afresh under a lock between processes: two programs may use one vault.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from ashore.keys import vault_file, vault_format
from ashore.keys.errors import RecordMissing, VaultDamaged, VaultExists, VaultLimit, WrongPassword
from ashore.keys.sealing import (
    KEY_BYTES,
    NONCE_BYTES,
    SALT_BYTES,
    STANDARD_COST,
    KdfCost,
    UnsealFailed,
    key_from_password,
    seal,
    unseal,
    wipe,
)
from ashore.keys.vault_format import ID_BYTES, KINDS, RECORDS_MAX, Header, SealedBox, SealedRecord, VaultDocument

Randomness = Callable[[int], bytes]
"""Returns that many bytes fit for keys, as `os.urandom` does."""

SECRET_MAX_BYTES = 64 * 1024
META_MAX_BYTES = 8 * 1024
# Boxes come in steps of this size, so that a phrase of 12 words looks like one of 24.
_PADDING_BYTES = 256
_LENGTHS_BYTES = 8


@dataclass(frozen=True)
class NewRecord:
    """A secret to be kept. `meta` is small, sealed with it, and returned by `Vault.list` without it."""

    kind: str
    secret: bytes | bytearray = field(repr=False)
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordInfo:
    """A record without its secret. `record_id` is 32 hexadecimal digits; `version` counts its rewrites from 1."""

    record_id: str
    kind: str
    version: int
    meta: Mapping[str, str]


class Vault:
    """An open vault. Holds the data key until `close`."""

    def __init__(self, path: Path, vault_id: bytes, data_key: bytearray, randomness: Randomness) -> None:
        """For `create` and `open` only."""
        self._path = path
        self._vault_id = vault_id
        self._data_key = data_key
        self._randomness = randomness
        self._generation_seen = 0

    def __repr__(self) -> str:
        return f"<Vault {self.vault_id}>"

    @property
    def vault_id(self) -> str:
        """32 hexadecimal digits that stay the same for the file's life."""
        return self._vault_id.hex()

    @classmethod
    def create(
        cls,
        path: Path,
        password: bytes | bytearray,
        *,
        randomness: Randomness,
        cost: KdfCost = STANDARD_COST,
        records: Sequence[NewRecord] = (),
    ) -> Self:
        """Make a new vault with its first records in one write. Takes as long as `cost` says.

        Raises:
            VaultExists: there is a file already.
            VaultLimit: password, cost or a record out of bounds.
            VaultStorage: the file cannot be written.
        """
        problem = cost.problem()
        if problem is not None:
            raise VaultLimit(f"The vault cannot be made like that: {problem}.")
        path = path.resolve()
        header = Header(vault_id=randomness(ID_BYTES), cost=cost, salt=randomness(SALT_BYTES))
        data_key = bytearray(randomness(KEY_BYTES))
        vault = cls(path, header.vault_id, data_key, randomness)
        wrapped = vault._wrap(header, password)
        sealed = sorted((vault._seal(record) for record in records), key=lambda record: record.record_id)
        with vault_file.locked(path):
            if path.exists():
                raise VaultExists("There is a file at that place already.", "Choose another name for the new vault.")
            vault._write(VaultDocument(header, wrapped, 0, tuple(sealed)))
        return vault

    @classmethod
    def open(cls, path: Path, password: bytes | bytearray, *, randomness: Randomness) -> Self:
        """Open a vault and check every record. Takes as long as its header's cost says.

        Raises:
            VaultMissing, VaultForeign, VaultTooNew, VaultDamaged, VaultStorage: the file is not usable.
            VaultLimit: the password is empty, too long or not text.
            WrongPassword: it does not open this vault.
        """
        path = path.resolve()
        document = vault_format.decode(vault_file.read(path))
        key = key_from_password(password, document.header.salt, document.header.cost)
        try:
            data_key = unseal(document.wrapped_key.box, document.header.digest(), document.wrapped_key.nonce, key)
        except UnsealFailed:
            raise WrongPassword(
                "The password does not open this vault.",
                "Try again. If you are sure of the password, the beginning of the vault file was altered on purpose, "
                "which looks the same from here: then restore a backup.",
            ) from None
        finally:
            wipe(key)
        vault = cls(path, document.header.vault_id, data_key, randomness)
        for record in vault._checked(document).records:
            vault._unsealed(record)
        return vault

    @classmethod
    async def create_in_thread(
        cls,
        path: Path,
        password: bytes | bytearray,
        *,
        randomness: Randomness,
        cost: KdfCost = STANDARD_COST,
        records: Sequence[NewRecord] = (),
    ) -> Self:
        """`create`, without holding up the event loop."""
        return await asyncio.to_thread(cls.create, path, password, randomness=randomness, cost=cost, records=records)

    @classmethod
    async def open_in_thread(cls, path: Path, password: bytes | bytearray, *, randomness: Randomness) -> Self:
        """`open`, without holding up the event loop."""
        return await asyncio.to_thread(cls.open, path, password, randomness=randomness)

    def list(self) -> tuple[RecordInfo, ...]:
        """Return what the vault holds, without secrets, ordered by record id.

        Raises:
            VaultError: the file is gone or damaged.
        """
        return tuple(
            RecordInfo(record.record_id.hex(), record.kind, record.version, self._unsealed(record)[1])
            for record in self._load().records
        )

    def get(self, record_id: str) -> bytearray:
        """Return a record's secret in a buffer that the caller wipes.

        Raises:
            RecordMissing: no such record.
            VaultError: the file is gone or damaged.
        """
        return self._unsealed(_find(self._load(), record_id))[0]

    def put(
        self,
        kind: str,
        secret: bytes | bytearray,
        meta: Mapping[str, str] | None = None,
        *,
        record_id: str | None = None,
    ) -> str:
        """Keep a secret and return its record id; with `record_id`, write that record anew.

        Raises:
            VaultLimit: unknown kind, secret over 64 KiB, metadata over 8 KiB, or too many records.
            RecordMissing: `record_id` is given and is not there.
            VaultError: the file is gone, damaged or not writable.
        """
        record = NewRecord(kind, secret, meta or {})
        with vault_file.locked(self._path):
            document = self._load()
            if record_id is None:
                sealed = self._seal(record)
                kept = document.records
            else:
                before = _find(document, record_id)
                sealed = self._seal(record, before)
                kept = tuple(other for other in document.records if other is not before)
            if len(kept) >= RECORDS_MAX:
                raise VaultLimit(f"The vault is full: it keeps at most {RECORDS_MAX:,} records.")
            records = tuple(sorted((*kept, sealed), key=lambda item: item.record_id))
            self._write(replace(document, records=records))
        return sealed.record_id.hex()

    def delete(self, record_id: str) -> None:
        """Forget a record, in the `.bak` file too.

        Raises:
            RecordMissing: no such record.
            VaultError: the file is gone, damaged or not writable.
        """
        with vault_file.locked(self._path):
            document = self._load()
            gone = _find(document, record_id)
            records = tuple(item for item in document.records if item is not gone)
            self._write(replace(document, records=records), forget=True)

    def change_password(self, password: bytes | bytearray, *, cost: KdfCost | None = None) -> None:
        """Seal the data key under a new password, with a new salt; records are not touched.

        The `.bak` file follows; copies made elsewhere still open with the old password. `cost` stays unless given.

        Raises:
            VaultLimit: password or cost out of bounds.
            VaultError: the file is gone, damaged or not writable.
        """
        current = self._load().header
        header = replace(current, cost=cost or current.cost, salt=self._randomness(SALT_BYTES))
        problem = header.cost.problem()
        if problem is not None:
            raise VaultLimit(f"The vault cannot be kept like that: {problem}.")
        wrapped = self._wrap(header, password)
        with vault_file.locked(self._path):
            self._write(replace(self._load(), header=header, wrapped_key=wrapped), forget=True)

    def close(self) -> None:
        """Wipe the data key. The object is of no use afterwards."""
        wipe(self._data_key)

    def _wrap(self, header: Header, password: bytes | bytearray) -> SealedBox:
        nonce = self._randomness(NONCE_BYTES)
        key = key_from_password(password, header.salt, header.cost)
        try:
            return SealedBox(nonce, seal(self._data_key, header.digest(), nonce, key))
        finally:
            wipe(key)

    def _seal(self, record: NewRecord, before: SealedRecord | None = None) -> SealedRecord:
        plaintext = _packed(record)
        nonce = self._randomness(NONCE_BYTES)
        draft = SealedRecord(
            record_id=self._randomness(ID_BYTES) if before is None else before.record_id,
            kind=record.kind,
            version=1 if before is None else before.version + 1,
            sealed=SealedBox(nonce, b""),
        )
        try:
            box = seal(plaintext, draft.associated_data(self._vault_id), nonce, self._data_key)
        finally:
            wipe(plaintext)
        return replace(draft, sealed=SealedBox(nonce, box))

    def _unsealed(self, record: SealedRecord) -> tuple[bytearray, Mapping[str, str]]:
        try:
            plaintext = unseal(
                record.sealed.box, record.associated_data(self._vault_id), record.sealed.nonce, self._data_key
            )
        except UnsealFailed:
            raise _damaged("a record does not belong to it") from None
        try:
            return _unpacked(plaintext)
        finally:
            wipe(plaintext)

    def _load(self) -> VaultDocument:
        return self._checked(vault_format.decode(vault_file.read(self._path)))

    def _checked(self, document: VaultDocument) -> VaultDocument:
        if document.header.vault_id != self._vault_id:
            raise VaultDamaged("Another vault was put in this one's place.", "Lock, and open the one you want.")
        if document.binding != document.binding_under(self._data_key):
            raise _damaged("its records do not belong together")
        if document.generation < self._generation_seen:
            raise VaultDamaged("An older copy of the vault was put in its place.", "Lock, and open the one you want.")
        self._generation_seen = document.generation
        return document

    def _write(self, document: VaultDocument, *, forget: bool = False) -> None:
        document = replace(document, generation=document.generation + 1)
        bound = replace(document, binding=document.binding_under(self._data_key))
        data = vault_format.encode(bound)
        if len(data) > vault_format.FILE_MAX_BYTES:
            raise VaultLimit("The vault is full: its file would grow over 16 MiB.")
        vault_file.replace(self._path, data)
        self._generation_seen = bound.generation
        if forget:
            vault_file.overwrite_backup(self._path, data)


def restore_backup(path: Path) -> None:
    """Put the vault's `.bak` in its place, after checking that it is a whole vault; what was there becomes `.damaged`.

    Raises:
        VaultMissing, VaultForeign, VaultTooNew, VaultDamaged: the copy is not usable; nothing was changed.
        VaultStorage: the file cannot be written.
    """
    path = path.resolve()
    with vault_file.locked(path):
        data = vault_file.read(vault_file.backup_path(path))
        vault_format.decode(data)
        vault_file.restore(path, data)


def _damaged(what: str) -> VaultDamaged:
    return VaultDamaged(f"The vault file is damaged: {what}.", vault_format.RESTORE_ADVICE)


def _find(document: VaultDocument, record_id: str) -> SealedRecord:
    for record in document.records:
        if record.record_id.hex() == record_id:
            return record
    raise RecordMissing("The vault does not hold that record any more.")


def _packed(record: NewRecord) -> bytearray:
    if record.kind not in KINDS:
        raise VaultLimit("The vault does not keep records of that kind.")
    if len(record.secret) > SECRET_MAX_BYTES:
        raise VaultLimit("The secret is longer than 64 KiB.")
    if not all(isinstance(key, str) and isinstance(value, str) for key, value in record.meta.items()):
        raise VaultLimit("The description of a record consists of texts only.")
    meta = json.dumps(dict(record.meta), sort_keys=True, separators=(",", ":")).encode("ascii")
    if len(meta) > META_MAX_BYTES:
        raise VaultLimit("The description of the record is longer than 8 KiB.")
    plaintext = bytearray(len(meta).to_bytes(4, "big") + len(record.secret).to_bytes(4, "big") + meta)
    plaintext += record.secret
    plaintext += bytes(-len(plaintext) % _PADDING_BYTES)
    return plaintext


def _unpacked(plaintext: bytearray) -> tuple[bytearray, Mapping[str, str]]:
    meta_length = int.from_bytes(plaintext[:4], "big")
    secret_length = int.from_bytes(plaintext[4:_LENGTHS_BYTES], "big")
    meta_end = _LENGTHS_BYTES + meta_length
    if meta_end + secret_length > len(plaintext):
        raise _damaged("a record is malformed")
    meta: Mapping[str, str] = json.loads(plaintext[_LENGTHS_BYTES:meta_end])
    return plaintext[meta_end : meta_end + secret_length], meta
