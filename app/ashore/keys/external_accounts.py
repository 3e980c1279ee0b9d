"""Accounts whose Ethereum key stays in another wallet: the signer process keeps their layer-2 key alone.

That key comes from a signature which the other wallet made once. The signature is not kept: what the vault seals is
the layer-2 key, beside the address.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ashore.crypto import musig
from ashore.domain.addresses import checksum
from ashore.domain.untrusted import plain
from ashore.keys.derivation import Layer2Key, layer2_key
from ashore.keys.errors import Refused
from ashore.keys.foreign_signatures import parsed, require_text_signed
from ashore.keys.sealing import wipe
from ashore.keys.vault import Vault

KIND = "zklink-l2-key"
USE = "external-account"
MOST = 20
LABEL_MAX = 40


@dataclass(frozen=True)
class ExternalAccount:
    """An account that signs elsewhere. `index` is negative: no account of the recovery phrase has such a number."""

    index: int
    address: str
    label: str
    layer2: Layer2Key
    record_id: str


class ExternalAccounts:
    """The external accounts of an open vault, which it does not close.

    Args:
        vault: where they are sealed.
        key_text: the text whose signature is the origin of zkLink's layer-2 keys.
    """

    def __init__(self, vault: Vault, key_text: str) -> None:
        self._vault = vault
        self._key_text = key_text
        self._known: dict[str, ExternalAccount] = {}

    def __repr__(self) -> str:
        return "<ExternalAccounts>"

    def all(self) -> tuple[ExternalAccount, ...]:
        """Every one, in the order in which they were added. Raises VaultError."""
        records = [r for r in self._vault.list() if r.kind == KIND and r.meta.get("use") == USE]
        held = [self._account(record.record_id, record.meta) for record in records]
        self._known = {account.record_id: account for account in held}
        return tuple(sorted(held, key=lambda account: -account.index))

    def get(self, index: int) -> ExternalAccount:
        """The account of that number. Raises Refused where there is none, VaultError."""
        for account in self.all():
            if account.index == index:
                return account
        raise Refused("There is no account of that number.", "It may have been removed meanwhile.")

    def keep(self, address: bytes, label: str, signature: str) -> ExternalAccount:
        """Check the signature of the key text, and seal the layer-2 key that it makes.

        Raises Refused for a signature that is not the account's, and for an account that is there; VaultError.
        """
        name, shown = checksum(address), plain(label, LABEL_MAX)
        there = self.all()
        if any(account.address == name for account in there):
            raise Refused("This account is in your list already.", "Remove it first to add it anew.")
        if len(there) >= MOST:
            raise Refused(f"Ashore keeps {MOST} accounts of other wallets at most.", "Remove one that you do not need.")
        raw = parsed(signature)
        require_text_signed(name, self._key_text, raw)
        secret = bytearray(layer2_key(raw).private_key)
        number = 1 - min((account.index for account in there), default=0)
        meta = {"use": USE, "address": name, "label": shown, "number": str(number)}
        try:
            record = self._vault.put(KIND, secret, meta)
        finally:
            wipe(secret)
        return self._account(record, meta)

    def forget(self, index: int, address: str) -> None:
        """Delete an account's key for good; `address` guards against a mix-up. Raises Refused, VaultError."""
        account = self.get(index)
        if account.address != address:
            raise Refused("Another account has this number by now. Nothing was removed.")
        self._vault.delete(account.record_id)
        self._known.pop(account.record_id, None)

    def close(self) -> None:
        """Forget the keys."""
        self._known.clear()

    def _account(self, record_id: str, meta: Mapping[str, str]) -> ExternalAccount:
        known = self._known.get(record_id)
        if known is not None:
            return known
        secret = self._vault.get(record_id)
        try:
            private_key = bytes(secret)
        finally:
            wipe(secret)
        public_key = musig.public_key(private_key)
        layer2 = Layer2Key(private_key, public_key, musig.public_key_hash(public_key))
        return ExternalAccount(-int(meta["number"]), meta["address"], meta["label"], layer2, record_id)
