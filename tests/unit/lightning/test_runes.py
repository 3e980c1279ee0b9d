"""What runes allow, read from the runes themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.lightning.backends import MaySpend
from ashore.lightning.runes import NEEDED_METHODS, RUNE_RECIPE, may_spend, well_formed
from unit.lightning.conftest import RECEIVING_RUNE, rune_of

# Examples of lightning-createrune(7) and lightning-showrunes(7).
UNRESTRICTED = "zFMd1fjhrAYxUeFA54TjloZqOt8JrA_i_nYwIgXkag49MA=="
READ_ONLY = (
    "_RWaZZRI7wAYU2hqlFBmYgC_dFczcpAdI_9O87YbDpg9MCZtZXRob2RebGlzdHxtZXRob2ReZ2V0fG1ldGhvZD1zdW1tYXJ5Jm1ldGhvZC9saXN0"
    "ZGF0YXN0b3Jl"
)
PAYS_A_LITTLE_PER_DAY = (
    "iP1FQEsFmPsu-XW7w8uXIJaJb7jU9PqOfkmXlOyWMuA9NSZtZXRob2RebGlzdHxtZXRob2ReZ2V0fG1ldGhvZD1zdW1tYXJ5fG1ldGhvZD1wYXl8"
    "bWV0aG9kPXhwYXkmbWV0aG9kL2xpc3RkYXRhc3RvcmUmbWV0aG9kL3BheXxwZXI9MWRheSZtZXRob2QvcGF5fHBuYW1lYW1vdW50X21zYXQ8MTAw"
    "MDAwMDAxJm1ldGhvZC94cGF5fHBlcj0xZGF5Jm1ldGhvZC94cGF5fHBuYW1lYW1vdW50X21zYXQ8MTAwMDAwMDAx"
)


@pytest.mark.parametrize(
    ("rune", "verdict"),
    [
        (UNRESTRICTED, MaySpend.YES),
        (READ_ONLY, MaySpend.NO),
        (PAYS_A_LITTLE_PER_DAY, MaySpend.YES),
        (RECEIVING_RUNE, MaySpend.NO),
        (RECEIVING_RUNE.rstrip("="), MaySpend.NO),
    ],
)
def test_real_runes(rune, verdict):
    assert may_spend(rune) is verdict


@pytest.mark.parametrize(
    ("restrictions", "verdict"),
    [
        ("", MaySpend.YES),
        ("=7-version", MaySpend.YES),
        ("=7&method=invoice", MaySpend.NO),
        ("=7&method=invoice|method=pay", MaySpend.YES),
        ("=7&method=invoice|method=pay&method/pay", MaySpend.NO),
        ("=7&method/pay", MaySpend.YES),
        ("=7&method^inv", MaySpend.YES),  # invokerune
        ("=7&method^list", MaySpend.NO),
        ("=7&method^xpa", MaySpend.YES),
        ("=7&method$raw", MaySpend.YES),
        ("=7&method~end", MaySpend.YES),
        ("=7&method<9|method>9|method!", MaySpend.NO),
        ("=7&method{b", MaySpend.YES),
        ("=7&method#only a comment", MaySpend.YES),
        ("=7&method=invoice|time<99", MaySpend.YES),
        ("=7&method=invoice&rate=2", MaySpend.NO),
        ("=7&id^024b|per=5sec", MaySpend.YES),
        ("=7&method=some-plugin", MaySpend.UNKNOWN),
        ("=7&method=createrune", MaySpend.YES),
        ("=7&method=showrunes", MaySpend.YES),
        (r"=7&method=in\voice", MaySpend.NO),
        (r"=7&method=invoice\|method=pay", MaySpend.UNKNOWN),
        ("=7&no condition here", MaySpend.UNKNOWN),
        ("=7&|", MaySpend.UNKNOWN),
        ("|&", MaySpend.UNKNOWN),
    ],
)
def test_restrictions(restrictions, verdict):
    assert may_spend(rune_of(restrictions)) is verdict


def test_the_recipe_names_what_is_called():
    assert all(f'"method={method}"' in RUNE_RECIPE for method in NEEDED_METHODS)
    assert may_spend(RECEIVING_RUNE) is MaySpend.NO


@pytest.mark.parametrize("text", ["", "rune", "a" * 42, "a" * 5_000, "é" * 50, "a" * 60 + " ", "a" * 60 + "\n"])
def test_what_is_no_rune(text):
    assert not well_formed(text)
    assert may_spend(text) is MaySpend.UNKNOWN


@given(st.binary(max_size=80))
def test_any_bytes_give_a_verdict(content):
    import base64

    assert may_spend(base64.urlsafe_b64encode(bytes(32) + content).decode()) in MaySpend


@given(st.text(max_size=200))
def test_any_text_gives_a_verdict(text):
    assert may_spend(text) in MaySpend
