"""A profile that would weaken the quorum is refused."""

import pytest

from ashore.ethereum.spec import ChainSpec

THREE = (("a", "https://a.example"), ("b", "https://b.example"), ("c", "https://c.example"))


def spec(**changes):
    return ChainSpec(**{"name": "x", "evm_chain_id": 1, "genesis_hash": "0x", "endpoints": THREE, **changes})


def test_two_of_three_is_the_rule():
    assert spec().k == 2
    assert spec(k=1, endpoints=THREE[:1]).k == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"k": 0},
        {"k": 1},
        {"k": 4},
        {"endpoints": ()},
        {"endpoints": THREE[:1]},
        {"endpoints": (THREE[0], THREE[0])},
        {"finality": "safe"},
    ],
)
def test_a_weaker_profile_is_refused(changes):
    with pytest.raises(ValueError, match=r".+"):
        spec(**changes)
