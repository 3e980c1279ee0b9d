"""Lengths of time in words."""

_MINUTE = 60_000
_HOUR = 60 * _MINUTE


def duration(milliseconds: int) -> str:
    """A length of time in its two largest units: `9 s`, `40 min`, `3 h 20 min`, `2 days 4 h`."""
    ms = max(0, milliseconds)
    if ms < 10_000:
        whole, tenth = divmod((ms + 50) // 100, 10)
        return f"{whole}.{tenth} s" if tenth else f"{whole} s"
    if ms < 2 * _MINUTE:
        return f"{_rounded(ms, 1000)} s"
    minutes = _rounded(ms, _MINUTE)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    hours = _rounded(ms, _HOUR)
    word = "day" if hours // 24 == 1 else "days"
    return f"{hours // 24} {word} {hours % 24} h" if hours % 24 else f"{hours // 24} {word}"


def _rounded(value: int, unit: int) -> int:
    return (value + unit // 2) // unit
