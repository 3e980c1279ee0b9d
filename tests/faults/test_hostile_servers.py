"""Hostile servers of strangers: whatever they say, a clear sentence in bounded memory and time."""

from __future__ import annotations

import asyncio
import gzip
import logging
import time
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ashore.net.errors import NotSent, Unanswered
from ashore.net.strangers import StrangerAnswer
from faults.hostile import (
    HOST,
    INVOICE,
    K1,
    PATIENT,
    PATIENT_CALLBACK,
    PUBLIC,
    QUICK,
    URL,
    Handler,
    Theatre,
    answer,
    holding,
    outcome,
    redirect,
    repeating,
    resetting,
    saying,
    theatre,
)

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
MEBIBYTE = 1024 * 1024
BOMB = gzip.compress(bytes(8 * MEBIBYTE))


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as made:
        yield made


@pytest.fixture
def frugal() -> Iterator[None]:
    """Wallet and server together stay within a few mebibytes, whatever is sent."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MEBIBYTE


LONG = "longer than the 65536 bytes"
BROKE = "broke before its answer was whole"
PACKED = "a packed answer"
FLOOD = "more than an answer may hold"

SPOILT: list[tuple[str, Handler, str]] = [
    ("a declared gigabyte", repeating(OK + b"Content-Length: 1000000000\r\n\r\n", b"x" * 65_536), LONG),
    ("a body without end", repeating(OK + b"\r\n", b"x" * 65_536), LONG),
    ("chunks without end", repeating(CHUNKED, b"4000\r\n" + b"x" * 16_384 + b"\r\n"), LONG),
    ("one byte too many", saying(answer(b"x" * 65_537)), LONG),
    ("one byte too many, unannounced", saying(OK + b"\r\n" + b"x" * 65_537), LONG),
    ("an error without end", repeating(b"HTTP/1.1 500 Oops\r\n\r\n", b"x" * 65_536), LONG),
    ("chunk extensions without end", repeating(CHUNKED, b"1;" + b"e" * 8_000 + b"\r\nx\r\n"), FLOOD),
    ("one chunk extension without end", repeating(CHUNKED + b"1;", b"e" * 65_536), BROKE),
    ("trailers without end", repeating(CHUNKED + b"0\r\n", b"T: x\r\n" * 1_000), BROKE),
    ("headers without end", repeating(OK, b"X-Filler: y\r\n" * 1_000), BROKE),
    ("one header without end", repeating(OK + b"X: ", b"y" * 65_536), BROKE),
    ("a status line without end", repeating(b"HTTP/1.1 200 ", b"y" * 65_536), BROKE),
    ("interim answers without end", repeating(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), FLOOD),
    ("early hints without end", repeating(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100), FLOOD),
    ("too short for its length", saying(OK + b"Content-Length: 100\r\n\r\n{}"), BROKE),
    ("chunks cut short", saying(CHUNKED + b"10\r\nabc"), BROKE),
    ("no last chunk", saying(CHUNKED + b"2\r\n{}\r\n"), BROKE),
    ("a negative length", saying(OK + b"Content-Length: -1\r\n\r\n{}"), BROKE),
    ("a signed length", saying(OK + b"Content-Length: +2\r\n\r\n{}"), BROKE),
    ("a length in scientific notation", saying(OK + b"Content-Length: 1e3\r\n\r\n{}"), BROKE),
    ("a length in other digits", saying(OK + "Content-Length: ٢\r\n\r\n{}".encode()), BROKE),
    ("an empty length", saying(OK + b"Content-Length: \r\n\r\n{}"), BROKE),
    ("a length of 5000 digits", saying(OK + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n{}"), BROKE),
    ("a length of 20 digits", saying(OK + b"Content-Length: " + b"9" * 20 + b"\r\n\r\n{}"), LONG),
    ("two lengths", saying(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} "), BROKE),
    ("two lengths in one", saying(OK + b"Content-Length: 2, 3\r\n\r\n{} "), BROKE),
    ("a chunk size that is no number", saying(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"), BROKE),
    ("a negative chunk size", saying(CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n"), BROKE),
    ("a chunk size of 2^80", saying(CHUNKED + b"1" + b"0" * 20 + b"\r\n{}\r\n0\r\n\r\n"), BROKE),
    ("a chunk without its end", saying(CHUNKED + b"2\r\n{}XX0\r\n\r\n"), BROKE),
    ("a gzip bomb", saying(answer(BOMB, b"Content-Encoding: gzip")), PACKED),
    (
        "a gzip bomb in chunks",
        repeating(
            CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"), b"4000\r\n" + b"x" * 16_384 + b"\r\n"
        ),
        PACKED,
    ),
    ("brotli", saying(answer(b"x", b"Content-Encoding: br")), PACKED),
    ("two encodings", saying(answer(b"x", b"Content-Encoding: identity, gzip")), PACKED),
    (
        "an encoding hidden behind identity",
        saying(answer(b"x", b"content-encoding: identity", b"CONTENT-ENCODING: GZip")),
        PACKED,
    ),
    ("gzip as transfer encoding", saying(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n"), BROKE),
    ("two transfer encodings", saying(OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), BROKE),
    ("a header without a colon", saying(OK + b"nonsense\r\n\r\n{}"), BROKE),
    ("a header with a blank in its name", saying(OK + b"Content-Length : 2\r\n\r\n{}"), BROKE),
    ("a header with a zero byte", saying(OK + b"X: a\x00b\r\n\r\n{}"), BROKE),
    ("noise", saying(bytes(range(256)) * 8 + b"\r\n\r\n"), BROKE),
    ("HTTP/0.9", saying(b'{"tag":"withdrawRequest"}\n'), BROKE),
    ("HTTP/2", saying(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18)), BROKE),
    ("a protocol of another kind", saying(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), BROKE),
    ("a status that is no number", saying(b"HTTP/1.1 abc OK\r\n\r\n"), BROKE),
    ("a status of zero", saying(b"HTTP/1.1 000 OK\r\n\r\n"), BROKE),
    ("switching protocols", saying(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n{}"), BROKE),
    ("nothing", saying(), BROKE),
    ("a reset instead of an answer", resetting(), BROKE),
    ("a reset within the headers", resetting(OK + b"Content-"), BROKE),
    ("a reset within the body", resetting(OK + b"Content-Length: 50\r\n\r\n{"), BROKE),
    ("a reset within a chunk", resetting(CHUNKED + b"50\r\n{"), BROKE),
]


@pytest.mark.parametrize(("handler", "sentence"), [case[1:] for case in SPOILT], ids=[case[0] for case in SPOILT])
@pytest.mark.usefixtures("frugal")
async def test_a_spoilt_answer_is_none(stage: Theatre, handler: Handler, sentence: str) -> None:
    await stage.serve(handler)
    began = time.monotonic()
    failure = await outcome(stage.client(), PATIENT_CALLBACK)
    assert type(failure) is Unanswered
    assert HOST in failure.sentence
    assert sentence in failure.sentence
    assert time.monotonic() - began < 10
    assert stage.met == 1
    assert stage.wires.dialled == [(PUBLIC, 443)]


SLOW: list[tuple[str, Handler]] = [
    ("silence", holding()),
    ("a head that drips", repeating(OK, b"X: y\r\n", every=0.02)),
    ("a line that drips", repeating(OK + b"X: ", b"y", every=0.02)),
    ("a body that drips", repeating(OK + b"Content-Length: 60000\r\n\r\n", b" ", every=0.02)),
    ("chunks that drip", repeating(CHUNKED, b"1\r\n \r\n", every=0.02)),
    ("interim answers that drip", repeating(b"", b"HTTP/1.1 102 Processing\r\n\r\n", every=0.02)),
    ("a body that stops", holding(OK + b"Content-Length: 100\r\n\r\n{")),
    ("a body that never ends", holding(OK + b"\r\n{}")),
    ("a chunk that stops", holding(CHUNKED + b"10\r\nabc")),
    ("a last chunk that never comes", holding(CHUNKED + b"2\r\n{}\r\n")),
]


@pytest.mark.parametrize("handler", [case[1] for case in SLOW], ids=[case[0] for case in SLOW])
async def test_a_slow_answer_ends_by_the_deadline(stage: Theatre, handler: Handler) -> None:
    await stage.serve(handler)
    began = time.monotonic()
    failure = await outcome(stage.client(), QUICK)
    assert type(failure) is Unanswered
    assert "did not answer in time" in failure.sentence
    assert QUICK.total_seconds * 0.9 < time.monotonic() - began < QUICK.total_seconds + 2
    assert stage.met == 1


READ: list[tuple[str, Handler, int, bytes]] = [
    ("plain", saying(answer(b'{"status":"OK"}')), 200, b'{"status":"OK"}'),
    ("an error with its reason", saying(answer(b'{"status":"ERROR"}', status=b"400 Bad")), 400, b'{"status":"ERROR"}'),
    ("a failure of the server", saying(answer(b'{"detail":"x"}', status=b"503 Oops")), 503, b'{"detail":"x"}'),
    ("a status without meaning", saying(answer(b"{}", status=b"999 What")), 999, b"{}"),
    ("exactly as much as it may", saying(answer(b"x" * 65_536)), 200, b"x" * 65_536),
    ("in chunks of one byte", saying(CHUNKED + b"1\r\nx\r\n" * 4_000 + b"0\r\n\r\n"), 200, b"x" * 4_000),
    ("no length at all", saying(OK + b"\r\n{}"), 200, b"{}"),
    ("more than its length", saying(answer(b"{}") + b"X" * 5_000), 200, b"{}"),
    ("two answers", saying(answer(b"1") + answer(b"2")), 200, b"1"),
    (
        "chunks win over a length",
        saying(CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 9\r\n\r\n") + b"2\r\n{}\r\n0\r\n\r\n"),
        200,
        b"{}",
    ),
    ("after an early hint", saying(b"HTTP/1.1 103 Early Hints\r\n\r\n", answer(b"{}")), 200, b"{}"),
    ("no content with content", saying(answer(b"{}", status=b"204 None")), 204, b""),
    ("not modified", saying(answer(b"{}", status=b"304 Same")), 304, b""),
    ("bytes that are no text", saying(answer(b"\xff\xfe\x00\x80")), 200, b"\xff\xfe\x00\x80"),
    ("identity", saying(answer(b"{}", b"Content-Encoding: identity")), 200, b"{}"),
    ("in pieces", saying(*(bytes([byte]) for byte in answer(b"{}"))), 200, b"{}"),
    ("old line ends", saying(b"HTTP/1.0 200 OK\nX: y\n\n{}"), 200, b"{}"),
    ("a redirect", saying(redirect(b"https://elsewhere.example/")), 302, b""),
]


@pytest.mark.parametrize(("handler", "status", "body"), [case[1:] for case in READ], ids=[case[0] for case in READ])
@pytest.mark.usefixtures("frugal")
async def test_an_odd_answer_is_read_as_it_is(stage: Theatre, handler: Handler, status: int, body: bytes) -> None:
    await stage.serve(handler)
    assert await outcome(stage.client(), PATIENT_CALLBACK) == StrangerAnswer(status, HOST, body)
    assert stage.met == 1


async def test_the_request_is_the_address_as_it_was_given_and_nothing_more(stage: Theatre) -> None:
    seen: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(
            answer(b"{}", b"Set-Cookie: id=1; Path=/", b"Alt-Svc: h3", b"Strict-Transport-Security: max-age=1")
        )

    await stage.serve(handle)
    client = stage.client()
    for _ in range(2):
        await client.fetch(f"https://{HOST}/a/../%2f+b?x=%C3%BC&empty=&k1={K1}#part", PATIENT)
    expected = (
        f"GET /a/../%2f+b?x=%C3%BC&empty=&k1={K1} HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: ashore\r\n"
        "Accept: application/json\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
    )
    assert seen == [expected.encode()] * 2
    assert stage.met == 2


async def test_a_proxy_of_the_environment_is_not_asked(stage: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    await stage.serve(saying(answer(b"{}")))
    assert isinstance(await outcome(stage.client(), PATIENT), StrangerAnswer)
    assert stage.wires.dialled == [(PUBLIC, 443)]


async def test_no_library_logs_the_address(stage: Theatre, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("", "httpcore", "httpx"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    caplog.set_level(logging.DEBUG)
    await stage.serve(saying(answer(b"{}")))
    await stage.client().fetch(URL, PATIENT)
    text = "\n".join(record.getMessage() for record in caplog.records)
    for secret in (K1, INVOICE, "secretpath"):
        assert secret not in text
    assert not [record for record in caplog.records if record.name.startswith(("httpx", "httpcore"))]


async def test_a_cancelled_request_leaves_no_connection_behind(stage: Theatre) -> None:
    arrived = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        assert await reader.read() == b""

    await stage.serve(handle)
    task = asyncio.create_task(stage.client().fetch(URL, PATIENT))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_closed_client_sends_nothing(stage: Theatre) -> None:
    await stage.serve(saying(answer()))
    client = stage.client()
    client.close()
    assert isinstance(await outcome(client, PATIENT), NotSent)
    assert stage.met == 0
