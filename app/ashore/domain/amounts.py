"""Amounts of money: integers in base units, with text only at the edges.

No float ever touches an amount. Text that a person types is read strictly; each refusal says what
is wrong and what to type instead.
"""

import unicodedata
from dataclasses import dataclass

from ashore.domain.errors import AshoreError
from ashore.domain.pasted_secrets import secret_words
from ashore.domain.untrusted import hidden_characters, plain

_ASCII_DIGITS = frozenset("0123456789")
MAX_TEXT = 80
_ALWAYS_GROUPS = frozenset("'’_")
_SWAPPED = str.maketrans(".,", ",.")


class AmountError(AshoreError):
    """A text that is not an amount Ashore accepts."""


@dataclass(frozen=True, slots=True)
class Amount:
    """`base` units of an asset with `decimals` decimals, called `symbol`."""

    base: int
    decimals: int
    symbol: str

    def __str__(self) -> str:
        return f"{format_units(self.base, self.decimals)} {self.symbol}"


def unit(decimals: int) -> int:
    """Return how many base units one whole unit has."""
    return int(10**decimals)


def parse_amount(text: str, decimals: int, *, integral: bool = False) -> int:
    """Read `text` as a positive decimal number and return it in base units of 10**-`decimals`.

    `integral`: whole numbers are asked for, so the advice names no others; a fraction that fits is read all the same.

    Only ASCII digits and one point are accepted: separators mean different things in different
    countries, and a guess could cost a factor of a thousand. Raises AmountError with a sentence.
    """
    stripped = text.strip(" ")
    if not stripped:
        raise AmountError("Enter an amount.", "For example 25." if integral else "For example 25 or 25.50.")
    _refuse_odd_characters(stripped, integral)
    whole, point, fraction = stripped.partition(".")
    if not whole and not fraction:
        raise AmountError("That is a point without a number.", _written(integral))
    if len(whole.lstrip("0")) > 60:
        raise AmountError("That number is larger than any balance can be.", "Check the amount.")
    if point and not fraction:
        raise AmountError("There are no digits after the point.", "Add them, or leave the point out.")
    if integral and len(fraction.rstrip("0")) > decimals:
        raise AmountError("That is not a whole number.", "Leave out the fraction.")
    if len(fraction.rstrip("0")) > decimals:
        raise AmountError(
            f"This asset has {decimals} decimals, and the amount has {len(fraction.rstrip('0'))}.",
            "Shorten it: what lies beyond could not be paid out." if decimals else "Enter a whole number.",
        )
    value = int(whole or "0") * unit(decimals) + int(
        (fraction.rstrip("0") or "0").ljust(decimals, "0")[:decimals] or "0"
    )
    if value == 0:
        raise AmountError("The amount is zero.", "Enter how much you want to bring out.")
    return value


def _written(integral: bool) -> str:
    return "Write a whole number, like 1240." if integral else "Write it like 1240.50."


def _meant(text: str, integral: bool) -> str:
    """What to write for a number with separators: the number itself where it can be read in one way."""
    readings = [each for each in _readings(text) if not (integral and "." in each)]
    if not readings:
        return _written(integral)
    if len(readings) == 1:
        return f"Write {readings[0]}."
    return f"Write {readings[0]} or {readings[1]}, whichever you mean."


def _readings(text: str) -> list[str]:
    """The numbers that a text with separators can be, each written plainly; none where it fits no custom."""
    bare = "".join("'" if c in _ALWAYS_GROUPS or unicodedata.category(c) == "Zs" else c for c in text)
    if bare.count(".") > 1 or ("," in bare and "." in bare and bare.rindex(",") > bare.rindex(".")):
        bare = bare.translate(_SWAPPED)  # points group, the comma begins the fraction
    whole, point, fraction = bare.partition(".")
    if not point and whole.count(",") == 1 and "'" not in whole.partition(",")[2]:
        before, _, after = whole.partition(",")
        grouped = "" if "'" in before else _ungrouped(whole)
        fractional = f"{_ungrouped(before)}.{after}" if _ungrouped(before) and after else ""
        return [each for each in (grouped, fractional) if each]
    joined = _ungrouped(whole)
    if not joined or (point and not _plain_digits(fraction)):
        return []
    return [f"{joined}{point}{fraction}"]


