"""What the wallet's word about an invoice means, for every state in which a withdrawal can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.folding import apply, fold
from ashore.domain.moves import MoveKind, MoveState
from ashore.domain.stages import Track
from ashore.domain.withdrawal import Mark, Status, Withdrawal
from ashore.engine.voyages import voyage_of
from ashore.lightning.backends import Receipt, ReceiptState
from ashore.systems.lnurl.settlement.receipts import (
    ANYWAY,
    NOTHING_SENT,
    PAID_NOT,
    UNPAID,
    WATCHED_PAST_EXPIRY_MS,
    events_of,
)
from ashore.systems.lnurl.system.tracks import HANDED_OVER, SEEN, SETTLED
from unit.systems.lnurl.voucher_terms import terms

HASH = "ab" * 32
EXPIRES = 1_000_000
LATE = EXPIRES + WATCHED_PAST_EXPIRY_MS + 1
TERMS = terms(destination="your node")
SENDING = ev.MoveSending("w", "m")
SILENCE = ev.MoveUnclear("w", "m", "No answer came.")
NOT_LEFT = ev.MoveUnclear("w", "m", "It is locked.", left=False)
NO = ev.MoveUnclear("w", "m", f"The service said no: “Shut”. {ANYWAY}", said_no=True)
YES = ev.MoveAccepted("w", "m", "OK")
WAYS: dict[str, list[ev.Event]] = {
    "intended": [],
    "sending": [SENDING],
    "not left": [SENDING, NOT_LEFT],
    "silence": [SENDING, SILENCE],
    "no": [SENDING, NO],
    "ok": [SENDING, YES],
}


def folded(events: list[ev.Event]) -> Withdrawal:
    begun = [
        ev.WithdrawalStarted("w", TERMS),
        ev.MoveIntended("w", "m", MoveKind.REQUEST, "lnurl-practice", HASH, "record", "scope", 0),
    ]
    recorded = (ev.Recorded(number, number, event) for number, event in enumerate([*begun, *events]))
    state = fold(recorded)
    assert state is not None
    return state


def after(events: list[ev.Event], state: ReceiptState, now: int, received: int | None = None) -> Withdrawal:
    """The withdrawal when the wallet has said this, twice."""
    receipt = Receipt(state, HASH, received)
    once = [*events, *events_of(folded(events), receipt, "Alice", EXPIRES, now)]
    again = list(events_of(folded(once), receipt, "Alice", EXPIRES, now))
    assert again == [], "what is known is not journaled again"
    return folded(once)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("now", [0, LATE])
def test_settled_is_final_whatever_the_service_said(way: str, now: int) -> None:
    state = after(WAYS[way], ReceiptState.SETTLED, now, 15_000)
    assert state.status is Status.FINAL
    assert not state.stage(SETTLED).contradicted
    less = after(WAYS[way], ReceiptState.SETTLED, now, 14_999)
    assert "14.999 sat arrived" in less.stage(SETTLED).contradicted


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("said", sorted(set(ReceiptState) - {ReceiptState.SETTLED}))
def test_nothing_ends_before_ten_minutes_past_the_expiry(way: str, said: ReceiptState) -> None:
    assert list(events_of(folded(WAYS[way]), Receipt(said, HASH), "Alice", EXPIRES, LATE - 1)) == []


@pytest.mark.parametrize(
    ("way", "status", "sentence"),
    [
        ("intended", Status.REFUSED, NOTHING_SENT),
        ("not left", Status.REFUSED, NOTHING_SENT),
        ("sending", Status.REFUSED, UNPAID),
        ("silence", Status.REFUSED, UNPAID),
        ("no", Status.REFUSED, f"The service said no: “Shut”. {UNPAID}"),
        ("ok", Status.FAILED, PAID_NOT),
    ],
)
def test_expired_ends_with_what_is_known(way: str, status: Status, sentence: str) -> None:
    state = after(WAYS[way], ReceiptState.EXPIRED, LATE)
    assert state.status is status
    assert state.request is not None
    assert sentence == (state.stage(SETTLED).failed or state.request.said)


@pytest.mark.parametrize("way", WAYS)
def test_the_computers_clock_alone_ends_only_what_nobody_was_given(way: str) -> None:
    """It may be hours ahead: what the wallet calls unpaid can still be paid."""
    state = after(WAYS[way], ReceiptState.UNPAID, LATE)
    assert state.is_open == (way not in ("intended", "not left"))


@pytest.mark.parametrize("way", WAYS)
def test_what_nobody_can_see_ends_unseen_unless_it_never_left(way: str) -> None:
    state = after(WAYS[way], ReceiptState.UNKNOWN_HERE, LATE)
    assert state.status is (Status.REFUSED if way in ("intended", "not left") else Status.UNSEEN)


@given(
    st.lists(st.sampled_from([SENDING, SILENCE, NOT_LEFT, NO, YES]), max_size=6),
    st.lists(st.sampled_from(ReceiptState), max_size=4),
    st.booleans(),
)
def test_only_the_wallets_word_settles_and_time_ends_all(
    events: list[ev.Event], words: list[ReceiptState], late: bool
) -> None:
    so_far = list(events)
    for word in words:
        now = LATE if late else EXPIRES
        state = folded(so_far)
        if not state.is_open:
            break
        so_far += events_of(state, Receipt(word, HASH, 15_000), "Alice", EXPIRES, now)
        ended = folded(so_far)
        assert (ended.status is Status.FINAL) == (word is ReceiptState.SETTLED)
        kept_open = word is ReceiptState.UNPAID
        assert kept_open or not (late and ended.is_open), "nothing stays open for ever"
        assert ended.request is not None
        assert not (ended.request.state is MoveState.REFUSED and word is ReceiptState.SETTLED)


# ---- the stage that nobody spoke for


def row(state: Withdrawal, stage: str, track: Track = SEEN) -> tuple[Mark, str, str]:
    told = voyage_of(state, track, {}, LATE).rows[track.position(stage)]
    return told.mark, told.said_by, told.sentence


@pytest.mark.parametrize("way", ["sending", "silence"])
def test_money_without_an_answer_shows_that_the_service_had_the_invoice(way: str) -> None:
    """As when the process died between the payment and the next look at the service's answer."""
    state = after(WAYS[way], ReceiptState.SETTLED, 0, 15_000)
    assert row(state, HANDED_OVER) == (
        Mark.SEEN,
        "Alice shows it",
        "The money came, so the service had the invoice; its answer was not seen.",
    )
    passed = {told.mark for told in voyage_of(state, SEEN, {}, LATE).rows[SEEN.position(HANDED_OVER) :]}
    assert not passed & {Mark.AWAITED, Mark.UNKNOWN, Mark.NOT_REACHED}


