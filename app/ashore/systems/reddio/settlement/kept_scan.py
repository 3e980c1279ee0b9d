"""What a scan had read before the last closing: where it stood at each endpoint, and the logs that were shown there.

Nothing here is evidence, and all of it can be had anew: without it a scan begins at the newest block again. It is tied
to chain and contract, and to the chain by hashes of blocks that the endpoints agreed on, so that what was replaced
meanwhile is read again; and to who showed it, not to what that endpoint is called: another one that is entered under
the same name has shown nothing yet.
"""

import asyncio
import json
import zlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ashore.ethereum.history import Hint
from ashore.store.keep import Keep

MOST_BYTES = 8 * 1024 * 1024
"""Of one endpoint's logs, compressed. Beyond it a scan is not written any further; a restart goes on from there."""
PART = 2_000
"""Logs in one stored part."""
MAX_PART_BYTES = 8 * 1024 * 1024
"""A part may have so many, unpacked."""
NEAREST = 64
"""Blocks up to which one mark is enough; the ones before lie ever further apart."""

Mark = tuple[int, str]
"""A height, and the hash of the block there as the endpoints agreed on it."""
Holds = Callable[[Mark], Awaitable[bool]]
"""Whether a block is still part of the chain. Raises AshoreError where the endpoints do not agree."""


@dataclass
class Cursor:
    """How far an endpoint's logs were read: from `down_to` up to `upto`."""

    upto: int
    down_to: int
    marks: list[Mark] = field(default_factory=list)


def marked(marks: Sequence[Mark], new: Mark) -> list[Mark]:
    """The marks with a newer one: the oldest and the newest of each stretch back from it, each four times as long."""
    kept: dict[int, list[Mark]] = {}
    for mark in sorted({known for known in marks if known[0] < new[0]}):
        stretch, length = 0, NEAREST
        while new[0] - mark[0] >= length:
            stretch, length = stretch + 1, length * 4
        kept[stretch] = [*kept.get(stretch, [])[:1], mark]
    return [*sorted(mark for of_stretch in kept.values() for mark in of_stretch), new]


class KeptScan:
    """The scans of one contract on one chain, by endpoint."""

    def __init__(self, keep: Keep, scope: str, chain: str, endpoints: Sequence[str]) -> None:
        """`scope` is the deployment's id, `chain` what names chain and contract, `endpoints` their identities; scans of
        others are forgotten."""
        self._keep = keep
        self._scope = scope
        self._chain = chain
        keep.forget_scans(scope, [self._place(name) for name in endpoints])

    def _place(self, endpoint: str) -> str:
        return f"{self._scope}/{self._chain}/{endpoint}"

    async def restored(self, endpoint: str, holds: Holds, take: Callable[[Sequence[Hint]], None]) -> Cursor | None:
        """Where reading stood, as far as the chain is still the same; `take` is given what was shown, in a thread.

        None where nothing is known, or can be used. Raises AshoreError where the endpoints do not agree.
        """
        place = self._place(endpoint)
        try:
            cursor = _cursor(self._keep.scan_cursor(place))
            if cursor is None:
                return None
            while cursor.marks and not await holds(cursor.marks[-1]):
                cursor.marks.pop()
            if not cursor.marks:
                self._forget(endpoint)
                return None
            cursor.upto = cursor.marks[-1][0]
            number = 0
            while (part := self._keep.scan_part(place, number)) is not None:
                number, body = part
                await asyncio.to_thread(lambda body=body: take(_unpacked(body)))  # type: ignore[misc]
        except (ValueError, TypeError, KeyError, zlib.error):
            self._forget(endpoint)
            return None
        return cursor

    async def write(self, endpoint: str, cursor: Cursor, shown: Sequence[Hint]) -> bool:
        """Write how far it has come, with what was shown since; whether there was room for it."""
        parts = await asyncio.to_thread(lambda: list(_packed(shown))) if shown else []
        text = json.dumps([cursor.upto, cursor.down_to, cursor.marks], separators=(",", ":"))
        return self._keep.write_scan(self._scope, self._place(endpoint), text, parts, MOST_BYTES)

    def _forget(self, endpoint: str) -> None:
        self._keep.forget_scan(self._place(endpoint))


def _cursor(text: str | None) -> Cursor | None:
    if text is None:
        return None
    upto, down_to, marks = json.loads(text)
    if not isinstance(upto, int) or not isinstance(down_to, int) or not 0 <= down_to <= upto:
        raise ValueError("a damaged cursor")
    return Cursor(upto, down_to, [(int(height), str(block_hash)) for height, block_hash in marks])


def _packed(shown: Sequence[Hint]) -> Iterator[bytes]:
    for start in range(0, len(shown), PART):
        rows = [[h.block_number, h.log_index, h.address, h.topics, h.data] for h in shown[start : start + PART]]
        yield zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 6)


def _unpacked(body: bytes) -> list[Hint]:
    text = zlib.decompressobj().decompress(body, MAX_PART_BYTES)
    return [
        Hint(int(block), int(log), str(address), tuple(map(str, topics)), str(data))
        for block, log, address, topics, data in json.loads(text)
    ]
