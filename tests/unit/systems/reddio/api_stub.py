"""Reddio's API over HTTP, answering what a test lets it answer, in the shapes that its pages and clients show."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from ashore.net.http import HttpClient
from ashore.net.pacing import RateLimit
from ashore.systems.reddio.client.api import ReddioClient
from unit.ethereum.chain_bench import FastClock

Answer = Callable[[Mapping[str, str], bytes], Any]
SlowAnswer = Callable[[Mapping[str, str]], Awaitable[Any]]


def ok(data: object) -> dict[str, object]:
    """A yes in Reddio's envelope."""
    return {"status": "OK", "error": "", "error_code": 0, "data": data}


def failed(code: int | None, text: object = "no", **more: object) -> dict[str, object]:
    """A no in Reddio's envelope."""
    return {"status": "FAILED", "error": text, **({} if code is None else {"error_code": code}), **more}


class Api:
    """`answers` by path: a function of query and body that returns JSON, a response, or an exception to raise.

    `slow` by path: the same of a query, that may take as long as it likes.
    """

    def __init__(self, answers: Mapping[str, Answer] | None = None) -> None:
        self.answers: dict[str, Answer] = dict(answers or {})
        self.slow: dict[str, SlowAnswer] = {}
        self.calls: Counter[str] = Counter()
        self.bodies: list[bytes] = []
        self.http = HttpClient(
            FastClock(), random.Random(1), transport=httpx.MockTransport(self._answer), rate=RateLimit(1e6, 10_000)
        )
        self.client = ReddioClient(self.http, "http://127.0.0.1/reddio")

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/reddio")
        self.calls[path] += 1
        body = await request.aread()
        if request.method == "POST":
            self.bodies.append(body)
        if path in self.slow:
            return httpx.Response(200, json=await self.slow[path](dict(request.url.params)))
        if path not in self.answers:
            return httpx.Response(404, text="no such page")
        told = self.answers[path](dict(request.url.params), body)
        if isinstance(told, Exception):
            raise told
        return told if isinstance(told, httpx.Response) else httpx.Response(200, json=told)
