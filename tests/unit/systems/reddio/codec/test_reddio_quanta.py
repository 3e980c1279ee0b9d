"""Quanta: exact in both directions over every number of decimals and every quantum, and never a float."""

import ast
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ashore.domain.amounts import format_units, parse_amount
from ashore.systems import reddio
from ashore.systems.reddio.codec import CodecError, QuantumError, nearest, quantise, unquantise
from ashore.systems.reddio.codec.limits import MAX_AMOUNT, MAX_DECIMALS, MAX_QUANTUM

decimals = st.integers(0, MAX_DECIMALS)
all_quanta = st.one_of(st.sampled_from([10**power for power in range(37)]), st.integers(1, MAX_QUANTUM))
amounts = st.one_of(st.sampled_from([1, MAX_AMOUNT]), st.integers(1, MAX_AMOUNT))


@given(amounts, all_quanta, decimals)
def test_there_and_back_through_the_text_that_a_person_types(amount, quantum, places):
    base = unquantise(amount, quantum)
    assert quantise(parse_amount(format_units(base, places), places), quantum, places) == amount


@given(st.integers(-5, 2 * MAX_AMOUNT), all_quanta, st.integers(0, MAX_QUANTUM))
@example(MAX_AMOUNT, MAX_QUANTUM, 1)
@example(0, 10**12, 0)
@example(0, 10**12, 1)
@example(MAX_AMOUNT + 1, 1, 0)
def test_what_is_refused_has_the_two_nearest_valid_amounts(whole, quantum, rest):
    base = whole * quantum + rest % quantum
    valid = base % quantum == 0 and 1 <= base // quantum <= MAX_AMOUNT
    below, above = nearest(base, quantum)
    if valid:
        assert quantise(base, quantum) == base // quantum
        assert below == above == base
        return
    with pytest.raises(QuantumError) as caught:
        quantise(base, quantum)
    assert (caught.value.below, caught.value.above) == (below, above)
    assert below is not None or above is not None
    for value in (below, above):
        assert value is None or quantise(value, quantum)
    if below is not None:
        assert base - quantum < below < base or below == MAX_AMOUNT * quantum < base
    if above is not None:
        assert base < above < base + quantum or above == quantum > base


@pytest.mark.parametrize(
    ("base", "sentence"),
    [
        (1_500_000_000_000, "Reddio counts in steps of 0.000001 ETH; the nearest amounts are 0.000001 and 0.000002"),
        (1, "Reddio counts in steps of 0.000001 ETH; the nearest amount is 0.000001 ETH"),
        (0, "The least amount that Reddio carries is 0.000001 ETH"),
        (10**31, "The largest amount that Reddio carries at once is 9223372036854.775807 ETH"),
    ],
)
def test_a_refusal_says_what_would_do(base, sentence):
    with pytest.raises(QuantumError) as caught:
        quantise(base, 10**12, 18, "ETH")
    assert sentence in str(caught.value).replace("0.000001 ETH and", "0.000001 and")


@pytest.mark.parametrize("quantum", [0, -1, MAX_QUANTUM + 1])
def test_no_quantum_that_cannot_be_registered(quantum):
    with pytest.raises(CodecError):
        quantise(10, quantum)
    with pytest.raises(CodecError):
        unquantise(10, quantum)


@pytest.mark.parametrize("amount", [-1, MAX_AMOUNT + 1])
def test_no_amount_of_quanta_out_of_range(amount):
    with pytest.raises(CodecError):
        unquantise(amount, 1)


@pytest.mark.parametrize(
    "path", sorted((Path(reddio.__file__).parent / "codec").rglob("*.py")), ids=lambda path: path.name
)
def test_no_amount_can_become_a_float(path):
    """No division, no float, no number with a point anywhere in the codec."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div)
        assert not isinstance(node, ast.Constant) or not isinstance(node.value, float)
        assert not isinstance(node, ast.Name) or node.id not in ("float", "round", "Decimal")
