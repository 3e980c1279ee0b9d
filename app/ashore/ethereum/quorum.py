"""Several endpoints of one chain, of which enough have to agree before anything counts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, TypeVar

from ashore.crypto.keccak import keccak256
from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import plain
from ashore.ethereum import wire
from ashore.ethereum.endpoint import EFFECTFUL, SMALL_READ, Endpoint
from ashore.ethereum.errors import BadAnswer, ChainError, InvalidProof, NoAgreement
from ashore.ethereum.headers import Header
from ashore.ethereum.proofs import StorageFacts, check, storage_document
from ashore.ethereum.spec import ChainSpec
from ashore.net.errors import NetError, NotSent, RpcError
from ashore.net.http import HttpClient
from ashore.net.jsonrpc import MAX_BATCH, Call, JsonRpcClient
from ashore.net.pacing import MonotonicClock

_T = TypeVar("_T")
_KNOWN_ALREADY = ("already known", "known transaction", "already imported", "alreadyknown")


@dataclass(frozen=True, slots=True)
class Agreement:
    """A header that `agreeing` endpoints gave with the same recomputed hash, or None; and who dissented."""

    header: Header | None
    agreeing: tuple[str, ...]
    asked: int
    notes: tuple[str, ...] = ()

    def required(self) -> Header:
        """Return the header. Raises NoAgreement, naming who said what."""
        if self.header is None:
            raise NoAgreement("Not enough endpoints agree on a block.", "; ".join(self.notes))
        return self.header


@dataclass(frozen=True, slots=True)
class Tips:
    """Where the endpoints say the chain ends: agreed, and (for level *seen*) each one's own head."""

    head: Agreement
    finalized: Agreement
    heads: tuple[tuple[Endpoint, Header], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProvenStorage:
    """Storage values proven under an agreed header; `document` is the proof to be kept."""

    facts: StorageFacts
    document: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class SendReport:
    """What became of sending one raw transaction to every endpoint.

    `refused` holds name, code and plain message. The verdict never says *refused* or *not sent*
    while one endpoint may have taken it. A refusal can also mean that the same transaction is
    already mined ("nonce too low"): ask for it by its hash before believing it dead.
    """

    tx_hash: str
    accepted: tuple[str, ...] = ()
    refused: tuple[tuple[str, int, str], ...] = ()
    unknown: tuple[str, ...] = ()
    not_sent: tuple[str, ...] = ()

    @property
    def verdict(self) -> Literal["accepted", "unknown", "refused", "not sent"]:
        if self.accepted:
            return "accepted"
        if self.unknown:
            return "unknown"
        return "refused" if self.refused else "not sent"


@dataclass(slots=True)
class _Votes:
    """The consistent headers that endpoints gave at one height."""

    by_hash: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, Header] = field(default_factory=dict)

    def add(self, name: str, header: Header) -> None:
        self.headers[header.hash] = header
        self.by_hash.setdefault(header.hash, []).append(name)

    def best(self) -> tuple[Header | None, tuple[str, ...]]:
        winner = max(self.by_hash, key=lambda each: len(self.by_hash[each]), default=None)
        return (None, ()) if winner is None else (self.headers[winner], tuple(self.by_hash[winner]))

    def dissent(self) -> list[str]:
        """Say who holds another block than most, if anyone does."""
        _, majority = self.best()
        return [
            f"{', '.join(names)} shows block {self.headers[each].number} as {each[:10]}…, not as the others"
            for each, names in self.by_hash.items()
            if tuple(names) != majority
        ]


