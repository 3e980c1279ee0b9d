"""Layer 2: accepted transactions wait, are executed in order, and are sealed into blocks and batches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ashore.crypto.keccak import keccak256
from ashore.sandbox.zklink.journal import BlockRow, Journal
from ashore.sandbox.zklink.ledger import Account, Ledger, LedgerError
from ashore.sandbox.zklink.transactions import Transaction, Withdraw, read_transaction
from ashore.systems.zklink.codec.profiles import Profile

TXS_PER_BLOCK = 8
MAX_BATCH_TXS = 4 * TXS_PER_BLOCK
"""More would not fit into one L1 block's gas."""


@dataclass(frozen=True, slots=True)
class Record:
    """One accepted transaction and how far it came on layer 2. Times in microseconds."""

    tx_hash: str
    tx: Transaction
    json: dict[str, Any]
    accepted_us: int
    duplicates: int = 0
    success: bool | None = None
    """None while it waits for execution."""
    fail_reason: str | None = None
    executed_us: int | None = None
    block: int | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class L2Block:
    """A sealed layer-2 block."""

    number: int
    batch: int
    timestamp: int
    root: bytes
    txs: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """The blocks that go to L1 together."""

    id: int
    blocks: tuple[L2Block, ...]

    @property
    def last(self) -> int:
        """The number that L1's events carry."""
        return self.blocks[-1].number

    def withdrawals(self) -> Iterator[tuple[Record, Withdraw]]:
        """What is to be paid out, in order."""
        for block in self.blocks:
            for record in block.txs:
                if isinstance(record.tx, Withdraw):
                    yield record, record.tx


