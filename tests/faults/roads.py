"""The way to services, which can be closed."""

from __future__ import annotations

from typing import Any, cast

import httpcore


class Road:
    """The wallet's way to services, which can be closed. The way to its node is another one."""

    def __init__(self) -> None:
        self.closed = False
        self.tried = 0
        self._real = httpcore.AnyIOBackend()
        self.network = cast("httpcore.AsyncNetworkBackend", self)

    async def connect_tcp(self, host: str, port: int, **options: Any) -> httpcore.AsyncNetworkStream:
        self.tried += 1
        if self.closed:
            raise httpcore.ConnectError("refused")
        return await self._real.connect_tcp(host, port, **options)