class Quorum:
    """Asks all endpoints of a chain and believes what at least `k` of them show consistently."""

    def __init__(self, endpoints: Sequence[Endpoint], spec: ChainSpec) -> None:
        self.endpoints = tuple(endpoints)
        self.spec = spec
        self.k = spec.k

    @classmethod
    def connect(cls, spec: ChainSpec, http: HttpClient, clock: MonotonicClock) -> Quorum:
        """Return the quorum of a profile's endpoints. Nothing is sent yet."""
        return cls(
            [
                Endpoint(name, JsonRpcClient(http, url, SMALL_READ, effectful=EFFECTFUL), spec, clock)
                for name, url in spec.endpoints
            ],
            spec,
        )

    async def tips(self) -> Tips:
        """Ask every endpoint, in one request each, for its head and its finalized block, and compare."""
        notes: list[str] = []
        answers = await self._ask_all(_own_tips(self.spec.finality), notes)
        heads = {endpoint: head for endpoint, (head, _) in answers.items()}
        finals: dict[Endpoint, Header] = {}
        for endpoint, (own_head, final) in answers.items():
            if isinstance(final, str):
                notes.append(f"{endpoint.name}: {final}")
            elif final.number > own_head.number:
                notes.append(f"{endpoint.name}: calls a block finalized that is beyond its own head")
            else:
                finals[endpoint] = final
        head, finalized = await asyncio.gather(self._highest_agreed(heads), self._highest_agreed(finals))
        notes += [note for note in (*head.notes, *finalized.notes) if note not in notes]
        return Tips(head, finalized, tuple(heads.items()), tuple(notes))

    async def header_at(self, block: int | str) -> Agreement:
        """Return the agreed header at a height, with a hash, or at "latest" or the finality tag."""
        notes: list[str] = []
        if isinstance(block, str) and not block.startswith("0x"):
            answers = await self._ask_all(lambda endpoint: _header(endpoint, block), notes)
            agreed = await self._highest_agreed(answers)
            return Agreement(agreed.header, agreed.agreeing, agreed.asked, (*notes, *agreed.notes))
        answers = await self._ask_all(lambda endpoint: _header(endpoint, block), notes)
        return self._count({endpoint.name: header for endpoint, header in answers.items()}, notes)

    async def finalized(self) -> Agreement:
        """Return the highest block that `k` endpoints call finalized and agree on by hash."""
        return (await self.tips()).finalized

    async def linked(self, top: Header, start: int) -> list[Header]:
        """Return the headers from `start` up to below `top`, each the parent of the next, ascending.

        One endpoint is enough: the hashes lead down from `top`, which is agreed. Raises NoAgreement.
        """
        if start >= top.number:
            return []
        notes: list[str] = []
        for endpoint in self.endpoints:
            try:
                return await _linked(endpoint, top, start)
            except AshoreError as error:
                notes.append(f"{endpoint.name}: {error.sentence}")
        raise NoAgreement("No endpoint could show the blocks below an agreed one.", "; ".join(notes))

    async def storage_at(self, address: str, slots: Sequence[int], block: Header) -> ProvenStorage:
        """Return proven storage of a contract after an agreed block; an absent slot is zero.

        At most MAX_SLOTS at once, and of some 128 recent states. Raises NoAgreement where no endpoint proves it.
        """
        notes: list[str] = []
        params = [address, [f"0x{slot:064x}" for slot in slots], hex(block.number)]
        for endpoint in self.endpoints:
            try:
                answer = await endpoint.call("eth_getProof", params)
                document = storage_document(block, address, answer, slots)
                facts = await asyncio.to_thread(check, document)
                if not isinstance(facts, StorageFacts):
                    raise InvalidProof("The proof is of another kind.")
                return ProvenStorage(facts, document, endpoint.name)
            except AshoreError as error:
                notes.append(f"{endpoint.name}: {error.sentence}")
        raise NoAgreement("No endpoint could prove the contract's storage.", "; ".join(notes))

    async def get(self, method: str, params: Sequence[object] = ()) -> tuple[Any, str]:
        """Return the first answer that any endpoint gives, and its name: a hint, never evidence.

        A refusal of the call itself (a revert, for example) is an answer: RpcError is raised. Raises
        NoAgreement where nobody answers.
        """
        notes: list[str] = []
        refusal: RpcError | None = None
        for endpoint in self.endpoints:
            try:
                return await endpoint.call(method, params), endpoint.name
            except RpcError as error:
                refusal = refusal or error
                notes.append(f"{endpoint.name}: {error.sentence}")
            except (NetError, ChainError) as error:
                notes.append(f"{endpoint.name}: {error.sentence}")
        if refusal is not None:
            raise refusal
        raise NoAgreement("No endpoint answered.", "; ".join(notes))

    async def ask_each(self, method: str, params: Sequence[object] = ()) -> dict[str, Any]:
        """Return what every endpoint that answers gives, by its name: for counting voices, or as hints."""
        answers = await self._ask_all(lambda endpoint: endpoint.call(method, params), [])
        return {endpoint.name: answer for endpoint, answer in answers.items()}

    async def call(self, to: str, calldata: bytes, block: str = "latest") -> bytes:
        """Return what eth_call gives at one endpoint: a hint, never evidence. Raises as `get`."""
        result, _ = await self.get("eth_call", [{"to": to, "data": wire.hexed(calldata)}, block])
        return wire.data(result, "a call's result")

    async def send_raw(self, raw: bytes) -> SendReport:
        """Send a signed transaction to every endpoint, once each."""
        tx_hash = wire.hexed(keccak256(raw))
        outcomes = await asyncio.gather(*(_send(endpoint, raw, tx_hash) for endpoint in self.endpoints))
        named = list(zip((endpoint.name for endpoint in self.endpoints), outcomes, strict=True))
        return SendReport(
            tx_hash,
            accepted=tuple(name for name, outcome in named if outcome == "accepted"),
            refused=tuple((name, out.code, out.message) for name, out in named if isinstance(out, RpcError)),
            unknown=tuple(name for name, outcome in named if outcome == "unknown"),
            not_sent=tuple(name for name, outcome in named if outcome == "not sent"),
        )

    async def _ask_all(
        self, ask: Callable[[Endpoint], Awaitable[_T]], notes: list[str], among: Iterable[Endpoint] | None = None
    ) -> dict[Endpoint, _T]:
        """Ask endpoints at the same time; failures become notes."""
        asked = tuple(self.endpoints if among is None else among)

        async def one(endpoint: Endpoint) -> _T | AshoreError:
            try:
                return await ask(endpoint)
            except (NetError, ChainError) as error:
                return error

        answers: dict[Endpoint, _T] = {}
        for endpoint, answer in zip(asked, await asyncio.gather(*map(one, asked)), strict=True):
            if isinstance(answer, AshoreError):
                notes.append(f"{endpoint.name}: {plain(answer.sentence)}")
            else:
                answers[endpoint] = answer
        return answers

    async def _highest_agreed(self, claims: Mapping[Endpoint, Header]) -> Agreement:
        """Return the highest block of which `k` endpoints, having reached it, show the same hash."""
        notes: list[str] = []
        levels = sorted((header.number for header in claims.values()), reverse=True)[self.k - 1 :]
        for level in dict.fromkeys(levels):
            at_level = {endpoint.name: header for endpoint, header in claims.items() if header.number == level}
            above = [endpoint for endpoint, header in claims.items() if header.number > level]
            lower = await self._ask_all(partial(_header, block=level), notes, above)
            at_level |= {endpoint.name: header for endpoint, header in lower.items()}
            agreement = self._count(at_level, notes)
            if agreement.header is not None:
                return agreement
            notes = list(agreement.notes)
        return Agreement(None, (), len(self.endpoints), tuple(notes))

    def _count(self, headers: Mapping[str, Header], notes: Sequence[str]) -> Agreement:
        votes = _Votes()
        for name, header in headers.items():
            votes.add(name, header)
        best, names = votes.best()
        agreed = best if len(names) >= self.k else None
        found = [*notes, *(note for note in votes.dissent() if note not in notes)]
        return Agreement(agreed, names if agreed else (), len(self.endpoints), tuple(found))


