"""Makes the signer's memory harder to reach for other programs of the same user. Each step is best effort."""

import ctypes
import signal
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4


def harden() -> None:
    """Allow no core dump and no tracing, and leave Ctrl-C to the window. Call it in the main thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        return
    import resource

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