def _ungrouped(whole: str) -> str:
    """The digits of a number in groups of three, or of one without groups; empty where it is neither."""
    groups = whole.replace("'", ",").split(",")
    leads = len(groups) == 1 or (1 <= len(groups[0]) <= 3 and groups[0][0] != "0")
    right = leads and all(len(group) == 3 for group in groups[1:])
    digits = "".join(groups)
    return (digits.lstrip("0") or "0") if right and _plain_digits(digits) else ""


def _plain_digits(text: str) -> bool:
    return bool(text) and set(text) <= _ASCII_DIGITS


def _digits(integral: bool) -> str:
    return "Enter digits only." if integral else "Enter digits and one point only."


def _refuse_odd_characters(text: str, integral: bool) -> None:
    if (secret := secret_words(text)) is not None:
        raise AmountError(*secret)
    if len(text) > MAX_TEXT:
        raise AmountError("That is too long to be an amount.", _digits(integral))
    if hidden_characters(text):
        raise AmountError("The text contains an invisible character.", "Type the amount by hand.")
    if text[0] in "-−–":
        raise AmountError("An amount cannot be negative.", "Enter how much you want to bring out.")
    if text[0] == "+":
        raise AmountError("An amount needs no plus sign.", _digits(integral))
    for character in text:
        if character not in _ASCII_DIGITS and character != ".":
            raise AmountError(*_odd_character(character, text, integral))
    if text.count(".") > 1:
        raise AmountError("There is more than one point.", _meant(text, integral))


def _odd_character(character: str, text: str, integral: bool) -> tuple[str, str]:
    separator = character == "," or character in _ALWAYS_GROUPS or unicodedata.category(character) == "Zs"
    if separator and any(c.isdigit() for c in text):
        return "Separators are not accepted, because countries read them differently.", _meant(text, integral)
    if character in "eE":
        return "Powers of ten are not accepted.", "Write the number out, like 1000000."
    if unicodedata.category(character) == "Nd":
        return "These digits are from another script.", "Use the digits 0 to 9."
    named = f"“{plain(character, 8)}”" if plain(character, 8) else "A blank"
    return (
        f"{named} is not part of an amount.",
        "Enter digits only." if integral else "Enter digits and one point only.",
    )


def format_units(base: int, decimals: int, *, least_fraction: int = 0) -> str:
    """Return `base` units as plain decimal text, without separators, exact in every digit."""
    sign = "-" if base < 0 else ""
    whole, fraction = divmod(abs(base), unit(decimals))
    digits = f"{fraction:0{decimals}d}".rstrip("0") if decimals else ""
    digits = digits.ljust(min(least_fraction, decimals), "0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def display_units(base: int, decimals: int, *, least_fraction: int = 2) -> str:
    """Return `base` units for reading: thousands grouped by commas, at least two decimals, nothing rounded away."""
    whole, point, fraction = format_units(base, decimals, least_fraction=least_fraction).partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.lstrip('-')):,}{point}{fraction}"


def rescale(base: int, from_decimals: int, to_decimals: int) -> int:
    """Convert exactly between decimals. Raises AmountError where a remainder would be lost."""
    if to_decimals >= from_decimals:
        return base * unit(to_decimals - from_decimals)
    value, dust = divmod(base, unit(from_decimals - to_decimals))
    if dust:
        raise AmountError(
            f"The target has {to_decimals} decimals; a rest would stay behind.",
            "Shorten the amount to what can be paid out.",
        )
    return value


def rescale_down(base: int, from_decimals: int, to_decimals: int) -> int:
    """Convert between decimals and cut what lies below, as a contract does that divides."""
    return rescale(without_dust(base, from_decimals, to_decimals), from_decimals, to_decimals)


def without_dust(base: int, from_decimals: int, to_decimals: int) -> int:
    """Cut what lies below `to_decimals`, keeping the unit of `from_decimals`."""
    step = unit(max(0, from_decimals - to_decimals))
    return base - base % step
