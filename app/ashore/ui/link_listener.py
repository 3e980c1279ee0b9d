"""What the window listens with for other starts of the program: a socket, or on Windows a pipe."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from ashore.desktop.link_server import Arrived, LinkServer
from ashore.desktop.meeting_place import made_pipe_name


@contextlib.asynccontextmanager
async def listen(data: Path, arrived: Arrived) -> AsyncIterator[None]:
    """Listen until the context ends. Only the holder of the instance lock may do this.

    Raises:
        OSError: there is no place to listen at.
    """
    if sys.platform == "win32":
        from ashore.desktop.link_pipe import LinkPipe

        pipe = LinkPipe(arrived)
        pipe.open(made_pipe_name(data))
        try:
            yield
        finally:
            pipe.close()
        return
    server = LinkServer(arrived)
    server.open(data, os.environ)
    try:
        yield
    finally:
        await server.aclose()
