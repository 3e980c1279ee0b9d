"""Hostile LNURL services at the first look: whatever they offer, a clear sentence, one request, bounds kept.

What can go wrong below HTTP is in `test_hostile_servers`; here everything comes through the LNURL client, so that
both what is read and what a person is told are the program's own.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ashore.net.errors import Unanswered
from ashore.systems.lnurl.client import (
    BadAnswer,
    ServiceAnswer,
)
from ashore.systems.lnurl.codec import Kind, OtherTag, ServiceError, WithdrawOffer
from faults.hostile import (
    HOST,
    PATIENT,
    PUBLIC,
    QUICK,
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
    K1,
    LINK_SECRET,
    SLOW,
    SPOILT,
    asked,
    bounds,
    offer,
    raw,
)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as made:
        yield made


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    with bounds():
        yield


FORM = "form that LNURL prescribes"
AMOUNT = "no amount that Lightning can carry"
LEAST = "least amount is not an amount"
PURPOSE = "does not say what the link is for"
ADDRESS = "at an address that Ashore does not use"
SECRET = "lacks its secret"

UNUSABLE: list[tuple[str, bytes, str]] = [
    ("nothing", b"", FORM),
    ("blanks", b" \r\n\t ", FORM),
    ("a web page", b"<!DOCTYPE html><html><body>404</body></html>", FORM),
    ("half an object", offer()[:-9], FORM),
    ("two objects", offer() + offer(), FORM),
    ("something behind it", offer() + b"<!-- -->", FORM),
    ("a list", b"[" + offer() + b"]", FORM),
    ("a text", b'"withdrawRequest"', FORM),
    ("null", b"null", FORM),
    ("a number", b"1", FORM),
    ("a number of 5000 digits", b"9" * 5000, FORM),
    ("a script", b"callback(" + offer() + b")", FORM),
    ("single quotes", offer().replace(b'"', b"'"), FORM),
    ("a comment", b"/* */" + offer(), FORM),
    ("bytes that are no text", offer(defaultDescription="@@").replace(b"@@", b"\xff\xfe"), FORM),
    ("UTF-16", offer().decode().encode("utf-16"), FORM),
    ("a zero byte", offer(defaultDescription="@@").replace(b"@@", b"\x00"), FORM),
    ("NaN", raw("minWithdrawable", b"NaN"), FORM),
    ("Infinity", raw("maxWithdrawable", b"Infinity"), FORM),
    ("less than nothing without end", raw("minWithdrawable", b"-Infinity"), FORM),
    ("a doubled name", offer()[:-1] + b',"maxWithdrawable":1}', FORM),
    ("a doubled name far inside", offer(extra="@@").replace(b'"@@"', b'{"a":[{"b":1,"b":2}]}'), FORM),
    ("2000 lists in each other", raw("extra", b"[" * 2000 + b"]" * 2000), FORM),
    ("60000 open lists", b"[" * 60_000, FORM),
    ("30000 open objects", b'{"":' * 15_000, FORM),
    ("an endless text", b'{"tag":"' + b"x" * 65_000, FORM),
    ("no tag", offer(tag=...), PURPOSE),
    ("an empty object", b"{}", PURPOSE),
    ("a tag that is a number", offer(tag=1), PURPOSE),
    ("a tag that is a list", offer(tag=["withdrawRequest"]), PURPOSE),
    ("only OK", b'{"status":"OK"}', PURPOSE),
    ("no maximum", offer(maxWithdrawable=...), AMOUNT),
    ("a maximum of null", offer(maxWithdrawable=None), AMOUNT),
    ("a maximum of true", offer(maxWithdrawable=True), AMOUNT),
    ("a maximum that is a list", offer(maxWithdrawable=[20_000]), AMOUNT),
    ("a maximum of half a millisatoshi", raw("maxWithdrawable", b"20000.5"), AMOUNT),
    ("a maximum of 1e400", raw("maxWithdrawable", b"1e400"), AMOUNT),
    ("a maximum of 1e999999999", raw("maxWithdrawable", b"1e999999999"), AMOUNT),
    ("a maximum of 5000 digits", raw("maxWithdrawable", b"9" * 5000), AMOUNT),
    ("a maximum of 5000 digits as text", offer(maxWithdrawable="9" * 5000), AMOUNT),
    ("more than all bitcoin", offer(maxWithdrawable=21_000_000 * 10**11 + 1), AMOUNT),
    ("a maximum in words", offer(maxWithdrawable="20 sat"), AMOUNT),
    ("a maximum in other digits", offer(maxWithdrawable="٢٠٠٠٠"), AMOUNT),
    ("a signed text", offer(maxWithdrawable="+20000"), AMOUNT),
    ("a maximum of zero", offer(maxWithdrawable=0, minWithdrawable=0), "nothing to withdraw"),
    ("a negative maximum", offer(maxWithdrawable=-1), "nothing to withdraw"),
    ("a negative minimum", offer(minWithdrawable=-1), LEAST),
    ("a minimum of false", offer(minWithdrawable=False), LEAST),
    ("a minimum in words", offer(minWithdrawable="some"), LEAST),
    ("a minimum above the maximum", offer(minWithdrawable=20_001), "contradict each other"),
    ("no callback", offer(callback=...), "where the invoice shall go"),
    ("a callback that is an object", offer(callback={"url": CALLBACK}), "where the invoice shall go"),
    ("a callback without encryption", offer(callback=f"http://{HOST}/claim"), ADDRESS),
    ("an onion in the path", offer(callback=f"http://{HOST}/x.onion"), ADDRESS),
    ("an onion in the query", offer(callback=f"http://{HOST}/?h=x.onion"), ADDRESS),
    ("an onion as middle label", offer(callback="http://service.onion.evil.example/"), ADDRESS),
    ("a bare onion", offer(callback="http://onion/"), ADDRESS),
    ("a callback to this machine", offer(callback="https://127.0.0.1/claim"), ADDRESS),
    ("a callback to localhost", offer(callback="https://localhost:3000/claim"), ADDRESS),
    ("a callback to a number", offer(callback="https://2130706433/"), ADDRESS),
    ("a callback in hexadecimal", offer(callback="https://0x7f000001/"), ADDRESS),
    ("a callback cut short", offer(callback="https://127.1/"), ADDRESS),
    ("a callback in a mapped address", offer(callback="https://[::ffff:127.0.0.1]/"), ADDRESS),
    ("a callback behind NAT64", offer(callback="https://[64:ff9b::7f00:1]/"), ADDRESS),
    ("a callback into the home network", offer(callback="https://192.168.1.1/admin"), ADDRESS),
    ("a callback to the cloud's secrets", offer(callback="https://169.254.169.254/latest/meta-data"), ADDRESS),
    ("a callback with a user name", offer(callback=f"https://{HOST}@169.254.169.254/"), ADDRESS),
    ("a callback with a backslash", offer(callback=f"https://{HOST}\\@evil.example/"), ADDRESS),
    ("a callback with a line end", offer(callback=f"https://{HOST}/\r\nX: y"), ADDRESS),
    ("a callback to port 0", offer(callback=f"https://{HOST}:0/"), ADDRESS),
    ("a callback to port 99999", offer(callback=f"https://{HOST}:99999/"), ADDRESS),
    ("a callback without a host", offer(callback="https:/claim"), ADDRESS),
    ("a callback into a file", offer(callback="file:///etc/passwd"), ADDRESS),
    ("a callback that is a script", offer(callback="javascript:alert(1)"), ADDRESS),
    ("a callback of 60000 characters", offer(callback=f"https://{HOST}/" + "x" * 60_000), ADDRESS),
    ("no k1", offer(k1=...), SECRET),
    ("an empty k1", offer(k1=""), SECRET),
    ("a k1 that is a list", offer(k1=[K1]), SECRET),
    ("a k1 that is true", offer(k1=True), SECRET),
    ("a k1 of 1025 bytes", offer(k1="k" * 1025), "too long to be sent back"),
    ("a k1 of half a letter", raw("k1", rb'"\ud800"'), "not a proper text"),
]


@pytest.mark.parametrize(("body", "sentence"), [case[1:] for case in UNUSABLE], ids=[case[0] for case in UNUSABLE])
async def test_an_offer_that_cannot_be_used_is_said(stage: Theatre, body: bytes, sentence: str) -> None:
    await stage.serve(saying(answer(body)))
    failure = await asked(stage)
    assert isinstance(failure, BadAnswer)
    assert sentence in failure.sentence
    assert failure.advice
    assert failure.final_host == HOST
    assert stage.met == 1


REFUSALS: list[tuple[str, bytes, bytes, str]] = [
    ("with status 200", b"200 OK", b'{"status":"ERROR","reason":"Withdraw is spent."}', "Withdraw is spent."),
    ("with status 400", b"400 Bad", b'{"status":"ERROR","reason":"Invalid secret"}', "Invalid secret"),
    ("with status 500", b"500 Oops", b'{"status":"error","reason":"Unexpected error"}', "Unexpected error"),
    ("with status 404 and a tag", b"404 None", offer(status="Error", reason="gone"), "gone"),
    ("with a byte order mark", b"200 OK", b'\xef\xbb\xbf{"status":"ERROR","reason":"x"}', "x"),
    ("without a reason", b"200 OK", b'{"status":"ERROR"}', ""),
    ("with a reason of null", b"200 OK", b'{"status":"ERROR","reason":null}', ""),
    ("with a reason that is an object", b"200 OK", b'{"status":"ERROR","reason":{"a":1}}', ""),
    ("as LNbits fails", b"500 Oops", b'{"detail":"Unexpected error! ID: 7"}', "Unexpected error! ID: 7"),
    ("as FastAPI does", b"400 Bad", b'{"detail":[{"loc":["pr"],"msg":"required"},{"msg":"t"}]}', "required; t"),
    ("with a detail of numbers", b"400 Bad", b'{"detail":[1,2]}', ""),
    (
        "with marks and control characters",
        b"400 Bad",
        json.dumps({"status": "ERROR", "reason": BIDI}).encode(),
        "Pay \ufffd<b>Alice</b>\ufffd\ufffd now",
    ),
    ("with half a letter", b"400 Bad", rb'{"status":"ERROR","reason":"a\ud800b"}', "a\ufffdb"),
    (
        "with 60000 characters",
        b"400 Bad",
        json.dumps({"status": "ERROR", "reason": "no " * 20_000}).encode(),
        "no " * 166 + "n…",
    ),
    (
        "that quotes the link",
        b"404 None",
        json.dumps({"status": "ERROR", "reason": f"GET /voucher?q={LINK_SECRET.upper()} not found"}).encode(),
        "GET … not found",
    ),
]


@pytest.mark.parametrize(
    ("status", "body", "reason"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
async def test_a_refusal_is_quoted_as_plain_text(stage: Theatre, status: bytes, body: bytes, reason: str) -> None:
    await stage.serve(saying(answer(body, status=status)))
    found = await asked(stage)
    assert isinstance(found, ServiceAnswer)
    assert found.content == ServiceError(reason)
    assert stage.met == 1


OTHERS: list[tuple[str, object, Kind, str]] = [
    ("a payment", "payRequest", Kind.PAY, "payRequest"),
    ("a login", "login", Kind.AUTH, "login"),
    ("a channel", "channelRequest", Kind.CHANNEL, "channelRequest"),
    ("something new", "moonRequest", Kind.OTHER_TAG, "moonRequest"),
    ("another letter case", "WithdrawRequest", Kind.OTHER_TAG, "WithdrawRequest"),
    ("hidden marks", "pay\u202eRequest\u0000", Kind.OTHER_TAG, "pay\ufffdRequest\ufffd"),
    ("a long word", "x" * 60_000, Kind.OTHER_TAG, "x" * 39 + "…"),
]


@pytest.mark.parametrize(("tag", "kind", "shown"), [case[1:] for case in OTHERS], ids=[case[0] for case in OTHERS])
async def test_a_link_for_something_else_is_named(stage: Theatre, tag: object, kind: Kind, shown: str) -> None:
    await stage.serve(saying(answer(offer(tag=tag))))
    found = await asked(stage)
    assert isinstance(found, ServiceAnswer)
    assert found.content == OtherTag(shown, kind)
    assert stage.met == 1


ODD: list[tuple[str, bytes, int, int]] = [
    ("as it should be", offer(), 10_000, 20_000),
    ("with status 500", offer(), 10_000, 20_000),
    ("no minimum", offer(minWithdrawable=...), 1_000, 20_000),
    ("a minimum of null", offer(minWithdrawable=None), 1_000, 20_000),
    ("a minimum of zero", offer(minWithdrawable=0), 1_000, 20_000),
    ("one fixed odd amount", offer(minWithdrawable=1_111, maxWithdrawable=1_111), 1_111, 1_111),
    ("amounts as texts", offer(minWithdrawable="10000", maxWithdrawable="20000"), 10_000, 20_000),
    ("integral decimals", offer(minWithdrawable=10_000.0, maxWithdrawable=2e4), 10_000, 20_000),
    ("no description", offer(defaultDescription=...), 10_000, 20_000),
    ("a description that is a list", offer(defaultDescription=[1]), 10_000, 20_000),
    ("60000 letters of description", offer(defaultDescription="ü" * 10_000), 10_000, 20_000),
    ("unknown names", offer(**{f"x{number}": number for number in range(2_000)}), 10_000, 20_000),
    ("a balance check on this machine", offer(balanceCheck="https://127.0.0.1/"), 10_000, 20_000),
    ("a pay link that is a script", offer(payLink="javascript:alert(1)"), 10_000, 20_000),
    ("a PIN limit that is none", offer(pinLimit="never"), 10_000, 20_000),
]


@pytest.mark.parametrize(("body", "least", "most"), [case[1:] for case in ODD], ids=[case[0] for case in ODD])
async def test_an_odd_offer_is_taken_for_what_it_is(stage: Theatre, body: bytes, least: int, most: int) -> None:
    await stage.serve(saying(answer(body, status=b"500 Odd")))
    found = await asked(stage)
    assert isinstance(found, ServiceAnswer)
    assert isinstance(found.content, WithdrawOffer)
    assert (found.content.range.min_msat, found.content.range.max_msat) == (least, most)
    assert (found.content.k1, found.content.callback.text) == (K1, CALLBACK)
    assert len(found.content.invoice_description.encode()) <= 150
    assert (found.content.balance_check, found.content.pay_link, found.content.pin_limit_msat) == (None, None, None)
    assert not found.redirected
    assert stage.met == 1


@pytest.mark.parametrize(("handler", "sentence"), [case[1:] for case in SPOILT], ids=[case[0] for case in SPOILT])
async def test_a_spoilt_look_is_not_repeated(stage: Theatre, handler: Handler, sentence: str) -> None:
    await stage.serve(handler)
    failure = await asked(stage)
    assert type(failure) is Unanswered
    assert sentence in failure.sentence
    assert failure.advice == PATIENT.doubt
    assert stage.met == 1


@pytest.mark.parametrize("handler", [case[1] for case in SLOW], ids=[case[0] for case in SLOW])
async def test_patience_ends(stage: Theatre, handler: Handler) -> None:
    await stage.serve(handler)
    failure = await asked(stage, info=QUICK)
    assert type(failure) is Unanswered
    assert "did not answer in time" in failure.sentence
    assert stage.met == 1


@pytest.mark.parametrize(("location", "sentence"), [case[1:] for case in AWAY], ids=[case[0] for case in AWAY])
async def test_a_look_is_led_nowhere_it_may_not_go(stage: Theatre, location: bytes, sentence: str) -> None:
    stage.names["rebound.example"] = [PUBLIC, "127.0.0.1"]
    await stage.serve(saying(redirect(location)))
    failure = await asked(stage)
    assert type(failure) is Unanswered
    assert sentence in failure.sentence
    assert {host for host, _ in stage.wires.dialled} == {PUBLIC}


async def test_the_host_that_answers_in_the_end_is_told(stage: Theatre) -> None:
    stage.names["other.example"] = ["93.184.215.99"]
    await stage.serve(saying(redirect(b"https://other.example/there")))
    await stage.serve(saying(answer(offer())), tls=stage.authority.server("other.example"), at=("93.184.215.99", 443))
    found = await asked(stage)
    assert isinstance(found, ServiceAnswer)
    assert (found.asked_host, found.final_host, found.redirected) == (HOST, "other.example", True)
