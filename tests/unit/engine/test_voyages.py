"""The sentence beside each stage is true of it now."""

from dataclasses import replace

import pytest

from ashore.domain import events as ev
from ashore.domain.eta import WHOLE, Expectation
from ashore.domain.evidence import Evidence, Level
from ashore.domain.folding import fold
from ashore.domain.stages import Track
from ashore.domain.withdrawal import AGAIN_UNTIL, ANEW_FROM, HELD_UP, UNSEEN_END, Mark, Status, Withdrawal
from ashore.engine.views import Voyage
from ashore.engine.voyages import usually, voyage_of
from ashore.systems.lnurl.system.tracks import SEEN, UNSEEN
from ashore.systems.local_time import time_of_day
from ashore.systems.zklink.system.tracks import NORMAL
from unit.domain.event_strategies import intended, started

SENT: tuple[ev.Event, ...] = (started(), intended(), ev.MoveSending("w", "m"))
TAKEN: tuple[ev.Event, ...] = (*SENT, ev.MoveAccepted("w", "m", "Took it."))


def told(*events: ev.Event, now: int = 9_000, expected: dict[str, Expectation] | None = None) -> Voyage:
    state = fold(ev.Recorded(seq, 1_000, event) for seq, event in enumerate(events, 1))
    assert isinstance(state, Withdrawal)
    return voyage_of(state, NORMAL, expected or {}, now)


def row(voyage: Voyage, stage: str) -> tuple[Mark, str, str]:
    found = voyage.rows[NORMAL.position(stage)]
    return found.mark, found.said_by, found.sentence


def reached(stage: str, level: Level) -> ev.StageReached:
    on_chain = level > Level.REPORTED
    evidence = Evidence("e" if on_chain else "operator", level, "Harbour" if on_chain else "zkLink", 1)
    return ev.StageReached("w", stage, Evidence(**{**_plain(evidence), "block_hash": "0xaa" if on_chain else ""}))


def _plain(evidence: Evidence) -> dict[str, object]:
    return {name: getattr(evidence, name) for name in Evidence.__slots__}


SENTENCES: dict[Mark, tuple[tuple[ev.Event, ...], str, str, str]] = {
    Mark.AWAITED: (TAKEN, "committed", "", "zkLink writes a batch with your withdrawal to Harbour."),
    Mark.REPORTED: (
        (*TAKEN, reached("committed", Level.REPORTED)),
        "committed",
        "zkLink says so",
        "The batch with your withdrawal is on Harbour. Harbour does not show it yet.",
    ),
    Mark.SEEN: (
        (*TAKEN, reached("committed", Level.SEEN)),
        "committed",
        "one endpoint shows it",
        "The batch with your withdrawal is on Harbour.",
    ),
    Mark.PROVEN: (
        (*TAKEN, reached("paid", Level.PROVEN)),
        "paid",
        "we checked it",
        "The money is at the recipient’s address. Irreversible once this block is finalized.",
    ),
    Mark.IRREVERSIBLE: (
        (*TAKEN, reached("paid", Level.IRREVERSIBLE)),
        "paid",
        "checked, irreversible",
        "The money is at the recipient’s address.",
    ),
    Mark.TAKEN_BACK: (
        (*TAKEN, reached("proved", Level.PROVEN), ev.StageTakenBack("w", "proved", "Harbour replaced it.", "0xaa")),
        "proved",
        "taken back",
        "Harbour replaced it.",
    ),
    Mark.UNKNOWN: (
        (*SENT, ev.MoveUnclear("w", "m", "The answer was lost.")),
        "requested",
        "being found out",
        "The answer was lost. Ashore asks until it knows, and never sends a second request.",
    ),
    Mark.FAILED: (
        (*SENT, ev.MoveRefused("w", "m", "206", "The balance does not cover it.", "Enter less.")),
        "requested",
        "failed",
        "The balance does not cover it.",
    ),
    Mark.NOT_REACHED: (
        (*SENT, ev.MoveRefused("w", "m", "206", "The balance does not cover it.", "Enter less.")),
        "committed",
        "not reached",
        "",
    ),
}


