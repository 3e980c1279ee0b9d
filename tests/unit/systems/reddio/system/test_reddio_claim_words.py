"""What the review of a claim says of a token: its contract, because anybody can call one ETH."""

from __future__ import annotations

from dataclasses import fields, replace
from types import SimpleNamespace

import pytest

from ashore.domain.addresses import checksum
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.ethereum.fees import Fees
from ashore.systems.base import Draft, Plan, ReviewLine, Source, Unclaimed
from ashore.systems.claiming.claims import ClaimOffer, PayerOffer, claim_lines, claim_plan, judge_claim
from ashore.systems.reddio.codec import Asset, AssetKind
from ashore.systems.reddio.codec.l1.calls import claim_of, encode_claim
from ashore.systems.reddio.settlement.pending import _details
from ashore.systems.reddio.system.claims import ReddioContract
from unit.systems.reddio.reddio_bench import DEPLOYMENT, ETH, OWN, RECIPIENT

CONTRACT = ReddioContract(DEPLOYMENT)
LOOKALIKE = Asset(AssetKind.ERC20, b"\xee" * 20, 1)
OWNER = int(RECIPIENT, 16)


def plan_of(asset: Asset, symbol: str) -> Plan:
    owed = Unclaimed(
        DEPLOYMENT.id,
        DEPLOYMENT.chain.name,
        DEPLOYMENT.chain.evm_chain_id,
        DEPLOYMENT.contract,
        RECIPIENT,
        asset.asset_id,
        symbol,
        18,
        10**21,
        0,
        0,
        "0x" + encode_claim(claim_of(OWNER, asset)).hex(),
        Evidence("pendingWithdrawals", Level.PROVEN, DEPLOYMENT.chain.name, 1),
        details=_details(OWNER, asset, 10**21 // asset.quantum),
        place="x",
    )
    fees = Fees(**{each.name: 10**9 for each in fields(Fees)})
    payers = (PayerOffer(0, OWN, "Main", 10**18, 0),)
    offer = ClaimOffer(Source(DEPLOYMENT.id), 1, owed, payers, fees, 90_000, "ETH")
    return claim_plan(CONTRACT, judge_claim(offer, Draft({"payer": "0"})))


def line_of(plan: Plan) -> ReviewLine:
    reading = SimpleNamespace(fields=plan.request.expect)
    lines = claim_lines(CONTRACT, plan, reading)  # type: ignore[arg-type]
    return next(line for line in lines if line.label == "Token’s contract")


def test_a_token_named_as_ether_is_not_taken_for_it() -> None:
    line = line_of(plan_of(LOOKALIKE, "ETH"))
    assert line.value == checksum(LOOKALIKE.token)
    assert line.note.startswith("an ERC-20 token. It is not ETH")
    assert "not ETH" in line_of(plan_of(LOOKALIKE, "base units of eth")).note
    assert line_of(plan_of(LOOKALIKE, "CORAL")).note == "an ERC-20 token"


def test_ether_is_said_to_be_ether() -> None:
    line = line_of(plan_of(ETH, "ETH"))
    assert (line.value, line.note) == ("none", "it is ETH itself, what gas on Harbour is paid in")


@pytest.mark.parametrize("changed", [{"contract": "0x" + "ef" * 20}, {"kind": "ETH"}, {"quantum": "2"}, {"kind": "?"}])
def test_terms_that_name_another_token_than_the_call_are_refused(changed: dict[str, str]) -> None:
    plan = plan_of(LOOKALIKE, "CORAL")
    plan = replace(plan, terms=replace(plan.terms, details={**plan.terms.details, **changed}))
    with pytest.raises(AshoreError, match="not the claim"):
        line_of(plan)
