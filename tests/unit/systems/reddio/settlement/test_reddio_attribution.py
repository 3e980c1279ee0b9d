"""Whose is what of a balance that many share: conserved, oldest first, and never from before its time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ashore.systems.reddio.settlement.attribution import Lot, Part, Payment, Wish, attribute, paid_lots

_QUANTA = st.integers(1, 6)


@st.composite
def _lots(draw: st.DrawFn) -> list[Lot]:
    places = draw(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 3)), unique=True, max_size=10))
    return [Lot(place, draw(_QUANTA)) for place in places]


@st.composite
def _wishes(draw: st.DrawFn) -> list[Wish]:
    count = draw(st.integers(0, 6))
    return [
        Wish(f"w{number}", draw(_QUANTA), draw(st.integers(-1, 20)), draw(st.booleans())) for number in range(count)
    ]


@given(_wishes(), _lots())
def test_nothing_is_shared_out_twice(wishes: list[Wish], lots: list[Lot]) -> None:
    found = attribute(wishes, lots)
    for lot in lots:
        taken = sum(part.quanta for parts in found.values() for part in parts if part.position == lot.position)
        assert taken <= lot.quanta
    for wish in wishes:
        parts = found.get(wish.id, ())
        assert sum(part.quanta for part in parts) in (0, wish.quanta)
        assert all(part.position[0] > wish.since and part.quanta > 0 for part in parts)
        assert not (wish.exact and len(parts) > 1)


@given(_wishes(), _lots(), st.randoms())
def test_the_order_of_hearing_does_not_matter(wishes: list[Wish], lots: list[Lot], chance: object) -> None:
    shuffled = list(lots)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert attribute(wishes, shuffled) == attribute(wishes, lots)


@given(_wishes(), _lots())
def test_all_that_suffices_is_shared_out(wishes: list[Wish], lots: list[Lot]) -> None:
    able = [Wish(wish.id, wish.quanta, -1) for wish in wishes]
    if sum(lot.quanta for lot in lots) >= sum(wish.quanta for wish in able):
        assert set(attribute(able, lots)) == {wish.id for wish in able}


def test_the_oldest_of_exactly_that_amount_comes_before_the_oldest() -> None:
    wishes = [Wish("five", 5, 0), Wish("three", 3, 0), Wish("another three", 3, 0)]
    assert attribute(wishes, [Lot((1, 0), 3)]) == {"three": (Part((1, 0), 3),)}
    merged = attribute(wishes, [Lot((1, 0), 3), Lot((2, 0), 8)])
    assert merged == {
        "five": (Part((2, 0), 5),),
        "three": (Part((1, 0), 3),),
        "another three": (Part((2, 0), 3),),
    }


@given(_lots(), _lots())
def test_payouts_pay_what_was_set_aside_before_and_no_more(lots: list[Lot], paying: list[Lot]) -> None:
    payments = [Payment((lot.position[0], lot.position[1] + 10), lot.quanta) for lot in paying]
    done = paid_lots(lots, payments)
    sizes = {lot.position: lot.quanta for lot in lots}
    for position, payment in done.items():
        assert position < payment.position
    assert sum(sizes[position] for position in done) <= sum(payment.quanta for payment in payments)
    unpaid = [position for position in sizes if position not in done]
    if unpaid:
        assert all(position < min(unpaid) for position in done)


def test_a_payout_of_more_than_is_known_took_older_money_too() -> None:
    assert paid_lots([Lot((2, 0), 3)], [Payment((3, 0), 9)]) == {(2, 0): Payment((3, 0), 9)}
    assert paid_lots([Lot((2, 0), 3)], [Payment((1, 0), 9)]) == {}
