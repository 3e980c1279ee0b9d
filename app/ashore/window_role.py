"""The start with a window: become the one window of this data, or hand over to the one that is there.

Nothing of Qt is imported before that is decided, so that a link is in the running window at once.
"""

from __future__ import annotations

import gc
import os
import sys

from ashore.desktop.links import UNFIT
from ashore.desktop.messages import Message, message_for
from ashore.desktop.one_window import Outcome, lock_or_hand_over, token_of
from ashore.desktop.paths import Paths, paths_for
from ashore.desktop.single_instance import InstanceLock
from ashore.options import Options


def main(options: Options) -> int:
    """Run the window until it is closed, or hand over; the exit code."""
    if options.link:
        from ashore.desktop.arguments import veil

        veil([options.link])
    paths = paths_for(options.network, options.data_dir)
    message = message_for(options.link, token_of(os.environ))
    found = _lock_or_hand_over(paths, message) if paths.instance_lock.exists() else None
    if found in (Outcome.TAKEN, Outcome.REFUSED):
        return _handed_over(message, refused=found is Outcome.REFUSED)
    gc.disable()  # until the window is painted: all that is loaded for it stays, and looking for waste costs a tenth
    obstacle = _obstacle()
    if obstacle is not None:
        gc.enable()
        if isinstance(found, InstanceLock):
            found.release()
        print(obstacle, file=sys.stderr)
        return 1
    if found is None:
        found = _lock_or_hand_over(paths, message)  # the first start on this data
        if found in (Outcome.TAKEN, Outcome.REFUSED):
            return _handed_over(message, refused=found is Outcome.REFUSED)
    from ashore.ui.app import main as show_window

    return show_window(options, found if isinstance(found, InstanceLock) else None, message)


def _lock_or_hand_over(paths: Paths, message: Message) -> InstanceLock | Outcome | None:
    """None where the data folder cannot be used, which the window then says."""
    try:
        paths.create()
        return lock_or_hand_over(paths, message, os.environ)
    except OSError:
        return None


def _handed_over(message: Message, *, refused: bool) -> int:
    if refused:
        print("ashore: another version of Ashore is open. Close it first. Nothing was opened.", file=sys.stderr)
        return 1
    if message.unfit:
        print(f"ashore: {' '.join(UNFIT[message.unfit])}", file=sys.stderr)
        return 2
    return 0


def _obstacle() -> str | None:
    from ashore.desktop import preflight

    return preflight.obstacle(os.environ)
