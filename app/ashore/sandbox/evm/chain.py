"""The embedded chain: py-evm under Prague rules, with finality, reorganisations and a file that survives a kill."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from eth.abc import BlockHeaderAPI, SignedTransactionAPI, StateAPI, VirtualMachineAPI
from eth.chains.base import MiningChain
from eth.db.atomic import AtomicDB
from eth_typing import Address, BlockNumber

from ashore.sandbox.evm.admission import SandboxVM, check_admissible, decode_transaction
from ashore.sandbox.evm.block_store import BlockStore
from ashore.sandbox.evm.blocks import Finality, MinedBlock
from ashore.sandbox.evm.chain_file import ChainFile
from ashore.sandbox.evm.errors import ChainError, InvalidTransactionError, UnknownBlockError
from ashore.sandbox.evm.execution import Message, Outcome, estimated_gas, execute, make_block
from ashore.sandbox.evm.genesis import genesis
from ashore.sandbox.evm.pool import in_order
from ashore.sandbox.evm.proofs import AccountProof, prove_account
from ashore.sandbox.evm.storage import MemoryStore, SqliteStore

_ESTIMATES_KEPT = 32
_WORDS_KEPT = 4_096


class DevChain:
    """One chain with a lock around it: any thread may call any public method, each takes milliseconds.

    The chain is deterministic: the same allocation, clock answers and transactions give the same block hashes.
    """

    def __init__(
        self,
        *,
        chain_id: int,
        alloc: Mapping[bytes, int],
        genesis_time: int,
        clock: Callable[[], int],
        path: Path | None = None,
        gas_limit: int = 30_000_000,
        finality: Finality | None = None,
        automine: bool = True,
    ) -> None:
        """Open the chain at `path`, or start one from its genesis.

        Args:
            alloc: wei by 20-byte address, in the genesis.
            genesis_time: Unix seconds.
            clock: Unix seconds; a block is stamped with it, and at least a second after its parent.
            path: SQLite file; None keeps the chain in memory.
            automine: mine a block for every transaction that arrives. Otherwise somebody calls `mine`.

        Raises:
            ChainError: the file holds a chain with another id.
        """
        self.chain_id = chain_id
        self.automine = automine
        self._clock = clock
        self._gas_limit = gas_limit
        self._finality = finality or Finality()
        self._lock = threading.RLock()
        self._least_base_fee = 0
        self._estimates: OrderedDict[tuple[bytes, Message], int] = OrderedDict()
        self._words: OrderedDict[tuple[bytes, bytes, int], int] = OrderedDict()
        self._store: MemoryStore | SqliteStore = MemoryStore() if path is None else SqliteStore(path)
        self._file = ChainFile(self._store)
        self._database = AtomicDB(self._store)
        self._chain_class: type[MiningChain] = MiningChain.configure(
            "SandboxChain", vm_configuration=((BlockNumber(0), SandboxVM),), chain_id=chain_id
        )
        self._chain = self._open(alloc, genesis_time)
        self._blocks = BlockStore(self._chain)
        self._head = self._blocks.head()
        self._finalized = self._file.finalized
        self._advance_finality()
        self._pool = self._file.pool()

    def _open(self, alloc: Mapping[bytes, int], genesis_time: int) -> MiningChain:
        stored = self._file.chain_id
        if stored is not None:
            if stored != self.chain_id:
                self._store.close()
                raise ChainError("the stored chain has another chain id")
            return self._chain_class(self._database)
        with self._store.transaction():
            chain = self._chain_class.from_genesis(self._database, *genesis(alloc, genesis_time, self._gas_limit))
            self._file.set_chain_id(self.chain_id)
        assert isinstance(chain, MiningChain)
        return chain

    def close(self) -> None:
        """Close the file. Committed blocks and pending transactions are already in it."""
        with self._lock:
            self._store.close()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the chain still while several reads must fit together."""
        with self._lock:
            yield

    # ------------------------------------------------------------------------------------------ reading blocks

    @property
    def head(self) -> MinedBlock:
        """The newest block."""
        return self._head

    @property
    def safe_number(self) -> int:
        """Number of the newest block called `safe`."""
        return max(self._finalized, self._head.number - self._finality.safe_depth, 0)

    @property
    def finalized_number(self) -> int:
        """Number of the newest finalized block; it never goes back."""
        return self._finalized

    def set_finality(self, finality: Finality) -> None:
        """Change the depths. Finality already given stays: a greater depth lets it stand still for a while."""
        with self._lock:
            self._finality = finality
            self._advance_finality()

    def block(self, number: int) -> MinedBlock | None:
        """Return a canonical block by number, or None beyond the head."""
        with self._lock:
            return self._blocks.load(number) if 0 <= number <= self._head.number else None

    def block_by_hash(self, block_hash: bytes) -> MinedBlock | None:
        """Return a canonical block by hash; blocks that a reorganisation removed are unknown, as on a real node."""
        with self._lock:
            number = self._blocks.number_of(block_hash)
            found = self.block(number) if number is not None else None
            return found if found is not None and found.hash == block_hash else None

    def transaction(self, transaction_hash: bytes) -> tuple[MinedBlock, int] | None:
        """Return the block and the index of a mined transaction, or None."""
        with self._lock:
            place = self._file.place(transaction_hash)
            block = self.block(place[0]) if place is not None else None
            return None if place is None or block is None else (block, place[1])

    def pending_transaction(self, transaction_hash: bytes) -> SignedTransactionAPI | None:
        """Return a transaction that waits to be mined, or None."""
        with self._lock:
            return self._pool.get(transaction_hash)

    @property
    def pending_count(self) -> int:
        """How many transactions wait to be mined."""
        with self._lock:
            return len(self._pool)

    def next_base_fee(self) -> int:
        """Return the base fee in wei of the block after the head (EIP-1559)."""
        with self._lock:
            return self._base_fee(self._chain.create_header_from_parent(self._head.header))

    def set_least_base_fee(self, wei: int) -> None:
        """Let no block cost less than this for each unit of gas, as if others filled the blocks; 0 ends that."""
        with self._lock:
            self._least_base_fee = wei

    def _base_fee(self, header: BlockHeaderAPI) -> int:
        return max(int(header.base_fee_per_gas or 0), self._least_base_fee)

    # ----------------------------------------------------------------------------------------- reading state

    def nonce(self, address: bytes, number: int | None = None) -> int:
        """Return the account's nonce after block `number` (default: the head)."""
        with self._lock:
            return int(self._state(number).get_nonce(Address(address)))

    def pending_nonce(self, address: bytes) -> int:
        """Return the nonce that the account's next transaction should have."""
        with self._lock:
            return self._pool.next_nonce(address, self.nonce(address))

    def balance(self, address: bytes, number: int | None = None) -> int:
        """Return the account's wei after block `number` (default: the head)."""
        with self._lock:
            return int(self._state(number).get_balance(Address(address)))

    def code(self, address: bytes, number: int | None = None) -> bytes:
        """Return the account's code after block `number` (default: the head)."""
        with self._lock:
            return bytes(self._state(number).get_code(Address(address)))

    def storage(self, address: bytes, slot: int, number: int | None = None) -> int:
        """Return one storage word after block `number` (default: the head)."""
        with self._lock:
            place = bytes(self._header(number).hash), address, slot
            if place not in self._words:  # an operator at work asks for the same ones until a block changes them
                self._words[place] = int(self._state(number).get_storage(Address(address), slot))
                if len(self._words) > _WORDS_KEPT:
                    self._words.popitem(last=False)
            return self._words[place]

    def prove(self, address: bytes, slots: Sequence[int], number: int | None = None) -> AccountProof:
        """Prove an account and its slots under the state root of block `number` (default: the head)."""
        with self._lock:
            root = self._header(number).state_root
            return prove_account(self._chain.chaindb.db, bytes(root), address, slots)

    def call(
        self,
        sender: bytes,
        to: bytes | None,
        data: bytes,
        *,
        value: int = 0,
        gas: int | None = None,
        number: int | None = None,
    ) -> bytes:
        """Execute a message on the state after block `number` without a trace, and return its output.

        Raises:
            RevertedError: a contract reverted.
            ChainError: any other failure, for example out of gas.
        """
        return self._execute(Message(sender, to, data, value), gas, number).output

    def estimate_gas(
        self, sender: bytes, to: bytes | None, data: bytes, *, value: int = 0, number: int | None = None
    ) -> int:
        """Return a gas limit, at most 1 % above the least one, with which the message succeeds.

        Raises:
            RevertedError, ChainError: it fails even with all the gas of a block.
        """
        with self._lock:
            message = Message(sender, to, data, value)
            place = bytes(self._header(number).hash), message
            if place not in self._estimates:  # every endpoint is asked the same
                self._estimates[place] = estimated_gas(
                    lambda gas: self._execute(message, gas, number), message, self._gas_limit
                )
                if len(self._estimates) > _ESTIMATES_KEPT:
                    self._estimates.popitem(last=False)
            return self._estimates[place]

    def _execute(self, message: Message, gas: int | None, number: int | None) -> Outcome:
        with self._lock:
            return execute(self._machine(number), message, min(gas or self._gas_limit, self._gas_limit))

    def _header(self, number: int | None) -> BlockHeaderAPI:
        if number is None:
            return self._head.header
        block = self.block(number)
        if block is None:
            raise UnknownBlockError("header not found")
        return block.header

    def _machine(self, number: int | None) -> VirtualMachineAPI:
        return self._chain.get_vm(self._header(number))

    def _state(self, number: int | None) -> StateAPI:
        return self._machine(number).state

    # ---------------------------------------------------------------------------------------------- writing

    def send_raw(self, raw: bytes) -> bytes:
        """Take a signed transaction and return its hash; with automining it is in a block on return.

        Raises:
            ChainError: it cannot be valid here and now; the reasons are worded as geth words them.
        """
        return self.take(decode_transaction(raw))

    def take(self, transaction: SignedTransactionAPI) -> bytes:
        """The same of one whose signature needs no check: it was made here, or decoded."""
        with self._lock:
            sender = bytes(transaction.sender)
            check_admissible(
                transaction,
                chain_id=self.chain_id,
                gas_limit=self._gas_limit,
                nonce=self.nonce(sender),
                balance=self.balance(sender),
            )
            self._pool.add(transaction)
            self._file.set_pool(self._pool)
            if self.automine:
                self.mine()
            return bytes(transaction.hash)

    def mine(self, count: int = 1) -> MinedBlock:
        """Mine `count` blocks from what is pending and return the last one."""
        with self._lock:
            for _ in range(count):
                self._mine_pending()
            return self._head

    def reorg(self, depth: int, drop: Collection[bytes] = ()) -> MinedBlock:
        """Replace the last `depth` blocks by `depth + 1` others and return the new head.

        The first new block is empty; the second carries what the old ones did, except the hashes in `drop`, which are
        gone as if they had never been sent.

        Raises:
            ChainError: the depth is not positive, or a finalized block would go.
        """
        with self._lock:
            fork = self._head.number - depth
            if depth < 1 or fork < self._finalized:
                raise ChainError(f"cannot replace {depth} blocks: block {self._finalized} is finalized")
            old = [self._blocks.load(number) for number in range(fork + 1, self._head.number + 1)]
            kept = [one for block in old for one in block.transactions if one.hash not in drop]
            while True:
                placed, waiting = in_order(kept, lambda sender: self.nonce(sender, fork))
                refused = self._replace(old, fork, placed, waiting)
                if refused is None:
                    break
                kept = [one for one in kept if one.hash != refused]
            self._advance_finality()
            return self._head

    def _replace(
        self,
        old: Sequence[MinedBlock],
        fork: int,
        placed: Sequence[SignedTransactionAPI],
        waiting: Sequence[SignedTransactionAPI],
    ) -> bytes | None:
        """Put other blocks in the place of old ones, or name the transaction that is not valid there any more."""
        head = self._head
        try:
            with self._store.transaction():
                for block in old:
                    self._blocks.forget(block.number)
                    for one in block.transactions:
                        self._file.forget_place(one.hash)
                # Salts the new blocks, so that a block with the same time and content gets another hash.
                self._file.count_fork()
                parent = self._append(self._append(self._blocks.load(fork), []), placed)
                for _ in range(len(old) - 1):
                    parent = self._append(parent, [])
        except InvalidTransactionError as invalid:
            self._head = head
            self._blocks.forget_all()
            return invalid.transaction_hash
        # What follows on a dropped one waits for it, as on a real node.
        for one in waiting:
            self._pool.add(one)
        self._file.set_pool(self._pool)
        return None

    def _mine_pending(self) -> None:
        while True:
            base_fee = self.next_base_fee()
            chosen = self._pool.select(base_fee, self._gas_limit, self.nonce, self.balance)
            try:
                with self._store.transaction():
                    self._append(self._head, chosen)
                    self._pool.drop_used(self.nonce)
                    self._file.set_pool(self._pool)
            except InvalidTransactionError as invalid:
                self._pool.discard(invalid.transaction_hash)
                continue
            self._advance_finality()
            return

    def _append(self, parent: MinedBlock, transactions: Sequence[SignedTransactionAPI]) -> MinedBlock:
        following = self._chain.create_header_from_parent(parent.header)
        base = following.copy(
            base_fee_per_gas=self._base_fee(following),
            timestamp=max(parent.header.timestamp + 1, self._clock()),
            gas_limit=self._gas_limit,
            extra_data=self._file.forks.to_bytes(4, "big").lstrip(b"\0"),
        )
        block, receipts = make_block(self._chain.get_vm(base), base, transactions)
        self._head = self._blocks.put_on_top(block, receipts)
        for index, one in enumerate(self._head.transactions):
            self._file.set_place(one.hash, self._head.number, index)
        return self._head

    def _advance_finality(self) -> None:
        reached = self._head.number - self._finality.finalized_depth
        if reached > self._finalized:
            self._finalized = reached
            self._file.set_finalized(reached)
