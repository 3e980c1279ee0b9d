"""Reddio's client: the envelope before the HTTP status, every shape that was seen, and nothing hostile let in."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.errors import AshoreError
from ashore.net.errors import HttpStatus, NotSent, Unanswered
from ashore.systems.reddio.client import answers
from ashore.systems.reddio.client.envelope import ApiError, BadAnswer, read_envelope
from ashore.systems.reddio.codec import WITHDRAWAL_TO_PATH, AssetKind, ErrorCode
from unit.systems.reddio.api_stub import Api, failed, ok
from unit.systems.reddio.reddio_bench import ETH, KEY

CONTRACT = "0x" + "21" * 20


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    made = Api()
    yield made
    await made.http.aclose()


@pytest.mark.parametrize("status", [200, 201, 400, 403, 404, 422, 500, 502])
@pytest.mark.parametrize("error", ["insufficient", None, 7, {"a": 1}])
async def test_a_no_is_read_whatever_http_says(api: Api, status: int, error: object) -> None:
    api.answers["/v1/nonce"] = lambda _q, _b: httpx.Response(status, json=failed(8, error))
    api.answers[WITHDRAWAL_TO_PATH] = lambda _q, _b: httpx.Response(status, json=failed(34, error))
    with pytest.raises(ApiError) as read:
        await api.client.nonce(KEY)
    assert read.value.code == 8
    with pytest.raises(ApiError) as sent:
        await api.client.send(WITHDRAWAL_TO_PATH, "{}")
    assert sent.value.code == 34
    assert sent.value.refusal.is_certain
    assert "signature" in sent.value.sentence


@pytest.mark.parametrize("code", [None, "34", 34, "x", -1, 10**9, True, 3.5])
async def test_a_code_may_be_missing_or_strange(api: Api, code: Any) -> None:
    api.answers["/v1/nonce"] = lambda _q, _b: failed(None, "why", error_code=code)
    with pytest.raises(ApiError) as told:
        await api.client.nonce(KEY)
    assert told.value.code in (None, 34, -1)
    assert "why" in told.value.sentence


@pytest.mark.parametrize("code", list(ErrorCode)[1:])
def test_every_code_has_a_sentence(code: ErrorCode) -> None:
    envelope = read_envelope(json.dumps(failed(int(code))).encode())
    assert envelope is not None
    assert envelope.failed is not None
    assert envelope.failed.sentence
    assert "does not know" not in envelope.failed.sentence or "Reddio does not know" in envelope.failed.sentence


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, b"<html>", HttpStatus),
        (302, b"", HttpStatus),
        (500, b"oops", Unanswered),
        (200, b"oops", BadAnswer),
        (200, b"[]", BadAnswer),
        (200, b'{"status":"OK","error_code":34,"data":{"sequence_id":1}}', BadAnswer),
        (200, b'{"status":"OK","data":{"sequence_id":1.5}}', BadAnswer),
        (200, b'{"status":"OK","data":{"sequence_id":-1}}', BadAnswer),
        (200, b'{"status":"OK","data":null}', BadAnswer),
        (200, b'{"status":"OK"}', BadAnswer),
        (200, b"[" * 60_000, BadAnswer),
        (200, b'{"status":"OK","data":{"sequence_id":' + b"9" * 5000 + b"}}", BadAnswer),
        (400, b'{"status":"OK","data":{"sequence_id":1}}', HttpStatus),
        (200, b"x" * 100_000, Unanswered),
    ],
)
async def test_an_answer_to_a_request_that_cannot_be_read_leaves_it_open(
    api: Api, status: int, body: bytes, error: type[AshoreError]
) -> None:
    api.answers[WITHDRAWAL_TO_PATH] = lambda _q, _b: httpx.Response(status, content=body)
    with pytest.raises(error):
        await api.client.send(WITHDRAWAL_TO_PATH, "{}")
    assert api.calls[WITHDRAWAL_TO_PATH] == 1, "a request that moves money is never repeated here"


async def test_what_never_left_is_told_apart(api: Api) -> None:
    api.answers[WITHDRAWAL_TO_PATH] = lambda _q, _b: httpx.ConnectError("no")
    with pytest.raises(NotSent):
        await api.client.send(WITHDRAWAL_TO_PATH, "{}")


async def test_the_body_goes_byte_for_byte(api: Api) -> None:
    api.answers[WITHDRAWAL_TO_PATH] = lambda _q, _b: ok({"sequence_id": "13"})
    body = '{"b":1,  "a":"ä"}'
    assert await api.client.send(WITHDRAWAL_TO_PATH, body) == 13
    assert api.bodies == [body.encode()]


@pytest.mark.parametrize("quantum", [10**12, "1000000000000"])
@pytest.mark.parametrize("decimals", [18, "18"])
async def test_numbers_come_as_numbers_or_as_text(api: Api, quantum: object, decimals: object) -> None:
    told = {
        "contract_address": "eth",
        "type": "ETH",
        "decimals": decimals,
        "quantum": quantum,
        "symbol": "ETH",
        "asset_type": f"{ETH.asset_type:#x}",
        "metadata_url": None,
    }
    api.answers["/v1/contract_info"] = lambda _q, _b: ok(told)
    found = await api.client.contract_info(AssetKind.ETH, b"")
    assert (found.quantum, found.decimals, found.asset_type) == (10**12, 18, ETH.asset_type)
    with pytest.raises(BadAnswer):
        await api.client.contract_info(AssetKind.ERC20, b"\x21" * 20)


async def test_vaults_are_as_many_as_were_asked_for(api: Api) -> None:
    api.answers["/v1/vaults"] = lambda q, _b: ok(
        {"vault_ids": ["23400429", 23400430][: len(q["stark_keys"].split(","))]}
    )
    assert await api.client.vaults(ETH.asset_id, [KEY, CONTRACT]) == (23400429, 23400430)
    for wrong in ([], ["1"], ["1", "2", "3"], ["1", str(2**31)], ["1", "-2"], ["1", None], "12"):
        api.answers["/v1/vaults"] = lambda _q, _b, wrong=wrong: ok({"vault_ids": wrong})
        with pytest.raises(BadAnswer):
            await api.client.vaults(ETH.asset_id, [KEY, CONTRACT])


def row(**changes: object) -> dict[str, object]:
    return {
        "asset_id": f"{ETH.asset_id:#x}",
        "contract_address": "eth",
        "type": "ETH",
        "symbol": "ETH",
        "decimals": 18,
        "quantum": "1000000000000",
        "balance_available": 2_500_000,
        "balance_frozen": "0",
        "withdraw_frozen": 100,
        "display_value": "2.5",
        "token_id": "",
        **changes,
    }


async def test_balances_of_all_pages_and_versions_are_read(api: Api) -> None:
    pages = {"1": [row()], "2": [row(balance_available=0)]}
    api.answers["/v1/balances"] = lambda q, _b: ok({"list": pages[q["page"]], "total_page": 2, "total": 2})
    found = [row async for page in api.client.balances(KEY) for row in page.rows]
    assert [(r.available, r.withdraw_frozen) for r in found] == [(2_500_000, 100), (0, 100)]
    tokens = [{"token_id": str(2**256 - 1), "token_uri": None, "asset_id": "0x17"}]
    nft = {
        "contract_address": CONTRACT,
        "type": "ERC721",
        "symbol": "PUNK",
        "available_tokens": tokens,
        "frozen_tokens": None,
        "withdraw_frozen_tokens": [{"token_id": 3, "token_uri": "ipfs://3", "asset_id": "0x18"}],
    }
    api.answers["/v3/balances"] = lambda _q, _b: ok({"list": [nft, row(type="ERC1155"), row(balance_available=1.5), 7]})
    (third,) = [page async for page in api.client.balances(KEY, version=3)]
    assert [(r.token_id, r.token_uri, r.available, r.withdraw_frozen) for r in third.rows] == [
        (2**256 - 1, "", 1, 0),
        (3, "ipfs://3", 0, 1),
    ]
    assert third.strange == 3


async def test_endless_pages_are_given_up(api: Api) -> None:
    api.answers["/v1/balances"] = lambda _q, _b: ok({"list": [row()], "total_page": 10**9})
    with pytest.raises(BadAnswer):
        [page async for page in api.client.balances(KEY)]
    assert api.calls["/v1/balances"] <= 60


async def test_an_answer_of_too_many_small_values_is_not_even_read(api: Api) -> None:
    """It takes long whatever its length: the window would stand still meanwhile."""
    api.answers["/v1/nonce"] = lambda _q, _b: ok({"nonce": 7, "more": [0] * 60_001})
    with pytest.raises(BadAnswer):
        await api.client.nonce(KEY)


async def test_records_are_read_bare_or_in_a_page(api: Api) -> None:
    record = {
        "sequence_id": 13,
        "record_type": 3,
        "status": "2",
        "stark_key": KEY,
        "asset_id": "0x1",
        "amount": "5",
        "resp": "insufficient\u202e available",
        "order": None,
    }
    for shape in ([record], {"list": [record], "total": 1}, record):
        api.answers["/v1/record/by/signature"] = lambda _q, _b, shape=shape: ok(shape)
        (found,) = await api.client.by_signature("0x1", "0x2")
        assert (found.sequence_id, found.status, found.amount) == (13, 2, 5)
        assert "\u202e" not in found.reason
    for nothing in (None, [], {"list": None}):
        api.answers["/v1/record/by/signature"] = lambda _q, _b, nothing=nothing: ok(nothing)
        assert await api.client.by_signature("0x1", "0x2") == ()
    api.answers["/v1/record"] = lambda _q, _b: ok([record, {**record, "sequence_id": 99}])
    assert [r.sequence_id for r in await api.client.record(KEY, 13)] == [13], "another's record is not ours"


async def test_a_record_of_a_strange_type_closes_no_list(api: Api) -> None:
    rows = [
        {"sequence_id": 13, "record_type": 4},
        *({"sequence_id": 14, "record_type": odd} for odd in ("Deposit", -1)),
    ]
    api.answers["/v1/records"] = lambda _q, _b: ok({"list": rows})
    assert [(each.sequence_id, each.record_type) for each in await api.client.records(KEY)] == [
        (13, 4),
        (14, 0),
        (14, 0),
    ]
    api.answers["/v1/records"] = lambda _q, _b: ok({"list": [*rows, {"record_type": 4}]})
    with pytest.raises(BadAnswer):
        await api.client.records(KEY)


async def test_what_waits_on_ethereum_is_read_with_what_later_versions_add(api: Api) -> None:
    told = {**row(), "asset_type": f"{ETH.asset_type:#x}", "amount": "7", "token_uri": None, "sequence_ids": [None]}
    api.answers["/v1/withdrawal/status"] = lambda _q, _b: ok([told, {**told, "type": "ERC1155"}])
    (found,) = await api.client.claimable(CONTRACT)
    assert (found.amount, found.kind, found.contract) == (7, AssetKind.ETH, b"")


async def test_the_other_calls_are_asked_with_their_names(api: Api) -> None:
    asked: list[dict[str, str]] = []

    def told(data: object) -> Any:
        return lambda q, _b: asked.append(dict(q)) or ok(data)

    api.answers["/v1/starkex/contracts"] = told({"mainnet": "0x" + "AB" * 20, "sepolia": ""})
    assert await api.client.contracts() == {"mainnet": "0x" + "ab" * 20}
    api.answers["/v1/assetid"] = told({"asset_id": "0x17"})
    assert await api.client.asset_id(AssetKind.ERC721, b"\x21" * 20, 5, 1) == 0x17
    api.answers["/v1/records"] = told({"list": []})
    assert await api.client.records(KEY, record_type=4, sequence_ids=[1, 2]) == ()
    api.answers["/v1/txn"] = api.answers["/v1/txns"] = told([])
    assert await api.client.transaction(7) == await api.client.transactions(KEY) == ()
    api.answers["/v1/balance"] = told(row())
    assert (await api.client.balance(KEY, ETH.asset_id)) is not None
    assert asked[1] == {"type": "ERC721", "contract_address": "0x" + "21" * 20, "token_id": "5", "quantum": "1"}
    assert asked[2] == {"stark_key": KEY, "limit": "100", "page": "1", "record_type": "4", "sequence_ids": "1,2"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = (
    "list",
    "type",
    "contract_address",
    "asset_id",
    "quantum",
    "decimals",
    "token_id",
    "available_tokens",
    "status",
)
hostile = json_values | st.dictionaries(st.sampled_from(NAMES), json_values, max_size=9)


@given(hostile)
def test_no_answer_raises_anything_but_that_it_is_bad(raw: Any) -> None:
    readers = (
        *(answers.balances, answers.balance, answers.records, answers.contract_info, answers.claimable),
        *(answers.contracts, answers.nonce, answers.sequence_id, answers.asset_id),
    )
    for read in readers:
        try:
            read(raw)
        except BadAnswer:
            continue


@given(st.binary(max_size=60) | json_values.map(lambda raw: json.dumps(raw).encode()))
def test_no_body_raises_at_all(body: bytes) -> None:
    read_envelope(body)
