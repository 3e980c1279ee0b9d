"""Fast withdrawals, as a person meets them: a broker pays, none does, or one pays otherwise than was agreed."""

from __future__ import annotations

import pytest

from ashore.sandbox.zklink.faults import Switch
from journeys.flows import ARRIVED, RECIPIENT, confirm, fill, open_form, review
from journeys.house import House
from journeys.person import Person
from journeys.test_looks import look

FAST_SENT = "reported awaited awaited awaited awaited awaited awaited awaited"
MOOT = "not-applicable"
ADVANCE = "Paid in advance by a broker"
ETHEREUM_TEXT = f"Withdraw 25.0 USDC to: {RECIPIENT}\nNonce: 0\nFastWithdrawFeeRatio: 0.1%"


async def choose_fast(person: Person, amount: str = "25") -> None:
    """A filled form in which a broker shall pay."""
    await open_form(person)
    await fill(person, amount)
    await person.choose("Speed", "Fast")
    await person.settle()


async def send_fast(person: Person, amount: str = "25") -> None:
    """From the first page to a fast voyage that the node has taken."""
    await choose_fast(person, amount)
    await review(person)
    confirm(person)
    await person.until_marks(FAST_SENT)


async def test_a_broker_pays_and_that_is_final(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC", "3 of 3 endpoints agree")
        await open_form(person)
        await fill(person)
        assert person.sees("26.60 USDC", "Normal")
        person.photograph("normal")
        await person.choose("Speed", "Fast · 0.10 % to a broker")
        await person.settle()
        assert person.misses(
            "24.975 USDC",
            "Costs you in total",
            "0.025 USDC to the broker (0.10 %), nothing to zkLink",
            "If no broker pays",
            "none has promised when",
        ) == []  # fmt: skip
        assert not person.sees("26.60 USDC")
        person.photograph("fast")
        await review(person)
        assert person.misses(
            "Fast withdrawal",
            "withdraw_fee_ratio 10",
            "Arrives exactly",
            "24.975 USDC",
            "if a broker pays in advance; 25.00 USDC if none does",
            "0.025 USDC to the broker (0.10 %), nothing to zkLink",
            "No broker has to pay in advance.",
            ETHEREUM_TEXT,
        ) == []  # fmt: skip
        person.photograph("review")
        confirm(person)
        await person.until_marks(FAST_SENT)
        assert person.stages()[ADVANCE].sentence == "A broker may pay you now, before zkLink does. None has to."
        await person.settle()
        person.photograph("requested")
        await house.operator("accept")
        await person.until(lambda: person.stages()[ADVANCE].mark == "proven", "the broker's payment")
        shown = person.stages()
        assert shown[ADVANCE].said_by == "we checked it"
        assert {shown[title].mark for title in ("Committed", "Verified", "Paid out on Harbour")} == {MOOT}
        assert shown["Released on Harbour"].sentence.startswith("Not for the recipient any more")
        assert person.sees("Paid out on Harbour; waiting until it is irreversible.")
        await person.settle()
        person.photograph("paid")
        await house.finalize()
        await person.until_sees("24.975 USDC arrived on Harbour.")
        assert person.sees("A broker paid it in advance and kept its share of the 25.00 USDC, as you signed.")
        person.click(f"Evidence of {ADVANCE}")
        truth = house.practice.truth()
        await person.until_sees(truth["accept_tx"], "24.975 USDC; the broker keeps 0.10 %")
        await person.settle()
        person.photograph("evidence")
        assert (truth["received_l1"], truth["paid_l1"]) == ("24975000", "0")
        person.click_section("Activity")
        await person.settle()
        ((amount, to, _recipient, stage, _started, _mark),) = person.activity()
        assert (amount, to, stage) == ("25.00 USDC", "Harbour", ADVANCE)


async def test_no_broker_comes_and_the_whole_amount_does(house: House) -> None:
    async with house.window(theme="dark") as person:
        await person.until_sees("1,265.50 USDC", "3 of 3 endpoints agree")
        await send_fast(person)
        house.practice.operator_lies(Switch.BROKER_AWAY)
        await house.operator("execute")
        await person.until(lambda: person.stages()["Released on Harbour"].mark == "proven", "the release")
        assert person.stages()[ADVANCE].mark == MOOT
        assert "the whole amount comes the normal way" in person.stages()[ADVANCE].sentence
        await person.settle()
        person.photograph("released")
        await house.operator("payout")
        await house.finalize()
        await person.until_sees("25.00 USDC arrived on Harbour.")
        assert person.marks() == ARRIVED.replace(" ", f" irreversible {MOOT} ", 1).removesuffix(" irreversible")
        person.photograph("arrived")
        assert house.practice.truth()["received_l1"] == "25000000"


async def test_a_broker_pays_less_than_agreed(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC", "3 of 3 endpoints agree")
        await send_fast(person, "100")
        house.practice.operator_lies(Switch.BROKER_PAYS_LESS)
        await house.operator("accept")
        await person.until_sees("What was agreed and what the chain shows differ.")
        told = person.stages()[ADVANCE]
        assert told.mark == "awaited"
        assert "Somebody paid 98.90 USDC under this withdrawal’s number" in told.sentence + told.objection
        assert "you signed for 99.90 USDC" in told.sentence + told.objection
        await person.settle()
        person.photograph("less")
        await house.finalize()
        assert not person.sees("arrived on Harbour")
        await house.operator("payout")
        await house.finalize()
        await person.until_sees("100.00 USDC arrived on Harbour.")
        assert house.practice.truth()["paid_l1"] == "100000000"


WHAT_BROKERS_SAY = {
    "limit": ({Switch.BROKER_LIMIT: "20000000"}, "Brokers pay at most 20.00 USDC in advance on Harbour now."),
    "dear": ({Switch.BROKER_ASKS: "4000"}, "The broker asks for 40.00 % of the amount: nobody means to pay that."),
    "nonsense": ({Switch.BROKER_ASKS: "<b>all</b>"}, "No broker pays USDC in advance on Harbour now."),
    "silent": ({Switch.BROKER_SILENT: True}, "No broker pays USDC in advance on Harbour now."),
    "away": ({Switch.BROKER_AWAY: True}, "No broker pays USDC in advance on Harbour now."),
}


@pytest.mark.parametrize("case", WHAT_BROKERS_SAY)
async def test_what_brokers_say_stands_beside_the_field(house: House, case: str) -> None:
    switches, sentence = WHAT_BROKERS_SAY[case]
    house.practice.world.faults.switches.update(switches)
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC", "3 of 3 endpoints agree")
        await choose_fast(person)
        assert person.field_says("Speed").startswith(sentence)
        assert not person.find("Review withdrawal").isEnabled()
        person.photograph(case)
        await person.choose("Speed", "Normal")
        await person.settle()
        assert person.find("Review withdrawal").isEnabled()
        assert person.sees("26.60 USDC")


async def test_every_page_of_a_fast_withdrawal_at_twice_the_text_size(house: House) -> None:
    async with house.window(theme="light", size=(1024, 700)) as person:
        await person.until_sees("1,265.50 USDC", "3 of 3 endpoints agree")
        person.click_section("Settings")
        person.click("Colours: Dark")
        person.click("Text size: 200 %")
        person.click_section("Withdraw")
        await choose_fast(person)
        person.click("Fee, nonce and broker’s share")
        person.write("Broker’s share in per cent", "0.05")
        await look(person, "large-form")
        assert person.field_says("Broker’s share in per cent").startswith("Brokers ask for 0.10 %")
        person.click("Use the usual fee, nonce and share")
        await review(person)
        await look(person, "large-review")
        confirm(person)
        await person.until_marks(FAST_SENT)
        await house.operator("accept")
        await person.until(lambda: person.stages()[ADVANCE].mark == "proven", "the broker's payment")
        person.click(f"Evidence of {ADVANCE}")
        await look(person, "large-voyage")
        person.click_section("Settings")
        person.click("Text size: 100 %")
        person.click_section("Activity")
        person.click_row(0)
        person.click(f"Evidence of {ADVANCE}")
        await look(person, "voyage")
