"""What Reddio says is reported and no more: each status by its honest meaning, each ending by its own name."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.folding import fold
from ashore.domain.moves import MoveKind
from ashore.domain.observations import ChainHealth
from ashore.domain.stage_marks import stage_mark
from ashore.domain.withdrawal import HELD_UP, NOTE, Mark, Status, Withdrawal
from ashore.systems.entries import Entry
from ashore.systems.reddio.settlement.book import Kind
from ashore.systems.reddio.settlement.operator_word import (
    ASKED_A_CYCLE,
    FORGETTING_MS,
    OperatorWord,
    contradictions,
    words,
)
from ashore.systems.reddio.settlement.transfers import ANSWERS, GIVEN_UP_MS, LAST_WAIT_MS, TURNING_MS, held
from ashore.systems.reddio.system.offer import TO_VAULT
from ashore.systems.reddio.system.tracks import ACCEPTED, BATCHED, CLAIMED, REQUESTED, SETTLED, UPDATED, WITHDRAWAL
from unit.systems.reddio.api_stub import Api, failed, ok
from unit.systems.reddio.reddio_bench import DEPLOYMENT, ETH, FOREIGN_KEY, KEY, NOW
from unit.systems.reddio.system.test_reddio_plan import planned, signed


def begun(name: str = "w1", number: str = "13", **typed: str) -> list[ev.Event]:
    """A request that Reddio took."""
    plan = planned(**typed)
    move = replace(signed(plan), id=f"move-{name}")
    at = NOW
    return [
        ev.WithdrawalStarted(name, plan.terms),
        ev.MoveIntended(name, move.id, MoveKind.REQUEST, move.profile, move.locator, move.payload, move.scope, 7),
        ev.MoveSending(name, move.id),
        ev.MoveAccepted(name, move.id, "taken"),
        ev.StageReached(name, REQUESTED, Evidence("submission", Level.REPORTED, "Reddio", at)),
        *([ev.FactLearnt(name, "sequence_id", number, "Reddio")] if number else []),
    ]


def state_of(events: list[ev.Event]) -> Withdrawal:
    found = fold(ev.Recorded(number, NOW, event) for number, event in enumerate(events, start=1))
    assert found is not None
    return found


def record(**changes: object) -> dict[str, object]:
    asset = f"{ETH.asset_id:#x}"
    return {
        "sequence_id": 13,
        "record_type": 3,
        "status": 1,
        "stark_key": KEY,
        "asset_id": asset,
        "amount": "1500000",
        **changes,
    }


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    made = Api()
    yield made
    await made.http.aclose()


UPDATE = Entry(
    Kind.UPDATED, "4", 4, "Harbour", 70, "0x46", NOW // 1000, 1, "0x7a", Level.PROVEN, agreeing=3, asked=3, proof=""
)
"""A state update that Ethereum shows."""


async def told(
    api: Api, events: list[ev.Event], now: int = NOW, update: Entry | None = UPDATE, **changes: object
) -> Withdrawal:
    """The withdrawal after one cycle in which Reddio's record is so; `update` is what Ethereum shows since."""
    api.answers["/v1/record"] = lambda _q, _b: ok([record(**changes)])
    state = state_of(events)
    report = await OperatorWord(DEPLOYMENT, api.client, lambda: now).ask([state])
    for observation in report.observations:
        events.extend(words(observation, [state], now, lambda _state: update))  # type: ignore[arg-type]
    return state_of(events)


@pytest.mark.parametrize(
    ("status", "reached"),
    [
        (0, set()),
        (1, {ACCEPTED}),
        (3, {ACCEPTED, BATCHED}),
        (6, {ACCEPTED, BATCHED, UPDATED}),
        (7, set()),
        ("x", set()),
    ],
)
async def test_a_status_is_reported_and_never_more(api: Api, status: Any, reached: set[str]) -> None:
    state = await told(api, begun(), status=status)
    levels = {name: view.level for name, view in state.stages.items() if name != REQUESTED and view.level is not None}
    assert levels == dict.fromkeys(reached, Level.REPORTED)
    assert state.stage(CLAIMED).level is None, "no status means that it was claimed"
    assert state.is_open


