"""A refused withdrawal quoted again: only what is different is marked, and only where it can be compared."""

from dataclasses import replace
from typing import Any

from ashore.domain.events import Terms
from ashore.systems.base import Severity
from ashore.systems.zklink.system.again import differences
from ashore.systems.zklink.system.offer import SubAccountOffer, ZkLinkOffer
from ashore.systems.zklink.system.plan import plan_of
from ashore.systems.zklink.system.reserves import elsewhere
from unit.systems.zklink.zklink_bench import DEPLOYMENT, ETHER, FEE, judged, offer

NAMES = {1: "Harbour", 2: "Strait", 3: "Sound"}


def refused() -> Terms:
    return plan_of(DEPLOYMENT, judged(), 1_767_225_700).terms


def now(**changes: Any) -> ZkLinkOffer:
    return offer(**changes)


def test_nothing_is_marked_that_is_the_same() -> None:
    assert differences(refused(), "500", judged()) == {}


def test_a_fee_that_rose() -> None:
    dearer = now(fees={(1, 17): 2 * FEE, (2, 17): FEE})
    found = differences(refused(), "207", judged(dearer))
    assert list(found) == ["fee"]
    assert found["fee"].sentence == "zkLink asks for 3.20 USDC now; the request before offered 1.60 USDC."
    assert found["fee"].severity is Severity.WARNS
    assert differences(refused(), "207", judged(dearer, fee="3.2")) == {}, "what a person wrote is their own"
    assert differences(refused(), "207", judged(dearer, chain="2")) == {}, "another chain has its own fee"
    assert differences(refused(), "207", judged(dearer, source_token="33", target_token="33", amount="0.1")) == {}


def test_a_number_that_was_used() -> None:
    subs = {**offer().sub_accounts, 0: replace(offer().sub_accounts[0], nonce=9)}
    found = differences(refused(), "205", judged(now(sub_accounts=subs)))
    assert {name: each.sentence for name, each in found.items()} == {"nonce": "The request before had 7."}
    other = differences(refused(), "205", judged(now(sub_accounts=subs), sub_account="1", amount="20"))
    assert other == {}, "another sub-account counts for itself"


def test_a_reserve_that_is_there_again() -> None:
    found = differences(refused(), "208", judged())
    assert found["chain"].sentence == "Harbour could not pay this amount before; by zkLink’s word it can now."
    assert differences(refused(), "208", judged(amount="24")) == {}
    scarce = now(reserves={(17, 1): ETHER, (17, 2): 30 * ETHER})
    assert differences(refused(), "208", judged(scarce)) == {}, "the amount's own problem says it"


def test_which_chain_could_pay() -> None:
    decimals, reserves = {1: 6, 2: 18, 3: 6}, {1: 0, 2: 50 * ETHER, 3: 90 * ETHER}
    assert elsewhere(ETHER, 1, NAMES, decimals, reserves).startswith("Strait and Sound can pay this amount:")
    assert elsewhere(60 * ETHER, 1, NAMES, decimals, reserves).startswith("Sound can pay this amount:")
    assert elsewhere(60 * ETHER + 1, 1, NAMES, decimals, reserves).startswith("No other chain can.")
    assert elsewhere(ETHER, 1, NAMES, {1: 6}, reserves).startswith("No other chain can."), "the token is not there"
    assert elsewhere(ETHER, 1, {1: "Harbour"}, decimals, reserves).startswith("No other chain is connected here.")


def test_an_empty_sub_account_has_its_own_number() -> None:
    subs = {**offer().sub_accounts, 5: SubAccountOffer(5, 44, {})}
    quote = judged(now(sub_accounts=subs), sub_account="5")
    assert (quote.nonce, quote.ready) == (44, False)
    assert quote.problems["amount"].advice.endswith("or choose sub-account 0, which has enough.")
