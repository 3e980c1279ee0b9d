"""A fast withdrawal in the form: who may choose it, what it costs, and what is signed for it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.amounts import rescale
from ashore.domain.withdrawal import LAST_STAGE
from ashore.systems.base import Severity
from ashore.systems.zklink.codec import Profile, decode_core
from ashore.systems.zklink.codec.fast import ratio_percent, received_of
from ashore.systems.zklink.codec.reading import read_withdraw
from ashore.systems.zklink.system.checks import judge
from ashore.systems.zklink.system.offer import BrokerOffer, ZkLinkOffer, ZkLinkQuote
from ashore.systems.zklink.system.plan import plan_of, review_lines
from ashore.systems.zklink.system.tracks import FAST, FAST_SECONDARY, NORMAL, PAID
from unit.systems.zklink.zklink_bench import DEPLOYMENT, ETHER, FEE, draft, judged, offer, problem

PAIR = (17, 1)


def quick(ratio: int = 10, most: int = 1_000 * ETHER, **changes: Any) -> ZkLinkOffer:
    """Brokers that pay USDC on Harbour; on Strait it is allowed, and nobody does it."""
    return offer(fast=frozenset({PAIR, (17, 2), (19, 1)}), brokers={PAIR: BrokerOffer(ratio, most)}, **changes)


def fast(offered: ZkLinkOffer | None = None, **fields: str) -> ZkLinkQuote:
    return judged(offered or quick(), speed="fast", **fields)


def test_the_costs_stand_as_one_and_what_comes_is_exact() -> None:
    quote = fast()
    assert quote.ready, quote.problems
    assert (quote.fast, quote.ratio, quote.received, quote.fee) == (True, 10, 24_975_000, 0)
    assert quote.receive == "24.975 USDC"
    legs = {leg.label: (leg.value, leg.note) for leg in quote.legs}
    assert legs["You send"][0] == "25.00 USDC"
    assert legs["Costs you in total"] == ("0.025 USDC", "0.025 USDC to the broker (0.10 %), nothing to zkLink")
    assert legs["If no broker pays"][0] == "25.00 USDC"
    assert legs["Recipient receives"][0] == "24.975 USDC"
    assert quote.maximum == "1240.5", "zkLink asks for no fee of its own"


def test_two_currencies_are_not_added_up() -> None:
    quote = fast(quick(), source_token="1", amount="5", fee="1.6")
    (total,) = [leg.value for leg in quote.legs if leg.label.startswith("Costs")]
    assert total == "0.005 USDC and 1.60 USD"


@pytest.mark.parametrize("dialect", list(Profile))
def test_what_is_signed(dialect: Profile) -> None:
    deployment = replace(DEPLOYMENT, dialect=dialect)
    quote = judge(deployment, quick(), draft(speed="fast", ratio="0.33"), {})
    plan = plan_of(deployment, quote, 1_767_225_700)
    tx = decode_core(bytes.fromhex(str(plan.request.preimage["core"])))
    assert (tx.flag, tx.withdraw_fee_ratio) == (int(dialect is Profile.V2), 33)
    assert tx.fee == (0 if dialect is Profile.X_APEX else FEE)
    reading = read_withdraw(dict(plan.request.preimage))
    assert dict(reading.fields) == dict(plan.request.expect)
    assert ("FastWithdrawFeeRatio: 0.32999998%" in reading.texts[0]) is (dialect is Profile.X_APEX)
    assert plan.terms.track == str(FAST.ref)
    assert plan.terms.details[LAST_STAGE] == PAID
    assert (plan.terms.details["ratio"], plan.terms.details["flag"]) == ("33", str(tx.flag))
    assert "If none does, the whole amount comes the normal way" in plan.warnings[-2]
    lines = {line.label: line for line in review_lines(deployment, plan, reading)}
    assert lines["Kind"].value == "Fast withdrawal"
    assert "keep 0.33 % of it" in lines["Kind"].note
    assert lines["Arrives exactly"].value == "24.9175 USDC"
    assert lines["Arrives exactly"].note == "if a broker pays in advance; 25.00 USDC if none does"
    assert lines["Costs you in total"].signed == (("withdraw_fee_ratio", "33"),)


def test_a_review_tells_what_was_signed_whatever_the_form_meant() -> None:
    plan = plan_of(DEPLOYMENT, fast(), 1)
    read = read_withdraw(dict(plan.request.preimage))

    def kind(**fields: str) -> tuple[str, set[str]]:
        lines = review_lines(DEPLOYMENT, plan, replace(read, fields={**read.fields, **fields}))
        return next(line.value for line in lines if line.label == "Kind"), {line.label for line in lines}

    assert kind(withdraw_fee_ratio="0")[0] == "Normal withdrawal"
    assert "Costs you in total" not in kind(withdraw_fee_ratio="0")[1]
    assert kind(flag="1")[0] == "On to Ethereum", "there it is withdrawToL1"
    assert kind(flag="1", withdraw_fee_ratio="0")[0] == "On to Ethereum"
    assert kind(call_data="0x00")[0] == "With a call attached"
    assert kind(profile="v2", withdraw_fee_ratio="0")[0] == "Normal withdrawal"
    assert kind(profile="v2", flag="1", withdraw_fee_ratio="0")[0] == "With options of its own"


def test_a_normal_one_stays_as_it_was() -> None:
    for wish in ("", "normal", "  "):
        quote = judged(quick(), speed=wish, ratio="nonsense")
        assert quote.ready
        assert (quote.fast, quote.ratio, quote.received, quote.fast_possible, quote.asked) == (False, 0, None, True, 10)
        assert plan_of(DEPLOYMENT, quote, 1).terms.track == str(NORMAL.ref)
    assert judged().fast_possible is False
    assert plan_of(DEPLOYMENT, fast(quick(), chain="1"), 1).terms.track == str(FAST.ref)
    there = replace(quick(), brokers={(17, 2): BrokerOffer(10, 99 * ETHER)})
    assert plan_of(DEPLOYMENT, fast(there, chain="2"), 1).terms.track == str(FAST_SECONDARY.ref)


class TestWhatStandsBesideTheField:
    def test_speed(self) -> None:
        assert "cannot be paid in advance on Harbour" in problem(fast(offer()), "speed").sentence
        assert problem(fast(quick(), chain="2"), "speed").sentence == "No broker pays USDC in advance on Strait now."
        assert "Choose Normal" in problem(fast(quick(), chain="2"), "speed").advice
        assert problem(judged(quick(), speed="instant"), "speed").sentence == "A withdrawal is normal or fast."
        noted = problem(judged(quick(), chain="2"), "speed", Severity.NOTES)
        assert noted.sentence == "No broker pays in advance on Strait at the moment."

    def test_limit(self) -> None:
        found = problem(fast(quick(most=20 * ETHER)), "speed")
        assert str(found) == "Brokers pay at most 20.00 USDC in advance on Harbour now. Enter less, or choose Normal."
        assert fast(quick(most=25 * ETHER)).ready

    def test_a_price_that_nobody_means(self) -> None:
        assert (
            "The broker asks for 1.00 % of the amount." in problem(fast(quick(100)), "speed", Severity.WARNS).sentence
        )
        for ratio in (1_000, 10_000):
            assert "nobody means to pay that" in problem(fast(quick(ratio)), "speed").sentence
        assert "no broker pays" in problem(fast(quick(0)), "speed").sentence

    def test_a_share_of_ones_own(self) -> None:
        assert fast(ratio="0.1").ready
        assert "Brokers ask for 0.10 %" in problem(fast(ratio="0.05"), "ratio", Severity.WARNS).sentence
        assert "gives them more" in problem(fast(ratio="0.5 %"), "ratio", Severity.WARNS).sentence
        assert "10.00 % of the amount" in problem(fast(ratio="10"), "ratio").sentence
        for text in ("0.001", "-1", "abc", "1e1", "0", "100.01", "5%%", "９", "1\u202e", "9" * 99):
            assert problem(fast(ratio=text), "ratio").sentence, text

    def test_what_would_leave_nothing(self) -> None:
        found = problem(fast(amount="0.000001", ratio="1"), "amount")
        assert found.sentence == "Nothing would be left of it after the broker’s share."

    def test_a_fee_that_nobody_asks_for(self) -> None:
        assert "no fee of its own" in problem(fast(fee="1.6"), "fee", Severity.WARNS).sentence


def test_a_chain_that_is_a_layer_2_itself_is_explained() -> None:
    below = replace(DEPLOYMENT, gateways={2: frozenset({33})})
    quote = judge(
        below, offer(), draft(chain="2", source_token="33", amount="0.5", fee="0.0005", target_token="33"), {}
    )
    noted = problem(quote, "chain", Severity.NOTES)
    assert noted.sentence == "Strait is itself a layer 2: the money arrives and stays there."
    assert "take ETH on to Harbour (withdrawToL1); Ashore does not ask for that" in noted.advice
    assert plan_of(below, quote, 1).request.expect["flag"] == "0"
    assert "chain" not in judge(below, offer(), draft(chain="2"), {}).problems, "it does not take USDC"
    assert "chain" not in judge(below, offer(), draft(), {}).problems


@given(st.integers(1, 10**30), st.integers(0, 10_000))
def test_the_share_is_rounded_as_the_contract_rounds_it(amount: int, ratio: int) -> None:
    received = received_of(amount, ratio)
    assert 0 <= received <= amount
    assert received * 10_000 <= amount * (10_000 - ratio) < (received + 1) * 10_000
    assert ratio_percent(ratio).removesuffix(" %").replace(".", "").lstrip("0") == (str(ratio) if ratio else "")


@given(
    st.sampled_from(["", "normal", "fast", "FAST", "quick"]),
    st.one_of(st.text(max_size=12), st.integers(-5, 12_000).map(lambda n: f"{n / 100:.2f}")),
    st.integers(0, 10_000),
    st.integers(0, 10**22),
    st.sampled_from(["25", "0.000001", "1240.5", "", "x"]),
)
def test_whatever_is_typed_and_quoted(wish: str, share: str, asked: int, most: int, amount: str) -> None:
    quote = judged(quick(asked, most), speed=wish, ratio=share, amount=amount)
    if not quote.ready:
        return
    tx = decode_core(bytes.fromhex(str(plan_of(DEPLOYMENT, quote, 1).request.preimage["core"])))
    assert (tx.withdraw_fee_ratio > 0) is quote.fast
    assert tx.withdraw_fee_ratio < 1_000, "nobody signs a tenth away"
    if quote.fast:
        assert tx.amount <= most
        assert quote.received == received_of(rescale(tx.amount, 18, 6), tx.withdraw_fee_ratio) > 0
