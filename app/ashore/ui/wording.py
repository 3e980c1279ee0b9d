"""Times as a person reads them, and texts that break. Times are UTC milliseconds, shown as the locale has them."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QDateTime, QLocale, QTimeZone

from ashore.domain.addresses import readable
from ashore.domain.amounts import display_units
from ashore.domain.events import Terms
from ashore.domain.hex_groups import shortened
from ashore.domain.stages import Track
from ashore.domain.untrusted import quoted
from ashore.domain.withdrawal import GAS_MOST, SAID_BY
from ashore.engine.views import ActivityRow
from ashore.systems.lnurl.system.tracks import UNSEEN
from ashore.systems.reddio.system.tracks import REGISTRATION, TRANSFER
from ashore.systems.zklink.system.activation_track import NEW_KEY

_RUNS = re.compile(r"[^./:?&=_,;()\[\]-]*[./:?&=_,;()\[\]-]*")
_HEX = re.compile(r"(?P<prefix>0x)?(?P<digits>[0-9A-Fa-f]{8,})(?P<end>\W*)")
_NUMBER = re.compile(r"(?P<digits>[0-9]{8,})(?P<end>\W*)")
_LONGEST_RUN = 18
LIGHTNING = "LNURL"
"""The system whose money is satoshi, and whose places are wallets."""

REDDIO = "Reddio"
"""The system where somebody has to claim what a withdrawal brings to Ethereum."""

FAST_WAIT = (
    "Fast: as soon as a broker takes it; none has promised when. If none does, it takes as long as a normal one."
)


SHOWN_DIGITS = 14
"""A token id of more digits is cut in its middle where there is one line for it."""

_ENDS = 6
_LONG_NUMBER = re.compile(rf"[1-9][0-9]{{{SHOWN_DIGITS},77}}", re.ASCII)


def elided(token_id: int) -> str:
    """A token id (0 to 2^256-1) in at most `SHOWN_DIGITS` characters: its first and last digits."""
    digits = str(token_id)
    return digits if len(digits) <= SHOWN_DIGITS else f"{digits[:_ENDS]}…{digits[-_ENDS:]}"


def without_long_numbers(text: str) -> str:
    """A text in which the numbers of tokens are cut in their middle, where it stands in one line."""
    return _LONG_NUMBER.sub(lambda found: elided(int(found[0])), text)


def money(terms: Terms) -> str:
    """The amount that arrives, as the field has it: Lightning's in satoshi. An activation has none, but a name."""
    if terms.system == LIGHTNING or NEW_KEY in terms.details or registers(terms):
        return terms.details.get("amount.text", "")
    token_id = terms.details.get("token_id", "")
    if terms.system == REDDIO and token_id.isascii() and token_id.isdigit():
        return terms.details.get("amount.text", "").replace(token_id, elided(int(token_id)))
    return f"{display_units(terms.amount, terms.decimals)} {terms.receive_symbol}"


def _is_on(terms: Terms, track: Track) -> bool:
    return terms.track.partition("@")[0] == track.ref.id


def registers(terms: Terms) -> bool:
    """Whether it registers a Stark key on L1, and moves no money."""
    return _is_on(terms, REGISTRATION)


def stays_on_reddio(terms: Terms) -> bool:
    """Whether it goes to another vault on Reddio, and never to Ethereum."""
    return _is_on(terms, TRANSFER)


def is_claim(terms: Terms) -> bool:
    """Whether it claims money that waits in a contract, and so spends gas."""
    return GAS_MOST in terms.details and not registers(terms)


def title(terms: Terms) -> str:
    """What it is called in lists and at the head of its voyage: the amount, of a claim with that word."""
    return f"Claim of {money(terms)}" if is_claim(terms) else money(terms)


def place(terms: Terms) -> str:
    """Where it arrives: on a chain, in a wallet."""
    return f"{'in' if terms.system == LIGHTNING else 'on'} {terms.destination}"


def towards(terms: Terms) -> str:
    """Where it goes, behind the title; of a claim, where the money waits."""
    if is_claim(terms) or registers(terms):
        return f"on {terms.destination}"
    if stays_on_reddio(terms):
        return "to a vault on Reddio"
    return "of your zkLink account" if NEW_KEY in terms.details else f"to {terms.destination}"


def voucher_name(terms: Terms, most: int = 40) -> str:
    """What a Lightning service calls its voucher, quoted and cut to so many letters; empty where it says nothing."""
    said = terms.details.get("description", "") if terms.system == LIGHTNING else ""
    return quoted(said, most) if said else ""


