"""What the practice service lists: taken as it is by the real service, and what is not sound left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ashore.domain.errors import AshoreError
from ashore.engine.compose import practice_client
from ashore.engine.practice_vouchers import MOST, PracticeVoucher, PracticeVouchers
from ashore.systems.lnurl.codec import encode_lnurl
from ashore.systems.lnurl.codec.strict_json import MAX_BODY_BYTES

SERVICE = "http://127.0.0.1:8080/lnurl"
LINK = encode_lnurl("http://127.0.0.1:8080/lnurl/u?q=7").upper()
SOUND = {"title": "Gift", "min_msat": 10_000, "max_msat": 20_000, "left": 1, "lnurl": LINK}


class Answers(httpx.AsyncBaseTransport):
    def __init__(self, body: bytes, asked: Callable[[str], object] = str) -> None:
        self.body = body
        self.asked = asked

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked(str(request.url))
        return httpx.Response(200, content=self.body)


async def listed(told: object) -> tuple[PracticeVoucher, ...]:
    body = told if isinstance(told, bytes) else json.dumps({"vouchers": told}).encode()
    http = practice_client(Answers(body))
    try:
        return await PracticeVouchers(http, SERVICE).listed()
    finally:
        await http.aclose()


async def test_one_request_lists_them() -> None:
    asked: list[str] = []
    http = practice_client(Answers(json.dumps({"vouchers": [SOUND]}).encode(), asked.append))
    assert await PracticeVouchers(http, SERVICE).listed() == (PracticeVoucher("Gift", 10_000, 20_000, 1, LINK),)
    assert asked == [f"{SERVICE}/vouchers"]
    await http.aclose()


@pytest.mark.parametrize(
    "wrong",
    [
        {"lnurl": encode_lnurl("http://127.0.0.1:8081/lnurl/u?q=7")},
        {"lnurl": encode_lnurl("https://service.example/u?q=7")},
        {"lnurl": "lnurlp://127.0.0.1:8080/pay"},
        {"lnurl": "0x8f3A12C4B7d09E21f3Aa5c6D7E8f901277b091C2"},
        {"lnurl": 7},
        {"title": None},
        {"min_msat": 0},
        {"min_msat": 20_001},
        {"min_msat": True},
        {"max_msat": 10**30},
        {"max_msat": "20000"},
        {"left": 0},
        {"left": 10**12},
        {"left": 1.0},
    ],
)
async def test_what_is_not_sound_is_left_out(wrong: dict[str, Any]) -> None:
    assert [each.title for each in await listed([SOUND | wrong, 7, SOUND])] == ["Gift"]


async def test_a_name_is_one_visible_line() -> None:
    (one,) = await listed([SOUND | {"title": "a\nb\u202ec\x1b" + "x" * 500}])
    assert one.title.startswith("a b\ufffdc\ufffdxx")
    assert len(one.title) == 60
    assert LINK not in repr(one)


async def test_no_more_are_taken_than_are_shown() -> None:
    assert len(await listed([SOUND] * (MOST + 30))) == MOST


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"vouchers": {}}', b"[" * 60_000, b'{"vouchers": [' + b" " * MAX_BODY_BYTES + b"]}"]
)
async def test_what_is_no_list_is_an_error_in_a_sentence(body: bytes) -> None:
    with pytest.raises(AshoreError) as refused:
        await listed(body)
    assert refused.value.sentence
