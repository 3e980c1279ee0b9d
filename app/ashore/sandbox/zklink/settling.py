"""The calldata of a batch's tasks on every chain: stored blocks are followed from genesis."""

from __future__ import annotations

from collections.abc import Mapping

from ashore.sandbox.zklink import contract, secondary
from ashore.sandbox.zklink.branch import Branch
from ashore.sandbox.zklink.contract import StoredBlock
from ashore.sandbox.zklink.rollup import Batch, Rollup
from ashore.sandbox.zklink.secondary import SecondaryBlock
from ashore.sandbox.zklink.tasks import Kind, Task


class Settling:
    """Knows what each contract stores of each batch, and so what has to be sent there."""

    def __init__(self, branches: Mapping[int, Branch], primary: int, other: int | None, rollup: Rollup) -> None:
        self._branches = branches
        self._primary = primary
        self._secondary = other
        self._rollup = rollup
        self._stored: dict[int, list[StoredBlock]] = {}
        self._compressed: dict[int, list[SecondaryBlock]] = {}
        self._touching: list[int] = []
        self._looked_at = 0

    def touches(self, batch: Batch) -> bool:
        """Whether a batch pays anything on the slave chain."""
        return self._secondary is not None and bool(secondary.touching(batch, self._secondary))

    def touching(self) -> list[int]:
        """The numbers of all blocks that pay something on the slave chain, in order: those that it counts."""
        if self._secondary is not None:
            for batch in self._rollup.batches[self._looked_at :]:
                self._touching += [block.number for block in secondary.touching(batch, self._secondary)]
        self._looked_at = len(self._rollup.batches)
        return self._touching

    def calldata(self, task: Task, batch: Batch) -> bytes:
        """What is sent to zkLink's contract on the task's chain."""
        main = self._branches[task.chain].main
        if task.chain != self._primary:
            return self._secondary_calldata(task, batch)
        stored = self._stored_of(batch)
        match task.kind:
            case Kind.COMMIT:
                return contract.commit_blocks(main, self._before(batch), batch)
            case Kind.PROVE:
                return contract.prove_blocks(main, stored)
            case Kind.RECEIVE_SYNC:
                return contract.receive_sync_hash(main, task.about, self._compressed_of(batch)[-1].sync_hash)
            case Kind.SYNC:
                return contract.confirm_block(main, stored[-1])
            case _:
                return contract.execute_blocks(main, batch, stored, self._primary)

    def revert_calldata(self, chain: int, batches: list[Batch]) -> bytes:
        """What takes batches back, all that are committed on a chain from the first of these on."""
        main = self._branches[chain].main
        if chain == self._primary:
            return contract.revert_blocks(main, [block for batch in batches for block in self._stored_of(batch)])
        compressed = [block for batch in batches for block in self._compressed_of(batch)]
        return secondary.revert_blocks(main, self._compressed_before(batches[0]), compressed)

    def _secondary_calldata(self, task: Task, batch: Batch) -> bytes:
        main, stored = self._branches[task.chain].main, self._compressed_of(batch)
        match task.kind:
            case Kind.COMMIT:
                return secondary.commit_blocks(main, self._compressed_before(batch), batch, task.chain)
            case Kind.SEND_SYNC:
                return secondary.send_sync_hash(main, stored[-1])
            case Kind.CONFIRM:
                return secondary.confirm(main, batch.last)
            case _:
                return secondary.execute_blocks(main, batch, stored, task.chain)

    def _before(self, batch: Batch) -> StoredBlock:
        if batch.id > 1:
            return self._stored_of(self._rollup.batches[batch.id - 2])[-1]
        genesis = self._branches[self._primary].genesis
        assert isinstance(genesis, StoredBlock)
        return genesis

    def _stored_of(self, batch: Batch) -> list[StoredBlock]:
        for known in self._rollup.batches[len(self._stored) : batch.id]:
            slaves = [] if self._secondary is None else [self._secondary]
            self._stored[known.id] = contract.stored_chain(self._before(known), known, self._primary, slaves)
        return self._stored[batch.id]

    def _compressed_before(self, batch: Batch) -> SecondaryBlock:
        """What the slave chain has stored before this batch: of the last one before that touched it, or of genesis."""
        self._compressed_of(batch)
        for earlier in range(batch.id - 1, 0, -1):
            if self._compressed[earlier]:
                return self._compressed[earlier][-1]
        assert self._secondary is not None
        genesis = self._branches[self._secondary].genesis
        assert isinstance(genesis, SecondaryBlock)
        return genesis

    def _compressed_of(self, batch: Batch) -> list[SecondaryBlock]:
        assert self._secondary is not None
        last = self._branches[self._secondary].genesis
        for known in self._rollup.batches[: batch.id]:
            if known.id not in self._compressed:
                assert isinstance(last, SecondaryBlock)
                self._compressed[known.id] = secondary.stored_chain(last, known, self._secondary)
            if self._compressed[known.id]:
                last = self._compressed[known.id][-1]
        return self._compressed[batch.id]
