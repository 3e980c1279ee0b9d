"""What the signer process does with each request."""

from collections.abc import Callable, Mapping

from ashore.crypto.ethereum_text import text_digest
from ashore.keys import derivation, transactions
from ashore.keys.errors import KeysError, Locked, Refused
from ashore.keys.external_accounts import ExternalAccounts
from ashore.keys.external_operations import ExternalOperations
from ashore.keys.key_ring import Account, KeyRing, typed_data_digest
from ashore.keys.protocol import ACCOUNTS_AT_ONCE_MAX, KEY_KIND, STARK_KEY_KIND, describe, fault
from ashore.keys.reading import Reading, ReadingError
from ashore.keys.receipt_reading import RECEIPT_KIND, poses_as_receipt, read_receipt
from ashore.keys.request_arguments import Arguments, misuse
from ashore.keys.reviewed import compare, refuse_foreign_key
from ashore.keys.sealed_records import SECRET_MAX_CHARS, SealedRecords
from ashore.keys.sealing import FAST_COST, STANDARD_COST, wipe
from ashore.keys.stark_keys import StarkRules
from ashore.keys.stark_operations import StarkOperations
from ashore.keys.vault import NewRecord, Randomness, Vault

Reader = Callable[[Mapping[str, object]], Reading]
Answer = dict[str, object]

PUBLIC_TEST = "public-test"
"""Stands for the public practice phrase in a `create` request."""


