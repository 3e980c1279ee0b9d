"""Hostile LNURL services that are handed an invoice: what they answer, and what may have arrived, is never mistaken."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ashore.net.errors import Barred
from ashore.systems.lnurl.client import (
    Accepted,
    NeverSent,
    Refused,
    UnknownOutcome,
)
from faults.hostile import (
    ASLEEP,
    HOST,
    PATIENT_CALLBACK,
    PUBLIC,
    Handler,
    Theatre,
    answer,
    redirect,
    saying,
    theatre,
)
from faults.lnurl_services import (
    AWAY,
    BIDI,
    CALLBACK,
    INVOICE,
    K1,
    SLOW,
    SPOILT,
    asked,
    bounds,
    claimed,
)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as made:
        yield made


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    with bounds():
        yield


@pytest.mark.parametrize(("handler", "sentence"), [case[1:] for case in SPOILT], ids=[case[0] for case in SPOILT])
async def test_a_spoilt_claim_is_unknown_and_not_repeated(stage: Theatre, handler: Handler, sentence: str) -> None:
    await stage.serve(handler)
    outcome = await claimed(stage)
    assert isinstance(outcome, UnknownOutcome)
    assert sentence in outcome.why
    assert "It may pay all the same" in outcome.advice
    assert stage.met == 1


@pytest.mark.parametrize("handler", [case[1] for case in SLOW], ids=[case[0] for case in SLOW])
async def test_patience_ends_in_watching(stage: Theatre, handler: Handler) -> None:
    await stage.serve(handler)
    outcome = await claimed(stage, callback=replace(PATIENT_CALLBACK, total_seconds=0.4))
    assert isinstance(outcome, UnknownOutcome)
    assert "did not answer in time" in outcome.why
    assert stage.met == 1


@pytest.mark.parametrize("location", [case[1] for case in AWAY], ids=[case[0] for case in AWAY])
async def test_a_claim_is_led_nowhere_at_all(stage: Theatre, location: bytes) -> None:
    await stage.serve(saying(redirect(location)))
    outcome = await claimed(stage)
    assert isinstance(outcome, UnknownOutcome)
    assert "pointed elsewhere" in outcome.why
    assert stage.met == 1


ANSWERS: list[tuple[str, bytes, bytes, Accepted | Refused]] = [
    ("OK", b"200 OK", b'{"status":"OK"}', Accepted()),
    ("OK in other letters", b"200 OK", b'{"status":" ok "}', Accepted()),
    ("OK with a failing status", b"500 Oops", b'{"status":"OK","reason":"x"}', Accepted()),
    ("OK where nothing is", b"404 None", b'{"status":"OK"}', Accepted()),
    ("spent", b"200 OK", b'{"status":"ERROR","reason":"withdraw is spent."}', Refused("withdraw is spent.")),
    ("a status without meaning", b"402 Pay", b'{"status":"ERROR","reason":"r"}', Refused("r")),
    ("a failing LNbits", b"500 Oops", b'{"detail":"Unexpected error"}', Refused("Unexpected error")),
    ("no reason", b"200 OK", b'{"status":"ERROR"}', Refused("")),
    (
        "hidden marks",
        b"200 OK",
        json.dumps({"status": "ERROR", "reason": BIDI}).encode(),
        Refused("Pay \ufffd<b>Alice</b>\ufffd\ufffd now"),
    ),
    (
        "the invoice quoted back",
        b"400 Bad",
        json.dumps({"status": "ERROR", "reason": f"cannot pay {INVOICE.upper()}: no route"}).encode(),
        Refused("cannot pay …: no route"),
    ),
    (
        "the secret quoted back",
        b"400 Bad",
        json.dumps({"status": "ERROR", "reason": f"k1 {K1} is wrong, see {CALLBACK}&k1={K1}&pr={INVOICE}"}).encode(),
        Refused("k1 … is wrong, see …"),
    ),
    (
        "the secret cut in two",
        b"400 Bad",
        json.dumps({"status": "ERROR", "reason": "x" * 480 + K1 * 2}).encode(),
        Refused("x" * 480 + "…"),
    ),
]


@pytest.mark.parametrize(
    ("status", "body", "expected"), [case[1:] for case in ANSWERS], ids=[case[0] for case in ANSWERS]
)
async def test_a_claim_is_answered(stage: Theatre, status: bytes, body: bytes, expected: Accepted | Refused) -> None:
    await stage.serve(saying(answer(body, status=status)))
    assert await claimed(stage) == expected
    assert stage.met == 1


NEITHER: list[tuple[str, bytes]] = [
    ("nothing", b""),
    ("a web page", b"<html>OK</html>"),
    ("bare OK", b"OK"),
    ("OK as text", b'"OK"'),
    ("an empty object", b"{}"),
    ("true", b'{"status":true}'),
    ("a list", b'{"status":["OK"]}'),
    ("pending", b'{"status":"PENDING"}'),
    ("paid", b'{"paid":true}'),
    ("OK twice", b'{"status":"ERROR","status":"OK"}'),
    ("NaN", b'{"status":"OK","x":NaN}'),
    ("2000 lists in each other", b'{"status":"OK","x":' + b"[" * 2000 + b"]" * 2000 + b"}"),
    ("half an OK", b'{"status":"OK"'),
    ("OK and more", b'{"status":"OK"}{"status":"ERROR"}'),
    ("bytes that are no text", b'{"status":"OK","x":"\xff"}'),
]


@pytest.mark.parametrize("body", [case[1] for case in NEITHER], ids=[case[0] for case in NEITHER])
async def test_neither_yes_nor_no_is_unknown(stage: Theatre, body: bytes) -> None:
    await stage.serve(saying(answer(body)))
    outcome = await claimed(stage)
    assert isinstance(outcome, UnknownOutcome)
    assert outcome.why == f"{HOST} answered, but neither yes nor no."
    assert "It may pay all the same" in outcome.advice
    assert stage.met == 1


UNREACHED: list[tuple[str, str, str, bool]] = [
    ("a name that cannot be looked up", f"https://{ASLEEP}/", f"No address of {ASLEEP}", False),
    ("a name that nobody has", "https://nobody.example/", "No address of nobody.example", sys.platform == "linux"),
    ("a closed port", f"https://{HOST}:4430/", "could not be reached", False),
    ("a name for this machine", "https://inside.example/", "this machine", True),
    ("one address of many in the home network", "https://mixed.example/", "a private network", True),
    ("a port of another protocol", f"https://{HOST}:25/", "not for web services", True),
    ("a login", f"https://{HOST}/?tag=login", "for signing in", True),
    ("an onion service while Tor does not run", "http://abcdefgh.onion/", "Tor", False),
    ("an address that grows too long", f"https://{HOST}/" + "x" * 1_950, "too long to be asked", True),
]


@pytest.mark.parametrize(
    ("address", "sentence", "lasting"), [case[1:] for case in UNREACHED], ids=[case[0] for case in UNREACHED]
)
async def test_what_never_left_is_told_apart(stage: Theatre, address: str, sentence: str, lasting: bool) -> None:
    stage.names |= {"inside.example": ["127.0.0.1"], "mixed.example": [PUBLIC, "10.0.0.1"]}
    await stage.serve(saying(answer(b'{"status":"OK"}')))
    outcome = await claimed(stage, address)
    assert isinstance(outcome, NeverSent)
    assert sentence in outcome.why
    assert outcome.advice.startswith("Nothing was sent.")
    assert outcome.lasting is lasting, "what passes by itself is told apart from what does not"
    assert stage.met == 0


async def test_a_certificate_of_another_host_keeps_the_invoice_here(stage: Theatre) -> None:
    await stage.serve(saying(answer(b'{"status":"OK"}')), tls=stage.authority.server("evil.example"))
    outcome = await claimed(stage)
    assert isinstance(outcome, NeverSent)
    assert "could not prove who it is" in outcome.why
    assert outcome.lasting
    assert type(await asked(stage)) is Barred
