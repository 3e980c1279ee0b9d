"""The LNURL client on a real service of this machine: one request a call, who may be asked, and what stays secret."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from ashore.net.errors import NotSent, Unanswered
from ashore.net.guard import LocalService
from ashore.net.strangers import CALLBACK, INFO, StrangerClient
from ashore.systems.lnurl.client import (
    Accepted,
    BadAnswer,
    EmptyAnswer,
    LnurlClient,
    NeverSent,
    Refused,
    ServiceAnswer,
    UnknownOutcome,
)
from ashore.systems.lnurl.codec import Reach, ServiceUrl, UrlError, WithdrawOffer, parse_url

K1 = "c0ffee00c0ffee00c0ffee00c0ffee00"
INVOICE = "lnbcrt10n1pj4hqpqpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqf"
LINK_SECRET = "1a2b3c4d5e6f708192a3b4c5d6e7f809"
CALLBACK_SECRET = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
SECRETS = (K1, INVOICE, LINK_SECRET, CALLBACK_SECRET)


@dataclass
class Service:
    """A service that gives one answer to all, and keeps the request lines."""

    port: int = 0
    body: bytes | None = b'{"status":"OK"}'
    head: bytes = b"HTTP/1.1 200 OK\r\n"
    lines: list[str] = field(default_factory=list)

    def url(self, path: str) -> ServiceUrl:
        return parse_url(f"http://127.0.0.1:{self.port}{path}", Reach.PRACTICE)

    @property
    def link(self) -> ServiceUrl:
        return self.url(f"/voucher?q={LINK_SECRET}")

    @property
    def callback(self) -> ServiceUrl:
        return self.url(f"/claim?id={CALLBACK_SECRET}&x=%2F+")

    def client(self) -> LnurlClient:
        return LnurlClient(StrangerClient(local_services=[LocalService("127.0.0.1", self.port)]), Reach.PRACTICE)

    def offers(self, **changes: object) -> None:
        """Answer with an offer from now on."""
        offer = {
            "tag": "withdrawRequest",
            "callback": self.callback.text,
            "k1": K1,
            "defaultDescription": "a voucher",
            "minWithdrawable": 10_000,
            "maxWithdrawable": 20_000,
        }
        self.body = json.dumps(offer | changes).encode()

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            request = await reader.readuntil(b"\r\n\r\n")
            self.lines.append(request.split(b"\r\n", 1)[0].decode())
            if self.body is not None:
                writer.write(self.head + b"Content-Length: %d\r\n\r\n" % len(self.body) + self.body)
                await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    server = await asyncio.start_server(made.meet, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


def hold_no_secret(*shown: object) -> None:
    for one in shown:
        for secret in SECRETS:
            assert secret.lower() not in f"{one!r} {one}".lower()


async def test_a_look_is_one_get_of_the_address_as_it_stands(service: Service) -> None:
    service.offers()
    answer = await service.client().ask(service.url("/a%2Fb?q=1+2&empty=#part"))
    assert service.lines == ["GET /a%2Fb?q=1+2&empty= HTTP/1.1"]
    assert isinstance(answer.content, WithdrawOffer)
    assert (answer.asked_host, answer.final_host, answer.redirected) == ("127.0.0.1", "127.0.0.1", False)


async def test_nothing_left_is_an_answer_and_tells_where_to_ask_again(service: Service) -> None:
    service.offers(maxWithdrawable=0, minWithdrawable=0, balanceCheck=service.callback.text)
    with pytest.raises(EmptyAnswer) as empty:
        await service.client().ask(service.link)
    assert empty.value.balance_check == service.callback
    hold_no_secret(empty.value)


async def test_a_balance_link_is_taken_out_of_what_a_service_says_later(service: Service) -> None:
    balance = service.url("/left/5ecret5ecret5ecret5ecret")
    service.offers(balanceCheck=balance.text)
    client = service.client()
    await client.ask(service.link)
    words = f"See {balance.text} or 5ECRET5ecret5ecret5ecret, not {service.link.text}."
    service.body = json.dumps({"status": "ERROR", "reason": words}).encode()
    assert await client.claim(service.callback, K1, INVOICE) == Refused("See … or …, not ….")


async def test_a_claim_is_one_get_with_k1_and_invoice_behind_the_callback(service: Service) -> None:
    answer = await service.client().claim(service.callback, "a b&c=ü/", INVOICE)
    assert answer == Accepted()
    expected = f"/claim?id={CALLBACK_SECRET}&x=%2F+&k1=a%20b%26c%3D%C3%BC%2F&pr={INVOICE}"
    assert service.lines == [f"GET {expected} HTTP/1.1"]


async def test_a_pin_goes_along(service: Service) -> None:
    await service.client().claim(service.callback, K1, INVOICE, pin="0042")
    assert service.lines[0].endswith(f"&pr={INVOICE}&pin=0042 HTTP/1.1")


async def test_a_broken_answer_is_asked_for_once(service: Service) -> None:
    service.body = None
    with pytest.raises(Unanswered) as failure:
        await service.client().ask(service.link)
    assert failure.value.advice == INFO.doubt
    outcome = await service.client().claim(service.callback, K1, INVOICE)
    assert isinstance(outcome, UnknownOutcome)
    assert outcome.advice == CALLBACK.doubt
    assert len(service.lines) == 2


async def test_a_redirect_is_followed_by_a_look_and_not_by_a_claim(service: Service) -> None:
    service.head = b"HTTP/1.1 307 There\r\nLocation: /there\r\n"
    service.body = b""
    with pytest.raises(Unanswered, match="more than 3 redirects"):
        await service.client().ask(service.link)
    assert len(service.lines) == 4
    outcome = await service.client().claim(service.callback, K1, INVOICE)
    assert isinstance(outcome, UnknownOutcome)
    assert "pointed elsewhere" in outcome.why
    assert len(service.lines) == 5


@pytest.mark.parametrize("head", [b"HTTP/1.1 302 There\r\n", b"HTTP/1.1 500 Oops\r\n", b"HTTP/1.1 404 None\r\n"])
async def test_the_body_counts_and_not_the_status(service: Service, head: bytes) -> None:
    service.head = head
    assert await service.client().claim(service.callback, K1, INVOICE) == Accepted()
    service.body = b'{"status":"ERROR","reason":"spent"}'
    assert await service.client().claim(service.callback, K1, INVOICE) == Refused("spent")


async def test_what_listens_no_more_got_nothing(service: Service) -> None:
    gone = Service(port=service.port)
    server = await asyncio.start_server(gone.meet, "127.0.0.1", 0)
    gone.port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    outcome = await gone.client().claim(gone.callback, K1, INVOICE)
    assert isinstance(outcome, NeverSent)
    assert "could not be reached" in outcome.why
    with pytest.raises(NotSent):
        await gone.client().ask(gone.link)


@pytest.mark.parametrize(
    ("k1", "invoice", "pin"), [(K1, "no invoice", None), (K1, INVOICE, "four"), ("k" * 1_024, INVOICE * 20, None)]
)
async def test_what_cannot_be_handed_over_never_leaves(
    service: Service, k1: str, invoice: str, pin: str | None
) -> None:
    outcome = await service.client().claim(service.callback, k1, invoice, pin)
    assert isinstance(outcome, NeverSent)
    assert outcome.why.endswith(".")
    assert outcome.advice.startswith("Nothing was sent.")
    assert service.lines == []


async def test_practice_asks_no_real_service(service: Service) -> None:
    real = parse_url(f"https://service.example/claim?id={CALLBACK_SECRET}")
    with pytest.raises(UrlError, match="Practice asks only its own service"):
        await service.client().ask(real)
    outcome = await service.client().claim(real, K1, INVOICE)
    assert isinstance(outcome, NeverSent)
    assert "Practice asks only its own service" in outcome.why
    hold_no_secret(outcome)


async def test_practice_asks_no_other_port_of_this_machine(service: Service) -> None:
    other = parse_url(f"http://127.0.0.1:{service.port % 60_000 + 1_025}/claim", Reach.PRACTICE)
    assert isinstance(await service.client().claim(other, K1, INVOICE), NeverSent)


async def test_practice_takes_no_callback_to_a_real_service(service: Service) -> None:
    service.offers(callback="https://service.example/claim")
    with pytest.raises(BadAnswer, match="Practice asks only its own service"):
        await service.client().ask(service.link)


async def test_outside_practice_this_machine_is_not_asked(service: Service) -> None:
    client = LnurlClient(StrangerClient())
    with pytest.raises(UrlError):
        await client.ask(service.link)
    assert isinstance(await client.claim(service.callback, K1, INVOICE), NeverSent)
    assert service.lines == []


def test_exception_and_reach_have_to_fit() -> None:
    with pytest.raises(ValueError, match="local services"):
        LnurlClient(StrangerClient(), Reach.PRACTICE)
    with pytest.raises(ValueError, match="local services"):
        LnurlClient(StrangerClient(local_services=[LocalService("127.0.0.1", 1)]))
    with pytest.raises(ValueError, match="redirect"):
        LnurlClient(StrangerClient(), callback=replace(CALLBACK, redirects=1))


def test_the_deadlines_are_those_that_were_decided() -> None:
    assert (INFO.total_seconds, INFO.redirects, INFO.max_bytes) == (30, 3, 65_536)
    assert (CALLBACK.total_seconds, CALLBACK.redirects, CALLBACK.max_bytes) == (120, 0, 65_536)


async def test_a_cancelled_claim_is_no_answer(service: Service) -> None:
    arrived, done = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        await reader.read()
        writer.close()
        done.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        quiet = Service(port=server.sockets[0].getsockname()[1])
        task = asyncio.create_task(quiet.client().claim(quiet.callback, K1, INVOICE))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await done.wait()


REFUSAL = {"status": "ERROR", "reason": f"k1={K1} pr={INVOICE.upper()} at /claim?id={CALLBACK_SECRET}&x=%2F+"}
CLAIMED = [b'{"status":"OK"}', json.dumps(REFUSAL).encode(), b"<html>", b"", None]
UNKNOWN_LINK = {"status": "ERROR", "reason": f"no voucher {LINK_SECRET}"}
LOOKED = [json.dumps(UNKNOWN_LINK).encode(), json.dumps({"tag": LINK_SECRET}).encode(), b"<html>", b"", None, b"offer"]


@pytest.fixture
def talkative(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """A log that keeps everything."""
    for name in ("", "httpcore", "httpx", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
    return caplog


@pytest.mark.parametrize("body", CLAIMED)
async def test_nothing_that_comes_of_a_claim_holds_a_secret(
    service: Service, talkative: pytest.LogCaptureFixture, body: bytes | None
) -> None:
    service.body = body
    hold_no_secret(await service.client().claim(service.callback, K1, INVOICE))
    hold_no_secret(talkative.text)
    assert len(service.lines) == 1


@pytest.mark.parametrize("body", LOOKED)
async def test_nothing_that_comes_of_a_look_holds_a_secret(
    service: Service, talkative: pytest.LogCaptureFixture, body: bytes | None
) -> None:
    service.body = body
    if body == b"offer":
        service.offers()
    seen: ServiceAnswer | Exception
    try:
        seen = await service.client().ask(service.link)
    except (BadAnswer, Unanswered) as error:
        seen = error
    hold_no_secret(seen)
    if isinstance(seen, Exception):
        hold_no_secret(seen.args)
        assert (seen.__cause__, seen.__context__) == (None, None)
    hold_no_secret(talkative.text)
    assert len(service.lines) == 1
