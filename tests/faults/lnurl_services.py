"""What the tests of hostile LNURL services share: a link, an offer, and the rules that every outcome has to keep."""

from __future__ import annotations

import contextlib
import json
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

from ashore.domain.errors import AshoreError
from ashore.systems.lnurl.client import (
    ClaimAnswer,
    LnurlClient,
    NeverSent,
    ServiceAnswer,
    UnknownOutcome,
)
from ashore.systems.lnurl.codec import parse_url
from faults.hostile import (
    HOST,
    PATIENT,
    PATIENT_CALLBACK,
    Handler,
    Theatre,
    answer,
    holding,
    repeating,
    resetting,
    saying,
)

MEBIBYTE = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\n"
LINK_SECRET = "1a2b3c4d5e6f708192a3b4c5d6e7f809"
LINK = parse_url(f"https://{HOST}/voucher?q={LINK_SECRET}")
CALLBACK_SECRET = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
CALLBACK = f"https://{HOST}/claim?id={CALLBACK_SECRET}"
K1 = "c0ffee00c0ffee00c0ffee00c0ffee00"
INVOICE = "lnbcrt10n1pj4hqpqpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqf"
SECRETS = (LINK_SECRET, CALLBACK_SECRET, K1, INVOICE)
OFFER: dict[str, Any] = {
    "tag": "withdrawRequest",
    "callback": CALLBACK,
    "k1": K1,
    "defaultDescription": "a voucher",
    "minWithdrawable": 10_000,
    "maxWithdrawable": 20_000,
}


@contextlib.contextmanager
def bounds() -> Iterator[None]:
    """Wallet and server together stay within a few mebibytes and seconds, whatever is sent."""
    tracemalloc.start()
    began = time.monotonic()
    yield
    elapsed = time.monotonic() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MEBIBYTE
    assert elapsed < 10


def offer(**changes: object) -> bytes:
    """An offer with these members changed, or left out where they are `...`."""
    members = {name: value for name, value in (OFFER | changes).items() if value is not ...}
    return json.dumps(members).encode()


def raw(name: str, value: bytes) -> bytes:
    """An offer in which a member has a value that no library would write."""
    mark = "a place to fill"
    return offer(**{name: mark}).replace(json.dumps(mark).encode(), value)


def client(stage: Theatre, **options: Any) -> LnurlClient:
    return LnurlClient(stage.client(), **{"info": PATIENT, "callback": PATIENT_CALLBACK} | options)


def hold_to_the_rules(shown: str) -> None:
    """One visible line of bounded length without any secret."""
    assert shown.isprintable()
    assert len(shown) < 700
    for secret in SECRETS:
        assert secret.lower() not in shown.lower()


async def asked(stage: Theatre, **options: Any) -> ServiceAnswer | AshoreError:
    """Look at the link, and hold what comes of it to what every outcome has to be."""
    found: ServiceAnswer | AshoreError
    try:
        found = await client(stage, **options).ask(LINK)
    except AshoreError as error:
        found = error
    if isinstance(found, AshoreError):
        assert found.__cause__ is None
        assert found.__context__ is None
        assert found.sentence.endswith(".")
        hold_to_the_rules(f"{found}")
        hold_to_the_rules(f"{found.args}")
    hold_to_the_rules(repr(found))
    return found


async def claimed(stage: Theatre, address: str = CALLBACK, **options: Any) -> ClaimAnswer:
    """Hand the invoice over."""
    outcome = await client(stage, **options).claim(parse_url(address), K1, INVOICE)
    hold_to_the_rules(repr(outcome))
    if isinstance(outcome, NeverSent | UnknownOutcome):
        assert outcome.why.endswith(".")
        assert outcome.advice
    return outcome


BIDI = "Pay \u202e<b>Alice</b>\u202c\u0007\nnow"

SPOILT: list[tuple[str, Handler, str]] = [
    ("a gigabyte", repeating(OK + b"Content-Length: 1000000000\r\n\r\n", b"x" * 65_536), "longer than the 65536 bytes"),
    ("a body without end", repeating(OK + b"\r\n", b" " * 65_536), "longer than the 65536 bytes"),
    ("a packed answer", saying(answer(offer(), b"Content-Encoding: gzip")), "a packed answer"),
    ("half an answer", saying(answer(offer())[:-5]), "broke before its answer was whole"),
    ("a reset", resetting(), "broke before its answer was whole"),
    ("no HTTP", saying(offer()), "broke before its answer was whole"),
]

SLOW: list[tuple[str, Handler]] = [
    ("silence", holding()),
    ("a body that drips", repeating(OK + b"Content-Length: 60000\r\n\r\n", b" ", every=0.02)),
]

AWAY: list[tuple[str, bytes, str]] = [
    ("to no encryption", f"http://{HOST}/x".encode(), "without encryption"),
    ("to this machine", b"https://127.0.0.1/", "this machine"),
    ("to the cloud's secrets", b"https://169.254.169.254/latest", "a local link"),
    ("to a name for this machine", b"https://rebound.example/", "this machine"),
    ("to a login", f"https://{HOST}/?tag=login&k1={K1}".encode(), "for signing in"),
    ("to a user name", f"https://{HOST}@evil.example/".encode(), "user name"),
    ("to a file", b"file:///etc/passwd", "does not begin with https://"),
    ("round and round", f"https://{HOST}/again".encode(), "more than 3 redirects"),
]
