"""What Ethereum itself says of Reddio's contract, its assets and its keys: held against whatever the operator tells."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ashore.crypto.abi import decode, parse_types, selector
from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import plain
from ashore.ethereum.endpoint import Endpoint
from ashore.ethereum.fees import fees_at
from ashore.ethereum.headers import Header
from ashore.ethereum.proofs import MAX_SLOTS
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.wire import data, hexed
from ashore.net.errors import RpcError
from ashore.systems.reddio.codec import CodecError
from ashore.systems.reddio.codec.l1.storage import STATE_FROZEN, eth_key_slot, quantum_slot
from ashore.systems.reddio.codec.limits import MAX_ADDRESS, MAX_DECIMALS

DECIMALS_CALL, SYMBOL_CALL = selector("decimals()"), selector("symbol()")
MAX_SYMBOL = 40
MAX_ANSWER = 1024
AT_ONCE = 8
"""Tokens that are asked about at once."""
WORD = 32
REVERTED = 3
"""The code of a reverted eth_call (geth); where a node uses another code, its words tell."""
_REVERT_WORDS = ("revert", "opcode", "out of gas", "vm execution error")
_STRING, _NUMBER = parse_types("bytes"), parse_types("uint256")


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What a storage proof of the StarkEx contract shows at one agreed block.

    `registered` has the address (lower-case hex) of each Stark key that is registered for one; `quanta` the quantum of
    each asset type, 0 where the contract does not know it. The type is a hash of contract, kind and quantum, so that a
    type which is there says all of these.
    """

    frozen: bool
    registered: Mapping[str, str]
    quanta: Mapping[int, int]
    header: Header


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What enough endpoints say that a token's own contract answers; None for what it does not answer to."""

    decimals: int | None
    symbol: str | None


async def contract_facts(
    quorum: Quorum, contract: str, stark_keys: Sequence[str], asset_types: Iterable[int]
) -> ContractFacts:
    """Prove what the contract stores now. Raises AshoreError where endpoints do not agree, or none can prove it."""
    header = (await quorum.header_at("latest")).required()
    key_slots = {key: eth_key_slot(int(key, 16)) for key in stark_keys}
    type_slots = {kind: quantum_slot(kind) for kind in asset_types}
    slots = [STATE_FROZEN.slot, *key_slots.values(), *type_slots.values()]
    values: dict[int, int] = {}
    for start in range(0, len(slots), MAX_SLOTS):
        proven = await quorum.storage_at(contract, slots[start : start + MAX_SLOTS], header)
        values.update(proven.facts.slots)
    return ContractFacts(
        STATE_FROZEN.read(values[STATE_FROZEN.slot]) != 0,
        {key: f"0x{values[slot]:040x}" for key, slot in key_slots.items() if 0 < values[slot] <= MAX_ADDRESS},
        {kind: values[slot] for kind, slot in type_slots.items()},
        header,
    )


@dataclass
class Tokens:
    """Asks tokens' contracts, and keeps what was answered: a token does not change its decimals."""

    quorum: Quorum
    _known: dict[bytes, TokenFacts] = field(default_factory=dict)

    async def facts_of(self, contracts: Iterable[bytes]) -> Mapping[bytes, TokenFacts]:
        """Facts by contract; one that too few could be asked about is left out, and asked about again next time."""
        missing = [contract for contract in dict.fromkeys(contracts) if contract not in self._known]
        free = asyncio.Semaphore(AT_ONCE)

        async def ask(contract: bytes) -> TokenFacts | None:
            async with free:
                await asyncio.sleep(0)  # what is answered at once gives the window its turn, too
                return await self._ask(contract)

        asked = await asyncio.gather(*(ask(contract) for contract in missing))
        told = {contract: facts for contract, facts in zip(missing, asked, strict=True) if facts is not None}
        return {**self._known, **told}

    @property
    def known(self) -> Mapping[bytes, TokenFacts]:
        """What was answered in full until now, by contract."""
        return dict(self._known)

    async def _ask(self, contract: bytes) -> TokenFacts | None:
        """What is known of it; kept where that is all that it answers."""
        decimals, symbol = await asyncio.gather(
            self._agreed(contract, DECIMALS_CALL), self._agreed(contract, SYMBOL_CALL)
        )
        if decimals is None:
            return None
        facts = TokenFacts(_decimals(decimals), _symbol(symbol or b""))
        if symbol is not None:
            self._known[contract] = facts
        return facts

    async def _agreed(self, contract: bytes, call: bytes) -> bytes | None:
        """What enough endpoints answer; nothing where a contract has no such function. None where too few agree."""
        asked = [{"to": hexed(contract), "data": hexed(call)}, "latest"]
        counted: dict[bytes, int] = {}
        for raw in await asyncio.gather(*(_answer(endpoint, asked) for endpoint in self.quorum.endpoints)):
            if raw is not None:
                counted[raw] = counted.get(raw, 0) + 1
        return next((raw for raw, voices in counted.items() if voices >= self.quorum.k), None)


async def _answer(endpoint: Endpoint, asked: Sequence[object]) -> bytes | None:
    """What a contract answers, as one endpoint tells; nothing where it reverts, None where the endpoint tells none."""
    try:
        return data(await endpoint.call("eth_call", asked), "a token's answer", limit=MAX_ANSWER)
    except RpcError as refusal:
        told = f"{refusal.message} {refusal.data}".lower()
        return b"" if refusal.code == REVERTED or any(word in told for word in _REVERT_WORDS) else None
    except AshoreError:
        return None


async def gas_price(quorum: Quorum, header: Header) -> int:
    """What a unit of gas costs now, in wei; 0 where nobody says. For hints alone."""
    try:
        return (await fees_at(quorum, header)).expected
    except AshoreError:
        return 0


def _decimals(raw: bytes) -> int | None:
    try:
        (value,) = decode(_NUMBER, raw)
    except (CodecError, ValueError):
        return None
    return value if isinstance(value, int) and 0 <= value <= MAX_DECIMALS else None


def _symbol(raw: bytes) -> str | None:
    """A text as today's tokens answer, or 32 bytes as the oldest do."""
    text = raw.rstrip(b"\0") if len(raw) == WORD else b""
    try:
        if not text:
            (value,) = decode(_STRING, raw)
            text = value if isinstance(value, bytes) else b""
        return plain(text.decode(), MAX_SYMBOL) or None
    except (CodecError, ValueError):
        return None