def _own_tips(finality: str) -> Callable[[Endpoint], Awaitable[tuple[Header, Header | str]]]:
    """Return the reader of one endpoint's head and finalized block, the latter with the reason if it has none."""

    async def read(endpoint: Endpoint) -> tuple[Header, Header | str]:
        latest, final = await endpoint.read(
            [Call("eth_getBlockByNumber", ("latest", False)), Call("eth_getBlockByNumber", (finality, False))]
        )
        if isinstance(latest, RpcError):
            raise latest
        head = Header.from_rpc(latest)
        if isinstance(final, RpcError):
            return head, final.sentence
        if final is None:
            return head, "has no finalized block yet"
        try:
            return head, Header.from_rpc(final)
        except BadAnswer as error:
            return head, error.sentence

    return read


async def _header(endpoint: Endpoint, block: int | str) -> Header:
    if isinstance(block, int):
        return await endpoint.header(block)
    if not block.startswith("0x"):
        return Header.from_rpc(await endpoint.call("eth_getBlockByNumber", [block, False]))
    header = Header.from_rpc(await endpoint.call("eth_getBlockByHash", [block, False]))
    if header.hash != block.lower():
        raise BadAnswer("An endpoint sent another block than was asked for.")
    return header


async def _linked(endpoint: Endpoint, top: Header, start: int) -> list[Header]:
    chain: list[Header] = []
    expected = top.parent_hash
    end = top.number
    while end > start:
        begin = max(start, end - MAX_BATCH)
        calls = [Call("eth_getBlockByNumber", (hex(number), False)) for number in range(begin, end)]
        answers = await endpoint.read(calls)
        for header in reversed(await asyncio.to_thread(_read_headers, answers)):
            if header.hash != expected:
                raise BadAnswer("An endpoint showed a block that is not the parent of the next.")
            chain.append(header)
            expected = header.parent_hash
        end = begin
    chain.reverse()
    return chain


def _read_headers(answers: Sequence[Any]) -> list[Header]:
    headers: list[Header] = []
    for answer in answers:
        if isinstance(answer, RpcError):
            raise answer
        headers.append(Header.from_rpc(answer))
    return headers


async def _send(endpoint: Endpoint, raw: bytes, tx_hash: str) -> RpcError | Literal["accepted", "unknown", "not sent"]:
    try:
        named = await endpoint.send(raw)
    except RpcError as refusal:
        known = any(word in refusal.message.lower() for word in _KNOWN_ALREADY)
        return "accepted" if known else refusal
    except NotSent:
        return "not sent"
    except (NetError, ChainError):
        return "unknown"
    return "accepted" if named == tx_hash else "unknown"
