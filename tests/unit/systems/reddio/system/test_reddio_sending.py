"""Sent once, what became of it is asked by its signature, and it goes again only while that is harmless."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.moves import Accepted, NeverLeft, Refused, SignedMove, Unknown
from ashore.engine.carrier import Doubt
from ashore.systems.reddio.codec import ErrorCode, hex_of
from ashore.systems.reddio.system.offer import PLAIN_WAY, TO_VAULT
from ashore.systems.reddio.system.sending import Known, last_number, locate_request, submit_request
from unit.systems.reddio.api_stub import Api, failed, ok
from unit.systems.reddio.reddio_bench import CAPITAL, ETH, FOREIGN_KEY, KEY, NFT, NOW, OTHER_KEY, TOKEN
from unit.systems.reddio.system.test_reddio_plan import planned, signed

NOW_S = NOW // 1000
BY_SIGNATURE = "/v1/record/by/signature"
RECORDS = "/v1/records"


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    made = Api()
    yield made
    await made.http.aclose()


@pytest.fixture(scope="module")
def move() -> SignedMove:
    return signed(planned())


@pytest.fixture(scope="module")
def plain() -> SignedMove:
    return signed(planned(way=PLAIN_WAY, key=CAPITAL, amount="1", recipient=""))


def record(**changes: object) -> dict[str, object]:
    return {"sequence_id": 13, "record_type": 3, "status": 0, "stark_key": KEY, "amount": "1500000", **changes}


@pytest.mark.parametrize("way", ["ethereum", TO_VAULT])
async def test_it_is_taken_under_a_number(api: Api, way: str) -> None:
    asked = signed(planned(way=way, recipient=FOREIGN_KEY if way == TO_VAULT else "0x" + "5a" * 20))
    path = "/v1/transfers" if way == TO_VAULT else "/v1/withdrawalto"
    api.answers[path] = lambda _q, _b: ok({"sequence_id": 13})
    outcome = await submit_request(api.client, asked, first_send=True)
    assert isinstance(outcome, Accepted)
    assert outcome.learnt == (("sequence_id", "13"),)
    assert api.bodies == [asked.payload.encode()]


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("code", [c for c in ErrorCode if c])
async def test_every_no_is_certain_or_open_and_an_echo_is_never_certain(
    api: Api, move: SignedMove, code: ErrorCode, status: int
) -> None:
    api.answers["/v1/withdrawalto"] = lambda _q, _b: httpx.Response(status, json=failed(int(code)))
    api.answers[BY_SIGNATURE] = lambda _q, _b: ok([])
    api.answers["/v1/nonce"] = lambda _q, _b: ok({"nonce": 7})
    first = await submit_request(api.client, move, first_send=True)
    again = await submit_request(api.client, move, first_send=False)
    assert isinstance(again, Unknown), "the first may have been taken"
    if isinstance(first, Refused):
        assert again.refusal == first
        assert first.code == str(int(code))
        assert first.sentence
    else:
        assert isinstance(first, Unknown)
        assert again.refusal is None


async def test_a_duplicate_is_looked_for_by_its_signature(api: Api, move: SignedMove) -> None:
    api.answers["/v1/withdrawalto"] = lambda _q, _b: failed(13, "duplicate")
    api.answers[BY_SIGNATURE] = lambda q, _b: ok(
        [record()] if q["r"] == json.loads(move.payload)["signature"]["r"] else []
    )
    assert isinstance(await submit_request(api.client, move, first_send=False), Accepted)
    api.answers[BY_SIGNATURE] = lambda _q, _b: ok([])
    api.answers["/v1/nonce"] = lambda _q, _b: ok({"nonce": 7})
    outcome = await submit_request(api.client, move, first_send=True)
    assert isinstance(outcome, Unknown)
    assert not outcome.resend_harmless


@pytest.mark.parametrize(
    "answer", [httpx.ReadTimeout("late"), httpx.Response(502, text="bad"), httpx.Response(404), {"status": "OK"}, []]
)
async def test_a_lost_answer_is_open(api: Api, move: SignedMove, answer: Any) -> None:
    api.answers["/v1/withdrawalto"] = lambda _q, _b: answer
    outcome = await submit_request(api.client, move, first_send=True)
    assert isinstance(outcome, Unknown)
    assert not outcome.resend_harmless, "only asking can make it so"


async def test_what_never_left_is_proven(api: Api, move: SignedMove) -> None:
    api.answers["/v1/withdrawalto"] = lambda _q, _b: httpx.ConnectError("down")
    assert isinstance(await submit_request(api.client, move, first_send=True), NeverLeft)


@pytest.mark.parametrize("unknown", [[], None, {"list": []}])
async def test_it_may_go_again_only_while_its_number_is_unused(api: Api, move: SignedMove, unknown: Any) -> None:
    api.answers[BY_SIGNATURE] = lambda _q, _b: ok(unknown)
    api.answers[RECORDS] = lambda _q, _b: ok([record(amount="2")])
    for expected, harmless in ((6, True), (7, True), (8, False), (100, False)):
        api.answers["/v1/nonce"] = lambda _q, _b, expected=expected: ok({"nonce": expected})
        outcome = await locate_request(api.client, move, NOW_S)
        assert isinstance(outcome, Unknown)
        assert outcome.resend_harmless is harmless
        assert (outcome.refusal is None) is harmless, "its number was used by another: dead once that stays so"
    api.answers[BY_SIGNATURE] = lambda _q, _b: failed(6, "no such record")
    api.answers["/v1/nonce"] = lambda _q, _b: ok({"nonce": 7})
    outcome = await locate_request(api.client, move, NOW_S)
    assert isinstance(outcome, Unknown)
    assert outcome.resend_harmless


async def test_it_is_found_by_its_signature(api: Api, move: SignedMove) -> None:
    api.answers[BY_SIGNATURE] = lambda _q, _b: ok([record(sequence_id=14), record()])
    outcome = await locate_request(api.client, move, NOW_S)
    assert isinstance(outcome, Accepted)
    assert outcome.learnt == (("sequence_id", "13"),)
    assert api.calls["/v1/nonce"] == 0


async def test_nobody_to_ask_leaves_it_open(api: Api, move: SignedMove, plain: SignedMove) -> None:
    for asked in (move, plain):
        outcome = await locate_request(api.client, asked, NOW_S)
        assert isinstance(outcome, Unknown)
        assert not outcome.resend_harmless


async def test_a_date_that_is_past_ends_what_reddio_never_took(api: Api) -> None:
    late = signed(planned(expiration="2026-01-03"))
    api.answers[BY_SIGNATURE] = lambda _q, _b: ok([])
    api.answers[RECORDS] = lambda _q, _b: ok([])
    api.answers["/v1/nonce"] = lambda _q, _b: ok({"nonce": 7})
    outcome = await locate_request(api.client, late, NOW_S + 3 * 86_400)
    assert isinstance(outcome, Unknown)
    assert not outcome.resend_harmless
    assert outcome.refusal is not None
    assert outcome.refusal.code == "expired"


@pytest.mark.parametrize("code", [None, 5, 6, 19, 32, 400])
@pytest.mark.parametrize(
    ("book", "dead"),
    [
        (None, False),
        ([], False),
        ([{}], False),
        ([{"amount": "2", "record_type": 1}], False),
        ([{"amount": "2", "stark_key": FOREIGN_KEY}], False),
        ([{"amount": "2"}, {"asset_id": None, "to": "unreadable"}], False),
        ([{"amount": "2"}], True),
        ([{"asset_id": hex_of(NFT.asset_id)}], True),
        ([{"to": "0x" + "77" * 20}], True),
    ],
)
async def test_a_used_number_ends_it_only_when_the_book_shows_another_request_and_not_this_one(
    api: Api, move: SignedMove, code: int | None, book: list[dict[str, object]] | None, dead: bool
) -> None:
    body = json.loads(move.payload)
    ours = {"asset_id": body["asset_id"], "to": body["receiver"], "amount": body["amount"]}
    api.answers[BY_SIGNATURE] = lambda _q, _b: ok([]) if code is None else failed(code)
    api.answers["/v1/nonce"] = lambda _q, _b: ok({"nonce": move.nonce + 1})
    if book is not None:
        api.answers[RECORDS] = lambda _q, _b: ok({"list": [record(**(ours | row)) for row in book]})
    outcome = await locate_request(api.client, move, NOW_S)
    assert isinstance(outcome, Unknown)
    assert not outcome.resend_harmless
    assert (outcome.refusal is not None) is dead
    assert outcome.patience_ms == (3_600_000 if dead else 0), "its lists may be far behind"


async def test_an_older_withdrawal_of_the_same_money_keeps_nothing_open(api: Api, move: SignedMove) -> None:
    api.answers[BY_SIGNATURE] = lambda _q, _b: ok([])
    api.answers["/v1/nonce"] = lambda _q, _b: ok({"nonce": move.nonce + 1})
    api.answers[RECORDS] = lambda _q, _b: ok([record()])
    for numbers, dead in ((frozenset[int](), False), (frozenset({13}), True)):
        outcome = await locate_request(api.client, move, NOW_S, Known(ETH.asset_id, numbers))
        assert isinstance(outcome, Unknown)
        assert (outcome.refusal is not None) is dead


async def test_a_request_whose_answer_was_lost_stays_in_the_way_of_a_second(api: Api) -> None:
    """Reddio took it, and has no answer to its signature: nothing may say that it is dead."""
    taken: list[bytes] = []

    def take(_query: Mapping[str, str], body: bytes) -> object:
        taken.append(body)
        return httpx.ReadTimeout("late")

    move, moment = signed(planned()), NOW
    body = json.loads(move.payload)
    api.answers["/v1/withdrawalto"] = take
    api.answers["/v1/nonce"] = lambda _q, _b: ok({"nonce": move.nonce + len(taken)})
    api.answers[BY_SIGNATURE] = lambda _q, _b: failed(400, "unsupported")
    first = await submit_request(api.client, move, first_send=True)
    assert isinstance(first, Unknown)
    doubt = Doubt(120_000, lambda: moment)
    for books in (None, [record(asset_id=body["asset_id"], to=body["receiver"], amount=body["amount"])]):
        if books is not None:
            api.answers[RECORDS] = lambda _q, _b, books=books: ok({"list": books})
        for _ in range(100):
            moment += 60_000
            outcome = doubt.weigh(await locate_request(api.client, move, moment // 1000))
            assert isinstance(outcome, Unknown)
            assert not outcome.resend_harmless
    assert len(taken) == 1


async def test_a_plain_withdrawal_is_found_in_the_list_and_never_sent_twice(api: Api, plain: SignedMove) -> None:
    ours: dict[str, object] = {
        "record_type": 4,
        "amount": "1000000",
        "stark_key": OTHER_KEY,
        "asset_id": hex_of(ETH.asset_id),
    }
    older = record(**ours | {"sequence_id": 7})
    other = record(**ours | {"sequence_id": 9, "record_type": 3})
    api.answers["/v1/records"] = lambda _q, _b: ok({"list": [older, other]})
    outcome = await locate_request(api.client, plain, NOW_S, Known(ETH.asset_id))
    assert isinstance(outcome, Unknown)
    assert not outcome.resend_harmless
    assert outcome.refusal is None, "that it is not there proves nothing"
    api.answers["/v1/records"] = lambda _q, _b: ok(
        [older, other, record(**ours | {"sequence_id": 10}), record(**ours | {"sequence_id": 12})]
    )
    found = await locate_request(api.client, plain, NOW_S, Known(ETH.asset_id))
    assert isinstance(found, Accepted)
    assert found.learnt == (("sequence_id", "10"),)
    beside = await locate_request(api.client, plain, NOW_S, Known(ETH.asset_id, frozenset({10})))
    assert isinstance(beside, Accepted)
    assert beside.learnt == (("sequence_id", "12"),), "what another withdrawal has is not this one's"


@pytest.mark.parametrize(
    "wrong",
    [
        {"asset_id": hex_of(TOKEN.asset_id)},
        {"asset_id": None},
        {"stark_key": KEY},
        {"stark_key": None},
        {"to": KEY},
        {"amount": "2"},
    ],
)
async def test_another_withdrawals_record_is_not_taken_for_a_plain_one(
    api: Api, plain: SignedMove, wrong: dict[str, object]
) -> None:
    right = {"record_type": 4, "amount": "1000000", "stark_key": OTHER_KEY, "asset_id": hex_of(ETH.asset_id)}
    api.answers[RECORDS] = lambda _q, _b: ok([record(**right)])
    assert isinstance(await locate_request(api.client, plain, NOW_S, Known(ETH.asset_id)), Accepted)
    assert isinstance(await locate_request(api.client, plain, NOW_S), Unknown), "its asset has to be known"
    api.answers[RECORDS] = lambda _q, _b: ok([record(**right | wrong)])
    assert isinstance(await locate_request(api.client, plain, NOW_S, Known(ETH.asset_id)), Unknown)


def pages(*numbers: list[int], total: object = "", **fields: object) -> Any:
    """Reddio's book in pages of these numbers, of other withdrawals unless `fields` say otherwise."""

    def answer(query: Mapping[str, str], _body: bytes) -> object:
        part = numbers[int(query["page"]) - 1] if int(query["page"]) <= len(numbers) else []
        rows = [
            record(**{"record_type": 4, "amount": "2", "stark_key": OTHER_KEY, "sequence_id": n} | fields) for n in part
        ]
        return ok({"list": rows, **({"total_page": total} if total != "" else {})})

    return answer


