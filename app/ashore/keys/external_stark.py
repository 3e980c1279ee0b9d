"""Stark keys of accounts whose Ethereum key stays in another wallet: made of what that wallet signed, and sealed.

Unlike zkLink's layer-2 key, one signature gives several keys, for clients made it in several ways. So the signature
itself is sealed: it is the seed of every Stark key, and never shown again.
"""

from ashore.keys.errors import Refused
from ashore.keys.external_accounts import USE, ExternalAccounts
from ashore.keys.foreign_signatures import parsed, require_digest_signed
from ashore.keys.key_ring import typed_data_digest
from ashore.keys.sealing import wipe
from ashore.keys.stark_keys import StarkRequest
from ashore.keys.vault import RecordInfo, Vault

KIND = "stark-key"
_TWO_WAYS = (
    "Your other wallet signed the same text in two different ways. A Stark key made of it could never be made again.",
    "Use a wallet that signs the same text alike each time. Nothing was kept.",
)


class ExternalStarkKeys:
    """The sealed signatures of an open vault, which it does not close.

    Args:
        vault: where they are sealed.
        accounts: those that sign elsewhere.
    """

    def __init__(self, vault: Vault, accounts: ExternalAccounts) -> None:
        self._vault = vault
        self._accounts = accounts

    def __repr__(self) -> str:
        return "<ExternalStarkKeys>"

    def keep(
        self, index: int, request: StarkRequest, others: tuple[StarkRequest, ...], first: str, second: str
    ) -> None:
        """Check that both pasted texts are the account's signature of the request, and the same; seal it.

        `others` are what it may have signed by mistake. Raises Refused, VaultError.
        """
        account = self._accounts.get(index)
        if self._record(account.address, request) is not None:
            raise Refused("The Stark key of this account is in your vault already.")
        digest = typed_data_digest(request.typed_data)
        slips = [(typed_data_digest(each.typed_data), _named(each)) for each in others]
        signatures = [parsed(text) for text in (first, second)]
        for signature in signatures:
            require_digest_signed(account.address, digest, signature, slips)
        if signatures[0] != signatures[1]:
            raise Refused(*_TWO_WAYS)
        secret = bytearray(signatures[0])
        try:
            self._vault.put(KIND, secret, {"use": USE, "address": account.address, "request": request.prefix})
        finally:
            wipe(secret)

    def signature(self, index: int, request: StarkRequest) -> bytes | None:
        """The account's sealed signature of a request, 65 bytes; None where there is none. Raises Refused, VaultError.

        The caller's copy cannot be wiped; it is let go of as soon as the keys are derived.
        """
        record = self._record(self._accounts.get(index).address, request)
        if record is None:
            return None
        secret = self._vault.get(record.record_id)
        try:
            return bytes(secret)
        finally:
            wipe(secret)

    def forget(self, address: str) -> None:
        """Delete every one of an account (checksummed address) for good. Raises VaultError."""
        for record in self._records():
            if record.meta.get("address") == address:
                self._vault.delete(record.record_id)

    def _record(self, address: str, request: StarkRequest) -> RecordInfo | None:
        wanted = address, request.prefix
        return next((r for r in self._records() if (r.meta.get("address"), r.meta.get("request")) == wanted), None)

    def _records(self) -> list[RecordInfo]:
        return [record for record in self._vault.list() if record.kind == KIND and record.meta.get("use") == USE]


def _named(request: StarkRequest) -> str:
    name = request.prefix.partition(":")[2]
    return f"the key request “{name}” of chain {request.chain_id}"
