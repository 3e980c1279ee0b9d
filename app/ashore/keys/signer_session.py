"""What the signer process does with each request."""

from collections.abc import Callable, Mapping
from pathlib import Path

from ashore.keys import derivation, transactions
from ashore.keys.errors import KeysError, Locked, Refused, RequestInvalid
from ashore.keys.key_ring import Account, KeyRing, text_digest, typed_data_digest
from ashore.keys.protocol import ACCOUNTS_AT_ONCE_MAX, KEY_KIND, describe, fault
from ashore.keys.reading import Reading, ReadingError
from ashore.keys.sealed_records import SECRET_MAX_CHARS, SealedRecords
from ashore.keys.sealing import FAST_COST, STANDARD_COST, wipe
from ashore.keys.vault import NewRecord, Randomness, Vault

Reader = Callable[[Mapping[str, object]], Reading]
Answer = dict[str, object]

PUBLIC_TEST = "public-test"
"""Stands for the public practice phrase in a `create` request."""

CHANGE_PUBKEY_KIND = "zklink.change-pubkey"
NEW_KEY_FIELD = "new_pubkey_hash"
_PATH_MAX = 4096
_TEXT_MAX = 4096


class SignerSession:
    """Holds the keys between `unlock` and `lock`.

    Args:
        readers: by kind; with `KEY_KIND`, the key message.
        randomness: for new vaults.
        ensure_ready: waits until the heavy libraries are imported.
    """

    def __init__(self, readers: Mapping[str, Reader], randomness: Randomness, ensure_ready: Callable[[], None]) -> None:
        self._readers = {**readers, transactions.TRANSACTION_KIND: transactions.read_transaction}
        self._randomness = randomness
        self._ensure_ready = ensure_ready
        self._ring: KeyRing | None = None
        self._sealed: SealedRecords | None = None
        self._operations: Mapping[str, Callable[[_Arguments], Answer]] = {
            "unlock": self._unlock,
            "create": self._create,
            "lock": self._lock,
            "accounts": self._accounts,
            "read": self._read,
            "sign": self._sign,
            "keep": self._keep,
            "rewrite": self._rewrite,
            "show": self._show,
            "listed": self._listed,
            "forget": self._forget,
        }

    def answer(self, request: Mapping[str, object]) -> Answer:
        """Do what a request asks; every failure becomes an answer without secrets."""
        number = request.get("id")
        reply_to = number if type(number) is int else None
        try:
            return {"id": reply_to, "result": self._perform(request)}
        except (KeysError, ReadingError) as error:
            return {"id": reply_to, "error": describe(error)}
        except Exception:  # noqa: BLE001 - the boundary of the process: an unforeseen text could hold a secret
            return {"id": reply_to, "error": describe(fault())}

    def lock(self) -> None:
        """Forget the keys."""
        if self._ring is not None:
            self._ring.close()
            self._ring = None
        if self._sealed is not None:
            self._sealed.close()
            self._sealed = None

    def _perform(self, request: Mapping[str, object]) -> Answer:
        arguments = _Arguments(request)
        if arguments.integer("id") < 0:
            raise _misuse("id")
        operation = self._operations.get(arguments.text("op"))
        if operation is None:
            raise _misuse("op")
        return operation(arguments)

    def _unlock(self, arguments: "_Arguments") -> Answer:
        path, password = arguments.path("vault"), arguments.secret("password")
        arguments.end()
        try:
            vault = Vault.open(path, password, randomness=self._randomness)
        finally:
            wipe(password)
        return self._take_over(vault)

    def _create(self, arguments: "_Arguments") -> Answer:
        path, password, given = arguments.path("vault"), arguments.secret("password"), arguments.secret("mnemonic")
        cost, network = arguments.text("kdf"), arguments.text("network")
        arguments.end()
        if cost not in ("standard", "fast") or not network.isascii() or not network:
            raise _misuse("kdf" if network else "network")
        if cost == "fast" and network == derivation.MAINNET:
            raise Refused("A vault for real money is not made with the weak protection of practice vaults.")
        self._ensure_ready()
        if given == PUBLIC_TEST.encode():
            given = bytearray(derivation.PUBLIC_TEST_MNEMONIC.encode())
        derivation.refuse_public_phrase(given, network)
        phrase = derivation.checked_mnemonic(given)
        try:
            vault = Vault.create(
                path,
                password,
                randomness=self._randomness,
                cost=FAST_COST if cost == "fast" else STANDARD_COST,
                records=(NewRecord("eth-mnemonic", phrase, {"network": network}),),
            )
        finally:
            for secret in (password, given, phrase):
                wipe(secret)
        return self._take_over(vault)

    def _lock(self, arguments: "_Arguments") -> Answer:
        arguments.end()
        self.lock()
        return {}

    def _accounts(self, arguments: "_Arguments") -> Answer:
        first, count = arguments.integer("first"), arguments.integer("count")
        arguments.end()
        if first < 0 or not 0 < count <= ACCOUNTS_AT_ONCE_MAX:
            raise _misuse("count")
        ring = self._unlocked()
        return {"accounts": [_public(ring.account(index)) for index in range(first, first + count)]}

    def _read(self, arguments: "_Arguments") -> Answer:
        reading = self._reading(arguments)
        arguments.end()
        digests = [text_digest(text) for text in reading.texts]
        if reading.typed_data is not None:
            self._ensure_ready()
            digests.append(typed_data_digest(reading.typed_data))
        return {
            "kind": reading.kind,
            "fields": dict(reading.fields),
            "texts": list(reading.texts),
            "typed_data": None if reading.typed_data is None else dict(reading.typed_data),
            "l2_message": None if reading.l2_message is None else reading.l2_message.hex(),
            "identifier": reading.identifier,
            "digests": ["0x" + digest.hex() for digest in digests],
        }

    def _sign(self, arguments: "_Arguments") -> Answer:
        preimage = arguments.mapping("preimage")
        reading = self._reading(arguments)
        index, expected = arguments.integer("account"), arguments.mapping("expect")
        arguments.end()
        ring = self._unlocked()
        _compare(reading, expected)
        account = ring.account(index)
        if reading.kind == CHANGE_PUBKEY_KIND:
            _refuse_foreign_key(reading, account)
        answer: Answer = {"address": account.address, "identifier": reading.identifier, "ethereum": [], "l2": None}
        if reading.kind == transactions.TRANSACTION_KIND:
            raw = ring.sign_transaction(index, transactions.signer_fields(reading))
            if not transactions.signed_matches(raw, preimage):
                raise fault()
            return answer | {"transaction": "0x" + raw.hex()}
        signatures = [ring.sign_text(index, text) for text in reading.texts]
        if reading.typed_data is not None:
            signatures.append(ring.sign_typed_data(index, reading.typed_data))
        answer["ethereum"] = ["0x" + signature.hex() for signature in signatures]
        if reading.l2_message is not None:
            answer["l2"] = {
                "pub_key": "0x" + account.layer2.public_key.hex(),
                "signature": ring.sign_layer2(index, reading.l2_message).hex(),
            }
        return answer

    def _keep(self, arguments: "_Arguments") -> Answer:
        kind, secret = arguments.text("kind"), arguments.secret("secret", SECRET_MAX_CHARS)
        try:
            meta = arguments.texts("meta")
            arguments.end()
            return {"record": self._records().keep(kind, secret, meta)}
        finally:
            wipe(secret)

    def _rewrite(self, arguments: "_Arguments") -> Answer:
        record, secret = arguments.text("record"), arguments.secret("secret", SECRET_MAX_CHARS)
        try:
            meta = arguments.texts("meta")
            arguments.end()
            self._records().rewrite(record, secret, meta)
            return {}
        finally:
            wipe(secret)

    def _show(self, arguments: "_Arguments") -> Answer:
        record = arguments.text("record")
        arguments.end()
        secret, meta = self._records().show(record)
        return {"secret": secret, "meta": dict(meta)}

    def _listed(self, arguments: "_Arguments") -> Answer:
        arguments.end()
        return {
            "records": [{"record": r, "kind": kind, "meta": dict(meta)} for r, kind, meta in self._records().listed()]
        }

    def _forget(self, arguments: "_Arguments") -> Answer:
        record = arguments.text("record")
        arguments.end()
        self._records().forget(record)
        return {}

    def _records(self) -> SealedRecords:
        if self._sealed is None:
            raise Locked("The vault is locked.", "Unlock it with its password.")
        return self._sealed

    def _take_over(self, vault: Vault) -> Answer:
        """Take the keys, and keep the vault's data key for the records that are no keys."""
        try:
            answer = self._take_keys(vault)
        except BaseException:
            vault.close()
            raise
        self._sealed = SealedRecords(vault)
        return answer

    def _take_keys(self, vault: Vault) -> Answer:
        self._ensure_ready()
        phrases = [record for record in vault.list() if record.kind == "eth-mnemonic"]
        if not phrases:
            raise Refused("This vault holds no recovery phrase.", "Choose another vault or make a new one.")
        network = phrases[0].meta.get("network", "")
        stored = vault.get(phrases[0].record_id)
        try:
            derivation.refuse_public_phrase(stored, network)
            phrase = derivation.checked_mnemonic(stored)
        finally:
            wipe(stored)
        try:
            seed = derivation.seed_from_mnemonic(phrase)
        finally:
            wipe(phrase)
        self.lock()
        self._ring = KeyRing(seed, self._key_message())
        return {"vault_id": vault.vault_id, "network": network}

    def _unlocked(self) -> KeyRing:
        if self._ring is None:
            raise Locked("The vault is locked.", "Unlock it with its password.")
        return self._ring

    def _key_message(self) -> str:
        reader = self._readers.get(KEY_KIND)
        if reader is None:
            raise fault()
        (text,) = reader({}).texts
        return text

    def _reading(self, arguments: "_Arguments") -> Reading:
        kind, preimage = arguments.text("kind"), arguments.mapping("preimage")
        reader = None if kind == KEY_KIND else self._readers.get(kind)
        if reader is None:
            raise Refused("The signer does not know this kind of request and will not sign it.")
        reading = reader(preimage)
        # Whoever holds a signature of the key message holds the layer-2 key.
        if reading.kind != kind or self._key_message() in reading.texts:
            raise Refused("The signer read something else than it was asked for and will not sign it.")
        return reading


