"""Money that a contract owes: proven on the real chain, with calldata that anybody can have it paid out by."""

from __future__ import annotations

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.sandbox import genesis
from ashore.sandbox.evm.contracts import Sender
from ashore.sandbox.evm.faults import FaultKind, FaultRule
from ashore.sandbox.zklink.faults import Switch
from ashore.systems.zklink.settlement.pending import PendingBalances
from unit.sandbox.zklink.conftest import RECIPIENT
from unit.systems.zklink.settlement.test_settlement_on_chain import FAUCET, Bench, bench, deployed

__all__ = ["bench", "deployed"]

OWNER = "0x" + RECIPIENT.hex()
STRANGER = "0x" + "ab" * 20


def pending(bench: Bench) -> PendingBalances:
    return PendingBalances(bench.deployment, bench.system._quorums, bench.keep, bench.book, lambda: bench.now)


async def released(bench: Bench) -> None:
    """Bring a withdrawal of 25 USDC so far that the contract owes it, and let nobody pay it out."""
    bench.world.faults.switches[Switch.RELAYER_OFF] = True
    await bench.begun()
    await bench.world.settle()


async def test_what_the_contract_owes_is_proven_and_can_be_paid_out_by_anybody(bench: Bench) -> None:
    assert await pending(bench).look("Harbour", [OWNER, STRANGER]) == ()
    await released(bench)
    (owed,) = await pending(bench).look("Harbour", [STRANGER, OWNER])
    assert (owed.owner, owed.amount, owed.symbol, owed.decimals, owed.rest) == (OWNER, 25_000_000, "USDC", 6, 0)
    assert owed.evidence.level is Level.PROVEN
    assert owed.evidence.agreeing >= 2
    assert bench.keep.proof(owed.evidence.proof)

    chain = bench.world.chain
    anybody = Sender(chain, genesis.private_key(FAUCET))
    anybody.send(bytes.fromhex(owed.contract[2:]), bytes.fromhex(owed.calldata[2:]), gas=200_000)
    chain.mine()
    assert await pending(bench).look("Harbour", [OWNER]) == ()


@pytest.mark.parametrize("kind", [FaultKind.GARBAGE, FaultKind.FORGED_PROOF])
async def test_endpoints_that_cannot_be_asked_or_lie_make_no_empty_hands(bench: Bench, kind: FaultKind) -> None:
    await released(bench)
    for endpoint in bench.world.endpoints.values():
        endpoint.faults.add(FaultRule("eth_getProof", kind, count=None))
    with pytest.raises(AshoreError):
        await pending(bench).look("Harbour", [OWNER])


async def test_any_number_of_owners_is_looked_after(bench: Bench) -> None:
    await released(bench)
    strangers = [f"0x{number:040x}" for number in range(1, 40)]
    (owed,) = await pending(bench).look("Harbour", [*strangers, OWNER])
    assert owed.amount == 25_000_000


async def test_nobody_is_asked_about_nobody(bench: Bench) -> None:
    assert await pending(bench).look("Harbour", []) == ()


async def test_one_lying_endpoint_hides_nothing(bench: Bench) -> None:
    await released(bench)
    first = next(iter(bench.world.endpoints.values()))
    first.faults.add(FaultRule("eth_getProof", FaultKind.FORGED_PROOF, count=None))
    (owed,) = await pending(bench).look("Harbour", [OWNER])
    assert owed.amount == 25_000_000
