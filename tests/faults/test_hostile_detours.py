"""Hostile detours: where redirects lead, and what stands where Tor should be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ashore.net.errors import NotSent, Unanswered
from ashore.net.guard import TOR, LocalService, SocksAddress
from ashore.net.strangers import StrangerAnswer
from faults.hostile import (
    HOST,
    K1,
    PATIENT,
    PATIENT_CALLBACK,
    PUBLIC,
    QUICK,
    URL,
    Handler,
    Theatre,
    answer,
    outcome,
    redirect,
    saying,
    theatre,
)

ONION = "v" * 56 + ".onion"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as made:
        yield made


# Redirects


def _hops(*locations: bytes) -> Handler:
    """Redirect along `locations`, then answer."""
    left = list(locations)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(redirect(left.pop(0)) if left else answer(b"there"))
        await writer.drain()

    return handle


async def test_three_redirects_are_followed_and_the_last_host_is_named(stage: Theatre) -> None:
    stage.names["b.example"] = [PUBLIC]
    tls = stage.authority.server(HOST, "b.example")
    await stage.serve(_hops(b"/2", b"//b.example/3", b"https://b.example:443/4"), tls=tls)
    assert await outcome(stage.client(), PATIENT) == StrangerAnswer(200, "b.example", b"there")
    assert stage.looked_up == [HOST, HOST, "b.example", "b.example"]
    assert stage.met == 4


@pytest.mark.parametrize("loop", [[b"/2", b"/3", b"/4", b"/5"], [URL.encode()] * 10, [b"//"] * 10, [b"https://"] * 10])
async def test_a_fourth_redirect_is_not(stage: Theatre, loop: list[bytes]) -> None:
    await stage.serve(_hops(*loop))
    failure = await outcome(stage.client(), PATIENT)
    assert type(failure) is Unanswered
    assert "more than 3 redirects" in failure.sentence
    assert stage.met == 4


@pytest.mark.parametrize(
    "location",
    [
        b"http://service.example/",
        b"https://127.0.0.1/",
        b"https://localhost.example/",
        b"https://inside.example/",
        b"https://169.254.169.254/latest/meta-data/",
        b"https://[::1]/",
        b"https://[::ffff:a9fe:a9fe]/",
        b"https://2130706433/",
        b"http://127.0.0.1:8123/",
        b"file:///etc/passwd",
        b"ftp://service.example/",
        b"data:application/json,{}",
        b"javascript:alert(1)",
        b"lightning:LNURL1DP68GURN8GHJ7",
        b"https://me:word@service.example/",
        b"https://service.example\\@evil.example/",
        b"https://service.example:22/",
        b"https://service.example/?tag=login",
        b"/\xff\xfe",
        b"/\tx",
        b"/" + b"x" * 5_000,
        b"/a\r\nLocation: /b",
    ],
    ids=repr,
)
async def test_redirects_to_where_nobody_may_lead(stage: Theatre, location: bytes) -> None:
    stage.names |= {"localhost.example": ["127.0.0.1"], "inside.example": [PUBLIC, "10.0.0.1"]}
    await stage.serve(saying(redirect(location)))
    practice = LocalService("127.0.0.1", 8123)
    failure = await outcome(stage.client(local_services=[practice]), PATIENT)
    assert type(failure) is Unanswered
    assert stage.wires.dialled == [(PUBLIC, 443)]


@pytest.mark.parametrize("status", [b"301 x", b"302 x", b"303 x", b"307 x", b"308 x"])
async def test_a_callback_never_follows(stage: Theatre, status: bytes) -> None:
    await stage.serve(saying(redirect(b"/next", status)))
    reply = await outcome(stage.client(), PATIENT_CALLBACK)
    assert reply == StrangerAnswer(int(status[:3]), HOST, b"")
    assert stage.met == 1


async def test_a_redirect_to_nowhere_is_an_answer(stage: Theatre) -> None:
    await stage.serve(saying(answer(b"{}", status=b"302 Found")))
    assert await outcome(stage.client(), PATIENT) == StrangerAnswer(302, HOST, b"{}")


async def test_a_redirect_to_a_dead_host_is_in_doubt(stage: Theatre) -> None:
    await stage.serve(saying(redirect(b"https://gone.example/")))
    failure = await outcome(stage.client(), PATIENT)
    assert type(failure) is Unanswered
    assert "gone.example" in failure.sentence


# Tor


class _Tor:
    """What listens where Tor should: says `choice` and `reply`, then passes on what `behind` says."""

    def __init__(self, choice: bytes, reply: bytes, behind: bytes = b"", *, piecewise: bool = False) -> None:
        self._choice, self._reply, self._behind, self._piecewise = choice, reply, behind, piecewise
        self.asked = b""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(3) == b"\x05\x01\x00"
        await self._say(writer, self._choice)
        head = await reader.readexactly(5)
        self.asked = head[:4] + await reader.readexactly(head[4] + 2)
        await self._say(writer, self._reply)
        if self._behind:
            await reader.readuntil(b"\r\n\r\n")
            await self._say(writer, self._behind)
        else:
            await reader.read()

    async def _say(self, writer: asyncio.StreamWriter, text: bytes) -> None:
        for piece in [bytes([byte]) for byte in text] if self._piecewise else [text]:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)


GRANTED = b"\x05\x00\x00\x01" + bytes(6)


@pytest.mark.parametrize("piecewise", [False, True])
@pytest.mark.parametrize("reply", [GRANTED, b"\x05\x00\x00\x03\x04host\x00\x50", b"\x05\x00\x00\x04" + bytes(18)])
async def test_an_onion_service_is_reached_through_tor_by_its_name(
    stage: Theatre, reply: bytes, piecewise: bool
) -> None:
    tor = _Tor(b"\x05\x00", reply, answer(b"hidden"), piecewise=piecewise)
    await stage.serve(tor, plain=True, at=("127.0.0.1", 9050))
    url = f"http://{ONION}/x?k1={K1}"
    assert await outcome(stage.client(), PATIENT, url) == StrangerAnswer(200, ONION, b"hidden")
    assert tor.asked == b"\x05\x01\x00\x03" + ONION.encode() + b"\x00\x50"
    assert stage.looked_up == []


@pytest.mark.parametrize(
    ("choice", "reply"),
    [
        (b"\x05\x00", b"\x05\x04\x00\x01" + bytes(6)),
        (b"\x05\x00", b"\x04\x00\x00\x01" + bytes(6)),
        (b"\x05\x00", b"\x05\x00"),
        (b"\x05\x02", b""),
        (b"\x05\xff", b""),
        (b"HTTP/1.1 400 Bad\r\n\r\n", b""),
        (b"", b""),
    ],
)
async def test_tor_that_refuses_or_is_none(stage: Theatre, choice: bytes, reply: bytes) -> None:
    await stage.serve(_Tor(choice, reply), plain=True, at=("127.0.0.1", 9050))
    failure = await outcome(stage.client(), QUICK, f"http://{ONION}/")
    assert isinstance(failure, NotSent)
    assert "Tor" in failure.sentence or "in time" in failure.sentence
    assert stage.looked_up == []


@pytest.mark.parametrize(
    ("socks", "sentence"), [(None, "Tor is not set up"), (TOR, "Tor does not answer at 127.0.0.1:9050")]
)
async def test_without_tor_an_onion_service_is_explained(
    stage: Theatre, socks: SocksAddress | None, sentence: str
) -> None:
    failure = await outcome(stage.client(socks=socks), PATIENT, f"http://{ONION}/")
    assert isinstance(failure, NotSent)
    assert sentence in failure.sentence
    assert "Start Tor" in failure.advice
    assert stage.looked_up == []


async def test_nothing_but_an_onion_service_goes_through_tor(stage: Theatre) -> None:
    await stage.serve(saying(answer()))
    assert type(await outcome(stage.client(), PATIENT, f"https://{HOST}/x.onion?y=.onion")) is StrangerAnswer
    assert stage.wires.dialled == [(PUBLIC, 443)]


async def test_an_onion_service_leads_nobody_out_of_tor(stage: Theatre) -> None:
    tor = _Tor(b"\x05\x00", GRANTED, redirect(f"https://{HOST}/".encode()))
    await stage.serve(tor, plain=True, at=("127.0.0.1", 9050))
    assert type(await outcome(stage.client(), PATIENT, f"http://{ONION}/")) is Unanswered
    assert stage.wires.dialled == [("127.0.0.1", 9050)]
