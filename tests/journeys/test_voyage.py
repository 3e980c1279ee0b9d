"""From the form to money on L1, by mouse and by keyboard, with what a person sees at each stage."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from journeys.flows import (
    ARRIVED,
    CHECKSUMMED,
    FORM,
    ON_THE_WAY,
    RECIPIENT,
    REVIEW,
    SENT,
    confirm,
    fill,
    open_form,
    review,
    system_card,
)
from journeys.house import House
from journeys.person import Person

VOYAGE = "25.00 USDC to Harbour"
ETHEREUM_TEXT = f"Withdraw 25.0 USDC to: {RECIPIENT}\nFee: 1.6 USDC\nNonce: 0\nFastWithdrawFeeRatio: 0%"
PROVEN_SENTENCES = {
    "commit": ("Committed", "The batch with your withdrawal is on Harbour."),
    "prove": ("Proved", "The validity proof of that batch was taken by the contract."),
    "sync": ("Verified", "All connected chains agree on the batch: its root is final for zkLink."),
    "execute": ("Released on Harbour", "The contract on Harbour set the money aside for its recipient."),
    "payout": (
        "Paid out on Harbour",
        "The money is at the recipient’s address. Irreversible once this block is finalized.",
    ),
}


def read_review(person: Person) -> None:
    """Everything of the signature is there to be read before the button."""
    assert (
        person.misses(
            "25.00 USDC",
            "to_chain_id 1",
            CHECKSUMMED,
            "1.60 USDC",
            "26.60 USDC",
            "main sub-account",
            "account_id 1042\nsub_account_id 0",
            "l2_source_token 17\nl1_target_token 17",
            "amount 25000000000000000000",
            "Normal withdrawal",
            "You will sign 2 things: the text below with your Ethereum key, the request’s bytes with your layer-2 key.",
            "Only the layer-2 signature names the chain.",
            ETHEREUM_TEXT,
            "It cannot be cancelled after this.",
            "Withdraw 25.00 USDC to Harbour",
        )
        == []
    )


async def follow(house: House, person: Person) -> None:
    """The operator's stages, one by one, up to money that cannot be taken back."""
    await house.operator("execute_l2")
    await person.until_marks(ON_THE_WAY["execute_l2"])
    stages = person.stages()
    assert stages["Executed on layer 2"].said_by == "zkLink says so"
    assert stages["Executed on layer 2"].sentence == "zkLink took the amount from your balance."
    assert stages["Committed"].sentence == "zkLink writes a batch with your withdrawal to Harbour."
    for stage, (title, sentence) in PROVEN_SENTENCES.items():
        await house.operator(stage)
        await person.until_marks(ON_THE_WAY[stage])
        shown = person.stages()[title]
        assert shown.said_by == "we checked it"
        assert shown.sentence == sentence
        await person.settle()
        person.photograph(stage)
    assert person.sees("Paid out on Harbour; waiting until it is irreversible.")
    await house.finalize()
    await person.until_marks(ARRIVED)
    await person.until_sees("25.00 USDC arrived on Harbour.")
    stages = person.stages()
    assert {stages[title].said_by for title, _ in PROVEN_SENTENCES.values()} == {"checked, irreversible"}
    assert stages["Paid out on Harbour"].sentence == "The money is at the recipient’s address."
    truth = house.practice.truth()
    assert (truth["paid_l1"], truth["due_l1"], truth["to"]) == ("25000000", "25000000", RECIPIENT)
    assert house.practice.submissions == 1


