"""One JSON-RPC endpoint of a chain: who it is, whether it is well, how many blocks of logs it gives at once."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

from ashore.domain.errors import AshoreError
from ashore.ethereum import wire
from ashore.ethereum.errors import BadAnswer, Resting, WrongChain
from ashore.ethereum.headers import Header
from ashore.ethereum.spec import ChainSpec
from ashore.net.errors import HttpStatus, NetError, NotSent, RpcError, Unanswered
from ashore.net.http import Purpose
from ashore.net.jsonrpc import Call, JsonRpcClient
from ashore.net.pacing import MonotonicClock

EFFECTFUL = frozenset({"eth_sendRawTransaction"})
SMALL_READ = Purpose("chain read", max_bytes=2_000_000, connect_seconds=4, total_seconds=6, retries=1)
BLOCK_READ = Purpose("block contents", max_bytes=24_000_000, connect_seconds=4, total_seconds=30, retries=1)

FIRST_WINDOW = 2_000
MAX_WINDOW = 10_000
_FAILURES_BEFORE_REST = 3
_FIRST_REST = 2.0
_LONGEST_REST = 60.0


class Endpoint:
    """Reads from one endpoint. All answers are parsed JSON and otherwise unchecked.

    At first contact chain id and genesis block have to be those of `spec`. After three failures in a
    row the endpoint rests, each time longer, and reads raise `Resting` without asking it.
    """

    def __init__(self, name: str, rpc: JsonRpcClient, spec: ChainSpec, clock: MonotonicClock) -> None:
        self.name = name
        self._rpc = rpc
        self._spec = spec
        self._clock = clock
        self._contact = asyncio.Lock()
        self._known = False
        self._wrong = False
        self._batches = True
        self._failures = 0
        self._rest_until = clock.monotonic()
        self._window = FIRST_WINDOW

    @property
    def identity(self) -> str:
        """Its name, and a digest of where it is asked: another endpoint of that name has another one."""
        return f"{self.name}@{self._rpc.whereabouts}"

    async def read(self, calls: Sequence[Call], purpose: Purpose = SMALL_READ) -> list[Any | RpcError]:
        """Return the results of some reads, in one request where the endpoint can. Raises NetError, ChainError."""
        if self._clock.monotonic() < self._rest_until:
            raise Resting(f"{self.name} failed repeatedly and is left alone for a moment.")
        await self.meet()
        return await self._read(calls, purpose)

    async def call(self, method: str, params: Sequence[object] = (), purpose: Purpose = SMALL_READ) -> Any:
        """Return the result of one read. Raises RpcError as well."""
        (result,) = await self.read([Call(method, tuple(params))], purpose)
        if isinstance(result, RpcError):
            raise result
        return result

    async def header(self, number: int) -> Header:
        """Return the header at a height. Raises BadAnswer where there is none or it is inconsistent."""
        header = Header.from_rpc(await self.call("eth_getBlockByNumber", [hex(number), False]))
        if header.number != number:
            raise BadAnswer("An endpoint sent another block than was asked for.")
        return header

    async def send(self, raw: bytes) -> str:
        """Send a signed transaction once and return the hash that the endpoint names.

        Sent even while the endpoint rests. Raises RpcError (refused), NotSent, Unanswered, HttpStatus.
        """
        try:
            await self.meet()
        except AshoreError as error:
            raise NotSent(f"{self.name} was not sent the transaction. {error.sentence}") from error
        result = await self._rpc.call("eth_sendRawTransaction", [wire.hexed(raw)])
        try:
            return wire.hexed(wire.data(result, "a transaction hash", 32))
        except BadAnswer as error:
            raise Unanswered(f"{self.name} answered, but not with a transaction's hash.") from error

    async def blocks_with_logs(self, addresses: Collection[str], start: int, end: int) -> set[int]:
        """Return the heights from `start` to `end` at which this endpoint shows logs of `addresses`.

        Asks in windows that halve when they are refused and double when they are not.
        """
        found: set[int] = set()
        while start <= end:
            last = min(end, start + self._window - 1)
            where = {"address": sorted(addresses), "fromBlock": hex(start), "toBlock": hex(last)}
            try:
                logs = await self.call("eth_getLogs", [where], BLOCK_READ)
            except (RpcError, Unanswered):
                if last == start:
                    raise
                self._window = max(1, (last - start + 1) // 2)
                continue
            found |= _heights(logs, addresses, start, last)
            if last - start + 1 == self._window:
                self._window = min(MAX_WINDOW, self._window * 2)
            start = last + 1
        return found

    async def meet(self) -> None:
        """Make sure, once, that this is the right chain. Raises WrongChain for ever after if it is not."""
        async with self._contact:
            if self._wrong:
                raise WrongChain(f"{self.name} serves another chain.", "Correct its address in the settings.")
            if self._known:
                return
            questions = [Call("eth_chainId"), Call("eth_getBlockByNumber", ("0x0", False))]
            try:
                chain_id, genesis = await self._read(questions, SMALL_READ)
            except (Unanswered, HttpStatus):
                # Some endpoints take no batches.
                self._batches = False
                try:
                    chain_id, genesis = await self._read(questions, SMALL_READ)
                except NetError:
                    self._batches = True
                    raise
            for answer in (chain_id, genesis):
                if isinstance(answer, RpcError):
                    raise answer
            same_id = wire.quantity(chain_id, "a chain id") == self._spec.evm_chain_id
            same_start = wire.obj(genesis, "genesis block").get("hash") == self._spec.genesis_hash
            self._wrong = not (same_id and same_start)
            self._known = True
        if self._wrong:
            raise WrongChain(f"{self.name} serves another chain.", "Correct its address in the settings.")

    async def _read(self, calls: Sequence[Call], purpose: Purpose) -> list[Any | RpcError]:
        try:
            if self._batches and len(calls) > 1:
                results = await self._rpc.batch(calls, purpose=purpose)
            else:
                results = [await self._single(call, purpose) for call in calls]
        except NetError:
            self._failed()
            raise
        self._failures = 0
        return results

    async def _single(self, call: Call, purpose: Purpose) -> Any | RpcError:
        try:
            return await self._rpc.call(call.method, call.params, purpose=purpose)
        except RpcError as refusal:
            return refusal

    def _failed(self) -> None:
        self._failures += 1
        excess = self._failures - _FAILURES_BEFORE_REST
        if excess >= 0:
            rest = min(_LONGEST_REST, _FIRST_REST * 2.0 ** min(excess, 10))
            self._rest_until = self._clock.monotonic() + rest


def _heights(logs: Any, addresses: Collection[str], start: int, end: int) -> set[int]:
    """Return where the claimed logs are. Raises BadAnswer for logs that were not asked for."""
    found: set[int] = set()
    for entry in wire.items(logs, "logs", 50_000):
        log = wire.obj(entry, "log")
        height = wire.quantity(log.get("blockNumber"), "a height", 64)
        address = wire.hexed(wire.data(log.get("address"), "an address", 20))
        if not start <= height <= end or address not in addresses:
            raise BadAnswer("An endpoint sent logs that were not asked for.")
        found.add(height)
    return found
