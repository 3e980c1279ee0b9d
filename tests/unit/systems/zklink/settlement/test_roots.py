"""The contract's stored root: compared only in a state that can hold it."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.withdrawal import Withdrawal
from ashore.systems.zklink.codec.l1.storage import STORAGE_LAYOUTS, stored_block_hash_slot
from ashore.systems.zklink.settlement.roots import KIND, Roots
from ashore.systems.zklink.system.tracks import VERIFIED
from unit.systems.zklink.settlement.rollup_model import CHAIN, FIRST_L2_BLOCK, withdrawal
from unit.systems.zklink.zklink_bench import DEPLOYMENT

SYNCED_AT = 98
STORED = "0x" + "5b" * 32
_LAYOUT = STORAGE_LAYOUTS[DEPLOYMENT.storage]
_SLOT = stored_block_hash_slot(_LAYOUT, FIRST_L2_BLOCK)


@dataclass
class Chain:
    """What the endpoints prove: the state after one block."""

    number: int
    stored: str = STORED
    synchronized: int = FIRST_L2_BLOCK
    k: int = 2
    endpoints: tuple[str, ...] = ("a", "b", "c")

    async def header_at(self, _tag: str) -> Any:
        header = SimpleNamespace(number=self.number, hash=f"0x{self.number:064x}", timestamp=1)
        return SimpleNamespace(required=lambda: header)

    async def storage_at(self, _address: str, _slots: object, block: Any) -> Any:
        slots = {_SLOT: int(self.stored, 16), _LAYOUT.synchronized.slot: self.synchronized}
        return SimpleNamespace(facts=SimpleNamespace(slots=slots, block=block), document="{}")


def verified() -> Withdrawal:
    facts = {"stored block": STORED, "final root": "0x" + "0f" * 32}
    event = Evidence(
        "BlockSynced", Level.PROVEN, CHAIN, 1, facts, chain=CHAIN, block_number=SYNCED_AT, block_hash="0x62"
    )
    return withdrawal(
        0, "10", ev.FactLearnt("w0", "l2_block", str(FIRST_L2_BLOCK), CHAIN), ev.StageReached("w0", VERIFIED, event)
    )


async def proved(chain: Chain) -> list[ev.Event]:
    keep: Any = SimpleNamespace(add_proofs=lambda _proofs: None)
    quorums: Any = {CHAIN: chain}
    return await Roots(DEPLOYMENT, quorums, keep, lambda: 2).prove(CHAIN, [verified()])


async def test_the_stored_root_is_evidence() -> None:
    (found,) = await proved(Chain(SYNCED_AT))
    assert isinstance(found, ev.StageReached)
    assert (found.evidence.kind, found.evidence.level) == (KIND, Level.PROVEN)
    assert found.evidence.facts["value"] == STORED


@pytest.mark.parametrize("behind", [{"synchronized": FIRST_L2_BLOCK - 1}, {"stored": "0x" + "00" * 32}])
async def test_endpoints_that_are_behind_contradict_nobody(behind: dict[str, Any]) -> None:
    assert await proved(Chain(SYNCED_AT - 1, **behind)) == []
    (found,) = await proved(Chain(SYNCED_AT, **behind))
    assert isinstance(found, ev.StageContradicted)


async def test_another_root_is_a_contradiction() -> None:
    (found,) = await proved(Chain(SYNCED_AT, stored="0x" + "66" * 32))
    assert isinstance(found, ev.StageContradicted)
    assert found.found == f"and the contract on {CHAIN} stores another."
