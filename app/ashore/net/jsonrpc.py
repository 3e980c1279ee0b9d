"""A strict JSON-RPC 2.0 client over the guarded transport (specification: jsonrpc.org, 2010)."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

from ashore.domain.untrusted import plain
from ashore.net.errors import HttpStatus, RpcError, Unanswered
from ashore.net.http import Answer, HttpClient, Purpose

MAX_BATCH = 40
MAX_DEPTH = 24
_LONG = 64 * 1024
_HEADERS = {"content-type": "application/json"}
_ASK_FIRST = "Whether it took effect is not known; Ashore will ask before anything is sent again."


@dataclass(frozen=True, slots=True)
class Call:
    """One method with its positional parameters."""

    method: str
    params: tuple[object, ...] = ()


class JsonRpcClient:
    """Calls the methods of one JSON-RPC server.

    `effectful` names the methods that change something at the server: these are sent once and never
    repeated, and whatever leaves their outcome open is `Unanswered`.
    """

    def __init__(
        self, http: HttpClient, url: str, purpose: Purpose, *, effectful: frozenset[str] = frozenset()
    ) -> None:
        self._http = http
        self._url = url
        self._purpose = purpose
        self._effectful = effectful
        self._ids = itertools.count(1)
        where = urlsplit(url)
        self.host = plain(where.hostname or "the server", 80)
        # Without the port, which a practice network chooses anew at each start; a key in it cannot be read out of this.
        told = f"{where.scheme}://{where.hostname}{where.path}?{where.query}"
        self.whereabouts = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]
        """A digest of where the server is."""

    async def call(self, method: str, params: Sequence[object] = (), *, purpose: Purpose | None = None) -> Any:
        """Return the `result` of one call: parsed JSON, otherwise unchecked.

        Raises RpcError for the server's own refusal, else NotSent, Unanswered or HttpStatus.
        """
        number = next(self._ids)
        envelope = {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
        try:
            answer = await self._post(envelope, purpose, idempotent=method not in self._effectful)
        except HttpStatus as refused:
            # Some servers put a proper refusal under a 4xx status.
            refusal = self._refusal(refused.body, number)
            if refusal is None:
                raise
            raise refusal from refused
        outcome = self._outcome(await self._read(answer.body), number)
        if isinstance(outcome, RpcError):
            raise outcome
        return outcome.value

    async def batch(self, calls: Sequence[Call], *, purpose: Purpose | None = None) -> list[Any | RpcError]:
        """Return the results of several reads in the order asked, each a result or its RpcError.

        Raises ValueError for an effectful method or more than MAX_BATCH calls; NotSent, Unanswered
        or HttpStatus where there is no complete and matching answer.
        """
        if len(calls) > MAX_BATCH or any(call.method in self._effectful for call in calls):
            raise ValueError("a batch holds a bounded number of reads")
        if not calls:
            return []
        numbers = [next(self._ids) for _ in calls]
        envelopes = [
            {"jsonrpc": "2.0", "id": number, "method": call.method, "params": list(call.params)}
            for number, call in zip(numbers, calls, strict=True)
        ]
        answer = await self._post(envelopes, purpose, idempotent=True)
        parsed = await self._read(answer.body)
        if not isinstance(parsed, list) or len(parsed) != len(calls):
            raise self._garbage("does not answer the calls that were made")
        by_id = {item.get("id"): item for item in parsed if isinstance(item, dict) and type(item.get("id")) is int}
        outcomes = [self._outcome(by_id.get(number), number) for number in numbers]
        return [outcome if isinstance(outcome, RpcError) else outcome.value for outcome in outcomes]

    async def _post(self, envelope: object, purpose: Purpose | None, *, idempotent: bool) -> Answer:
        body = json.dumps(envelope, separators=(",", ":"), allow_nan=False).encode()
        return await self._http.request(
            "POST", self._url, purpose or self._purpose, body=body, headers=_HEADERS, idempotent=idempotent
        )

    async def _read(self, body: bytes) -> Any:
        """Parse an answer, a long one in a worker thread so that the window goes on painting."""
        return await asyncio.to_thread(self._parse, body) if len(body) > _LONG else self._parse(body)

    def _parse(self, body: bytes) -> Any:
        try:
            parsed = json.loads(body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise self._garbage("is not JSON") from error
        if not _bounded(parsed, MAX_DEPTH):
            raise self._garbage("is nested too deeply")
        return parsed

    def _refusal(self, body: bytes, number: int) -> RpcError | None:
        try:
            outcome = self._outcome(self._parse(body), number)
        except Unanswered:
            return None
        return outcome if isinstance(outcome, RpcError) else None

    def _outcome(self, envelope: Any, number: int) -> _Result | RpcError:
        """Check one envelope: exactly our id, and exactly one of result and error."""
        if not isinstance(envelope, dict) or envelope.get("jsonrpc") != "2.0":
            raise self._garbage("is not JSON-RPC")
        answered = envelope.get("id")
        if type(answered) is not int or answered != number:
            raise self._garbage("answers another call")
        error = envelope.get("error")
        if error is None:
            if "result" not in envelope:
                raise self._garbage("holds neither result nor error")
            return _Result(envelope["result"])
        if envelope.get("result") is not None or not isinstance(error, dict) or type(error.get("code")) is not int:
            raise self._garbage("holds a malformed error")
        return RpcError(self.host, error["code"], plain(error.get("message", ""), 200), error.get("data"))

    def _garbage(self, what: str) -> Unanswered:
        return Unanswered(f"The answer of {self.host} {what}.", _ASK_FIRST)


@dataclass(frozen=True, slots=True)
class _Result:
    value: Any


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _bounded(value: object, depth: int) -> bool:
    """Whether no list or object in `value` is nested deeper than `depth`."""
    level: list[object] = [value]
    for _ in range(depth + 1):
        level = [child for item in level for child in _children(item)]
        if not level:
            return True
    return False


def _children(item: object) -> list[object]:
    if isinstance(item, dict):
        return [child for child in item.values() if isinstance(child, dict | list)]
    if isinstance(item, list):
        return [child for child in item if isinstance(child, dict | list)]
    return []
