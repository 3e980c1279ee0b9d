"""One endpoint's sight of the chain: everything, or everything but the newest blocks."""

from collections.abc import Iterator

from ashore.sandbox.evm.blocks import LogEntry, MinedBlock
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.encoding import InvalidParamsError, Json, parse_data, parse_quantity
from ashore.sandbox.evm.errors import ChainError, UnknownBlockError

_TAGS = ("latest", "pending", "earliest", "safe", "finalized")
_MAX_FILTER_ITEMS = 1000


class RangeTooWideError(ChainError):
    """More blocks than the endpoint searches at once (JSON-RPC code -32005)."""


class ChainView:
    """The chain as an endpoint that lags `lag` blocks behind sees it."""

    def __init__(self, chain: DevChain, lag: int = 0) -> None:
        self.chain = chain
        self.head_number = max(0, chain.head.number - lag)

    @property
    def head(self) -> MinedBlock:
        """The newest block in sight."""
        return self._existing(self.head_number)

    def number(self, reference: object) -> int:
        """Resolve a tag, a number, or an object with blockHash or blockNumber (EIP-1898).

        Raises:
            InvalidParamsError: it is none of these.
            UnknownBlockError: there is no such block in sight.
        """
        if isinstance(reference, dict):
            if "blockHash" in reference:
                block = self.block_by_hash(parse_data(reference["blockHash"], 32))
                if block is None:
                    raise UnknownBlockError("header for hash not found")
                return block.number
            reference = reference.get("blockNumber")
        if reference in _TAGS:
            return self._tagged(str(reference))
        number = parse_quantity(reference)
        if number > self.head_number:
            raise UnknownBlockError("header not found")
        return number

    def _tagged(self, tag: str) -> int:
        numbers = {"earliest": 0, "safe": self.chain.safe_number, "finalized": self.chain.finalized_number}
        return min(numbers.get(tag, self.head_number), self.head_number)

    def block(self, reference: object) -> MinedBlock | None:
        """Return the block behind a tag or number, or None."""
        try:
            return self.chain.block(self.number(reference))
        except UnknownBlockError:
            return None

    def block_by_hash(self, block_hash: bytes) -> MinedBlock | None:
        """Return a canonical block in sight, or None."""
        block = self.chain.block_by_hash(block_hash)
        return block if block is not None and block.number <= self.head_number else None

    def transaction(self, transaction_hash: bytes) -> tuple[MinedBlock, int] | None:
        """Return the block and index of a transaction mined in sight, or None."""
        found = self.chain.transaction(transaction_hash)
        return found if found is not None and found[0].number <= self.head_number else None

    def range(self, first: int, last: int) -> Iterator[MinedBlock]:
        """Yield the blocks from `first` to `last`, both included."""
        for number in range(first, last + 1):
            yield self._existing(number)

    def logs(self, query: Json, max_range: int | None) -> Iterator[tuple[MinedBlock, list[LogEntry]]]:
        """Yield the blocks that have matching logs, with these.

        Raises:
            InvalidParamsError: the filter is malformed.
            UnknownBlockError: its block hash is not on the chain.
            RangeTooWideError: it spans more than `max_range` blocks.
        """
        addresses = _addresses(query.get("address"))
        topics = _topics(query.get("topics") or [])
        for block in self._searched(query, max_range):
            found = [log for log in block.logs if _matches(log, addresses, topics)] if block.header.bloom else []
            if found:
                yield block, found

    def _searched(self, query: Json, max_range: int | None) -> Iterator[MinedBlock]:
        if "blockHash" in query:
            block = self.block_by_hash(parse_data(query["blockHash"], 32))
            if block is None:
                raise UnknownBlockError("unknown block")
            return iter((block,))
        first, last = self._bound(query.get("fromBlock")), self._bound(query.get("toBlock"))
        if first > last:
            raise ChainError("invalid block range params")
        if max_range is not None and last - first >= max_range:
            raise RangeTooWideError(f"query exceeds max block range {max_range}")
        return self.range(first, min(last, self.head_number))

    def _bound(self, reference: object) -> int:
        reference = "latest" if reference is None else reference
        return self._tagged(str(reference)) if reference in _TAGS else parse_quantity(reference)

    def _existing(self, number: int) -> MinedBlock:
        block = self.chain.block(number)
        if block is None:
            raise UnknownBlockError("header not found")
        return block


def _addresses(value: object) -> set[bytes] | None:
    if value is None:
        return None
    items = value if isinstance(value, list) else [value]
    if len(items) > _MAX_FILTER_ITEMS:
        raise InvalidParamsError("exceed max addresses or topics per search position")
    return {parse_data(item, 20) for item in items} or None


def _topics(value: object) -> list[set[bytes] | None]:
    if not isinstance(value, list) or len(value) > 4:
        raise InvalidParamsError("exceed max topics")
    positions: list[set[bytes] | None] = []
    for position in value:
        items = position if isinstance(position, list) else [position]
        if len(items) > _MAX_FILTER_ITEMS:
            raise InvalidParamsError("exceed max addresses or topics per search position")
        positions.append(None if None in items or not items else {parse_data(item, 32) for item in items})
    return positions


def _matches(log: LogEntry, addresses: set[bytes] | None, topics: list[set[bytes] | None]) -> bool:
    if addresses is not None and log.address not in addresses:
        return False
    if len(topics) > len(log.topics):
        return False
    return all(wanted is None or topic in wanted for wanted, topic in zip(topics, log.topics, strict=False))
