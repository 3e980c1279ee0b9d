"""The guarded transport: what counts as not sent, as unanswered, as an answer."""

import asyncio
import random
import sys

import httpx
import pytest

from ashore.net.errors import HttpStatus, NotSent, Unanswered
from ashore.net.http import HttpClient, Purpose
from ashore.net.pacing import HostPace, RateLimit, SystemClock

URL = "https://service.example/path?key=secret"
READ = Purpose("test read", max_bytes=1_000, connect_seconds=1, total_seconds=60, retries=2)


class FastClock:
    """A clock whose sleeps take no time."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def monotonic(self):
        return self.now

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


class Scripted(httpx.AsyncBaseTransport):
    """Answers with what a script says, in order, the last for ever."""

    def __init__(self, *script):
        self.script = list(script)
        self.requests = []

    async def handle_async_request(self, request):
        self.requests.append(request)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        if asyncio.iscoroutinefunction(step):
            return await step(request)
        return step() if callable(step) else step


def answer(status=200, content=b"{}", **headers):
    return lambda: httpx.Response(status, content=content, headers={k.replace("_", "-"): v for k, v in headers.items()})


def client(*script, clock=None, **options):
    transport = Scripted(*script)
    return HttpClient(clock or FastClock(), random.Random(1), transport=transport, **options), transport


async def test_reads_a_whole_answer_without_cookies_or_encodings():
    http, transport = client(answer(content=b"[1]", set_cookie="id=1; Path=/", x_other="y"))
    first = await http.get(URL, READ)
    assert (first.status, first.body, first.headers["x-other"]) == (200, b"[1]", "y")
    await http.get(URL, READ)
    for request in transport.requests:
        assert "cookie" not in request.headers
        assert request.headers["accept-encoding"] == "identity"
        assert request.headers["user-agent"] == "ashore"


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError("refused"), httpx.ConnectTimeout("no route"), httpx.UnsupportedProtocol("odd")],
)
async def test_what_never_connected_was_not_sent(failure):
    http, transport = client(failure)
    with pytest.raises(NotSent):
        await http.request("POST", URL, READ, body=b"pay")
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadTimeout("slow"),
        httpx.WriteTimeout("slow"),
        httpx.WriteError("cut"),
        httpx.ReadError("cut"),
        httpx.RemoteProtocolError("peer closed"),
        httpx.LocalProtocolError("odd"),
        httpx.ProxyError("odd"),
        httpx.PoolTimeout("busy"),
        ConnectionResetError(),
        answer(500, b"oops"),
        answer(503),
        answer(408),
        answer(200, b"x" * 1_001),
        answer(200, b"x", content_encoding="gzip"),
    ],
)
async def test_in_doubt_it_is_unanswered_and_an_effect_is_never_repeated(failure):
    http, transport = client(failure)
    with pytest.raises(Unanswered):
        await http.request("POST", URL, READ, body=b"pay")
    assert len(transport.requests) == 1


async def test_a_read_that_may_have_arrived_once_is_not_called_unsent():
    http, _ = client(httpx.ReadTimeout("slow"), httpx.ConnectError("refused"))
    with pytest.raises(Unanswered):
        await http.get(URL, READ)


@pytest.mark.parametrize("status", [301, 302, 400, 401, 404, 429])
async def test_a_refusal_is_an_answer_and_redirects_are_not_followed(status):
    http, transport = client(answer(status, b"why", location="https://elsewhere.example/"))
    with pytest.raises(HttpStatus) as caught:
        await http.request("POST", URL, READ, body=b"pay")
    assert (caught.value.status, caught.value.body, len(transport.requests)) == (status, b"why", 1)
    assert "secret" not in str(caught.value)


async def test_retry_after_is_honoured_for_reads_only():
    clock = FastClock()
    http, transport = client(answer(429, retry_after="7"), answer(200, b"ok"), clock=clock)
    assert (await http.get(URL, READ)).body == b"ok"
    assert sum(clock.slept) >= 7
    assert len(transport.requests) == 2


async def test_a_pause_longer_than_the_deadline_gives_up_at_once():
    clock = FastClock()
    http, transport = client(answer(429, retry_after="90"), clock=clock)
    with pytest.raises(HttpStatus):
        await http.get(URL, READ)
    with pytest.raises(NotSent):
        await http.request("POST", URL, READ, body=b"pay")
    assert len(transport.requests) == 1
    assert clock.slept == []


async def test_server_errors_are_retried_with_growing_jittered_pauses():
    clock = FastClock()
    http, transport = client(answer(503), clock=clock)
    with pytest.raises(Unanswered):
        await http.get(URL, READ)
    assert len(transport.requests) == 3
    assert 0.2 <= clock.slept[0] <= 0.4 <= clock.slept[1] <= 0.8


async def test_the_deadline_ends_a_silent_server():
    async def silent(_request):
        await asyncio.Event().wait()

    http, _ = client(silent, clock=SystemClock())
    with pytest.raises(Unanswered):
        await http.request("POST", URL, Purpose("short", max_bytes=10, total_seconds=0.05))


async def test_what_waited_for_a_place_in_vain_was_not_sent():
    release = asyncio.Event()

    async def held(_request):
        await release.wait()
        return httpx.Response(200)

    http, transport = client(held, clock=SystemClock(), concurrency=1)
    first = asyncio.create_task(http.request("POST", URL, READ))
    while not transport.requests:
        await asyncio.sleep(0)
    with pytest.raises(NotSent):
        await http.request("POST", URL, Purpose("short", max_bytes=10, total_seconds=0.05))
    release.set()
    await first
    assert len(transport.requests) == 1


async def test_cancellation_passes_through():
    async def silent(_request):
        await asyncio.Event().wait()

    http, transport = client(silent, clock=SystemClock())
    task = asyncio.create_task(http.request("POST", URL, READ))
    while not transport.requests:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    "url",
    [
        "http://service.example/",
        "http://127.0.0.1.example/",
        "ftp://service.example/",
        "https://user:word@service.example/",
        "https:///nohost",
        "https://[::1",
        "https://service.example:99999/",
        "file:///etc/passwd",
        "https://service.example/" + "x" * 9_000,
    ],
)
async def test_only_https_or_this_machine(url):
    http, transport = client(answer())
    with pytest.raises(NotSent):
        await http.get(url, READ)
    assert transport.requests == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://localhost/", "http://[::1]:80/", "https://a.example/"])
async def test_addresses_that_may_be_asked(url):
    http, _ = client(answer())
    assert (await http.get(url, READ)).status == 200


async def test_a_closed_client_sends_nothing():
    http, transport = client(answer())
    await http.warm()
    await http.aclose()
    with pytest.raises(NotSent):
        await http.get(URL, READ)
    assert transport.requests == []


async def test_a_real_refused_port_was_not_sent_and_a_real_cut_is_unanswered():
    async def cut(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{")
        writer.close()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    http = HttpClient(SystemClock(), random.Random(1))
    with pytest.raises(Unanswered):
        await http.request("POST", f"http://127.0.0.1:{port}/", READ, body=b"pay")
    server.close()
    await server.wait_closed()
    with pytest.raises(NotSent):
        await http.request("POST", f"http://127.0.0.1:{port}/", READ, body=b"pay")
    await http.aclose()


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (["connection.connect_tcp.started"], NotSent),
        (["connection.connect_tcp.started", "connection.start_tls.started"], NotSent),
        (["connection.connect_tcp.started", "http11.send_request_headers.started"], Unanswered),
        (["connection.connect_tcp.started", "http11.send_request_body.started"], Unanswered),
        (["http11.send_request_headers.started"], Unanswered),
        ([], Unanswered),
    ],
)
async def test_a_deadline_is_not_sent_only_while_connecting(events, expected):
    async def hang(request):
        for event in events:
            await request.extensions["trace"](event, {})
        await asyncio.Event().wait()

    http, _ = client(hang, clock=SystemClock())
    with pytest.raises(expected) as caught:
        await http.request("POST", URL, Purpose("short", max_bytes=10, total_seconds=0.05), body=b"pay")
    assert type(caught.value) is expected


@pytest.mark.parametrize(("scheme", "expected"), [("https", NotSent), ("http", Unanswered)])
async def test_a_deadline_before_the_request_left_is_not_sent_and_after_it_unanswered(scheme, expected):
    """Behind https the handshake hangs, so the request has not left; behind http only the answer is missing."""
    hung_up = asyncio.Event()

    async def mute(reader, writer):
        while await reader.read(1_000):
            pass
        writer.close()
        hung_up.set()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    http = HttpClient(SystemClock(), random.Random(1))
    await http.warm()
    short = Purpose("short", max_bytes=10, connect_seconds=30, total_seconds=0.2)
    with pytest.raises(expected) as caught:
        await http.request("POST", f"{scheme}://127.0.0.1:{port}/", short, body=b"pay")
    assert type(caught.value) is expected
    async with asyncio.timeout(5):
        await hung_up.wait()
    await http.aclose()
    server.close()
    await server.wait_closed()


async def test_the_concurrency_is_bounded():
    running = peak = 0

    async def counted(_request):
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        for _ in range(50):
            await asyncio.sleep(0)
        running -= 1
        return httpx.Response(200)

    http, _ = client(counted, concurrency=4, rate=RateLimit(1e6, 1000))
    await asyncio.gather(*(http.get(URL, READ) for _ in range(40)))
    assert peak == 4


def test_the_pace_lets_a_burst_through_and_then_spreads():
    clock = FastClock()
    pace = HostPace(RateLimit(per_second=10, burst=2), clock)
    assert [round(pace.delay(), 6) for _ in range(4)] == [0, 0, 0.1, 0.2]
    clock.now += 100
    assert pace.delay() == 0
    pace.pause(5)
    assert pace.delay() == 5


class Searches:
    """Notes what Python looks for on the disk."""

    def __init__(self):
        self.names = []

    def find_spec(self, name, path=None, target=None):
        self.names.append(name)


async def test_a_request_searches_the_disk_for_no_module(monkeypatch):
    async def served(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    searches, http = Searches(), HttpClient(SystemClock(), random.Random(1))
    async with await asyncio.start_server(served, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        assert (await http.get(url, READ)).body == b"{}"  # the first one imports what it needs
        monkeypatch.setattr(sys, "meta_path", [searches, *sys.meta_path])
        assert (await http.get(url, READ)).body == b"{}"
    await http.aclose()
    assert searches.names == []