class SignerSession:
    """Holds the keys between `unlock` and `lock`.

    Args:
        readers: by kind; with `KEY_KIND`, the key message, and with `STARK_KEY_KIND` what Stark keys are made from.
        randomness: for new vaults.
        ensure_ready: waits until the heavy libraries are imported.
        stark_rules: where there is a system with Stark keys.
    """

    def __init__(
        self,
        readers: Mapping[str, Reader],
        randomness: Randomness,
        ensure_ready: Callable[[], None],
        stark_rules: StarkRules | None = None,
    ) -> None:
        own = {transactions.TRANSACTION_KIND: transactions.read_transaction, RECEIPT_KIND: read_receipt}
        self._readers = {**readers, **own}
        self._randomness = randomness
        self._ensure_ready = ensure_ready
        self._ring: KeyRing | None = None
        self._sealed: SealedRecords | None = None
        self._external: ExternalAccounts | None = None
        self._stark = StarkOperations(stark_rules, readers.get(STARK_KEY_KIND), ensure_ready)
        self._operations: Mapping[str, Callable[[Arguments], Answer]] = {
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
            **ExternalOperations(
                self._external_accounts, self._reading, self._key_message, ensure_ready, self._stark.forget
            ).all(),
            **self._stark.all(),
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
        self._stark.close()
        if self._ring is not None:
            self._ring.close()
            self._ring = None
        if self._external is not None:
            self._external.close()
            self._external = None
        if self._sealed is not None:
            self._sealed.close()
            self._sealed = None

    def _perform(self, request: Mapping[str, object]) -> Answer:
        arguments = Arguments(request)
        if arguments.integer("id") < 0:
            raise misuse("id")
        operation = self._operations.get(arguments.text("op"))
        if operation is None:
            raise misuse("op")
        return operation(arguments)

    def _unlock(self, arguments: Arguments) -> Answer:
        path, password = arguments.path("vault"), arguments.secret("password")
        arguments.end()
        try:
            vault = Vault.open(path, password, randomness=self._randomness)
        finally:
            wipe(password)
        return self._take_over(vault)

    def _create(self, arguments: Arguments) -> Answer:
        path, password, given = arguments.path("vault"), arguments.secret("password"), arguments.secret("mnemonic")
        cost, network = arguments.text("kdf"), arguments.text("network")
        arguments.end()
        if cost not in ("standard", "fast") or not network.isascii() or not network:
            raise misuse("kdf" if network else "network")
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

    def _lock(self, arguments: Arguments) -> Answer:
        arguments.end()
        self.lock()
        return {}

    def _accounts(self, arguments: Arguments) -> Answer:
        first, count = arguments.integer("first"), arguments.integer("count")
        arguments.end()
        if first < 0 or not 0 < count <= ACCOUNTS_AT_ONCE_MAX:
            raise misuse("count")
        ring = self._unlocked()
        return {"accounts": [_public(ring.account(index)) for index in range(first, first + count)]}

    def _read(self, arguments: Arguments) -> Answer:
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
            "stark_key": None if reading.stark_key is None else f"{reading.stark_key:#x}",
            "key_name": reading.key_name,
            "identifier": reading.identifier,
            "digests": ["0x" + digest.hex() for digest in digests],
        }

    def _sign(self, arguments: Arguments) -> Answer:
        preimage = arguments.mapping("preimage")
        reading = self._reading(arguments)
        index, expected = arguments.integer("account"), arguments.mapping("expect")
        arguments.end()
        ring = self._unlocked()
        compare(reading, expected)
        if index < 0:
            return self._stark.sign_elsewhere(index, reading)
        account = ring.account(index)
        refuse_foreign_key(reading, account.layer2)
        self._stark.require_own(index, reading)
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
        if reading.l2_message is not None and reading.stark_key is not None:
            answer["l2"] = self._stark.sign(index, reading)
        elif reading.l2_message is not None:
            answer["l2"] = {
                "pub_key": "0x" + account.layer2.public_key.hex(),
                "signature": ring.sign_layer2(index, reading.l2_message).hex(),
            }
        return answer

    def _keep(self, arguments: Arguments) -> Answer:
        kind, secret = arguments.text("kind"), arguments.secret("secret", SECRET_MAX_CHARS)
        try:
            meta = arguments.texts("meta")
            arguments.end()
            return {"record": self._records().keep(kind, secret, meta)}
        finally:
            wipe(secret)

    def _rewrite(self, arguments: Arguments) -> Answer:
        record, secret = arguments.text("record"), arguments.secret("secret", SECRET_MAX_CHARS)
        try:
            meta = arguments.texts("meta")
            arguments.end()
            self._records().rewrite(record, secret, meta)
            return {}
        finally:
            wipe(secret)

    def _show(self, arguments: Arguments) -> Answer:
        record = arguments.text("record")
        arguments.end()
        secret, meta = self._records().show(record)
        return {"secret": secret, "meta": dict(meta)}

    def _listed(self, arguments: Arguments) -> Answer:
        arguments.end()
        return {
            "records": [{"record": r, "kind": kind, "meta": dict(meta)} for r, kind, meta in self._records().listed()]
        }

    def _forget(self, arguments: Arguments) -> Answer:
        record = arguments.text("record")
        arguments.end()
        self._records().forget(record)
        return {}

    def _records(self) -> SealedRecords:
        if self._sealed is None:
            raise Locked("The vault is locked.", "Unlock it with its password.")
        return self._sealed

    def _external_accounts(self) -> ExternalAccounts:
        if self._external is None:
            raise Locked("The vault is locked.", "Unlock it with its password.")
        return self._external

    def _take_over(self, vault: Vault) -> Answer:
        """Take the keys, and keep the vault's data key for the records that are no keys."""
        try:
            answer = self._take_keys(vault)
        except BaseException:
            vault.close()
            raise
        self._sealed = SealedRecords(vault)
        self._external = ExternalAccounts(vault, self._key_message())
        self._stark.open(self._unlocked(), vault, self._external)
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

    def _reading(self, arguments: Arguments) -> Reading:
        kind, preimage = arguments.text("kind"), arguments.mapping("preimage")
        reader = None if kind in (KEY_KIND, STARK_KEY_KIND) else self._readers.get(kind)
        if reader is None:
            raise Refused("The signer does not know this kind of request and will not sign it.")
        reading = reader(preimage)
        # Whoever holds a signature of the key message holds the layer-2 key.
        gives_a_key = self._key_message() in reading.texts or self._stark.gives_a_key(reading)
        if reading.kind != kind or gives_a_key or poses_as_receipt(reading):
            raise Refused("The signer read something else than it was asked for and will not sign it.")
        return reading


def _public(account: Account) -> Answer:
    return {
        "index": account.index,
        "path": account.path,
        "address": account.address,
        "l2_pub_key": "0x" + account.layer2.public_key.hex(),
        "l2_pub_key_hash": "0x" + account.layer2.public_key_hash.hex(),
    }
