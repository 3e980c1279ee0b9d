"""A plain request that nobody knows of: a person may end it after some days, which proves nothing and is taken back."""

from __future__ import annotations

from typing import Any

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import ENDED_BY_YOU, Mark, Status
from ashore.engine.views import ActivityQuery
from ashore.systems.reddio.system.offer import PLAIN_WAY
from ashore.systems.reddio.system.tracks import ENDS_AFTER_MS, PLAIN, REQUESTED, UPDATED
from faults.reddio_bench import ReddioBench
from faults.test_reddio_registration import register

END = PLAIN.words.end
PLAINLY: dict[str, Any] = {"way": PLAIN_WAY, "recipient": ""}
AWAITED = {Mark.AWAITED, Mark.NOT_APPLICABLE}


async def lost(vaults: ReddioBench, phase: str) -> str:
    """A plain request whose answer was lost, and that Reddio's list does not show."""
    await register(vaults)
    review = await vaults.review_of("ETH", "0.5", **PLAINLY)
    vaults.set_faults(rules=[{"path": "/v1/withdrawal", "kind": "drop", "phase": phase}], wrong_amount=phase == "after")
    plain = await vaults.wallet.confirm(review)
    await vaults.until(lambda: "no signature" in (vaults.voyage(plain).rows[0].sentence))
    return plain


async def late(vaults: ReddioBench, plain: str) -> None:
    """Let the days pass after which a person may decide."""
    assert vaults.voyage(plain).rows[0].again == ""
    assert "you can end it yourself" in vaults.voyage(plain).advice
    vaults.leap.forward(ENDS_AFTER_MS / 1000 + 1)
    await vaults.look()
    assert vaults.voyage(plain).rows[0].again == END


async def test_what_never_left_is_ended_by_its_owner_and_asked_for_anew_with_a_warning(vaults: ReddioBench) -> None:
    plain = await lost(vaults, "before")
    with pytest.raises(AshoreError, match="not to be ended now"):
        await vaults.wallet.endings.end(plain)
    second = await vaults.review_of("ETH", "0.25", **PLAINLY)
    assert not any("may still be carried out" in warning for warning in second.warnings)
    with pytest.raises(AshoreError, match="still open"):
        await vaults.wallet.confirm(second)
    await late(vaults, plain)
    await vaults.wallet.endings.end(plain)
    voyage = vaults.voyage(plain)
    assert (voyage.status, voyage.headline) == (Status.ENDED, PLAIN.words.ended[0])
    assert "{" not in voyage.advice
    assert voyage.rows[0].mark is Mark.UNKNOWN, "nothing was proven by it"
    assert {row.mark for row in voyage.rows[1:]} <= AWAITED
    assert voyage.withdrawal.facts[ENDED_BY_YOU].isdigit()
    row = next(each for each in vaults.wallet.activity(ActivityQuery(), None, 9).rows if each.id == plain)
    assert row.stage_title == "Ended by you, may still happen"
    await vaults.restart()
    assert vaults.voyage(plain).status is Status.ENDED, "it was journaled"
    review = await vaults.review_of("ETH", "0.5", **PLAINLY)
    (warned,) = (warning for warning in review.warnings if "may still be carried out" in warning)
    assert "0.50 ETH" in warned
    again = await vaults.wallet.confirm(review)
    await vaults.until(lambda: vaults.voyage(again).status is Status.UNDER_WAY)
    await vaults.operate("accept", "batch", "prove", "update")
    await vaults.look()
    assert vaults.mark(again, UPDATED) is Mark.PROVEN
    assert vaults.voyage(plain).status is Status.ENDED, "what was asked for again is not taken for it"
    assert vaults.wrong() == []


async def test_what_happens_after_all_comes_alive_and_says_so(vaults: ReddioBench) -> None:
    plain = await lost(vaults, "after")
    await late(vaults, plain)
    await vaults.wallet.endings.end(plain)
    assert vaults.voyage(plain).status is Status.ENDED
    await vaults.restart()
    await vaults.operate("accept", "batch", "prove", "update")
    await vaults.look_until(lambda: vaults.mark(plain, UPDATED) is Mark.PROVEN)
    voyage = vaults.voyage(plain)
    assert voyage.status is Status.UNDER_WAY
    assert voyage.headline == PLAIN.words.revived[0]
    (requested,) = (row for row in voyage.rows if row.stage.id == REQUESTED)
    assert requested.sentence.startswith("You had ended this request")
    assert "shows exactly this sum for its owner" in requested.sentence
    review = await vaults.review_of("ETH", "0.25", **PLAINLY)
    assert not any("may still be carried out" in warning for warning in review.warnings), "it was, and that is known"
    shown, (really,) = voyage.withdrawal.stage(UPDATED).best, vaults.requests()
    assert shown is not None
    assert shown.tx_hash == really["update_tx"]


async def test_it_is_not_ended_while_somebody_cannot_be_asked_or_has_it(vaults: ReddioBench) -> None:
    plain = await lost(vaults, "after")
    await late(vaults, plain)
    vaults.set_faults(dead=True)
    with pytest.raises(AshoreError, match="no clear answer"):
        await vaults.wallet.endings.end(plain)
    vaults.set_faults(dead=False)
    vaults.wire.cut = {"/l1/"}
    vaults.wallet.look_again()
    await vaults.until(lambda: all(each.agreeing < 2 for each in vaults.wallet.health()))
    with pytest.raises(AshoreError, match="has not read all"):
        await vaults.wallet.endings.end(plain)
    vaults.wire.cut = set()
    vaults.leap.forward(120)  # endpoints that failed are left alone for a while
    await vaults.look_until(lambda: all(each.agreeing > 1 and not each.behind for each in vaults.wallet.health()))
    await vaults.look_until(lambda: not vaults.wallet.operator_notes())
    vaults.set_faults(wrong_amount=False)
    with pytest.raises(AshoreError, match="has this request after all"):
        await vaults.wallet.endings.end(plain)
    assert ENDED_BY_YOU not in vaults.voyage(plain).withdrawal.facts