class _Arguments:
    """A request's values, each of the type asked for and none left over."""

    def __init__(self, request: Mapping[str, object]) -> None:
        self._request = request
        self._taken: set[str] = set()

    def text(self, name: str, longest: int = _TEXT_MAX) -> str:
        value = self._take(name)
        if not isinstance(value, str) or len(value) > longest:
            raise _misuse(name)
        return value

    def texts(self, name: str) -> Mapping[str, str]:
        given = self.mapping(name)
        texts = {key: value for key, value in given.items() if isinstance(value, str)}
        if len(texts) < len(given):
            raise _misuse(name)
        return texts

    def secret(self, name: str, longest: int = _TEXT_MAX) -> bytearray:
        try:
            return bytearray(self.text(name, longest).encode("utf-8"))
        except UnicodeEncodeError:
            raise _misuse(name) from None

    def path(self, name: str) -> Path:
        text = self.text(name)
        path = Path(text)
        if "\0" in text or len(text) > _PATH_MAX or not path.is_absolute():
            raise _misuse(name)
        return path

    def integer(self, name: str) -> int:
        value = self._take(name)
        if type(value) is not int or abs(value) >= 2**63:
            raise _misuse(name)
        return value

    def mapping(self, name: str) -> Mapping[str, object]:
        value = self._take(name)
        if not isinstance(value, dict):
            raise _misuse(name)
        return value

    def end(self) -> None:
        """Refuse what nobody asked for: a misspelt argument must not pass for an absent one."""
        if set(self._request) - self._taken:
            raise _misuse("arguments")

    def _take(self, name: str) -> object:
        self._taken.add(name)
        return self._request.get(name)


def _misuse(name: str) -> RequestInvalid:
    return RequestInvalid(f"The request to the signer is malformed ({name}). Nothing was signed.")


def _public(account: Account) -> Answer:
    return {
        "index": account.index,
        "path": account.path,
        "address": account.address,
        "l2_pub_key": "0x" + account.layer2.public_key.hex(),
        "l2_pub_key_hash": "0x" + account.layer2.public_key_hash.hex(),
    }


def _compare(reading: Reading, expected: Mapping[str, object]) -> None:
    """Refuse unless the review showed every field, and each as it was read here."""
    names = sorted(set(reading.fields) | set(expected))
    different = [name for name in names if reading.fields.get(name) != expected.get(name)]
    if different or not names:
        listed = ", ".join(different)[:200] or "nothing was reviewed"
        raise Refused(
            f"What the signer read is not what was reviewed ({listed}). Nothing was signed.",
            "Go back and review it again; if it stays, report it.",
        )


def _refuse_foreign_key(reading: Reading, account: Account) -> None:
    own = "0x" + account.layer2.public_key_hash.hex()
    if reading.fields.get(NEW_KEY_FIELD, "").lower() != own:
        raise Refused("The activation names a layer-2 key that is not this account's. Nothing was signed.")
