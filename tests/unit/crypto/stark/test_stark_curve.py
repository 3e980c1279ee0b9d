"""The STARK curve and its Pedersen hash: the parameters hold together, and the fast ways equal the slow ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.crypto.stark import curve, pedersen
from ashore.crypto.stark.curve import FIELD, GENERATOR, INFINITY, ORDER, Point

few = settings(max_examples=25, deadline=None)
elements = st.integers(0, FIELD - 1)


def bit_by_bit(point, scalar):
    """The textbook way."""
    total = INFINITY
    for bit in bin(scalar)[2:]:
        total = curve.double(total)
        if bit == "1":
            total = curve.add(total, point)
    return total


def test_the_parameters_are_a_curve_of_prime_order():
    points = [GENERATOR, pedersen.SHIFT, *(point for pair in pedersen.BASES for point in pair)]
    assert all(curve.is_on_curve(point) for point in points)
    assert len(set(points)) == len(points)
    assert bit_by_bit(GENERATOR, ORDER)[2] == 0
    assert curve.to_affine(bit_by_bit(GENERATOR, ORDER - 1)) == Point(GENERATOR.x, FIELD - GENERATOR.y)


@few
@given(st.integers(1, ORDER - 1))
def test_multiplies_as_the_textbook_does(scalar):
    expected = curve.to_affine(bit_by_bit(GENERATOR, scalar))
    assert curve.is_on_curve(expected)
    assert curve.to_affine(curve.multiply(GENERATOR, scalar)) == expected
    assert curve.to_affine(curve.multiply_generator(scalar)) == expected


@pytest.mark.parametrize("scalar", [0, ORDER])
def test_nothing_and_the_order_are_infinity(scalar):
    assert curve.multiply(GENERATOR, scalar)[2] == 0


@pytest.mark.parametrize("scalar", [-1, ORDER, ORDER + 1])
def test_the_table_of_the_generator_takes_no_scalar_out_of_range(scalar):
    with pytest.raises(ValueError, match="order"):
        curve.multiply_generator(scalar)


def test_adding_a_point_to_itself_and_to_its_inverse():
    once = (GENERATOR.x, GENERATOR.y, 1)
    assert curve.to_affine(curve.add(once, GENERATOR)) == curve.to_affine(curve.double(once))
    assert curve.add(once, Point(GENERATOR.x, FIELD - GENERATOR.y))[2] == 0
    assert curve.double(INFINITY)[2] == 0


@few
@given(elements)
def test_a_stark_key_is_what_can_be_lifted(x):
    point = curve.lift(x)
    assert curve.is_stark_key(x) is (point is not None and x != 0)
    if point is not None:
        assert point.x == x
        assert curve.is_on_curve(point)


@pytest.mark.parametrize("x", [-1, 0, FIELD, FIELD + GENERATOR.x, 2**256 + GENERATOR.x])
def test_no_number_outside_of_the_field_is_a_stark_key(x):
    assert not curve.is_stark_key(x)
    assert not curve.is_on_curve(Point(x, GENERATOR.y))


def by_definition(first, second):
    total = (pedersen.SHIFT.x, pedersen.SHIFT.y, 1)
    for (low, high), element in zip(pedersen.BASES, (first, second), strict=True):
        for point, scalar in ((low, element % 2**248), (high, element >> 248)):
            part = bit_by_bit(point, scalar)
            total = curve.add(total, curve.to_affine(part)) if part[2] else total
    return curve.to_affine(total).x


@few
@given(elements, elements)
def test_pedersen_is_the_sum_of_its_definition(first, second):
    assert pedersen.pedersen_hash(first, second) == by_definition(first, second)


@pytest.mark.parametrize("edge", [0, 1, 2**248 - 1, 2**248, FIELD - 1])
def test_pedersen_at_the_edges(edge):
    assert pedersen.pedersen_hash(edge, 5) == by_definition(edge, 5)
    assert pedersen.pedersen_hash(5, edge) == by_definition(5, edge)


@pytest.mark.parametrize("outside", [-1, FIELD, FIELD + 5, 2**256])
def test_pedersen_reduces_nothing(outside):
    with pytest.raises(ValueError, match="field element"):
        pedersen.pedersen_hash(outside, 5)
    with pytest.raises(ValueError, match="field element"):
        pedersen.pedersen_hash(5, outside)
