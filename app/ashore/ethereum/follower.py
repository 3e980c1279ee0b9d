"""Follows one chain for all open withdrawals at once, with a flat number of requests."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.observations import (
    BlockObserved,
    BlocksTakenBack,
    ChainHealth,
    FinalityAdvanced,
    Observation,
)
from ashore.domain.untrusted import plain
from ashore.ethereum import blocks, wire
from ashore.ethereum.blocks import ProvenBlock
from ashore.ethereum.endpoint import Endpoint
from ashore.ethereum.errors import NoAgreement
from ashore.ethereum.follower_state import FollowerState, Known
from ashore.ethereum.headers import Header, bloom_mask
from ashore.ethereum.quorum import Agreement, Quorum, Tips
from ashore.ethereum.spec import ChainSpec

CHUNK = 120
"""The most blocks that one poll follows."""
PROOFS_PER_POLL = 16
_STEP_BACK = 8
_SEEN_BLOCKS = 8
_SEEN_SPAN = 64
_MAX_NOTES = 20
# Below this many of 2048 bits a bloom errs for an address in less than 2 % of the blocks.
_SPARSE = 512


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll found, and the state to commit together with it."""

    observations: tuple[Observation, ...]
    next_state: FollowerState


@dataclass(frozen=True, slots=True)
class _Branch:
    """The new blocks of the agreed chain and where they leave the followed one.

    `ancestor` is None where nothing was followed before.
    """

    ancestor: int | None
    headers: list[Header]
    taken_back: tuple[str, ...] = ()


