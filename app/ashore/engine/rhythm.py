"""How long to wait for the next asking: the longer nothing has changed, the longer."""

from collections.abc import Hashable

SHARE = 20
"""What comes is known a twentieth of its own time later, at most."""
LONGEST_FACTOR = 10
LONGEST_S = 60.0


class Rhythm:
    """Pauses that grow with the time since the last news, within bounds.

    A stage that takes hours is not asked about every few seconds, and one that takes seconds is known at once. On a
    quick network the longest pause is short as well: it is a multiple of the shortest.
    """

    def __init__(self, shortest_s: float) -> None:
        self._shortest = shortest_s
        self._longest = max(shortest_s, min(LONGEST_S, LONGEST_FACTOR * shortest_s))
        self._news: Hashable = None
        self._since: float | None = None

    def restart(self) -> None:
        """Begin with short pauses again."""
        self._since = None

    def pause(self, now: float, news: Hashable) -> float:
        """Seconds until the next asking.

        Args:
            now: seconds of a clock that only goes forward.
            news: what is awaited, as far as it has come; another value than last time is news.
        """
        if self._since is None or news != self._news:
            self._news, self._since = news, now
        return min(self._longest, max(self._shortest, (now - self._since) / SHARE))
