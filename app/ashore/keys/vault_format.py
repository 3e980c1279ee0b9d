"""The vault file's exact text: canonical JSON with one spelling only, so that nothing can be altered unnoticed.

Layout, version 1 (byte strings are lower-case hexadecimal):

    format      "ashore-vault"
    version     1
    vault_id    16 random bytes
    kdf         {name: "argon2id", memory_kib, passes, lanes, salt: 16 bytes}
    wrapped_key {nonce: 24 bytes, box: 48 bytes}: the data key, sealed under the password's key
    generation  counts every write of the file
    records     [{id: 16 bytes, kind, version, nonce: 24 bytes, box}], ordered by id
    binding     keyed BLAKE2b-256 over vault id, generation and all records, so that none can be exchanged for an
                older one, added or left out
    checksum    SHA-256 over the text above: tells a damaged file from a wrong password

What seals what:

    wrapped_key is bound to the hash of format, version, vault_id and kdf;
    a record is bound to format version, vault id, record id, kind and record version, and to nothing that a new
    password changes.

A complete older copy of the file cannot be told from the present one without a memory outside the file.
"""

import hashlib
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass

from ashore.domain import strict_json
from ashore.keys.errors import VaultDamaged, VaultForeign, VaultTooNew
from ashore.keys.sealing import KEY_BYTES, NONCE_BYTES, SALT_BYTES, TAG_BYTES, KdfCost

FORMAT = "ashore-vault"
VERSION = 1
ID_BYTES = 16
DIGEST_BYTES = 32
KINDS = frozenset({"eth-mnemonic", "zklink-l2-key", "stark-key", "service-credential", "sealed-note"})

FILE_MAX_BYTES = 16 * 1024 * 1024
RECORDS_MAX = 10_000
BOX_MAX_BYTES = 96 * 1024
COUNTER_MAX = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly."""

RESTORE_ADVICE = "Restore the copy beside it (its name ends in .bak), or your own backup."
_BEGINNING = b'{\n "binding": "'
_TOP_KEYS = {"format", "version", "vault_id", "kdf", "wrapped_key", "generation", "records", "binding", "checksum"}


@dataclass(frozen=True)
class SealedBox:
    """Nonce (24 bytes) and ciphertext with its 16-byte tag."""

    nonce: bytes
    box: bytes


@dataclass(frozen=True)
class Header:
    """What has to be known before the password can be tried."""

    vault_id: bytes
    cost: KdfCost
    salt: bytes
    version: int = VERSION

    def digest(self) -> bytes:
        """SHA-256 that binds the wrapped data key to this header."""
        return hashlib.sha256(_canonical(self.as_json())).digest()

    def as_json(self) -> dict[str, object]:
        """The header's part of the file."""
        return {
            "format": FORMAT,
            "version": self.version,
            "vault_id": self.vault_id.hex(),
            "kdf": {
                "name": "argon2id",
                "memory_kib": self.cost.memory_kib,
                "passes": self.cost.passes,
                "lanes": self.cost.lanes,
                "salt": self.salt.hex(),
            },
        }


@dataclass(frozen=True)
class SealedRecord:
    """One record as it lies in the file."""

    record_id: bytes
    kind: str
    version: int
    sealed: SealedBox

    def associated_data(self, vault_id: bytes) -> bytes:
        """What the box is bound to besides its content."""
        kind = self.kind.encode("ascii")
        return b"".join(
            (
                b"ashore-vault-record",
                VERSION.to_bytes(4, "big"),
                vault_id,
                self.record_id,
                len(kind).to_bytes(1, "big"),
                kind,
                self.version.to_bytes(8, "big"),
            )
        )

    def as_json(self) -> dict[str, object]:
        """The record's part of the file."""
        return {"id": self.record_id.hex(), "kind": self.kind, "version": self.version, **_box_json(self.sealed)}


@dataclass(frozen=True)
class VaultDocument:
    """The whole file, parsed. `binding` is not checked here: that takes the data key."""

    header: Header
    wrapped_key: SealedBox
    generation: int
    records: tuple[SealedRecord, ...]
    binding: bytes = b""

    def binding_under(self, data_key: bytes | bytearray) -> bytes:
        """Compute the binding of all records under the data key (32 bytes)."""
        key = hashlib.blake2b(
            b"records", key=bytes(data_key), digest_size=DIGEST_BYTES, person=b"ashore.vault"
        ).digest()
        content = _canonical(
            {
                "vault_id": self.header.vault_id.hex(),
                "generation": self.generation,
                "records": [record.as_json() for record in self.records],
            }
        )
        return hashlib.blake2b(content, key=key, digest_size=DIGEST_BYTES, person=b"ashore.binding").digest()


def encode(document: VaultDocument) -> bytes:
    """Return the file's bytes."""
    content = {
        **document.header.as_json(),
        "wrapped_key": _box_json(document.wrapped_key),
        "generation": document.generation,
        "records": [record.as_json() for record in document.records],
        "binding": document.binding.hex(),
    }
    content["checksum"] = hashlib.sha256(_canonical(content)).hexdigest()
    return _canonical(content)


