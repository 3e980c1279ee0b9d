"""Registrations of more keys than are read at once: each has its turn."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.folding import fold
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import LAST_STAGE, Withdrawal
from ashore.ethereum.proofs import MAX_SLOTS
from ashore.store.keep import Keep
from ashore.systems.reddio.codec.l1.storage import eth_key_slot
from ashore.systems.reddio.settlement.registered_keys import PARTS_A_CYCLE, RegisteredKeys
from ashore.systems.reddio.system.tracks import REGISTERED, REGISTRATION
from unit.systems.reddio.reddio_bench import DEPLOYMENT, OWN

FIRST_KEY = 1 << 200


class Exchange:
    """A quorum whose contract has every key registered for the account; of `broken` slots it proves none."""

    k, endpoints = 2, ("a", "b", "c")

    def __init__(self) -> None:
        self.parts: list[Sequence[int]] = []
        self.broken: set[int] = set()

    async def header_at(self, _block: str) -> Any:
        return SimpleNamespace(required=lambda: SimpleNamespace(number=9))

    async def storage_at(self, _contract: str, slots: Sequence[int], _header: object) -> Any:
        self.parts.append(slots)
        if self.broken & set(slots):
            raise AshoreError("No endpoint could prove the contract's storage.")
        block = SimpleNamespace(number=9, hash="0x9", timestamp=1)
        facts = SimpleNamespace(slots=dict.fromkeys(slots, int(OWN, 16)), block=block)
        return SimpleNamespace(facts=facts, document="{}")


def registration(number: int) -> Withdrawal:
    terms = ev.Terms(
        system="Reddio",
        network="sandbox",
        profile=DEPLOYMENT.id,
        track=str(REGISTRATION.ref),
        account=OWN,
        symbol="ETH",
        decimals=18,
        amount=0,
        fee=0,
        recipient=OWN,
        destination="Harbour",
        receive_symbol="ETH",
        details={LAST_STAGE: REGISTERED, "stark_key": hex(FIRST_KEY + number), "nonce": str(number)},
    )
    name = f"w{number}"
    events = [
        ev.WithdrawalStarted(name, terms),
        ev.MoveIntended(name, f"m{number}", MoveKind.REGISTER, DEPLOYMENT.id, name, "0x", "Harbour", number),
    ]
    state = fold(ev.Recorded(seq, 1, event) for seq, event in enumerate(events))
    assert state is not None
    return state


@pytest.fixture
def keys(keep: Keep) -> tuple[RegisteredKeys, Exchange]:
    exchange = Exchange()
    quorum: Any = exchange
    return RegisteredKeys(DEPLOYMENT, quorum, keep, lambda: 1), exchange


def reached(events: Sequence[ev.Event]) -> set[str]:
    return {event.withdrawal for event in events if isinstance(event, ev.StageReached)}


async def test_more_than_one_part_is_read_at_one_look(keys: tuple[RegisteredKeys, Exchange]) -> None:
    states = [registration(number) for number in range(MAX_SLOTS + 9)]
    assert reached(await keys[0].prove(states)) == {state.id for state in states}
    assert [len(part) for part in keys[1].parts] == [MAX_SLOTS, 9]


async def test_however_many_there_are_each_has_its_turn(keys: tuple[RegisteredKeys, Exchange]) -> None:
    states = [registration(number) for number in range(PARTS_A_CYCLE * MAX_SLOTS + 5)]
    first, second = [reached(await keys[0].prove(states)) for _ in range(2)]
    assert len(first) == PARTS_A_CYCLE * MAX_SLOTS, "a look is bounded"
    assert first | second == {state.id for state in states}


async def test_what_cannot_be_proven_does_not_take_back_what_was(keys: tuple[RegisteredKeys, Exchange]) -> None:
    states = [registration(number) for number in range(MAX_SLOTS + 9)]
    keys[1].broken = {eth_key_slot(FIRST_KEY + MAX_SLOTS)}
    assert len(reached(await keys[0].prove(states))) == MAX_SLOTS