async def test_a_word_that_comes_after_the_proof_takes_nothing_back(api: Api) -> None:
    shown = Evidence("LogWithdrawalAllowed", Level.IRREVERSIBLE, "Harbour", NOW, chain="Harbour")
    unnamed = ev.FactLearnt("w1", NOTE + UPDATED, "nobody but Harbour shows it", "Harbour")
    api.answers["/v1/record/by/signature"] = lambda _q, _b: ok([record(status=6)])
    state = await told(api, [*begun(number=""), ev.StageReached("w1", UPDATED, shown), unnamed])
    marks = {stage: stage_mark(state, stage, WITHDRAWAL) for stage in (ACCEPTED, BATCHED, UPDATED)}
    assert marks == dict.fromkeys(marks, Mark.IRREVERSIBLE)
    assert state.facts["sequence_id"] == "13", "the number is learnt all the same"


@pytest.mark.parametrize(
    ("status", "stage", "said"),
    [
        (2, ACCEPTED, "could not carry it out"),
        (4, BATCHED, "StarkEx rejected"),
        (5, ACCEPTED, "rolled the request back"),
    ],
)
async def test_three_statuses_end_it_each_in_its_own_way(api: Api, status: int, stage: str, said: str) -> None:
    state = await told(api, begun(), status=status, resp="insufficient available")
    assert state.status is Status.FAILED
    assert said in state.stage(stage).failed
    assert "“insufficient available”" in state.stage(stage).failed


async def test_an_ending_that_ethereum_contradicts_does_not_count(api: Api) -> None:
    events = begun()
    events.append(
        ev.StageReached("w1", UPDATED, Evidence("log", Level.SEEN, "a", NOW, chain="Harbour", block_hash="0x1"))
    )
    before = state_of(events)
    made = list(words(_report(before, 2), [before], NOW))
    assert not any(isinstance(event, ev.StageFailed) for event in made)


def shown_by_the_chain_alone() -> list[ev.Event]:
    """A request whose answer was lost, and that a state update seems to have."""
    evidence = Evidence("log", Level.PROVEN, "Harbour", NOW, chain="Harbour", block_hash="0x1")
    return [*begun(number=""), ev.StageReached("w1", UPDATED, evidence), ev.FactLearnt("w1", NOTE + UPDATED, "?", "x")]


async def test_what_the_chain_alone_shows_is_asked_for_by_its_signature(api: Api) -> None:
    api.answers["/v1/record/by/signature"] = lambda _q, _b: ok([record(status=1)])
    state = await told(api, shown_by_the_chain_alone())
    assert state.facts["sequence_id"] == "13"
    await told(api, [*shown_by_the_chain_alone(), ev.FactLearnt("w1", "sequence_id", "13", "Reddio")])
    assert api.calls["/v1/record"] == 0, "once it is known it is not asked for any more"


async def test_that_reddio_calls_it_failed_makes_the_sum_anothers_perhaps(api: Api) -> None:
    api.answers["/v1/record/by/signature"] = lambda _q, _b: ok([record(status=2)])
    state = await told(api, shown_by_the_chain_alone())
    assert state.status is not Status.FAILED, "what the chain shows is not talked over"
    assert state.stage(ACCEPTED).contradicted.startswith("Reddio says: status 2, failed on Reddio.")
    assert "may be somebody else’s" in state.stage(ACCEPTED).contradicted


def _report(state: Withdrawal, status: int) -> Any:
    from ashore.domain.observations import OperatorReport

    facts = {state.id: {"sequence_id": 13, "status": status, "reason": "", "fits": True, "named": True}}
    return OperatorReport(DEPLOYMENT.id, "records", facts)


def transfer() -> list[ev.Event]:
    return begun(way=TO_VAULT, recipient=FOREIGN_KEY)


async def test_a_transfer_is_settled_by_word_alone_once_that_stood(api: Api) -> None:
    events = transfer()
    assert (await told(api, events, status=1, to=FOREIGN_KEY)).stage(SETTLED).level is None
    for passed in (0, TURNING_MS - 1):
        state = await told(api, events, NOW + passed, status=3, to=FOREIGN_KEY)
        assert state.is_open
        assert state.stage(SETTLED).level is None, "it may still be rolled back"
    state = await told(api, events, NOW + TURNING_MS, status=3, to=FOREIGN_KEY)
    assert state.stage(SETTLED).level is Level.REPORTED
    assert state.status is Status.FINAL


async def test_that_it_is_on_ethereum_is_believed_once_it_was_said_again_and_again(api: Api) -> None:
    events = transfer()
    for answer in range(1, ANSWERS + 1):
        state = await told(api, events, NOW + answer, status=6, to=FOREIGN_KEY)
        assert state.is_open is (answer < ANSWERS)
    (best,) = state.stage(SETTLED).evidence
    assert best.level is Level.REPORTED, "nobody but Reddio can tell"
    assert best.facts["state update since"] == "number 4 in block 70, which Ashore checked"
    assert not best.on_chain


