"""Hostile JSON: every reader returns bounded, typed values or says BadAnswer, and raises nothing else."""

import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.untrusted import hidden_characters
from ashore.systems.zklink.client import answers
from ashore.systems.zklink.client.answers import MAX_ITEMS, BadAnswer
from unit.systems.zklink.node_stub import ordinary

HASH = "0x" + "ab" * 32
READERS: dict[str, Callable[[Any], Any]] = {
    "getSupportChains": answers.chains,
    "getSupportTokens": answers.tokens,
    "getAccount": answers.account,
    "getAccountBalances": answers.balances,
    "getTokenReserve": answers.reserve,
    "getTransactionByHash": answers.transaction,
    "getAccountTransactionHistory": answers.history,
    "getLatestBlockNumber": answers.progress,
    "getBlockOnChainByNumber": answers.block_on_chain,
}
RIGHT: dict[str, Any] = {
    **{method: answer(*[None] * answer.__code__.co_argcount) for method, answer in ordinary().items()},
    "getTransactionByHash": {
        "txHash": HASH,
        "tx": {},
        "receipt": {"executed": True, "success": True, "failReason": None, "block": 8801, "executedTimestamp": 1},
    },
    "getAccountTransactionHistory": {
        "totalPageNum": 1,
        "pageData": [{"txHash": HASH, "nonce": 4, "tx": {"subAccountId": 1, "nonce": 4}}],
    },
    "getLatestBlockNumber": {"lastBlockNumber": 9, "committed": 8, "verified": 7, "timestamp": "2026-01-01"},
    "getBlockOnChainByNumber": {"committed": [{"chainId": 1, "txHash": HASH}], "verified": [], "proved": None},
}
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**300), 2**300),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from(
        ["0x", "0xzz", "0x_1", "1_0", " 1", "+1", "１２", "9" * 200, "0x" + "f" * 90, HASH, "\ud800", "a b"]
    ),
)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, item in inner for path in paths(item, (*at, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = replaced(value[path[0]], path[1:], new)
    return changed


def read(method: str, raw: Any) -> Any:
    """What the reader returns, checked in every part; None where it says BadAnswer."""
    try:
        found = READERS[method](raw)
    except BadAnswer as error:
        return None if error.advice and error.sentence else pytest.fail("no sentence")
    check(found)
    return found


def check(value: Any) -> None:
    if is_dataclass(value):
        for field in fields(value):
            check(getattr(value, field.name))
    elif isinstance(value, dict):
        for key, item in value.items():
            check(key)
            check(item)
    elif isinstance(value, list | tuple | frozenset):
        for item in value:
            check(item)
    elif isinstance(value, bool):
        pass
    elif isinstance(value, int):
        assert 0 <= value < 2**256
    else:
        assert isinstance(value, str)
        assert len(value) <= 160
        assert not hidden_characters(value)


@pytest.mark.parametrize("method", READERS)
def test_a_right_answer_is_read(method: str) -> None:
    assert read(method, RIGHT[method]) is not None


@pytest.mark.parametrize("method", READERS)
@given(raw=anything)
def test_any_json_is_read_or_refused(method: str, raw: Any) -> None:
    read(method, raw)


@pytest.mark.parametrize("method", READERS)
@given(data=st.data())
def test_a_right_answer_with_one_wrong_part_is_read_or_refused(method: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(paths(RIGHT[method])))
    read(method, replaced(RIGHT[method], path, data.draw(anything)))


def test_many_are_too_many() -> None:
    for method, flood in {
        "getSupportChains": RIGHT["getSupportChains"] * MAX_ITEMS,
        "getTokenReserve": {str(n): "1" for n in range(MAX_ITEMS + 1)},
        "getAccountTransactionHistory": {"pageData": [None] * (MAX_ITEMS + 1)},
        "getBlockOnChainByNumber": {"committed": [{}] * (MAX_ITEMS + 1)},
    }.items():
        assert read(method, flood) is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [(5, 5), ("5", 5), ("0x10", 16), ("0xFf", 255), ("007", 7), (0, 0), ("0" * 79 + "1", 1)],
)
def test_integers_in_any_of_their_forms(raw: object, value: int) -> None:
    assert answers.integer(raw, "x") == value


@pytest.mark.parametrize(
    "raw",
    [
        True,
        None,
        -1,
        "-1",
        1.0,
        math.inf,
        "1.0",
        "0x",
        "0x1_0",
        "1_0",
        " 1",
        "",
        "١",
        "1e3",
        "0b1",
        "9" * 81,
        2**256,
        [1],
        {},
    ],
)
def test_what_is_no_integer(raw: object) -> None:
    with pytest.raises(BadAnswer):
        answers.integer(raw, "x")


def test_hexadecimal_has_exactly_its_length() -> None:
    assert (
        answers.hexadecimal("AB" * 20, "x", 20)
        == answers.hexadecimal("0xab" + "ab" * 19, "x", 20, 32)
        == "0x" + "ab" * 20
    )
    for raw in (
        "0x" + "ab" * 19,
        "0x" + "ab" * 21,
        "0x" + "ab " * 20,
        "0x" + "a" * 39,
        None,
        5,
        b"ab" * 20,
        "0x" + "０" * 40,
    ):
        with pytest.raises(BadAnswer):
            answers.hexadecimal(raw, "x", 20)


def test_absence_has_its_meaning() -> None:
    told = answers.transaction({"txHash": HASH})
    assert (told.executed, told.success, told.fail_reason, told.block) == (False, False, "", 0)
    assert not answers.transaction({"txHash": HASH, "receipt": {"executed": "true", "success": 1}}).executed
    chain = RIGHT["getSupportChains"][0]
    (found,) = answers.chains([{**chain, "layerOneChainId": 1, "gasTokenId": None}])
    assert (found.evm_chain_id, found.gas_token) == (1, 0)
    assert answers.history({"pageData": [{"txHash": HASH, "nonce": 0, "tx": None}]}) == [
        answers.Listed(HASH, 0, 0, carried_out=False)
    ]
