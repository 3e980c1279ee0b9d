"""Every code of the node has its meaning for the money."""

import pytest

from ashore.domain.moves import Accepted, Refused, Unknown
from ashore.net.errors import RpcError
from ashore.systems.zklink.system.refusals import DUPLICATE, SENTENCES, outcome_of

CERTAIN = (-32602, 100, 101, 102, 103, 106, 107, 108, 109, 110, 111, 201, 202, 204, 205, 206, 207, 208, 212)
"""Of docs.zk.link json-rpc-errors: the request was read and not taken."""
OPEN = (203, 214, 500, -32603, -32700, -32000, 0, 999, -1)
"""About other things, internal, or unheard of: they say nothing certain about the request."""


def outcome(code: int, first: bool = True) -> Accepted | Refused | Unknown:
    return outcome_of(RpcError("node", code, "because"), first)


@pytest.mark.parametrize("code", CERTAIN)
def test_a_refusal_is_certain_on_the_first_send_alone(code: int) -> None:
    refused = outcome(code)
    assert isinstance(refused, Refused)
    assert refused.code == str(code)
    assert refused.sentence.endswith("Nothing was taken from your balance.")
    assert refused.advice
    again = outcome(code, first=False)
    assert isinstance(again, Unknown), "it may be the echo of the first time's success"
    assert again.refusal == refused
    assert not again.resend_harmless


def test_each_certain_code_has_its_own_sentence() -> None:
    assert set(CERTAIN) <= set(SENTENCES)
    assert not set(OPEN) & set(SENTENCES)
    assert DUPLICATE not in SENTENCES


@pytest.mark.parametrize("first", [True, False])
def test_a_duplicate_is_an_acceptance(first: bool) -> None:
    assert isinstance(outcome(213, first), Accepted)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("code", OPEN)
def test_what_says_nothing_leaves_it_open(code: int, first: bool) -> None:
    unknown = outcome(code, first)
    assert isinstance(unknown, Unknown)
    assert unknown.resend_harmless
    assert unknown.refusal is None
    assert "because" in unknown.sentence