def decode(data: bytes) -> VaultDocument:
    """Parse a vault file that may be damaged or hostile.

    Raises:
        VaultForeign: not an Ashore vault at all.
        VaultTooNew: a later format version.
        VaultDamaged: anything else that is not exactly as `encode` writes it, or a cost that is out of bounds.
    """
    content = _parsed(data)
    if content.get("format") != FORMAT:
        raise VaultForeign("This file is not an Ashore vault.", "Choose another file.")
    version = content.get("version")
    if type(version) is int and version > VERSION:
        raise VaultTooNew("This vault was written by a later version of Ashore.", "Update Ashore to open it.")
    try:
        document = _document(content)
    except _Malformed as reason:
        raise VaultDamaged(f"The vault file is damaged: {reason}.", RESTORE_ADVICE) from None
    if encode(document) != data:
        raise VaultDamaged("The vault file is damaged: its checksum does not fit.", RESTORE_ADVICE)
    problem = document.header.cost.problem()
    if problem is not None:
        raise VaultDamaged(f"The vault file cannot be used: {problem}.", RESTORE_ADVICE)
    return document


class _Malformed(Exception):
    """A part of the file has the wrong shape; the text says which."""


def _canonical(content: Mapping[str, object]) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=True) + "\n").encode("ascii")


def _box_json(sealed: SealedBox) -> dict[str, object]:
    return {"nonce": sealed.nonce.hex(), "box": sealed.box.hex()}


def _parsed(data: bytes) -> Mapping[str, object]:
    foreign = VaultForeign("This file is not an Ashore vault.", "Choose another file.")
    if len(data) > FILE_MAX_BYTES:
        raise foreign
    try:
        content = strict_json.parse(data)
    except strict_json.JsonError:
        if data.startswith(_BEGINNING) or f'"{FORMAT}"'.encode() in data:
            raise VaultDamaged("The vault file is damaged: it is cut off or altered.", RESTORE_ADVICE) from None
        if not data.strip(b"\0 \n"):
            raise VaultDamaged("The vault file is empty.", RESTORE_ADVICE) from None
        raise foreign from None
    if not isinstance(content, dict):
        raise foreign
    return content


def _document(content: Mapping[str, object]) -> VaultDocument:
    if set(content) != _TOP_KEYS:
        raise _Malformed("parts are missing or unknown")
    if content["version"] != VERSION:
        raise _Malformed("its version is wrong")
    kdf = _object(content["kdf"], {"name", "memory_kib", "passes", "lanes", "salt"}, "the header")
    if kdf["name"] != "argon2id":
        raise _Malformed("the header names an unknown key derivation")
    cost = KdfCost(
        memory_kib=_integer(kdf["memory_kib"], "the header"),
        passes=_integer(kdf["passes"], "the header"),
        lanes=_integer(kdf["lanes"], "the header"),
    )
    header = Header(
        vault_id=_octets(content["vault_id"], ID_BYTES, "the header"),
        cost=cost,
        salt=_octets(kdf["salt"], SALT_BYTES, "the header"),
    )
    wrapped = _object(content["wrapped_key"], {"nonce", "box"}, "the sealed key")
    return VaultDocument(
        header=header,
        wrapped_key=_box(wrapped, KEY_BYTES + TAG_BYTES, KEY_BYTES + TAG_BYTES, "the sealed key"),
        generation=_integer(content["generation"], "the generation"),
        records=_records(content["records"]),
        binding=_octets(content["binding"], DIGEST_BYTES, "the binding"),
    )


def _records(value: object) -> tuple[SealedRecord, ...]:
    if not isinstance(value, list) or len(value) > RECORDS_MAX:
        raise _Malformed("the list of records is malformed")
    records = tuple(_record(item) for item in value)
    identifiers = [record.record_id for record in records]
    if any(left >= right for left, right in itertools.pairwise(identifiers)):
        raise _Malformed("records are out of order or doubled")
    return records


def _record(value: object) -> SealedRecord:
    item = _object(value, {"id", "kind", "version", "nonce", "box"}, "a record")
    kind = item["kind"]
    if not isinstance(kind, str) or kind not in KINDS:
        raise _Malformed("a record has an unknown kind")
    return SealedRecord(
        record_id=_octets(item["id"], ID_BYTES, "a record"),
        kind=kind,
        version=_integer(item["version"], "a record"),
        sealed=_box(item, TAG_BYTES, BOX_MAX_BYTES, "a record"),
    )


def _box(item: Mapping[str, object], least: int, most: int, where: str) -> SealedBox:
    box = item["box"]
    if not isinstance(box, str) or not 2 * least <= len(box) <= 2 * most or len(box) % 2:
        raise _Malformed(f"{where} has the wrong length")
    return SealedBox(_octets(item["nonce"], NONCE_BYTES, where), _octets(box, len(box) // 2, where))


def _object(value: object, keys: set[str], where: str) -> Mapping[str, object]:
    if not isinstance(value, dict) or set(value) != keys:
        raise _Malformed(f"{where} is malformed")
    return value


def _integer(value: object, where: str) -> int:
    if type(value) is not int or not 0 <= value <= COUNTER_MAX:
        raise _Malformed(f"{where} has a number out of bounds")
    return value


def _octets(value: object, length: int, where: str) -> bytes:
    if not isinstance(value, str) or len(value) != 2 * length:
        raise _Malformed(f"{where} has the wrong length")
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise _Malformed(f"{where} is not hexadecimal") from None