async def test_one_answer_in_between_makes_it_begin_anew(api: Api) -> None:
    events = transfer()
    for passed, status in enumerate((6, 6, 3, 6, 6)):
        assert (await told(api, events, NOW + passed, status=status, to=FOREIGN_KEY)).is_open
    assert (await told(api, events, NOW + 5, status=6, to=FOREIGN_KEY)).status is Status.FINAL


async def test_however_often_reddio_lies_nothing_is_settled_before_ethereum_shows_an_update(api: Api) -> None:
    events = transfer()
    for passed in (0, 1, 2, 3, TURNING_MS, 2 * TURNING_MS):
        for status in (6, 3):
            state = await told(api, events, NOW + passed, None, status=status, to=FOREIGN_KEY)
            assert state.is_open
            assert state.stage(SETTLED).level is None


HEALTH = ChainHealth(chain="Harbour", agreeing=3, asked=3, head=100, finalized=90)


def after(events: list[ev.Event], now: int, update: Entry | None, health: ChainHealth = HEALTH) -> Withdrawal:
    """The withdrawal once the chain was heard."""
    events.extend(held(DEPLOYMENT, health, [state_of(events)], lambda _state: update, now))
    return state_of(events)


async def test_its_word_that_runs_ahead_of_ethereum_is_named_until_ethereum_follows(api: Api) -> None:
    events = transfer()
    await told(api, events, NOW, None, status=6, to=FOREIGN_KEY)
    assert HELD_UP not in after(events, NOW, None, replace(HEALTH, agreeing=1)).facts
    assert "shows no state update since it was made" in after(events, NOW, None).facts[HELD_UP]
    count = len(events)
    after(events, NOW + 1, None)
    assert len(events) == count, "it is said once"
    assert after(events, NOW + 2, UPDATE).facts[HELD_UP] == ""


@pytest.mark.parametrize(
    ("status", "update", "said"),
    [
        (6, None, "Reddio says that it is in the receiver’s vault: Harbour has shown no state update since."),
        (3, UPDATE, "Reddio has said that it is in the receiver’s vault, and was not heard to stand by it."),
        (1, UPDATE, "Reddio took the transfer, and does not say that it is in the receiver’s vault."),
        (None, None, "Reddio took the transfer, and does not say that it is in the receiver’s vault."),
    ],
)
async def test_a_transfer_that_does_not_end_is_given_up_after_a_week_and_not_called_done(
    api: Api, status: int | None, update: Entry | None, said: str
) -> None:
    events = transfer()
    if status is not None:
        await told(api, events, NOW, update, status=status, to=FOREIGN_KEY)
    assert after(events, NOW + GIVEN_UP_MS - 1, update).is_open
    assert after(events, NOW + GIVEN_UP_MS, update, replace(HEALTH, behind=3)).is_open, "not all was read"
    late = NOW + GIVEN_UP_MS
    for passed in (0, LAST_WAIT_MS - 1):
        assert after(events, late + passed, update).is_open, "it is asked for, and has its chance to say so"
    state = after(events, late + LAST_WAIT_MS, update)
    assert state.status is Status.UNSEEN
    assert state.stage(SETTLED).contradicted == said
    assert state.stage(SETTLED).level is None
    assert state_of(begun()).status is after(begun(), NOW + GIVEN_UP_MS, update).status, "a withdrawal waits on"


async def test_a_week_in_which_the_wallet_was_closed_gives_no_transfer_up(api: Api) -> None:
    events = transfer()
    await told(api, events, status=3, to=FOREIGN_KEY)
    late = NOW + 8 * 86_400_000
    for passed in (0, 3 * LAST_WAIT_MS, 9 * LAST_WAIT_MS):
        assert after(events, late + passed, UPDATE).is_open, "opened for a moment, and closed again"
    heard = late + 9 * LAST_WAIT_MS + 1
    assert (await told(api, events, heard, status=6, to=FOREIGN_KEY)).status is Status.FINAL


async def test_a_transfer_of_which_it_is_not_known_whether_reddio_has_it_is_never_given_up() -> None:
    events = [event for event in transfer() if not isinstance(event, ev.MoveAccepted | ev.StageReached)]
    assert after(events, NOW + 2 * GIVEN_UP_MS, None).is_open


