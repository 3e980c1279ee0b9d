"""The operator's L1 transactions: signed, written down, sent, and sent again when the chain forgot them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache

from eth_account import Account as EthereumKey
from eth_account.signers.local import LocalAccount

from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.errors import ChainError
from ashore.sandbox.sent import OutboxRow, SentMemory

_MAX_FEE = 2_000 * 10**9
_PRIORITY_FEE = 10**9
_MAX_GAS = 29_000_000


@dataclass(frozen=True, slots=True)
class Errand:
    """What an L1 transaction is for. There is at most one transaction per errand."""

    kind: str
    batch: int
    attempt: int = 1
    subject: str = ""


class Outbox:
    """Sends for several keys on one chain and knows what became of it.

    Args:
        chain: the L1 chain.
        journal: keeps every signed transaction before it is sent.
        keys: private keys by the sender's name.
        mark: what kinds end with in the journal, to tell the chains apart; empty for the primary one.
    """

    def __init__(self, chain: DevChain, journal: SentMemory, keys: Mapping[str, bytes], mark: str = "") -> None:
        self._chain = chain
        self._journal = journal
        self._mark = mark
        self._keys = {name: _signer(key) for name, key in keys.items()}
        # An unmarked kind has no @ in it.
        mine = (row for row in journal.outbox() if row.kind.partition("@")[1:] == mark.partition("@")[1:])
        self._rows = {_errand(row): row for row in mine}
        self._final: dict[str, bool] = {}

    def address(self, sender: str) -> bytes:
        """The address of a sender."""
        return bytes.fromhex(self._keys[sender].address[2:])

    def current(self, kind: str, batch: int, subject: str = "") -> OutboxRow | None:
        """The transaction that was signed for the newest attempt at something."""
        return self._rows.get(self._errand(kind, batch, subject))

    def passed(self, kind: str, batch: int, subject: str = "") -> bool:
        """Whether the newest attempt is mined and succeeded."""
        row = self.current(kind, batch, subject)
        return row is not None and bool(self.outcome(row))

    def mined_tx(self, kind: str, batch: int, subject: str = "") -> str | None:
        """The hash of the newest attempt, once it is mined and succeeded."""
        row = self.current(kind, batch, subject)
        return row.tx_hash if row is not None and self.outcome(row) else None

    def attempt(self, kind: str, batch: int, subject: str = "") -> int:
        """The number of the newest attempt, from 1."""
        return int(self._journal.fact(self._attempt_name(kind, batch, subject)) or "1")

    def try_again(self, kind: str, batch: int, subject: str = "") -> None:
        """What was signed so far counts no more: the next transaction is another attempt."""
        number = self.attempt(kind, batch, subject) + 1
        self._journal.remember(self._attempt_name(kind, batch, subject), str(number))

    def of_kind(self, kind: str) -> list[OutboxRow]:
        """All transactions of a kind in the order of signing."""
        return [row for row in self._rows.values() if row.kind == kind + self._mark]

    def _errand(self, kind: str, batch: int, subject: str) -> Errand:
        return Errand(kind + self._mark, batch, self.attempt(kind, batch, subject), subject)

    def _attempt_name(self, kind: str, batch: int, subject: str) -> str:
        return f"attempt/{batch}/{kind}{self._mark}/{subject}"

    def rows(self) -> list[OutboxRow]:
        """All transactions in the order of signing."""
        return list(self._rows.values())

    def outcome(self, row: OutboxRow) -> bool | None:
        """Whether it succeeded on the canonical chain; None while it is not mined."""
        known = self._final.get(row.tx_hash)
        if known is not None:
            return known
        place = self._chain.transaction(bytes.fromhex(row.tx_hash[2:]))
        if place is None:
            return None
        succeeded = place[0].succeeded(place[1])
        if place[0].number <= self._chain.finalized_number:
            self._final[row.tx_hash] = succeeded
        return succeeded

    def block_of(self, row: OutboxRow) -> int | None:
        """The L1 block that carries it; None while it is not mined."""
        place = self._chain.transaction(bytes.fromhex(row.tx_hash[2:]))
        return None if place is None else place[0].number

    def write(
        self, kind: str, batch: int, call: tuple[str, bytes, bytes], *, gas: int, subject: str = "", value: int = 0
    ) -> None:
        """Sign and write down. `resend` sends it, now or after a crash.

        Args:
            call: who sends, to which address, with which calldata.
            value: wei.
        """
        self.write_for(kind, batch, [subject], call, gas=gas, value=value)

    def write_for(
        self,
        kind: str,
        batch: int,
        subjects: Sequence[str],
        call: tuple[str, bytes, bytes],
        *,
        gas: int,
        value: int = 0,
    ) -> None:
        """Sign one transaction that serves several subjects, and write it down for each of them."""
        sender, to, data = call
        key = self._keys[sender]
        nonce = self._chain.pending_nonce(self.address(sender))
        signed = key.sign_transaction(
            {
                "type": 2,
                "chainId": self._chain.chain_id,
                "nonce": nonce,
                "to": to,
                "value": value,
                "data": data,
                "gas": min(gas, _MAX_GAS),
                "maxFeePerGas": _MAX_FEE,
                "maxPriorityFeePerGas": _PRIORITY_FEE,
            }
        )
        # A single one may be part of something larger that is written at once.
        with self._journal.atomic() if len(subjects) > 1 else nullcontext():
            for subject in subjects:
                errand = self._errand(kind, batch, subject)
                row = OutboxRow(
                    sender=sender,
                    nonce=nonce,
                    kind=errand.kind,
                    batch=errand.batch,
                    attempt=errand.attempt,
                    subject=errand.subject,
                    tx_hash="0x" + bytes(signed.hash).hex(),
                    raw=bytes(signed.raw_transaction),
                )
                self._journal.sent(row)
                self._rows[errand] = row

    def resend(self) -> int:
        """Send what the chain does not know: newly written, or forgotten in a crash or reorganisation; how many."""
        sent = 0
        for row in self._rows.values():
            tx_hash = bytes.fromhex(row.tx_hash[2:])
            if self.outcome(row) is not None or self._chain.pending_transaction(tx_hash) is not None:
                continue
            try:
                self._chain.send_raw(row.raw)
            except ChainError:
                # Its nonce went to another transaction; the errand's next attempt will see that.
                continue
            sent += 1
        return sent


def _errand(row: OutboxRow) -> Errand:
    return Errand(row.kind, row.batch, row.attempt, row.subject)


@cache
def _signer(key: bytes) -> LocalAccount:
    # Worlds are opened often, always with the same public keys; finding an address takes milliseconds.
    account: LocalAccount = EthereumKey.from_key(key)
    return account
