"""What Ethereum itself says of Reddio's contract, its assets and its keys: held against whatever the operator tells."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ashore.crypto.abi import decode, parse_types, selector
from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import plain
from ashore.ethereum.errors import BadAnswer
from ashore.ethereum.fees import fees_at
from ashore.ethereum.headers import Header
from ashore.ethereum.proofs import MAX_SLOTS
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.wire import data, hexed
from ashore.systems.reddio.codec import CodecError
from ashore.systems.reddio.codec.l1.storage import STATE_FROZEN, eth_key_slot, quantum_slot
from ashore.systems.reddio.codec.limits import MAX_ADDRESS, MAX_DECIMALS

DECIMALS_CALL, SYMBOL_CALL = selector("decimals()"), selector("symbol()")
MAX_SYMBOL = 40
MAX_ANSWER = 1024
WORD = 32
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
        """Facts by contract; one that nobody could ask about is left out."""
        missing = [contract for contract in dict.fromkeys(contracts) if contract not in self._known]
        asked = await asyncio.gather(*(self._ask(contract) for contract in missing))
        self._known.update(
            {contract: facts for contract, facts in zip(missing, asked, strict=True) if facts is not None}
        )
        return dict(self._known)

    async def _ask(self, contract: bytes) -> TokenFacts | None:
        try:
            decimals, symbol = await asyncio.gather(
                self._agreed(contract, DECIMALS_CALL), self._agreed(contract, SYMBOL_CALL)
            )
        except AshoreError:
            return None
        return TokenFacts(_decimals(decimals), _symbol(symbol))

    async def _agreed(self, contract: bytes, call: bytes) -> bytes:
        """What enough endpoints answer; nothing where a contract has no such function. Raises AshoreError."""
        told = await self.quorum.ask_each("eth_call", [{"to": hexed(contract), "data": hexed(call)}, "latest"])
        counted: dict[bytes, int] = {}
        for answer in told.values():
            try:
                raw = data(answer, "a token's answer", limit=MAX_ANSWER)
            except BadAnswer:
                continue
            counted[raw] = counted.get(raw, 0) + 1
        for raw, voices in counted.items():
            if voices >= self.quorum.k:
                return raw
        if len(told) < self.quorum.k:
            (await self.quorum.header_at("latest")).required()  # a revert looks like silence: who answers this is there
        return b""


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
