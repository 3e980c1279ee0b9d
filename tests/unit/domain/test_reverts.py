"""Why a contract refused: its own word, whatever shape an endpoint gives it, and nothing worse from a hostile one."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.reverts import ARITHMETIC, revert_reason
from ashore.domain.untrusted import hidden_characters

B1 = "0x08c379a0" + encode(["string"], ["b1"]).hex()
OVERFLOW = "0x4e487b71" + encode(["uint256"], [0x11]).hex()


@pytest.mark.parametrize(
    ("data", "message", "said"),
    [
        (B1, "execution reverted: b1", "b1"),
        ({"data": B1, "message": "x"}, "", "b1"),  # hardhat
        (OVERFLOW, "execution reverted: arithmetic underflow or overflow", ARITHMETIC),
        ("0x12345678", "execution reverted", "0x12345678"),
        ("0x", "execution reverted: b2", "b2"),
        (None, "VM Exception while processing transaction: reverted with reason string 'b1'", "b1"),
        (None, "execution reverted", ""),
        (None, "", ""),
        ("0xzz", "", ""),
        (B1[:-70], "execution reverted: b1", ""),
        ([B1], "", ""),
    ],
)
def test_every_shape_of_a_reason_is_read(data: object, message: str, said: str) -> None:
    assert revert_reason(data, message) == said


@given(st.one_of(st.none(), st.text(), st.binary().map(lambda raw: B1 + raw.hex()), st.integers()), st.text())
def test_a_hostile_answer_is_at_most_a_short_plain_text(data: object, message: str) -> None:
    said = revert_reason(data, message)
    assert len(said) <= 80
    assert hidden_characters(said.replace("\ufffd", "")) == []


def test_a_long_reason_is_cut() -> None:
    data = "0x08c379a0" + encode(["string"], ["x" * 3_000]).hex()
    assert len(revert_reason(data)) <= 80
