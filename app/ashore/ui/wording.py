"""Times, durations and counts as a person reads them. Times are UTC milliseconds, shown as the locale has them."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, QTimeZone

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


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


def exact_time(at: int) -> str:
    """The time to the second in UTC, for tooltips; empty for 0."""
    if not at:
        return ""
    moment = QDateTime.fromMSecsSinceEpoch(at, QTimeZone(QTimeZone.Initialization.UTC))
    return moment.toString("yyyy-MM-dd HH:mm:ss") + " UTC"


def duration(milliseconds: int) -> str:
    """A length of time in its two largest units: `9 s`, `40 min`, `3 h 20 min`, `2 days 4 h`."""
    ms = max(0, milliseconds)
    if ms < 10_000:
        return f"{ms / 1000:.1f} s".replace(".0 s", " s")
    if ms < 2 * _MINUTE:
        return f"{round(ms / 1000)} s"
    if ms < _HOUR:
        return f"{round(ms / _MINUTE)} min"
    if ms < _DAY:
        hours, rest = divmod(round(ms / _MINUTE), 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, rest = divmod(round(ms / _HOUR), 24)
    word = "day" if days == 1 else "days"
    return f"{days} {word} {rest} h" if rest else f"{days} {word}"


def breakable(text: str, longest: int = 28) -> str:
    """`text` with invisible places to break inside words longer than `longest`, so that no label grows with them."""
    return " ".join(
        "\u200b".join(word[i : i + longest] for i in range(0, len(word), longest)) if len(word) > longest else word
        for word in text.split(" ")
    )