def payer(terms: Terms) -> str:
    """The Lightning service that pays, and its own words for the voucher; empty for what pays to an address."""
    if terms.system != LIGHTNING:
        return ""
    name, host = voucher_name(terms, 80), terms.details.get(SAID_BY, "")
    return f"from {host}, which calls it {name}" if name else f"from {host}"


def party(terms: Terms) -> str:
    """The other party of the list: the recipient's address, or the voucher and the Lightning service that pays."""
    if terms.system == LIGHTNING:
        return f"{voucher_name(terms)} from {terms.details.get(SAID_BY, '')}".strip()
    return shortened(readable(terms.recipient))


def stage_words(row: ActivityRow, beside: str, now: int) -> str:
    """Where a withdrawal stands in one line, with its mark's word `beside` it. `now` in UTC milliseconds."""
    if row.refused_so_far:
        until = f" until {clock_time(row.watched_until, now, seconds=False)}" if row.watched_until > now else ""
        watched = "" if _is_on(row.terms, UNSEEN) else ", watched"  # another wallet's invoice nobody watches here
        return f"{row.stage_title} · may still pay{watched}{until}"
    return f"{row.stage_title} · {beside}" if beside else row.stage_title


def fitted(text: str, fits: Callable[[str], bool]) -> str:
    """A shortened address as long as it fits, always with its first and its last characters; other texts as they are.

    Address poisoning lives on ends that are not seen.
    """
    first, _, rest = text.partition(" ")
    last = rest.rpartition(" ")[2]
    if not text.startswith("0x") or " … " not in text or fits(text):
        return text
    apart = f"{first} … {last}"
    return apart if fits(apart) else f"{first}…{last}"


def clock_time(at: int, now: int, *, seconds: bool = True) -> str:
    """The time of day, with the date in front when it is not the day of `now`; empty for 0."""
    if not at:
        return ""
    moment, today = QDateTime.fromMSecsSinceEpoch(at), QDateTime.fromMSecsSinceEpoch(now)
    time = QLocale().toString(moment.time(), "HH:mm:ss" if seconds else "HH:mm")
    if moment.date() == today.date():
        return time
    pattern = "d MMM" if moment.date().year() == today.date().year() else "d MMM yyyy"
    return f"{QLocale().toString(moment.date(), pattern)} {time}"


def dated_time(at: int) -> str:
    """The day with its year, and the time with its zone, for what is read elsewhere and later; empty for 0."""
    if not at:
        return ""
    moment = QDateTime.fromMSecsSinceEpoch(at)
    east = moment.offsetFromUtc() // 60
    zone = f"UTC{'+' if east > 0 else '-'}{abs(east) // 60}:{abs(east) % 60:02}" if east else "UTC"
    return f"{QLocale().toString(moment.date(), 'd MMM yyyy')} {QLocale().toString(moment.time(), 'HH:mm:ss')} {zone}"


def exact_time(at: int) -> str:
    """The time to the second in UTC, for tooltips; empty for 0."""
    if not at:
        return ""
    moment = QDateTime.fromMSecsSinceEpoch(at, QTimeZone(QTimeZone.Initialization.UTC))
    return moment.toString("yyyy-MM-dd HH:mm:ss") + " UTC"


def breakable(text: str, longest: int = 20) -> str:
    """`text` with invisible places to break inside words longer than `longest`, so that no label grows with them.

    They stand after what parts a name or an address; a long run of letters, as of a hash, breaks wherever a line ends.
    """
    return " ".join(_broken(word) if _breadth(word) > longest else word for word in text.split(" "))


def _broken(word: str) -> str:
    return "\u200b".join(piece for run in filter(None, _RUNS.findall(word)) for piece in _pieces(run))


def _pieces(run: str) -> list[str]:
    """A run in parts: a number in thousands, a hash in groups of four, a name only where it is very long."""
    number, hashed = _NUMBER.fullmatch(run), _HEX.fullmatch(run)
    if number is not None:
        first = len(number["digits"]) % 3 or 3
        digits = number["digits"]
        parts = [digits[:first], *(digits[n : n + 3] for n in range(first, len(digits), 3))]
    elif hashed is not None:
        parts = [hashed["digits"][n : n + 4] for n in range(0, len(hashed["digits"]), 4)]
        parts[0] = (hashed["prefix"] or "") + parts[0]
    elif _breadth(run) <= _LONGEST_RUN:
        return [run]
    else:
        return [run[n : n + 4] for n in range(0, len(run), 4)]
    end = (number or hashed)["end"]  # type: ignore[index]  # one of the two is there
    return [*parts[:-1], parts[-1] + end]


def _breadth(word: str) -> int:
    """Letters, of which the broad ones take the room of two."""
    return len(word) + sum(not c.isascii() or c.isupper() or c in "mw@%&" for c in word)
