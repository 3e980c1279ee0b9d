"""Moments in sentences, as a person reads them: by the clock of this computer, or to the second in UTC."""

from datetime import UTC, datetime


def time_of_day(at_ms: int, now_ms: int) -> str:
    """The time of day where this computer is, with the date in front when it is not today's. UTC milliseconds."""
    moment, now = (datetime.fromtimestamp(ms // 1000, UTC).astimezone() for ms in (at_ms, now_ms))
    time = f"{moment:%H:%M}"
    if moment.date() == now.date():
        return time
    year = "" if moment.year == now.year else f" {moment.year}"
    return f"{moment.day} {moment:%b}{year} {time}"


def exact_utc(at_ms: int) -> str:
    """A moment to the second in UTC, for what is kept. UTC milliseconds."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