class ChainFollower:
    """Turns what the endpoints of a chain show into observations.

    `poll` changes nothing by itself: it is given the committed state and returns the next one.
    Absence of logs is decided by the agreed header's bloom, by proof where the bloom is sparse, and
    by `k` endpoints' agreement where it is too full to tell.
    """

    def __init__(self, spec: ChainSpec, quorum: Quorum) -> None:
        self._spec = spec
        self._quorum = quorum
        self._masks: dict[str, int] = {}
        self._shown: deque[str] = deque(maxlen=256)

    def watch(self, addresses: Iterable[str]) -> None:
        """Watch exactly these contracts from the next poll on. Raises BadAnswer for what is no address."""
        raw = [wire.data(address, "an address", 20) for address in addresses]
        self._masks = {wire.hexed(each): bloom_mask(each) for each in raw}

    async def poll(self, state: FollowerState) -> Poll:
        """Look once. Endpoints that fail or lie become notes of the ChainHealth; nothing is raised for them."""
        tips = await self._quorum.tips()
        notes = list(tips.notes)
        observations: list[Observation] = []
        if tips.head.header is None:
            observations += await self._seen(state, tips, notes)
        else:
            try:
                found, state = await self._follow(state, tips, notes)
                observations += found
                final, state = self._finality(state, tips, notes)
                observations += final
            except NoAgreement as error:
                notes.append(str(error))
        observations.append(self._health(state, tips, notes))
        return Poll(tuple(observations), state)

    async def _follow(
        self, state: FollowerState, tips: Tips, notes: list[str]
    ) -> tuple[list[Observation], FollowerState]:
        """Follow the agreed chain from the state on. Raises NoAgreement where that is not possible."""
        state = _anchored(state, tips)
        target = await self._target(state, tips.head)
        branch = await self._branch(state, target.required())
        observations: list[Observation] = []
        if branch.taken_back:
            ancestor = -1 if branch.ancestor is None else branch.ancestor
            observations.append(BlocksTakenBack(self._spec.name, branch.taken_back, ancestor))
        followed: list[Header] = []
        candidates = await self._candidates(branch.headers, target, notes)
        proofs_left = PROOFS_PER_POLL
        for header in branch.headers:
            if header.number in candidates:
                if proofs_left == 0:
                    break
                proofs_left -= 1
                proven = await self._proven(header, target, notes)
                if proven is None:
                    break
                observation = await asyncio.to_thread(self._observed, proven, target)
                observations += [observation] if observation.logs else []
            followed.append(header)
        return observations, _continued(state, branch, followed)

    async def _target(self, state: FollowerState, head: Agreement) -> Agreement:
        """Return the agreed head, or after a long absence an agreed block at most CHUNK further on."""
        top = head.required()
        first = state.last.number + 1 if state.last else state.start
        if first is None or top.number < first + CHUNK:
            return head
        return await self._quorum.header_at(first + CHUNK - 1)

    async def _branch(self, state: FollowerState, target: Header) -> _Branch:
        """Return how the agreed chain up to `target` continues the followed one. Raises NoAgreement."""
        last = state.last
        if last is None:
            start = target.number if state.start is None else state.start
            if target.number < start:
                return _Branch(None, [])
            return _Branch(None, [*await self._quorum.linked(target, start), target])
        same = state.at(target.number)
        if target.number < state.ring[0].number or (same is not None and same.hash == target.hash):
            return _Branch(last.number, [])
        floor = state.ring[0].number
        if state.finalized is not None:
            floor = max(floor, state.finalized.number)
        path = [target]
        while not _joins(state, path[0]):
            below = path[0].number - 1
            if below <= floor:
                return _beyond_the_ring(state, floor)
            begin = last.number + 1 if below > last.number else max(floor + 1, below - _STEP_BACK + 1)
            fetched = await self._quorum.linked(path[0], begin)
            joint = max((place for place, header in enumerate(fetched) if _joins(state, header)), default=0)
            path = [*fetched[joint:], *path]
        ancestor = path[0].number - 1
        return _Branch(ancestor, path, tuple(each.hash for each in state.ring if each.number > ancestor))

    async def _candidates(self, headers: Sequence[Header], target: Agreement, notes: list[str]) -> set[int]:
        """Return the heights whose receipts have to be looked at."""
        if not headers or not self._masks:
            return set()
        possible = {header.number for header in headers if self._may_speak(header)}
        sparse = {header.number for header in headers if header.logs_bloom.bit_count() < _SPARSE}
        claimed, answered = set[int](), 0
        for endpoint in self._trusted_first(target)[: len(target.agreeing)]:
            doubtful = possible - sparse - claimed
            if answered and (not doubtful or answered >= self._quorum.k):
                break
            try:
                # A bloom never hides a log: what it excludes was made up.
                claimed |= possible & await endpoint.blocks_with_logs(
                    self._masks, headers[0].number, headers[-1].number
                )
                answered += 1
            except AshoreError as error:
                notes.append(f"{endpoint.name}: {error.sentence}")
        return claimed | (possible & sparse if answered >= self._quorum.k else possible)

    def _may_speak(self, header: Header) -> bool:
        return any(header.logs_bloom & mask == mask for mask in self._masks.values())

    async def _proven(self, header: Header, target: Agreement, notes: list[str]) -> ProvenBlock | None:
        """Return the block's proven contents from the first endpoint that can give them."""
        for endpoint in self._trusted_first(target):
            try:
                return await blocks.prove(await blocks.fetch(endpoint, header))
            except AshoreError as error:
                notes.append(f"{endpoint.name}, block {header.number}: {error.sentence}")
        notes.append(f"no endpoint can prove what block {header.number} contains; following waits there")
        return None

    def _observed(self, proven: ProvenBlock, target: Agreement) -> BlockObserved:
        level = Level.PROVEN if len(target.agreeing) > 1 else Level.SEEN
        voices = len(target.agreeing), target.asked
        return blocks.observed(proven, self._spec.name, self._masks, level, voices)

    async def _seen(self, state: FollowerState, tips: Tips, notes: list[str]) -> list[Observation]:
        """Return what one endpoint shows beyond the followed chain, once per block. Never proven."""
        observations: list[Observation] = []
        for endpoint, head in tips.heads if self._masks else ():
            first = state.last.number + 1 if state.last else state.start
            first = head.number if first is None else max(first, head.number - _SEEN_SPAN + 1)
            try:
                heights = await endpoint.blocks_with_logs(self._masks, first, head.number)
                for height in sorted(heights)[:_SEEN_BLOCKS]:
                    contents = await blocks.fetch_shown(endpoint, height)
                    if contents.header.hash in self._shown:
                        continue
                    logs = await asyncio.to_thread(blocks.shown, contents, self._masks)
                    self._shown.append(contents.header.hash)
                    block = contents.header.ref(self._spec.name)
                    observations.append(BlockObserved(block, Level.SEEN, logs, 1, tips.head.asked))
                break
            except AshoreError as error:
                notes.append(f"{endpoint.name}: {error.sentence}")
        return observations

    def _finality(self, state: FollowerState, tips: Tips, notes: list[str]) -> tuple[list[Observation], FollowerState]:
        """Return the advance of finality along the followed chain; it never goes back."""
        final, last = tips.finalized.header, state.last
        if final is None or last is None or len(tips.finalized.agreeing) < 2:
            return [], state
        lag = tips.head.required().number - final.number
        if lag > self._spec.max_finality_lag:
            notes.append(f"the finalized block is {lag} blocks behind the head, more than is usual")
        reached = last if last.number < final.number else state.at(final.number)
        if reached is None or (reached.number == final.number and reached.hash != final.hash):
            if reached is not None:
                notes.append(f"the finalized block {final.number} is not the one that was followed")
            return [], state
        if state.finalized is not None and reached.number <= state.finalized.number:
            return [], state
        agreement = tips.finalized
        advanced = FinalityAdvanced(
            self._spec.name, reached.number, reached.hash, len(agreement.agreeing), agreement.asked
        )
        return [advanced], replace(state, finalized=reached)

    def _health(self, state: FollowerState, tips: Tips, notes: Sequence[str]) -> ChainHealth:
        head = tips.head.header
        known_head = head.number if head else state.last.number if state.last else 0
        return ChainHealth(
            chain=self._spec.name,
            # Alone, or each with another block: one of them is the most that show the same.
            agreeing=len(tips.head.agreeing) or min(1, len(tips.heads)),
            asked=tips.head.asked,
            head=known_head,
            finalized=state.finalized.number if state.finalized else 0,
            notes=tuple(plain(note, 240) for note in dict.fromkeys(notes))[:_MAX_NOTES],
            behind=max(0, known_head - state.last.number) if state.last else known_head,
            evm_chain_id=self._spec.evm_chain_id,
        )

    def _trusted_first(self, target: Agreement) -> list[Endpoint]:
        """Return the endpoints that agree on `target`, then the others."""
        return sorted(self._quorum.endpoints, key=lambda endpoint: endpoint.name not in target.agreeing)