async def test_a_withdrawal_by_mouse(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC", "Nothing is under way.", "SANDBOX", "3 of 3 endpoints agree")
        person.photograph("home")
        await open_form(person)
        assert not person.find("Review withdrawal").isEnabled()
        person.photograph("form-empty")
        await fill(person)
        assert person.sees("25.00 USDC", "on Harbour", "26.60 USDC", "1.60 USDC", "It cannot be cancelled once sent.")
        assert person.field_says("Recipient") == "A new address without a checksum: compare every group."
        person.photograph("form")
        await review(person)
        read_review(person)
        person.photograph("review")
        person.click("What the layer-2 key signs")
        person.click("Back to Change something")
        assert person.heading == FORM
        assert person.sees(RECIPIENT)
        assert house.practice.submissions == 0
        await review(person)
        confirm(person)
        await person.until_marks(SENT)
        assert person.heading == VOYAGE
        assert person.stages()["Requested"].said_by == "zkLink says so"
        assert person.stages()["Requested"].sentence == "Signed here; zkLink’s node took it."
        assert person.sees("Under way.", CHECKSUMMED, "Activity")
        assert "Activity, 1 open" in person.names()
        await person.settle()
        person.photograph("requested")
        await follow(house, person)
        person.photograph("arrived")
        await read_evidence(person, house)
        person.click_section("Activity")
        await person.settle()
        ((amount, to, _recipient, stage, _started, _mark),) = person.activity()
        assert (amount, to, stage) == ("25.00 USDC", "Harbour", "Paid out on Harbour")
        person.photograph("activity")
        person.click_row(0)
        assert person.heading == VOYAGE


async def read_evidence(person: Person, house: House) -> None:
    """Committed and verified, laid open; the stored proof in full."""
    stages = house.practice.truth()["stages"]
    person.click("Evidence of Committed")
    await person.until_sees(stages["commit"], "endpoints agree on the block; the block is final")
    assert not person.sees("1970"), "a block's time is in seconds, evidence's in milliseconds"
    person.click("Check the proof again: The batch with your withdrawal, on L1")
    await person.until_sees("on this computer alone: the stored header hashes to block", "says BlockCommit(")
    person.photograph("evidence-committed")
    person.click("Evidence of Verified")
    await person.until_sees(stages["sync"])
    (root,) = {root for root in final_roots(house) if root in person.reads()}
    assert root
    person.click("Check the proof again: The batch’s root, as the contract stores it")
    await person.until_sees("the slot stands under its state root, and zkLink’s contract stores the shown hash")
    person.photograph("evidence-verified")
    proof = next(
        b for b in person.window.findChildren(QAbstractButton) if b.text() == "Show the proof" and b.isVisible()
    )
    person.click_on(proof)
    await person.until_sees("Anyone can check them again.")
    person.press(Qt.Key.Key_Escape)
    await person.until(lambda: not person.sees("Anyone can check them again."), "the end of the dialog")


def final_roots(house: House) -> list[str]:
    """The state roots of the operator's layer-2 blocks."""
    return ["0x" + block.root.hex() for block in house.practice.world.rollup.blocks.values()]


async def test_a_withdrawal_by_keyboard_alone(house: House) -> None:
    async with house.window(theme="dark") as person:
        await person.until_sees("1,265.50 USDC", "3 of 3 endpoints agree")
        person.photograph("home")
        person.tab_to(system_card(person))
        person.press(Qt.Key.Key_Return)
        await person.until(lambda: person.focus == "Amount", "a form to type in")
        person.type("25")
        person.tab_to("Recipient")
        person.type(RECIPIENT)
        person.press(Qt.Key.Key_Return)
        await person.until(lambda: person.heading == REVIEW, "the review")
        read_review(person)
        await person.settle()
        person.photograph("review")
        person.press(Qt.Key.Key_Return)
        await person.settle()
        assert person.heading == REVIEW, "a second Enter must not sign"
        assert house.practice.submissions == 0
        person.tab_to("Withdraw 25.00 USDC to Harbour")
        person.press(Qt.Key.Key_Space)
        await person.until_marks(SENT)
        await follow(house, person)
        person.tab_to("Evidence of Verified")
        person.press(Qt.Key.Key_Return)
        await person.until_sees(house.practice.truth()["stages"]["sync"])
        person.photograph("evidence")
        person.press(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        await person.until(lambda: person.heading == "Activity", "the list")
        person.tab_to("Withdrawals")
        person.press(Qt.Key.Key_Down)
        person.press(Qt.Key.Key_Up)
        person.press(Qt.Key.Key_Return)
        assert person.heading == VOYAGE
        person.press(Qt.Key.Key_Escape)
        assert person.heading == "Activity"
        person.press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
        await person.until_sees("Nothing is under way.")


async def test_source_and_target_token_apart_and_another_sub_account(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await open_form(person)
        await person.choose("Token", "USD ·")
        await person.choose("Paid out as", "USDT")
        await fill(person, "100.5")
        assert person.sees("100.50 USDT", "102.10 USD")
        person.photograph("form")
        await review(person)
        assert person.misses("USD → USDT", "l1_target_token 18", "100.50 USDT", "102.10 USD") == []
        assert person.sees("Withdraw 100.5 USD to:")
        confirm(person)
        await person.until_marks(SENT)
        assert person.heading == "100.50 USDT to Harbour"

        person.click("Withdraw")
        await person.settle()
        await open_form(person)
        assert not person.sees("100.5")
        await person.choose("Sub-account", "1")
        await person.settle()
        assert person.sees("Balance 0.00 USD")
        await person.choose("Token", "USDC · 25.00")
        await person.settle()
        assert person.sees("Balance 25.00 USDC", "Paid out as\nUSDC")
        person.click("Use the greatest amount that can be withdrawn")
        await person.settle()
        assert person.sees("23.40 USDC")
        person.write("Recipient", RECIPIENT)
        await person.settle()
        assert person.field_says("Recipient") == "Entered before, but nothing has arrived there yet: compare it."
        await review(person)
        assert person.sees("sub-account 1", "23.40 USDC")
        confirm(person)
        await person.until_marks(SENT)
        assert "Activity, 2 open" in person.names()

        await house.operator("payout")
        await house.finalize()
        await person.until_marks(ARRIVED)
        person.click_section("Activity")
        await person.until(lambda: [row[3] for row in person.activity()] == ["Paid out on Harbour"] * 2, "both ends")
        person.photograph("activity")
        paid = {(one["token_id"], one["paid_l1"]) for one in house.practice.status()["zklink"]["withdrawals"]}
        assert paid == {(18, "100500000"), (17, "23400000")}
