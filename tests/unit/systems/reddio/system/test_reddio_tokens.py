"""What tokens' own contracts answer: believed of enough endpoints, kept only then, and a revert is an answer."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from ashore.crypto.abi import encode, parse_types
from ashore.ethereum.wire import hexed
from ashore.net.errors import RpcError, Unanswered
from ashore.systems.reddio.system.on_l1 import DECIMALS_CALL, TokenFacts, Tokens

TOKEN = b"\x11" * 20
DECIMALS = hexed((6).to_bytes(32, "big"))
SYMBOL = hexed(encode(parse_types("bytes"), (b"USDC",)))
LIMITED = RpcError("a", -32005, "limit exceeded")


class Answers:
    """An endpoint that answers these two calls so."""

    def __init__(self, decimals: object = DECIMALS, symbol: object = SYMBOL) -> None:
        self.decimals, self.symbol, self.asked = decimals, symbol, 0

    async def call(self, _method: str, params: Sequence[Any], _purpose: object = None) -> object:
        self.asked += 1
        answer = self.decimals if params[0]["data"] == hexed(DECIMALS_CALL) else self.symbol
        if isinstance(answer, Exception):
            raise answer
        return answer


def tokens(*endpoints: Answers) -> Tokens:
    return Tokens(SimpleNamespace(endpoints=endpoints, k=2))  # type: ignore[arg-type]


@pytest.mark.parametrize("silence", [LIMITED, Unanswered("No answer."), "0x" + "00" * 5_000])
async def test_what_too_few_answered_is_asked_again(silence: object) -> None:
    quiet = [Answers(silence, silence) for _ in range(2)]
    asked = tokens(Answers(), *quiet)
    assert await asked.facts_of([TOKEN]) == {}
    for endpoint in quiet:
        endpoint.decimals, endpoint.symbol = DECIMALS, SYMBOL
    assert await asked.facts_of([TOKEN]) == {TOKEN: TokenFacts(6, "USDC")}
    count = quiet[0].asked
    assert await asked.facts_of([TOKEN]) == {TOKEN: TokenFacts(6, "USDC")}
    assert quiet[0].asked == count, "it was kept"


async def test_decimals_count_before_the_symbol_is_known() -> None:
    endpoints = [Answers(symbol=LIMITED) for _ in range(3)]
    asked = tokens(*endpoints)
    assert await asked.facts_of([TOKEN]) == {TOKEN: TokenFacts(6, None)}
    for endpoint in endpoints:
        endpoint.symbol = SYMBOL
    assert await asked.facts_of([TOKEN]) == {TOKEN: TokenFacts(6, "USDC")}


@pytest.mark.parametrize(
    "revert",
    [
        RpcError("a", 3, "execution reverted", "0x"),
        RpcError("a", -32000, "execution reverted"),
        RpcError("a", -32015, "VM execution error.", "Reverted 0x"),
        "0x",
    ],
)
async def test_a_contract_without_decimals_has_answered(revert: object) -> None:
    endpoints = [Answers(decimals=revert) for _ in range(3)]
    asked = tokens(*endpoints)
    for _ in range(2):
        assert await asked.facts_of([TOKEN]) == {TOKEN: TokenFacts(None, "USDC")}
    assert endpoints[0].asked == 2, "it was kept"


async def test_one_endpoint_alone_decides_nothing() -> None:
    lie = hexed((18).to_bytes(32, "big"))
    assert await tokens(Answers(lie), Answers(), Answers()).facts_of([TOKEN]) == {TOKEN: TokenFacts(6, "USDC")}
    assert await tokens(Answers(lie), Answers(), Answers(LIMITED)).facts_of([TOKEN]) == {}
