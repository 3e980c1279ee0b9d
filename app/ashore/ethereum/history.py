"""Looking back: what a contract did before anybody followed it.

Logs that an endpoint shows are only hints where to look. Each block is then proven against an agreed header, as if it
had been followed; what no endpoint shows stays unseen, and nothing is ever concluded from that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.observations import BlockObserved
from ashore.ethereum import blocks, wire
from ashore.ethereum.endpoint import BLOCK_READ, FIRST_WINDOW, MAX_WINDOW, Endpoint
from ashore.ethereum.errors import BadAnswer, NoAgreement
from ashore.ethereum.quorum import Quorum
from ashore.net.errors import RpcError, Unanswered

MOST_WINDOWS = 48
LEAST_WINDOW = 64
"""How many windows one endpoint is asked for, and how few blocks a refused one is cut down to."""

_MOST_LOGS = 50_000
_MOST_TOPICS = 4


@dataclass(frozen=True, slots=True)
class Filter:
    """Which logs are wanted: of one contract (lower-case hex), with one of the topics at each place."""

    address: str
    topics: tuple[tuple[str, ...], ...]

    def takes(self, address: str, topics: Sequence[str]) -> bool:
        """Whether a log is one of those."""
        fits = len(topics) >= len(self.topics) and all(
            t in any_of for t, any_of in zip(topics, self.topics, strict=False)
        )
        return address == self.address and fits


@dataclass(frozen=True, slots=True)
class Hint:
    """A log that one endpoint shows. All hex is lower case with 0x."""

    block_number: int
    log_index: int
    address: str
    topics: tuple[str, ...]
    data: str

    @property
    def position(self) -> tuple[int, int]:
        """Its place on the chain."""
        return self.block_number, self.log_index


async def hints_back_to(
    endpoint: Endpoint,
    filters: Sequence[Filter],
    top: int,
    far_enough: Callable[[Sequence[Hint]], bool],
    bottom: int = 0,
) -> tuple[list[Hint], bool]:
    """Ask one endpoint for logs from height `top` down to `bottom`, window by window; in the order of the chain.

    Ends with the window after the one that is `far_enough`, and says whether it came that far. Raises what
    `Endpoint.call` raises.
    """
    found: list[Hint] = []
    end, window, last_one = top, FIRST_WINDOW, False
    for _ in range(MOST_WINDOWS):
        start = max(bottom, end - window + 1)
        try:
            part = [hint for wanted in filters for hint in await _hints(endpoint, wanted, start, end)]
        except (RpcError, Unanswered):
            if end - start < LEAST_WINDOW:
                raise
            window = max(LEAST_WINDOW, (end - start + 1) // 2)
            continue
        found += part
        if start <= bottom or last_one:
            return sorted(found, key=lambda hint: hint.position), True
        last_one = far_enough(part)
        end, window = start - 1, min(MAX_WINDOW, window * 2)
    return sorted(found, key=lambda hint: hint.position), False


async def _hints(endpoint: Endpoint, wanted: Filter, start: int, end: int) -> list[Hint]:
    where = {
        "address": wanted.address,
        "topics": [list(any_of) for any_of in wanted.topics],
        "fromBlock": hex(start),
        "toBlock": hex(end),
    }
    answer = await endpoint.call("eth_getLogs", [where], BLOCK_READ)
    found = [_hint(wire.obj(entry, "log")) for entry in wire.items(answer, "logs", _MOST_LOGS)]
    if not all(start <= hint.block_number <= end and wanted.takes(hint.address, hint.topics) for hint in found):
        raise BadAnswer("An endpoint sent logs that were not asked for.")
    return found


def _hint(log: Mapping[str, object]) -> Hint:
    topics = wire.items(log.get("topics"), "topics", _MOST_TOPICS)
    return Hint(
        wire.quantity(log.get("blockNumber"), "a height", 64),
        wire.quantity(log.get("logIndex"), "a log's place", 64),
        wire.hexed(wire.data(log.get("address"), "an address", 20)),
        tuple(wire.hexed(wire.data(topic, "a topic", 32)) for topic in topics),
        wire.hexed(wire.data(log.get("data"), "a log's data")),
    )


async def block_at(quorum: Quorum, number: int, addresses: Collection[str]) -> BlockObserved:
    """Return the proven contents of the block at a height on which the endpoints agree. Raises NoAgreement."""
    agreement = await quorum.header_at(number)
    header = agreement.required()
    notes: list[str] = []
    for endpoint in sorted(quorum.endpoints, key=lambda each: each.name not in agreement.agreeing):
        try:
            proven = await blocks.prove(await blocks.fetch(endpoint, header))
        except AshoreError as error:
            notes.append(f"{endpoint.name}: {error.sentence}")
            continue
        level = Level.PROVEN if len(agreement.agreeing) > 1 else Level.SEEN
        voices = len(agreement.agreeing), agreement.asked
        return await asyncio.to_thread(blocks.observed, proven, quorum.spec.name, addresses, level, voices)
    raise NoAgreement(f"No endpoint can prove what block {number} contains.", "; ".join(notes))
