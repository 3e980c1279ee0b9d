"""Work that the window starts, and its end."""

from __future__ import annotations

from ashore.ui.tasks import Tasks


def test_what_a_timer_starts_after_the_loops_end_is_not_begun() -> None:
    begun: list[str] = []

    async def work() -> None:
        begun.append("work")

    tasks = Tasks(lambda error: begun.append(str(error)))
    tasks.start(work(), name="quote")  # one that was never awaited would be a warning, and so an error
    assert not begun
    assert not tasks.busy