class Rollup:
    """Layer 2's state machine, folded from the journal.

    Args:
        journal: where every step is written before it counts.
        accounts: the state at genesis.
        profile: how the journal's transactions are read.
        first_block: the number of the first layer-2 block.
        trailing_blocks: blocks without transactions at the end of each batch, as others' traffic would leave them:
            L1's events then carry a number above the block that holds one's own transaction.
    """

    def __init__(
        self,
        journal: Journal,
        accounts: Iterable[Account],
        profile: Profile,
        *,
        first_block: int,
        genesis_root: bytes,
        trailing_blocks: int = 1,
    ) -> None:
        self._journal = journal
        self._trailing = trailing_blocks
        self._genesis = (first_block - 1, genesis_root)
        self.ledger = Ledger(accounts)
        self.records: dict[str, Record] = {}
        self.blocks: dict[int, L2Block] = {}
        self.batches: list[Batch] = []
        self._restore(profile)

    def _restore(self, profile: Profile) -> None:
        for row in self._journal.submissions():
            value = json.loads(row.tx)
            record = Record(
                row.tx_hash,
                read_transaction(value, profile),
                value,
                row.accepted_us,
                row.duplicates,
                None if row.success is None else bool(row.success),
                row.fail_reason,
                row.executed_us,
                row.block,
                row.position,
            )
            self.records[row.tx_hash] = record
        # Execution follows acceptance, so that the order of acceptance replays the order of execution.
        for record in self.records.values():
            if record.success:
                self.ledger.apply(record.tx)
        by_batch: dict[int, list[L2Block]] = {}
        for block in self._journal.blocks():
            by_batch.setdefault(block.batch, []).append(self._load_block(block))
        self.batches = [Batch(number, tuple(blocks)) for number, blocks in sorted(by_batch.items())]

    def _load_block(self, row: BlockRow) -> L2Block:
        inside = sorted((r for r in self.records.values() if r.block == row.number), key=lambda r: r.position or 0)
        block = L2Block(row.number, row.batch, row.timestamp, row.root, tuple(inside))
        self.blocks[row.number] = block
        return block

    @property
    def height(self) -> int:
        """The number of the newest layer-2 block."""
        return max(self.blocks, default=self._genesis[0])

    @property
    def root(self) -> bytes:
        """The state root after the newest block."""
        return self.blocks[self.height].root if self.blocks else self._genesis[1]

    def pending(self) -> list[Record]:
        """Accepted, not executed."""
        return [record for record in self.records.values() if record.success is None]

    def unsealed(self) -> list[Record]:
        """Executed with success, not in a block."""
        return [record for record in self.records.values() if record.success and record.block is None]

    def expected_nonce(self, account: Account, sub_account: int) -> int:
        """The sub-account nonce that the next withdrawal has to carry, those that wait included."""
        waiting = sum(
            isinstance(r.tx, Withdraw) and (r.tx.account_id, r.tx.sub_account_id) == (account.id, sub_account)
            for r in self.pending()
        )
        return account.sub_nonces.get(sub_account, 0) + waiting

    def expected_account_nonce(self, account: Account) -> int:
        """The account nonce that the next activation has to carry."""
        waiting = sum(not isinstance(r.tx, Withdraw) and r.tx.account_id == account.id for r in self.pending())
        return account.nonce + waiting

    def available(self, account: Account, sub_account: int, token: int) -> int:
        """Balance less what waiting transactions will take."""
        taken = sum(
            cost
            for r in self.pending()
            if (r.tx.account_id, r.tx.sub_account_id) == (account.id, sub_account)
            for cost_token, cost in [_cost(r.tx)]
            if cost_token == token
        )
        return account.balance(sub_account, token) - taken

    def accept(self, tx_hash: str, tx: Transaction, value: dict[str, Any], now_us: int) -> None:
        """Take in a checked transaction; it is in the journal when this returns."""
        self._journal.accept(tx_hash, json.dumps(value, separators=(",", ":")), now_us)
        self.records[tx_hash] = Record(tx_hash, tx, value, now_us)

    def count_duplicate(self, tx_hash: str) -> None:
        """A transaction that is known came again."""
        self._journal.count_duplicate(tx_hash)
        record = self.records[tx_hash]
        self.records[tx_hash] = replace(record, duplicates=record.duplicates + 1)

    def execute(self, now_us: int, forced_failure: str | None = None) -> list[Record]:
        """Execute everything that waits.

        Args:
            now_us: the time of the receipts.
            forced_failure: let them fail with this reason.
        """
        done = []
        for record in self.pending():
            reason = forced_failure
            if reason is None:
                try:
                    self.ledger.apply(record.tx)
                except LedgerError as error:
                    reason = str(error)
            self._journal.executed(record.tx_hash, reason, now_us)
            receipt = replace(record, success=reason is None, fail_reason=reason, executed_us=now_us)
            self.records[record.tx_hash] = receipt
            done.append(receipt)
        return done

    def seal(self, timestamp: int) -> Batch | None:
        """Put what was executed into blocks and the blocks into a batch; None when there is nothing."""
        txs = self.unsealed()[:MAX_BATCH_TXS]
        if not txs:
            return None
        groups = [txs[start : start + TXS_PER_BLOCK] for start in range(0, len(txs), TXS_PER_BLOCK)]
        batch_id = self.batches[-1].id + 1 if self.batches else 1
        number, root, sealed = self.height, self.root, list[L2Block]()
        for group in [*groups, *([[]] * self._trailing)]:
            number += 1
            placed = tuple(replace(r, block=number, position=index) for index, r in enumerate(group))
            root = _next_root(root, number, placed)
            sealed.append(L2Block(number, batch_id, timestamp, root, placed))
        with self._journal.atomic():
            for block in sealed:
                self._journal.sealed(BlockRow(block.number, block.batch, block.timestamp, block.root))
                for record in block.txs:
                    self._journal.included(record.tx_hash, block.number, record.position or 0)
        for block in sealed:
            self.blocks[block.number] = block
            self.records.update({record.tx_hash: record for record in block.txs})
        batch = Batch(batch_id, tuple(sealed))
        self.batches.append(batch)
        return batch


def _cost(tx: Transaction) -> tuple[int, int]:
    if isinstance(tx, Withdraw):
        return tx.source_token, tx.amount + tx.fee
    return tx.fee_token, tx.fee


def _next_root(previous: bytes, number: int, txs: Iterable[Record]) -> bytes:
    """A stand-in for the state tree's root: it binds the history, which is all that the sandbox's proofs need."""
    data = previous + number.to_bytes(4, "big") + b"".join(bytes.fromhex(r.tx_hash[2:]) for r in txs)
    # The circuit's field is 254 bits wide; real roots are below it.
    return (int.from_bytes(keccak256(data), "big") >> 3).to_bytes(32, "big")
