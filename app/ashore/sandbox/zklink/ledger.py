"""Layer 2's state: who has what, under which key and nonce."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field

from ashore.sandbox.zklink.transactions import Transaction, Withdraw

NO_KEY = bytes(20)
"""The pubKeyHash of an account that was never activated."""


class LedgerError(Exception):
    """The state does not allow this transaction; the text is the receipt's failReason."""


@dataclass(slots=True)
class Account:
    """One account with its sub-accounts."""

    id: int
    address: bytes
    pub_key_hash: bytes = NO_KEY
    nonce: int = 0
    """Counts activations; withdrawals count per sub-account."""
    sub_nonces: dict[int, int] = field(default_factory=dict)
    balances: dict[int, dict[int, int]] = field(default_factory=dict)
    """Sub-account to token to amount with 18 decimals."""

    @property
    def active(self) -> bool:
        """Whether a layer-2 key was set."""
        return self.pub_key_hash != NO_KEY

    def balance(self, sub_account: int, token: int) -> int:
        """The amount of one token, 18 decimals."""
        return self.balances.get(sub_account, {}).get(token, 0)


class Ledger:
    """All accounts. Only `apply` changes it, so that a replay of the same transactions gives the same state."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._accounts = {account.id: deepcopy(account) for account in accounts}
        self._by_address = {account.address: account for account in self._accounts.values()}

    def account(self, account_id: int) -> Account | None:
        """The account with this id."""
        return self._accounts.get(account_id)

    def by_address(self, address: bytes) -> Account | None:
        """The account that belongs to this L1 address."""
        return self._by_address.get(address)

    def apply(self, tx: Transaction) -> None:
        """Execute a transaction.

        Raises:
            LedgerError: nonce or balance do not fit; nothing was changed.
        """
        account = self._accounts[tx.account_id]
        if isinstance(tx, Withdraw):
            if account.sub_nonces.get(tx.sub_account_id, 0) != tx.nonce:
                raise LedgerError("nonce mismatch")
            self._take(account, tx.sub_account_id, tx.source_token, tx.amount + tx.fee)
            account.sub_nonces[tx.sub_account_id] = tx.nonce + 1
        else:
            if account.nonce != tx.nonce:
                raise LedgerError("nonce mismatch")
            self._take(account, tx.sub_account_id, tx.fee_token, tx.fee)
            account.pub_key_hash = tx.new_hash
            account.nonce += 1

    @staticmethod
    def _take(account: Account, sub_account: int, token: int, amount: int) -> None:
        left = account.balance(sub_account, token) - amount
        if left < 0:
            raise LedgerError("not enough balance")
        if amount:
            account.balances.setdefault(sub_account, {})[token] = left