def _anchored(state: FollowerState, tips: Tips) -> FollowerState:
    """Begin a new follower's chain at the finalized block, or at the head where there is none."""
    if state.ring or state.start is not None:
        return state
    anchor = tips.finalized.header or tips.head.required()
    return state.advanced(None, [anchor])


def _joins(state: FollowerState, header: Header) -> bool:
    """Whether the followed chain holds the parent of `header`."""
    parent = state.at(header.number - 1)
    return parent is not None and parent.hash == header.parent_hash


def _beyond_the_ring(state: FollowerState, floor: int) -> _Branch:
    """Give up all that is remembered above the finalized block. Raises NoAgreement if even that is gone."""
    final = state.finalized
    if final is not None and final.number == floor:
        raise NoAgreement(
            f"The endpoints show a chain without the finalized block {final.number}. Nothing is taken back."
        )
    hashes = tuple(each.hash for each in state.ring)
    return _Branch(None if final is None else final.number, [], hashes)


def _continued(state: FollowerState, branch: _Branch, followed: list[Header]) -> FollowerState:
    if branch.taken_back and (branch.ancestor is None or branch.ancestor < state.ring[0].number):
        final = state.finalized
        return replace(
            state,
            ring=() if final is None else (Known(final.number, final.hash),),
            start=state.ring[0].number if final is None else None,
        )
    return state.advanced(branch.ancestor, followed)