def test_money_after_a_no_keeps_the_no() -> None:
    state = after(WAYS["no"], ReceiptState.SETTLED, 0, 15_000)
    assert row(state, HANDED_OVER)[2] == f"The service said no: “Shut”. {ANYWAY} It did pay."


def test_an_answer_that_was_seen_speaks_for_itself() -> None:
    told = Evidence("submission", Level.REPORTED, "shop.example", 1)
    state = after([*WAYS["ok"], ev.StageReached("w", HANDED_OVER, told)], ReceiptState.SETTLED, 0, 15_000)
    assert row(state, HANDED_OVER)[:2] == (Mark.REPORTED, "shop.example says so")


def test_a_stage_that_was_not_passed_is_awaited_still() -> None:
    assert row(folded([]), HANDED_OVER)[0] is Mark.AWAITED
    assert row(folded(WAYS["silence"]), HANDED_OVER)[0] is Mark.UNKNOWN


def test_nothing_is_called_signed_where_nothing_is() -> None:
    for way, events in WAYS.items():
        told = voyage_of(folded(events), SEEN, {}, 0)
        words = f"{told.headline} {told.advice} {' '.join(r.sentence for r in told.rows)}"
        assert "igned" not in words.replace("assigned", ""), way
    assert voyage_of(folded([]), SEEN, {}, 0).headline == "Sealed, not handed over yet."


# ---- paid after all


@pytest.mark.parametrize("way", ["intended", "silence", "no", "ok"])
def test_an_end_as_unpaid_gives_way_to_the_wallets_word(way: str) -> None:
    ended = after(WAYS[way], ReceiptState.EXPIRED, LATE)
    assert ended.status in (Status.REFUSED, Status.FAILED)
    receipt = Receipt(ReceiptState.SETTLED, HASH, 15_000)
    news = [*events_of(ended, receipt, "Alice", EXPIRES, LATE + 5)]
    state = ended
    for number, event in enumerate(news, 100):
        state = apply(state, ev.Recorded(number, LATE + 5, event))
    assert state.status is Status.FINAL
    assert state.request is not None
    assert state.request.state is MoveState.ACCEPTED
    assert (state.request.code, state.request.advice) == ("", "")
    assert not list(events_of(state, receipt, "Alice", EXPIRES, LATE + 6)), "once"
    told = voyage_of(state, SEEN, {}, LATE + 5)
    assert told.advice == state.stage(SETTLED).recovered
    assert told.rows[SEEN.position(SETTLED)].mark is Mark.SEEN
    assert not any(r.view.failed for r in told.rows)
    assert Mark.NOT_REACHED not in {r.mark for r in told.rows}


@pytest.mark.parametrize(
    ("received", "compared"),
    [(15_000, "payment hash and amount"), (None, "the payment hash; this wallet names no amount")],
)
def test_the_evidence_says_what_was_compared(received: int | None, compared: str) -> None:
    state = after(WAYS["ok"], ReceiptState.SETTLED, 0, received)
    best = state.stage(SETTLED).best
    assert best is not None
    assert best.facts["compared"] == compared
    assert "amount" not in row(state, SETTLED)[2]
