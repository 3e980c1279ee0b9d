"""Until when Reddio may carry a request out: a date for people, hours since 1970 for the signature."""

import re
from datetime import UTC, datetime

from ashore.systems.reddio.codec import NEVER_EXPIRES, expiration_date, is_expired
from ashore.systems.reddio.codec.limits import MAX_EXPIRATION_HOURS, SECONDS_PER_HOUR
from ashore.systems.reddio.system.judgement import Judgement

NEVER = "never"
SOON_HOURS = 48
"""An expiration that is nearer than this may come before Reddio's next batch."""
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):00)?", re.ASCII)
_ADVICE = "Write a date like 2027-01-31, or 2027-01-31 18:00 in UTC; or leave the field empty."


def judge_expiration(found: Judgement, *, signed: bool) -> int | None:
    """Hours since 1970, NEVER_EXPIRES where the draft names nothing. `signed`: the request carries one at all."""
    text = found.text("expiration").removesuffix("UTC").strip()
    if not signed:
        if text and text != NEVER:
            found.hint("expiration", "Not used: a request without a signature carries no date.")
        return None
    if text.lower() in ("", NEVER):
        return NEVER_EXPIRES
    if text.isascii() and text.isdigit():
        return _number(found, text)
    hours = _date(text)
    if hours is None:
        found.block("expiration", "This is not a date that Ashore reads.", _ADVICE)
        return None
    return _held(found, hours)


def _date(text: str) -> int | None:
    parts = _DATE.fullmatch(text)
    if parts is None:
        return None
    year, month, day, hour = (int(part or "0") for part in parts.groups())
    try:
        moment = datetime(year, month, day, hour, tzinfo=UTC)
    except ValueError:
        return None
    return int(moment.timestamp()) // SECONDS_PER_HOUR


def _number(found: Judgement, text: str) -> int | None:
    """The raw field of the API: hours, whatever the page says of seconds."""
    if len(text) > len(str(MAX_EXPIRATION_HOURS)) or int(text) > MAX_EXPIRATION_HOURS:
        found.block("expiration", "Reddio counts an expiration in hours since 1970, and this is too large.", _ADVICE)
        return None
    return _held(found, int(text))


def _held(found: Judgement, hours: int) -> int | None:
    now_s = found.now // 1000
    if not 0 <= hours <= MAX_EXPIRATION_HOURS:
        found.block("expiration", f"The last date that Reddio can write is {date_text(MAX_EXPIRATION_HOURS)}.", _ADVICE)
        return None
    if is_expired(hours, now_s):
        found.block("expiration", f"{date_text(hours)} is past: Reddio would refuse the request.", _ADVICE)
        return None
    if hours - now_s // SECONDS_PER_HOUR < SOON_HOURS:
        found.warn(
            "expiration",
            f"That is soon: if Reddio’s next batch comes after {date_text(hours)}, the request fails.",
            "Leave the field empty, unless you want just that.",
        )
    return hours


def date_text(hours: int) -> str:
    """An expiration as a date: `2027-01-31 18:00 UTC`. Raises ValueError for hours out of range."""
    return f"{expiration_date(hours):%Y-%m-%d %H:%M} UTC"


def expiration_text(hours: int) -> str:
    """An expiration in words; the last hour that can be written is what all clients mean by never."""
    return f"never ({date_text(hours)})" if hours == NEVER_EXPIRES else date_text(hours)