async def test_a_transfer_that_is_rolled_back_after_it_was_in_a_batch_has_failed(api: Api) -> None:
    events = begun(way=TO_VAULT, recipient=FOREIGN_KEY)
    await told(api, events, status=3, to=FOREIGN_KEY)
    state = await told(api, events, NOW + 1, status=5, to=FOREIGN_KEY)
    assert state.status is Status.FAILED
    assert "rolled the request back" in state.stage(ACCEPTED).failed


async def test_what_reddio_takes_back_of_a_batch_begins_the_wait_anew(api: Api) -> None:
    events = begun(way=TO_VAULT, recipient=FOREIGN_KEY)
    for passed, status in ((0, 3), (1, 1), (TURNING_MS, 3), (TURNING_MS + 1, 3)):
        assert (await told(api, events, NOW + passed, status=status, to=FOREIGN_KEY)).is_open
    assert (await told(api, events, NOW + 2 * TURNING_MS, status=3, to=FOREIGN_KEY)).status is Status.FINAL


@pytest.mark.parametrize("name", ["asset_id", "amount", "stark_key", "to"])
async def test_a_record_that_leaves_something_out_ends_no_transfer(api: Api, name: str) -> None:
    events = begun(way=TO_VAULT, recipient=FOREIGN_KEY)
    for passed in (0, TURNING_MS):
        for status in (3, 6):
            state = await told(api, events, NOW + passed, **{"to": FOREIGN_KEY, name: None, "status": status})
            assert state.is_open


async def test_without_a_number_it_is_found_by_its_signature(api: Api) -> None:
    events = begun(number="")
    api.answers["/v1/record/by/signature"] = lambda _q, _b: ok([record(sequence_id=99, stark_key="0x1"), record()])
    state = await told(api, events)
    assert state.facts["sequence_id"] == "13"
    assert state.stage(ACCEPTED).level is Level.REPORTED


async def test_a_record_of_another_asset_or_amount_is_not_believed(api: Api) -> None:
    for wrong in ({"asset_id": "0x17"}, {"amount": "1"}, {"to": "0x" + "5b" * 20}):
        state = await told(api, begun(), status=2, **wrong)
        assert state.is_open
        assert "another asset, amount or receiver" in state.stage(ACCEPTED).contradicted
        assert ACCEPTED not in {name for name, view in state.stages.items() if view.failed}


async def test_what_it_forgets_is_said_once_it_stays_so(api: Api) -> None:
    api.answers["/v1/record"] = lambda _q, _b: ok([])
    state = state_of(begun())
    report = await OperatorWord(DEPLOYMENT, api.client, lambda: NOW).ask([state])
    assert not list(words(report.observations[0], [state], NOW + 1000))  # type: ignore[arg-type]
    late = list(words(report.observations[0], [state], NOW + FORGETTING_MS + 1))  # type: ignore[arg-type]
    assert [type(event) for event in late] == [ev.StageContradicted]


async def test_a_dead_or_failing_api_is_a_note(api: Api) -> None:
    state = state_of(begun())
    word = OperatorWord(DEPLOYMENT, api.client, lambda: NOW)
    assert "cannot be asked" in (await word.ask([state])).notes[0]
    api.answers["/v1/record"] = lambda _q, _b: failed(500)
    assert (await word.ask([state])).observations == ()
    api.answers["/v1/record"] = lambda _q, _b: ok(7)
    assert "form" in (await word.ask([state])).notes[0]


async def test_a_cycle_is_bounded_and_each_comes_round(api: Api) -> None:
    states = [state_of(begun(f"w{n}", str(n))) for n in range(ASKED_A_CYCLE + 5)]
    asked: set[str] = set()
    api.answers["/v1/record"] = lambda q, _b: asked.add(q["sequence_id"]) or ok([])  # type: ignore[func-returns-value]
    word = OperatorWord(DEPLOYMENT, api.client, lambda: NOW)
    await word.ask(states)
    assert api.calls["/v1/record"] == ASKED_A_CYCLE
    await word.ask(states)
    assert len(asked) == len(states)


async def test_its_word_that_the_chain_does_not_show_is_contradicted_after_a_while(api: Api) -> None:
    state = await told(api, begun(), status=6)
    health = ChainHealth(chain="Harbour", agreeing=3, asked=3, head=100, finalized=90)
    assert not list(contradictions(DEPLOYMENT, health, [state], NOW + 1000))
    (said,) = contradictions(DEPLOYMENT, health, [state], NOW + 21_000)
    assert isinstance(said, ev.StageContradicted)
    assert not list(contradictions(DEPLOYMENT, replace(health, agreeing=1), [state], NOW + 21_000))
