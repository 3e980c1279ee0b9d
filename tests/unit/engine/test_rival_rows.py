"""What was signed in the place of a claim stands in the steps as what it is, each with its own transaction."""

from __future__ import annotations

import pytest

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import Mark
from ashore.engine.views import StageRow
from ashore.engine.voyages import voyage_of
from ashore.systems.zklink.system.tracks import CLAIM
from unit.ui.claim_hands import CLAIM_HASH, claim_sent, paid_by, receipt
from unit.ui.standin import NOW, PROFILE, StandInWallet

FASTER, CANCEL = "0x" + "fa" * 32, "0x" + "ca" * 32


def wallet(*replacements: tuple[MoveKind, str], refused: bool = False) -> StandInWallet:
    """A claim that an endpoint took, and what took its place."""
    made = StandInWallet()
    claim_sent(made)
    said = {"request": CLAIM_HASH}
    made.happen(ev.StageReached("c", "sent", Evidence("submission", Level.REPORTED, "An endpoint", NOW, said)), NOW)
    for kind, named in replacements:
        move = f"move {named[-4:]}"
        made.happen(ev.MoveIntended("c", move, kind, PROFILE, named, "0x02", "s", 4), NOW)
        made.happen(ev.MoveSending("c", move), NOW)
        if refused:
            made.happen(ev.MoveRefused("c", move, "low", "The price is too low."), NOW)
            continue
        made.happen(ev.MoveAccepted("c", move), NOW)
        kind_of = "cancellation" if kind is MoveKind.CANCEL else "replacement"
        piece = Evidence(kind_of, Level.REPORTED, "An endpoint", NOW, {"request": named})
        made.happen(ev.StageReached("c", "sent", piece), NOW)
    return made


def rows(made: StandInWallet) -> tuple[StageRow, ...]:
    (state,) = made.withdrawals()
    return voyage_of(state, CLAIM, {}, NOW).rows


def told(made: StandInWallet) -> list[tuple[str, Mark, str]]:
    return [(row.stage.title, row.mark, row.transaction) for row in rows(made)]


def test_a_claim_alone_is_told_as_before() -> None:
    assert told(wallet()) == [("Claim sent", Mark.REPORTED, ""), ("Paid out on Arbitrum", Mark.AWAITED, "")]


@pytest.mark.parametrize(
    ("kind", "named", "title"),
    [
        (MoveKind.REPLACE, FASTER, "Claim sent at a higher price"),
        (MoveKind.CANCEL, CANCEL, "Cancellation sent"),
    ],
)
def test_both_transactions_stand_in_the_steps_while_nobody_knows_which_is_taken(
    kind: MoveKind, named: str, title: str
) -> None:
    assert told(wallet((kind, named))) == [
        ("Claim sent", Mark.REPORTED, CLAIM_HASH),
        (title, Mark.REPORTED, named),
        ("Paid out on Arbitrum", Mark.AWAITED, ""),
    ]


@pytest.mark.parametrize(("level", "mark"), [(Level.PROVEN, Mark.PROVEN), (Level.IRREVERSIBLE, Mark.IRREVERSIBLE)])
def test_the_receipt_of_a_cancellation_proves_the_cancellation_and_nothing_of_the_claim(
    level: Level, mark: Mark
) -> None:
    made = wallet((MoveKind.CANCEL, CANCEL))
    made.happen(ev.StageReached("c", "sent", receipt(CANCEL, level)), NOW)
    claim, cancelled, paid = rows(made)
    assert (claim.mark, claim.said_by) == (Mark.REPORTED, "An endpoint says so")
    assert "this one can never take effect" in claim.sentence
    assert all(piece.tx_hash != CANCEL for piece in claim.view.evidence)
    assert (cancelled.stage.title, cancelled.mark, cancelled.transaction) == ("Cancelled", mark, CANCEL)
    assert {piece.kind for piece in cancelled.view.evidence} == {"cancellation", "receipt"}
    assert paid.mark in (Mark.AWAITED, Mark.NOT_REACHED)


def test_a_cancellation_that_came_too_late_is_told_as_that() -> None:
    made = wallet((MoveKind.CANCEL, CANCEL))
    made.happen(ev.StageReached("c", "sent", receipt(CLAIM_HASH)), NOW)
    claim, cancelled, _ = rows(made)
    assert (claim.mark, claim.said_by) == (Mark.PROVEN, "we checked it")
    assert "never" not in claim.sentence
    assert (cancelled.stage.title, cancelled.mark) == ("Cancellation sent", Mark.NOT_REACHED)
    assert cancelled.sentence == "Too late: a block took the claim first."


def test_a_payout_shows_which_of_several_was_taken_before_its_receipt_is_read() -> None:
    made = wallet((MoveKind.CANCEL, CANCEL), (MoveKind.REPLACE, FASTER))
    made.happen(ev.StageReached("c", "sent", paid_by(FASTER)), NOW)
    made.happen(ev.StageReached("c", "claimed", paid_by(FASTER)), NOW)
    assert rows(made)[0].mark is Mark.REPORTED, "the payout of another shows nothing of the first"
    marks = {row.transaction: row.mark for row in rows(made)}
    assert marks[FASTER] is Mark.PROVEN
    assert marks[CANCEL] is Mark.NOT_REACHED


def test_what_no_endpoint_took_says_why() -> None:
    _, cancelled, _ = rows(wallet((MoveKind.CANCEL, CANCEL), refused=True))
    assert (cancelled.mark, cancelled.said_by, cancelled.sentence) == (
        Mark.FAILED,
        "not taken",
        "The price is too low.",
    )