FULL_PAGE = list(range(200, 100, -1))


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        (pages([]), True),
        (pages([9, 8], total=1), True),
        (pages(FULL_PAGE, [100, 99], total=2), True),
        (pages(FULL_PAGE, [100, 7], total=900), True),
        (pages(FULL_PAGE, [100, 99], total=3), False),
        (pages(FULL_PAGE), True),
        (pages([9, 8], [9, 8]), False),
        (pages(FULL_PAGE, FULL_PAGE, total=3), False),
        (pages(FULL_PAGE[::-1], [7], total=3), False),
    ],
    ids=[
        "empty",
        "one page",
        "two",
        "down to the number before",
        "one is missing",
        "no count, to an empty page",
        "no count, repeated",
        "repeated",
        "unordered",
    ],
)
async def test_a_plain_withdrawal_is_called_absent_only_once_the_whole_book_was_read(
    api: Api, plain: SignedMove, answer: Any, read: bool
) -> None:
    assert plain.nonce == 7
    api.answers[RECORDS] = answer
    outcome = await locate_request(api.client, plain, NOW_S, Known(ETH.asset_id))
    assert isinstance(outcome, Unknown)
    assert outcome.absent is read
    assert (outcome.refusal, outcome.resend_harmless) == (None, False), "which proves nothing all the same"