@pytest.mark.parametrize("mark", SENTENCES)
def test_each_mark_has_its_sentence(mark: Mark) -> None:
    events, stage, said_by, sentence = SENTENCES[mark]
    assert row(told(*events), stage) == (mark, said_by, sentence)


def test_a_stage_that_does_not_exist_says_why() -> None:
    stages = tuple(replace(stage, not_applicable="Lightning leaves no proof.") for stage in NORMAL.stages)
    state = fold([ev.Recorded(1, 1, started())])
    assert state is not None
    voyage = voyage_of(state, replace(NORMAL, stages=stages), {}, 5)
    assert {(r.mark, r.sentence) for r in voyage.rows} == {(Mark.NOT_APPLICABLE, "Lightning leaves no proof.")}


def test_a_failed_stage_says_its_reason() -> None:
    events = (*TAKEN, ev.StageFailed("w", "executed", "zkLink could not execute it: no.", "zkLink"))
    assert row(told(*events), "executed") == (Mark.FAILED, "failed", "zkLink could not execute it: no.")


def test_a_contradiction_takes_the_place_of_the_operators_word() -> None:
    voyage = told(
        *TAKEN, reached("committed", Level.REPORTED), ev.StageContradicted("w", "committed", "It says.", "No.")
    )
    assert row(voyage, "committed")[2] == "It says. No."
    assert voyage.headline == "zkLink’s word and the chain differ."


def test_an_old_quarrel_hides_nothing_that_was_proven_since() -> None:
    quarrel = *TAKEN, ev.StageContradicted("w", "committed", "It says.", "No.")
    voyage = told(*quarrel, reached("released", Level.PROVEN))
    assert voyage.headline == told(*TAKEN, reached("released", Level.PROVEN)).headline
    assert row(voyage, "committed")[2] == row(told(*quarrel), "committed")[2], "the stage itself still tells it"
    again = told(*TAKEN, reached("committed", Level.PROVEN), ev.StageContradicted("w", "proved", "It says.", "No."))
    assert again.headline == "zkLink’s word and the chain differ."


@pytest.mark.parametrize(
    ("events", "status", "headline", "advice"),
    [
        ((started(), intended()), Status.PREPARED, "Signed, not sent yet.", "as soon as it can"),
        (SENT, Status.UNKNOWN, "On its way: no answer yet.", "You need not do anything."),
        (
            (*SENT, ev.MoveUnclear("w", "m", "The answer was lost.")),
            Status.UNKNOWN,
            "It is not known yet",
            "Nothing can be paid twice",
        ),
        (
            (*SENT, ev.MoveUnclear("w", "m", "The answer was lost."), ev.MoveSending("w", "m")),
            Status.UNKNOWN,
            "It is not known yet",
            "Nothing can be paid twice",
        ),
        (
            (*SENT, ev.MoveRefused("w", "m", "206", "No balance.", "Enter less.")),
            Status.REFUSED,
            "No balance.",
            "Enter",
        ),
        (TAKEN, Status.UNDER_WAY, "Under way.", "You can close Ashore"),
        (
            (*TAKEN, reached("paid", Level.PROVEN)),
            Status.UNDER_WAY,
            "Paid out on Harbour; waiting until it is irreversible.",
            "Nothing to do.",
        ),
        ((*TAKEN, reached("paid", Level.IRREVERSIBLE)), Status.FINAL, "10 USDC arrived on Harbour.", ""),
        ((*TAKEN, ev.StageFailed("w", "executed", "no", "zkLink")), Status.FAILED, "zkLink", "layer-2 balance"),
    ],
)
def test_the_headline(events: tuple[ev.Event, ...], status: Status, headline: str, advice: str) -> None:
    voyage = told(*events)
    assert voyage.status is status
    assert headline in voyage.headline
    assert advice in voyage.advice


def test_what_the_operator_alone_says_is_called_its_word() -> None:
    voyage = told(*TAKEN, ev.StageFailed("w", "executed", "no", "zkLink"))
    assert voyage.headline.startswith("zkLink says")
    assert voyage.advice.startswith("By its word")


