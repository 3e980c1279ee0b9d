"""How a voucher's way ends when it is not the usual one: not sent, tried again, paid after all."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from ashore.desktop.paths import paths_for
from faults.lightning_observer import lightning_disagreements
from faults.observer import claims_in
from journeys.test_product import own_memory, product
from journeys.vouchers import (
    EXPIRY_S,
    HANDED_OVER,
    SETTLED,
    VERIFIED,
    WATCHED_S,
    Ahead,
    ahead,
    claims,
    let_pass,
    look,
    spoil_node,
    truth,
    voucher,
    withdraw,
)

__all__ = ["ahead", "own_memory"]

HOME = "Lightning voucher (LNURL)"
AGAIN = "Try again with the same invoice"
LATE_S = 660


@pytest.mark.usefixtures("own_memory")
async def test_the_unusual_ends(application: QApplication, tmp_path: Path, ahead: Ahead) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", HOME)

        elsewhere = await voucher(life, title="Elsewhere", faults={"foreign_callback": True})
        await withdraw(person, elsewhere["lnurl"])
        await person.until_sees("Nothing was sent. ", "Open the link again")
        await person.settle()
        assert person.stages()[HANDED_OVER].said_by == "not sent"
        person.photograph("voucher-not-sent")
        assert await claims(life, elsewhere) == []

        firm = await voucher(life, title="Firm", faults={"refuses": "Wait 60 seconds."})
        await withdraw(person, firm["lnurl"])
        await person.until_sees("“Wait 60 seconds.”", AGAIN)
        await person.settle()
        person.photograph("voucher-again")
        await life.sandbox.faults({"lightning": {"vouchers": {firm["id"]: {"refuses": None}}}})
        person.click(AGAIN)
        await person.until_sees(SETTLED)
        await person.settle()
        assert not person.sees(AGAIN)
        calls = await claims(life, firm)
        assert [call["paid"] for call in calls] == [False, True]
        assert len({call["invoice_sha256"] for call in calls}) == 1, "the very same invoice"

        quiet = await voucher(life, title="Quiet", faults={"error_but_pays": "Out of order."})
        await spoil_node(life, blind=True)
        await withdraw(person, quiet["lnurl"])
        await person.until_sees("“Out of order.”")
        await let_pass(life, ahead, EXPIRY_S + WATCHED_S + 60)
        await person.until_sees("expired unpaid")
        await spoil_node(life, blind=None)
        await let_pass(life, ahead, LATE_S)
        await person.until_sees(SETTLED, "It was paid after all")
        await person.settle()
        look(life)
        stage = person.stages()[VERIFIED]
        assert (stage.mark, stage.said_by) == ("seen", "Practice node shows it")
        person.photograph("voucher-after-all")
        person.click_section("Activity")
        await person.settle()
        person.photograph("voucher-ends-activity")
        person.click_row(2)
        await person.settle()
        assert person.sees("Nothing was sent. ")
        told = await truth(life)
    claims_made = claims_in(paths_for("sandbox", tmp_path).journal)
    assert len(claims_made) == 3
    assert lightning_disagreements(claims_made, told) == []