@pytest.mark.parametrize("left_out", ["asset_id", "amount", "stark_key", "record_type"])
async def test_what_a_record_does_not_say_makes_nothing_absent(api: Api, plain: SignedMove, left_out: str) -> None:
    right = {"amount": "1000000", "asset_id": hex_of(ETH.asset_id)}
    api.answers[RECORDS] = pages([9], total=1, **right | {left_out: None})
    outcome = await locate_request(api.client, plain, NOW_S, Known(ETH.asset_id))
    assert isinstance(outcome, Unknown)
    assert not outcome.absent


async def test_a_plain_withdrawal_is_found_on_a_later_page(api: Api, plain: SignedMove) -> None:
    ours = record(record_type=4, amount="1000000", stark_key=OTHER_KEY, asset_id=hex_of(ETH.asset_id), sequence_id=8)
    first = pages(FULL_PAGE, total=2)
    api.answers[RECORDS] = lambda q, b: first(q, b) if q["page"] == "1" else ok({"list": [ours], "total_page": 2})
    assert isinstance(await locate_request(api.client, plain, NOW_S, Known(ETH.asset_id)), Accepted)


async def test_the_last_number_before_a_plain_withdrawal_is_needed(api: Api) -> None:
    with pytest.raises(AshoreError, match="list of requests"):
        await last_number(api.client, KEY)
    api.answers["/v1/records"] = lambda _q, _b: ok([record(), record(sequence_id=40)])
    assert await last_number(api.client, KEY) == 40
    api.answers["/v1/records"] = lambda _q, _b: ok([])
    assert await last_number(api.client, KEY) == 0


def test_an_nft_is_recognised_by_its_one() -> None:
    assert json.loads(signed(planned(asset=hex_of(NFT.asset_id), amount="")).payload)["amount"] == "1"
