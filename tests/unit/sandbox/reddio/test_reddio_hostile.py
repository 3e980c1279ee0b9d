"""Nothing that a client sends breaks the API: it always answers in its envelope, with a code it knows."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.sandbox.clock import ClockMode
from ashore.sandbox.reddio.deployment import stark_key
from ashore.sandbox.server import create_app
from ashore.sandbox.world import WorldConfig
from ashore.systems.reddio.codec import ErrorCode, hex_of

ME = hex_of(stark_key(0))
PATHS = [
    "/v1/contract_info",
    "/v1/assetid",
    "/v1/vaults",
    "/v1/nonce",
    "/v1/balance",
    "/v1/balances",
    "/v2/balances",
    "/v3/balances",
    "/v1/record",
    "/v1/records",
    "/v1/record/by/signature",
    "/v1/txn",
    "/v1/txns",
    "/v1/withdrawal/status",
    "/v1/starkex/contracts",
]
NAMES = ["stark_key", "stark_keys", "asset_id", "contract_address", "type", "token_id", "limit", "page", "sequence_id"]
NAMES += ["sequence_ids", "record_type", "r", "s", "ethaddress", "stage", "amount", "nonce", "vault_id", "receiver"]
NAMES += ["receiver_vault_id", "expiration_timestamp", "signature"]
LIKELY = st.sampled_from(
    [ME, "0x5", "ETH", "eth", "0x" + "5a" * 20, "1", "0", "-1", "withdrawarea", "ERC721", "٣", "²"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | LIKELY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["r", "s", "x"]), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def app(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = Path(shutil.copytree(founded, tmp_path_factory.mktemp("hostile") / "world"))
    served, world = create_app(WorldConfig(data_dir=folder, clock=ClockMode.STEP))
    yield served
    world.close()


def ask(app: Any, method: str, path: str, **options: Any) -> dict[str, Any]:
    async def call() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox") as client:
            return await client.request(method, "/reddio" + path, **options)

    answer = asyncio.run(call())
    assert answer.status_code == 200
    envelope = answer.json()
    assert isinstance(envelope, dict)
    assert (envelope["status"] == "OK") is (envelope["error_code"] == 0)
    assert envelope["error_code"] in set(ErrorCode)
    return envelope


@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from(PATHS), query=st.dictionaries(st.sampled_from(NAMES), LIKELY | st.text(max_size=8)))
def test_no_question_breaks_it(app: Any, path: str, query: dict[str, str]) -> None:
    ask(app, "GET", path, params=query)


@settings(max_examples=150, deadline=None)
@given(
    path=st.sampled_from(["/v1/withdrawalto", "/v1/withdrawal", "/v1/transfers"]),
    fields=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=12),
)
def test_no_order_breaks_it(app: Any, path: str, fields: dict[str, Any]) -> None:
    body = {"stark_key": ME, "amount": "1", "contract_address": "ETH", **fields}
    ask(app, "POST", path, content=json.dumps(body))


@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=60) | st.just(b"[" * 100_000) | st.just(b'{"amount":' + b"9" * 5_000 + b"}"))
def test_no_bytes_break_it(app: Any, body: bytes) -> None:
    assert ask(app, "POST", "/v1/withdrawalto", content=body)["status"] == "FAILED"


async def test_a_body_that_is_too_long_is_not_read(app: Any) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox") as client:
        assert (await client.post("/reddio/v1/withdrawalto", content=b"x" * 300_000)).status_code == 413
        assert (await client.put("/reddio/v1/nonce")).status_code == 405
        assert (await client.post("/reddio/v1/nonce")).status_code == 404
