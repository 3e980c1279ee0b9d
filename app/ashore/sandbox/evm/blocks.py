"""Mined blocks with their receipts, and the logs inside them."""

from dataclasses import dataclass
from functools import cached_property

from eth.abc import BlockHeaderAPI, ReceiptAPI, SignedTransactionAPI


@dataclass(frozen=True, slots=True)
class Finality:
    """How many blocks `safe` and `finalized` trail the head."""

    safe_depth: int = 2
    finalized_depth: int = 4


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One event as it stands in a receipt.

    Attributes:
        topics: 32 bytes each.
        transaction_index: place of its transaction in the block.
        log_index: place of the log in the whole block.
    """

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    transaction_index: int
    log_index: int


@dataclass(frozen=True)
class MinedBlock:
    """A block of the canonical chain (or one that was, before a reorganisation)."""

    header: BlockHeaderAPI
    transactions: tuple[SignedTransactionAPI, ...]
    receipts: tuple[ReceiptAPI, ...]

    @property
    def number(self) -> int:
        return int(self.header.block_number)

    @cached_property
    def hash(self) -> bytes:
        return bytes(self.header.hash)

    @cached_property
    def logs(self) -> tuple[LogEntry, ...]:
        """Every log of the block in order."""
        entries: list[LogEntry] = []
        for transaction_index, receipt in enumerate(self.receipts):
            for log in receipt.logs:
                topics = tuple(topic.to_bytes(32, "big") for topic in log.topics)
                entries.append(LogEntry(bytes(log.address), topics, bytes(log.data), transaction_index, len(entries)))
        return tuple(entries)

    def gas_used_by(self, index: int) -> int:
        """Gas of one transaction alone; receipts carry running totals."""
        before = self.receipts[index - 1].gas_used if index else 0
        return int(self.receipts[index].gas_used - before)

    def succeeded(self, index: int) -> bool:
        """Whether the transaction at `index` was not reverted."""
        return bytes(self.receipts[index].state_root) == b"\x01"
