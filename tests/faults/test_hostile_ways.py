"""Hostile ways to a stranger's host: names and certificates. Nothing leaves for where it may not go."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import httpcore
import pytest

from ashore.net.dialling import Dial
from ashore.net.errors import NotSent, Unanswered
from ashore.net.guard import TOR, LocalService, read_target
from ashore.net.strangers import StrangerAnswer, StrangerClient
from faults.certificates import Authority
from faults.hostile import (
    HOST,
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
    resetting,
    saying,
    theatre,
)

SECOND = "8.8.4.4"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as made:
        yield made


# Names


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["::1"],
        ["10.1.2.3"],
        ["192.168.0.1"],
        ["169.254.169.254"],
        ["100.100.100.200"],
        ["168.63.129.16"],
        ["fd00:ec2::254"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:a00:1::1"],
        ["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
        ["224.0.0.1"],
        ["0.0.0.0"],
        [PUBLIC, "127.0.0.1"],
        ["127.0.0.1", PUBLIC],
        [PUBLIC, SECOND, "fe80::1%eth0"],
        [PUBLIC] * 50 + ["10.0.0.1"],
        [PUBLIC, "not an address"],
        [],
    ],
    ids=str,
)
async def test_a_name_that_leads_inside_is_not_asked(stage: Theatre, found: Sequence[str]) -> None:
    await stage.serve(saying(answer()))
    stage.names[HOST] = found
    failure = await outcome(stage.client(), PATIENT)
    assert isinstance(failure, NotSent)
    assert HOST in failure.sentence
    assert stage.wires.dialled == []


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[::ffff:7f00:1]/x",
        "https://[64:ff9b::7f00:1]/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://0x7f000001/x",
        "https://2130706433/x",
        "https://127.1/x",
        "https://0/x",
        "https://service.example\x00.evil.example/",
        "https://service.example/\r\nHost: evil.example\r\n\r\n",
        "https://service.example/" + "k" * 100_000,
        f"http://{HOST}/",
        f"https://{HOST}@127.0.0.1/",
    ],
    ids=lambda url: url[:40],
)
async def test_the_real_resolver_leads_nobody_inside(stage: Theatre, url: str) -> None:
    client = StrangerClient(tls=stage.authority.trusting(), network=stage.wires)
    assert isinstance(await outcome(client, PATIENT, url), NotSent)
    assert stage.wires.dialled == []


async def test_the_real_network_refuses_this_machine_and_reaches_only_the_practice_service(stage: Theatre) -> None:
    port = await stage.serve(saying(answer(b"practice")), plain=True, at=None)
    practice = LocalService("127.0.0.1", port)
    client = StrangerClient(local_services=[practice])
    assert client.local_services == (practice,)
    assert await client.fetch(f"http://127.0.0.1:{port}/x", PATIENT) == StrangerAnswer(200, "127.0.0.1", b"practice")
    for url in (f"http://localhost:{port}/", f"http://127.0.0.1:{port + 1}/", f"https://localhost:{port}/"):
        assert isinstance(await outcome(client, PATIENT, url), NotSent)
    without = StrangerClient()
    assert without.local_services == ()
    for scheme in ("http", "https"):
        assert isinstance(await outcome(without, PATIENT, f"{scheme}://127.0.0.1:{port}/"), NotSent)
    assert stage.met == 1


async def test_a_name_is_looked_up_once_and_the_checked_address_is_the_one_connected_to(stage: Theatre) -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]

    async def rebinding(_host: str, _port: int) -> Sequence[str]:
        return answers.pop(0)

    await stage.serve(saying(redirect(b"/again")))
    client = stage.client(resolver=rebinding)
    assert type(await outcome(client, PATIENT_CALLBACK)) is StrangerAnswer
    assert len(answers) == 1
    answers[:] = [[PUBLIC], ["127.0.0.1"]]
    failure = await outcome(client, PATIENT)
    assert type(failure) is Unanswered
    assert "leads to this machine" in failure.sentence
    assert stage.wires.dialled == [(PUBLIC, 443)] * 2


@pytest.mark.parametrize("trouble", [OSError(), UnicodeError("label too long")])
async def test_a_name_that_is_not_found(stage: Theatre, trouble: Exception) -> None:
    async def failing(_host: str, _port: int) -> Sequence[str]:
        raise trouble

    failure = await outcome(stage.client(resolver=failing), PATIENT)
    assert isinstance(failure, NotSent)
    assert "No address of service.example could be found" in failure.sentence


async def test_a_look_up_that_never_ends(stage: Theatre) -> None:
    async def stuck(_host: str, _port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    failure = await outcome(stage.client(resolver=stuck), QUICK)
    assert isinstance(failure, NotSent)
    assert "could not be reached in time" in failure.sentence


async def test_the_next_address_is_tried_where_one_refuses_or_is_silent(stage: Theatre) -> None:
    stage.names[HOST] = ["2606:4700::1111", SECOND, PUBLIC]
    stage.wires.dead.add(SECOND)
    await stage.serve(saying(answer()))
    client = stage.client()
    assert type(await outcome(client, replace(PATIENT, connect_seconds=1.0))) is StrangerAnswer
    assert [host for host, _ in stage.wires.dialled] == ["2606:4700::1111", SECOND, PUBLIC]
    assert stage.met == 1


async def test_a_thousand_dead_addresses_take_no_longer_than_one(stage: Theatre) -> None:
    stage.names[HOST] = [f"8.8.{number // 250}.{number % 250 + 1}" for number in range(1_000)]
    stage.wires.dead.update(stage.names[HOST])
    began = time.monotonic()
    failure = await outcome(stage.client(), QUICK)
    assert isinstance(failure, NotSent)
    assert time.monotonic() - began < 2
    assert len(stage.wires.dialled) <= 8


async def test_a_refused_port_was_not_sent(stage: Theatre) -> None:
    failure = await outcome(stage.client(), PATIENT)
    assert isinstance(failure, NotSent)
    assert failure.sentence == f"{HOST} could not be reached."


async def test_no_file_of_this_machine_is_a_service() -> None:
    dial = Dial(read_target(URL), httpcore.AnyIOBackend(), _nobody, TOR, connect_seconds=1, allowed=1)
    with pytest.raises(NotSent):
        await dial.connect_unix_socket("/run/docker.sock")
    with pytest.raises(NotSent):
        await dial.connect_tcp("other.example", 443)


async def _nobody(_host: str, _port: int) -> Sequence[str]:
    raise AssertionError("nothing is looked up")


# Certificates


async def _mute(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


def _babble(*pieces: bytes) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.writelines(pieces)
        await writer.drain()

    return handle


async def _drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for byte in b"\x16\x03\x03\x40\x00" + bytes(1_000):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.02)


UNTRUSTED = "its certificate is not valid"
NO_TLS = "could not agree on an encrypted connection"


@pytest.mark.parametrize(
    ("names", "options"),
    [
        ([HOST], {"self_signed": True}),
        (["other.example"], {}),
        ([f"{HOST}.evil.example"], {}),
        (["*.service.example"], {}),
        ([], {"title": HOST}),
        ([PUBLIC], {}),
        ([HOST], {"days": (-400, -30)}),
        ([HOST], {"days": (36_000, 36_500)}),
    ],
    ids=["self-signed", "other name", "longer name", "wild card", "no name", "address", "expired", "from the future"],
)
async def test_a_certificate_that_proves_nothing(stage: Theatre, names: list[str], options: dict[str, object]) -> None:
    await stage.serve(saying(answer()), tls=stage.authority.server(*names, **options))  # type: ignore[arg-type]
    failure = await outcome(stage.client(), PATIENT)
    assert isinstance(failure, NotSent)
    assert UNTRUSTED in failure.sentence


async def test_an_authority_that_nobody_trusts(stage: Theatre, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    await stage.serve(saying(answer()), tls=Authority(tmp_path / "other", "Other authority").server(HOST))
    failure = await outcome(stage.client(), PATIENT)
    assert isinstance(failure, NotSent)
    assert UNTRUSTED in failure.sentence


async def test_the_certificates_of_the_wallet_trust_no_authority_of_a_test(stage: Theatre) -> None:
    await stage.serve(saying(answer()))
    failure = await outcome(stage.client(tls=None), PATIENT)
    assert isinstance(failure, NotSent)
    assert UNTRUSTED in failure.sentence


async def test_the_name_is_asked_for_and_checked_though_an_address_is_connected_to(stage: Theatre) -> None:
    asked: list[str | None] = []
    context = stage.authority.server(HOST)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    await stage.serve(saying(answer()), tls=context)
    assert type(await outcome(stage.client(), PATIENT)) is StrangerAnswer
    assert asked == [HOST]


async def test_an_address_as_host_is_checked_too(stage: Theatre) -> None:
    await stage.serve(saying(answer()), tls=stage.authority.server(PUBLIC))
    await stage.serve(saying(answer()), tls=stage.authority.server(HOST), at=(SECOND, 443))
    assert type(await outcome(stage.client(), PATIENT, f"https://{PUBLIC}/")) is StrangerAnswer
    assert isinstance(await outcome(stage.client(), PATIENT, f"https://{SECOND}/"), NotSent)


async def test_a_server_that_wants_to_know_who_asks(stage: Theatre) -> None:
    context = stage.authority.server(HOST)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=stage.authority.certificate)
    await stage.serve(saying(answer()), tls=context)
    assert isinstance(await outcome(stage.client(), PATIENT), NotSent | Unanswered)


@pytest.mark.parametrize(
    ("handler", "sentence"),
    [
        (_babble(), NO_TLS),
        (_babble(b"\x00" * 500), NO_TLS),
        (_babble(b"HTTP/1.1 200 OK\r\n\r\n{}"), NO_TLS),
        (_babble(b"\x15\x03\x03\x00\x02\x02\x28"), NO_TLS),
        (_babble(b"\x16\x03\x03\x40\x00" + b"x" * 70_000), NO_TLS),
        (resetting(request=False), NO_TLS),
        (_mute, "in time"),
        (_drip, "in time"),
    ],
    ids=["closed", "zeros", "plain HTTP", "alert", "noise", "reset", "silent", "drips"],
)
async def test_a_handshake_that_fails_was_not_sent(stage: Theatre, handler: Handler, sentence: str) -> None:
    await stage.serve(handler, plain=True)
    began = time.monotonic()
    failure = await outcome(stage.client(), replace(PATIENT, connect_seconds=0.2))
    assert isinstance(failure, NotSent)
    assert sentence in failure.sentence
    assert time.monotonic() - began < 2