def test_late_is_what_nineteen_of_twenty_were_not() -> None:
    expected = {"committed": Expectation(1_000, 2_000, 3_000, 9)}
    for now, late in ((4_000, False), (4_001, True)):
        voyage = told(*TAKEN, reached("executed", Level.REPORTED), now=now, expected=expected)
        assert voyage.rows[NORMAL.position("committed")].late is late
    failed = told(*TAKEN, reached("executed", Level.REPORTED), ev.StageFailed("w", "paid", "", "z"), now=9_999)
    assert not any(r.late for r in failed.rows)
    unreached = told(*TAKEN, now=99_999, expected={"paid": Expectation(1, 1, 1, 9)})
    assert not any(r.late for r in unreached.rows), "what comes before it is not there yet"


def test_how_long_the_whole_way_takes() -> None:
    assert "not known yet" in usually({}, NORMAL.words)
    assert "stands still" in usually(None, NORMAL.words)
    part = {"proved": Expectation(60_000, 120_000, 1, 9)}
    assert "not known yet" in usually(part, NORMAL.words), "a part of the way is not the way"
    told = usually({**part, WHOLE: Expectation(120_000, 240_000, 1, 6)}, NORMAL.words)
    assert told.startswith("From the batch to the release on L1 usually 2 min, nine of ten within 4 min (last 6 ")
    assert told.endswith(" The wait for the batch and the payout come on top.")


def test_what_holds_it_up_is_said_until_it_is_gone() -> None:
    held = ev.FactLearnt("w", HELD_UP, "The contract is frozen: nothing goes on. What waits can be claimed.", "L1")
    voyage = told(*SENT, ev.MoveSending("w", "m"), ev.MoveAccepted("w", "m", "ok"), held)
    assert (voyage.headline, voyage.advice) == (
        "The contract is frozen: nothing goes on.",
        "What waits can be claimed.",
    )
    again = told(
        *SENT, ev.MoveSending("w", "m"), ev.MoveAccepted("w", "m", "ok"), held, ev.FactLearnt("w", HELD_UP, "", "L1")
    )
    assert again.headline == "Under way."


def test_an_end_out_of_sight_keeps_the_no_that_was_answered() -> None:
    no = "The service said no: “no route”."
    voyage = told(*SENT, ev.MoveUnclear("w", "m", no, said_no=True), ev.FactLearnt("w", UNSEEN_END, "yes", "Ashore"))
    assert voyage.status is Status.UNSEEN
    assert row(voyage, "requested") == (Mark.UNKNOWN, "not known", no)


NO = (ev.MoveSending("w", "m"), ev.MoveUnclear("w", "m", "The service said no: “no route”.", said_no=True))
LATER = 3_600_000


@pytest.mark.parametrize("track", [SEEN, UNSEEN])
@pytest.mark.parametrize(
    ("details", "advised", "not_advised"),
    [
        ({AGAIN_UNTIL: str(LATER), ANEW_FROM: str(LATER)}, SEEN.words.again, "link again"),
        (
            {ANEW_FROM: str(LATER)},
            f"open the link again after {time_of_day(LATER, 0)}, when the invoice has expired.",
            SEEN.words.again,
        ),
        ({}, "open the link again after its invoice has expired (within about 70 minutes).", SEEN.words.again),
    ],
    ids=["may go again", "never again", "of an earlier version"],
)
def test_after_a_no_the_advice_says_what_can_be_done(
    track: Track, details: dict[str, str], advised: str, not_advised: str
) -> None:
    begun = started()
    begun = replace(begun, terms=replace(begun.terms, system="LNURL", details=details))
    state = fold(ev.Recorded(seq, 1, event) for seq, event in enumerate((begun, intended(), *NO), 1))
    assert state is not None
    voyage = voyage_of(state, track, {}, 2)
    assert advised in voyage.advice
    assert not_advised not in voyage.advice
    assert "Nothing to do" not in voyage.advice
    assert "{" not in voyage.advice
