"""Whether the registries of proofs know the fact of a state update, as the contract itself had to ask them.

`getRegisteredVerifiers` names adapters; each has a registry (`gpsContract`) and a program (`programHash`), and the fact
counts as the result of that program. Source: starkware-libs/starkex-contracts, `GpsFactRegistryAdapter`. What a call
answers has no proof: it is as strong as the endpoints that say the same.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ashore.crypto.abi import encode_call
from ashore.crypto.errors import CodecError
from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.domain.withdrawal import StageView, Withdrawal
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.wire import data as wire_data
from ashore.ethereum.wire import hexed
from ashore.systems.attempts import Attempts
from ashore.systems.reddio.codec.l1.calls import (
    GET_REGISTERED_VERIFIERS,
    GPS_CONTRACT,
    IS_VALID,
    PROGRAM_HASH,
    decode_address_result,
    decode_addresses_result,
    decode_bool_result,
    decode_uint_result,
)
from ashore.systems.reddio.codec.l1.facts import verifier_fact
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.settlement.reconcile import ALLOWED
from ashore.systems.reddio.system.tracks import UPDATED

REGISTRY = "isValid"
MOST_VERIFIERS = 8
A_CYCLE = 4


@dataclass(frozen=True, slots=True)
class _Told:
    """Whether every registry knows a fact, in words which, and how many endpoints at least say so."""

    valid: bool
    words: str
    agreeing: int


class Verifiers:
    """Asks for the facts of withdrawals that were set aside, a few a cycle, each once."""

    kind = REGISTRY

    def __init__(self, deployment: Deployment, quorum: Quorum, now: Callable[[], int]) -> None:
        """`now` gives UTC milliseconds."""
        self._deployment = deployment
        self._quorum = quorum
        self._now = now
        self._attempts: Attempts[str] = Attempts()

    def begin_anew(self) -> None:
        """After a reorganisation everything is tried again."""
        self._attempts.clear()

    async def prove(self, mine: Sequence[Withdrawal]) -> list[ev.Event]:
        """Ask for what withdrawals lack of this."""
        found: list[ev.Event] = []
        lacking = {state.id: state for state in mine if _lacks(state)}
        for key in self._attempts.due(self._deployment.chain.name, lacking, A_CYCLE):
            state = lacking[key]
            log = _log(state.stage(UPDATED))
            assert log is not None
            try:
                found += await self._asked(state, log)
            except (AshoreError, CodecError):
                continue
        return found

    async def _asked(self, state: Withdrawal, log: Evidence) -> list[ev.Event]:
        """Ask as of the block of the update; where endpoints have forgotten that, as of now.

        A no counts for that block alone: registries may have been replaced since, and the contract itself asked then.
        """
        try:
            told = await self._registries(log, hex(log.block_number))
        except (AshoreError, CodecError):
            told = await self._registries(log, "latest")
            if not told.valid:
                return []
        if not told.valid and told.words and not state.stage(UPDATED).contradicted:
            said = f"The contract on {self._deployment.chain.name} moved its state on this fact."
            return [ev.StageContradicted(state.id, UPDATED, said, "A registry of proofs did not know it then.")]
        if not told.valid:
            return []
        facts = {"state transition fact": log.facts["state transition fact"], "registries": told.words}
        return [ev.StageReached(state.id, UPDATED, self._evidence(log, facts, told.agreeing))]

    async def _registries(self, log: Evidence, block: str) -> _Told:
        """What all registered verifiers say of a fact. Raises AshoreError or CodecError where that cannot be told."""
        fact = bytes.fromhex(log.facts["state transition fact"][2:])
        listed, fewest = await self._agreed(block, self._deployment.contract, GET_REGISTERED_VERIFIERS)
        words, is_valid = list[str](), True
        for adapter in decode_addresses_result(listed)[:MOST_VERIFIERS]:
            gps, first = await self._agreed(block, hexed(adapter), GPS_CONTRACT)
            program, second = await self._agreed(block, hexed(adapter), PROGRAM_HASH)
            registry, number = decode_address_result(gps), decode_uint_result(program)
            if registry is None:
                raise AshoreError("A verifier names no registry.")
            answer, third = await self._agreed(block, hexed(registry), IS_VALID, verifier_fact(number, fact))
            fewest = min(fewest, first, second, third)
            is_valid = is_valid and decode_bool_result(answer)
            words.append(f"{hexed(registry)} knows it as the result of program 0x{number:x}")
        return _Told(is_valid and bool(words), "; ".join(words), fewest)

    def _evidence(self, log: Evidence, facts: dict[str, str], agreeing: int) -> Evidence:
        """It speaks for the same block as the log, and falls with it."""
        return Evidence(
            kind=REGISTRY,
            level=Level.SEEN,
            source=log.chain,
            observed_at=self._now(),
            facts=facts,
            chain=log.chain,
            block_number=log.block_number,
            block_hash=log.block_hash,
            block_time=log.block_time,
            agreeing=agreeing,
            asked=len(self._quorum.endpoints),
        )

    async def _agreed(self, block: str, to: str, function: str, *values: Any) -> tuple[bytes, int]:
        """What enough endpoints answer alike to a call at a block, and how many do. Raises AshoreError."""
        call = {"to": to, "data": hexed(encode_call(function, values))}
        answers = await self._quorum.ask_each("eth_call", [call, block])
        voices = Counter(answer for answer in answers.values() if isinstance(answer, str))
        if not voices:
            raise AshoreError("Nobody answers.")
        best, count = voices.most_common(1)[0]
        if count < self._quorum.k:
            raise AshoreError("The endpoints do not agree.")
        return wire_data(best, "a call's result"), count


def _log(view: StageView) -> Evidence | None:
    """The evidence that names the fact."""
    return next((e for e in view.evidence if e.kind == ALLOWED and e.level >= Level.PROVEN), None)


def _lacks(state: Withdrawal) -> bool:
    view = state.stage(UPDATED)
    return _log(view) is not None and not any(piece.kind == REGISTRY for piece in view.evidence)
