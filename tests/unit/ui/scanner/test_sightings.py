"""When a code is taken, and when a person is asked."""

from __future__ import annotations

from ashore.intake.codes import MOST_CODES, Code
from ashore.intake.recognition import Intake, Way
from ashore.ui.scanner.sightings import MOST_FRESH, REMEMBERED_S, SETTLED_S, Sighting, Sightings

CORNERS = ((0, 0), (9, 0), (9, 9), (0, 9))
SHAPE = ((0.0, 0.0), (0.1, 0.0), (0.1, 0.1), (0.0, 0.1))
FRAME_S = 1 / 30


class Watching:
    """Frames at a camera's pace; what begins with "to" leads somewhere."""

    def __init__(self) -> None:
        self.named: list[str] = []
        self.sightings = Sightings(self._name)
        self.now = 100.0

    def _name(self, text: str) -> Intake:
        self.named.append(text)
        return Intake(Way.RECIPIENT if text.startswith("to") else Way.NOWHERE, f"It is {len(text)} long.")

    def see(self, *texts: str, trouble: str = "") -> Sighting | None:
        """One frame."""
        self.now += FRAME_S
        codes = [(Code(text, CORNERS), SHAPE) for text in texts]
        codes += [(Code("", CORNERS, trouble), SHAPE)] if trouble else []
        return self.sightings.look(codes, self.now)


def test_one_code_is_taken_at_the_second_look() -> None:
    watching = Watching()
    assert watching.see("to a") is None
    taken = watching.see("to a")
    assert taken is not None
    assert taken.text == "to a"
    assert watching.named == ["to a"]
    assert "to a" not in repr(taken)


def test_a_code_that_one_frame_misses_is_still_in_view() -> None:
    watching = Watching()
    watching.see("to a", "to b")
    for _ in range(3):
        assert watching.see("to a") is None, "the other one was there a moment ago"
    watching.now += SETTLED_S
    watching.see("to a")
    assert watching.see("to a") is not None


def test_a_choice_stays_for_a_hand_to_reach_it_and_then_goes() -> None:
    watching = Watching()
    watching.see("to a", "to b")
    watching.now += REMEMBERED_S
    watching.see()
    assert [one.text for one in watching.sightings.leading] == ["to a", "to b"]
    watching.now += SETTLED_S
    watching.see()
    assert watching.sightings.in_view == ()


def test_what_leads_nowhere_is_never_taken_and_never_in_the_way() -> None:
    watching = Watching()
    for _ in range(3):
        assert watching.see("hello", trouble="This code is empty.") is None
    assert [one.what.sentence for one in watching.sightings.in_view] == ["It is 5 long.", "This code is empty."]
    watching.see("hello", "to a")
    assert watching.see("hello", "to a") is not None


def test_a_code_seen_once_and_gone_is_not_taken() -> None:
    watching = Watching()
    watching.see("to a")
    watching.now += REMEMBERED_S
    assert watching.see() is None
    assert watching.see("to a") is None


def test_where_there_are_more_than_are_told_none_is_taken() -> None:
    watching = Watching()
    for _ in range(4):
        watching.now += FRAME_S
        assert watching.sightings.look([(Code("to a", CORNERS), SHAPE)], watching.now, more=True) is None
    assert watching.see("to a") is not None


def test_a_picture_full_of_codes_is_named_bit_by_bit_and_nothing_is_taken_before_all_are() -> None:
    watching = Watching()
    full = ["to me", *(f"code {number}" for number in range(MOST_CODES - 1))]
    frames = -(-MOST_CODES // MOST_FRESH)
    for number in range(frames - 1):
        assert watching.see(*full) is None
        assert len(watching.named) == (number + 1) * MOST_FRESH
    assert watching.see(*full) is not None
    for number in range(40):
        watching.see(*(f"other {number} {each}" for each in range(MOST_CODES)))
        assert len(watching.sightings.in_view) <= MOST_CODES


def test_what_was_asked_for_is_taken_beside_what_leads_elsewhere() -> None:
    kinds = {"address": Way.RECIPIENT, "voucher": Way.VOUCHER, "other": Way.NOWHERE}
    watching = Sightings(lambda text: Intake(kinds[text], text), lambda _text, what: what.way is Way.RECIPIENT)

    def look(now: float, *texts: str) -> Sighting | None:
        return watching.look([(Code(text, CORNERS), SHAPE) for text in texts], now)

    look(0.0, "voucher", "other")
    assert [one.text for one in watching.leading] == ["voucher"], "what leads elsewhere is named by the field"
    watching.forget()
    assert look(0.0, "voucher", "address", "other") is None
    taken = look(0.1, "voucher", "address", "other")
    assert taken is not None
    assert taken.text == "address"
