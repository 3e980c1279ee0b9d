"""The canonical blocks with their receipts, as py-evm keeps them, and the newest of them at hand."""

from collections import OrderedDict
from collections.abc import Sequence

from eth.abc import BlockAPI, ReceiptAPI
from eth.chains.base import MiningChain
from eth.constants import GENESIS_PARENT_HASH
from eth.exceptions import HeaderNotFound
from eth_typing import BlockNumber, Hash32
from eth_utils.exceptions import ValidationError

from ashore.sandbox.evm.blocks import MinedBlock

_CACHED_BLOCKS = 1024


class BlockStore:
    """Reads and writes them. Who calls it holds the chain's lock."""

    def __init__(self, chain: MiningChain) -> None:
        self._chain = chain
        self._cache: OrderedDict[int, MinedBlock] = OrderedDict()

    def head(self) -> MinedBlock:
        """The newest block that is stored."""
        return self.load(int(self._chain.get_canonical_head().block_number))

    def load(self, number: int) -> MinedBlock:
        """A canonical block. Raises py-evm's HeaderNotFound beyond the head."""
        cached = self._cache.get(number)
        if cached is not None:
            self._cache.move_to_end(number)
            return cached
        block = self._chain.get_canonical_block_by_number(BlockNumber(number))
        return self._remember(block, block.get_receipts(self._chain.chaindb))

    def number_of(self, block_hash: bytes) -> int | None:
        """The number of any block that was ever stored, canonical or not; None for an unknown hash."""
        try:
            return int(self._chain.get_block_header_by_hash(Hash32(block_hash)).block_number)
        except (HeaderNotFound, ValidationError):
            return None

    def put_on_top(self, block: BlockAPI, receipts: Sequence[ReceiptAPI]) -> MinedBlock:
        """Store a block and make it the canonical head, be it a fork's or not."""
        self._chain.persist_block(block, perform_validation=False)
        # py-evm scores every block 0 after the merge, so its own fork choice would never switch.
        database = self._chain.chaindb
        database._set_as_canonical_chain_head(database.db, block.header, GENESIS_PARENT_HASH)  # type: ignore[attr-defined]
        return self._remember(block, receipts)

    def forget(self, number: int) -> None:
        """This block is being replaced."""
        self._cache.pop(number, None)

    def forget_all(self) -> None:
        """What is at hand may be of a fork that did not come about."""
        self._cache.clear()

    def _remember(self, block: BlockAPI, receipts: Sequence[ReceiptAPI]) -> MinedBlock:
        mined = MinedBlock(block.header, tuple(block.transactions), tuple(receipts))
        self._cache[mined.number] = mined
        if len(self._cache) > _CACHED_BLOCKS:
            self._cache.popitem(last=False)
        return mined
