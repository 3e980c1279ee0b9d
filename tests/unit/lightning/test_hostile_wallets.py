"""Wallets that lie, flood and fall silent: nothing worse than a sentence, and never a secret in it."""

import asyncio
import contextlib
import json
import logging
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.lightning.backends import ReceiptState
from ashore.lightning.core_lightning import CoreLightning
from ashore.lightning.errors import BackendError
from ashore.lightning.lnbits import LNbits
from ashore.lightning.reading import error_fields
from ashore.net.http import HttpClient
from ashore.sandbox.asgi import send_torn
from unit.lightning.conftest import RECEIVING_RUNE
from unit.lightning.serving import API_KEY, INVOICE_TEXT, REFERENCE, REQUEST, everything_in, hash_of, saying, serving

NESTED = b'{"a":' * 5_000 + b"1" + b"}" * 5_000
BODIES = {
    "nothing": b"",
    "html": b"<html>Welcome to the router</html>",
    "no json": b"{'paid': true}",
    "a list": b"[]",
    "a text": b'"paid"',
    "null": b"null",
    "an empty object": b"{}",
    "not a number": b'{"paid": NaN, "invoices": NaN, "bolt11": NaN, "id": NaN, "name": NaN}',
    "doubled": b'{"paid": false, "paid": true, "name": "a", "name": "b"}',
    "broken text": b'{"name": "\xff\xfe"}',
    "nested": NESTED,
    "open string": b'{"name": "' + b"[" * 10_000,
    "long number": b'{"paid": ' + b"9" * 5_000 + b"}",
    "wrong types": json.dumps(
        dict.fromkeys(("paid", "invoices", "channels", "bolt11", "payment_hash", "id", "network", "name"), 7)
    ).encode(),
    "lists of the wrong": b'{"invoices": [1], "channels": ["a"], "paid": "yes"}',
    "too many": json.dumps({"invoices": [{}] * 2, "channels": [{}] * 4_001}).encode(),
    "surrogates": b'{"bolt11": "\\ud800", "payment_hash": "\\ud800", "name": "", "id": "\\ud800"}',
    "echoes": json.dumps(
        {"code": -1} | dict.fromkeys(("detail", "message", "name"), f"{RECEIVING_RUNE} {API_KEY} {INVOICE_TEXT}")
    ).encode(),
}


async def nothing_readable(scope, receive, send):
    """Begin an answer and break off."""
    await send_torn(send)


async def flood(_scope, _receive, send):
    """Send for ever."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    with contextlib.suppress(OSError):
        for _ in range(2_000):
            await send({"type": "http.response.body", "body": b" " * 65_536, "more_body": True})


async def packed(scope, receive, send):
    """Answer packed, which was not asked for."""
    await saying(b"{}", 200, ((b"content-encoding", b"gzip"),))(scope, receive, send)


ANSWERS = {name: saying(body) for name, body in BODIES.items()}
ANSWERS |= {f"{name} as an error": saying(BODIES[name], 500) for name in ("html", "nested", "wrong types", "echoes")}
ANSWERS |= {
    f"status {status}": saying({"detail": "no", "message": "no"}, status)
    for status in (301, 302, 307, 400, 401, 403, 404, 405, 406, 410, 418, 429, 500, 502, 503, 504, 520, 599)
}
ANSWERS |= {"broken off": nothing_readable, "flood": flood, "packed": packed}
ANSWERS["redirect"] = saying(b"", 302, ((b"location", b"http://169.254.169.254/latest"),))


def backends(address, http, clock):
    return (
        CoreLightning(http, address, RECEIVING_RUNE, clock=clock, rng=random.Random(1)),
        LNbits(http, address, API_KEY, clock=clock, rng=random.Random(1)),
    )


async def outcome(call):
    """What a call returns, and the error it raises."""
    try:
        return await call(), None
    except BackendError as error:
        return None, error


@pytest.mark.parametrize("name", ANSWERS)
async def test_every_bad_answer_is_a_sentence_without_secrets(http, clock, caplog, name):
    caplog.set_level(logging.DEBUG, logger="ashore")
    async with serving(ANSWERS[name]) as address:
        for backend in backends(address, http, clock):
            calls = [
                backend.identity,
                lambda backend=backend: backend.make(REQUEST),
                lambda backend=backend: backend.look_up(hash_of(1), REFERENCE),
            ]
            if isinstance(backend, CoreLightning):
                calls += [backend.limits, lambda backend=backend: backend.catch_up("0")]
            secret = RECEIVING_RUNE if isinstance(backend, CoreLightning) else API_KEY
            for call in calls:
                result, failure = await outcome(call)
                if failure is None:
                    # Only what says nothing about money may pass.
                    assert getattr(result, "state", None) is not ReceiptState.SETTLED
                    assert not hasattr(result, "text")
                    shown = repr(result)
                else:
                    shown = everything_in(failure)
                    assert len(str(failure)) < 700
                assert secret not in shown
                assert INVOICE_TEXT not in shown
                assert secret not in repr(backend)
    assert RECEIVING_RUNE not in caplog.text
    assert API_KEY not in caplog.text


@pytest.mark.parametrize("name", ["html", "status 500", "status 401", "status 503", "broken off", "redirect"])
async def test_watching_outlives_trouble_and_tells_it_once(cln, node, clock, name):
    await cln.make(REQUEST)
    node.instead["v1/listinvoices"] = node.instead["v1/waitanyinvoice"] = ANSWERS[name]
    told = []
    watch = cln.watch([hash_of(1)], told.append)
    first = asyncio.ensure_future(anext(watch))
    while len(clock.slept) < 8:
        await asyncio.sleep(0.002)
    assert len(told) == 1
    node.instead.clear()
    assert (await first).state is ReceiptState.UNPAID
    await node.pay(REFERENCE)
    assert (await anext(watch)).state is ReceiptState.SETTLED
    await watch.aclose()
    assert isinstance(told[0], BackendError)
    assert told[1:] == [None]


async def test_one_bad_answer_hides_no_other_invoice(lnbits, server):
    await lnbits.make(REQUEST)
    await lnbits.make(REQUEST)
    server.instead[hash_of(1)] = saying(b"<html>", 200)
    server.payments[hash_of(2)]["status"] = "success"
    async with contextlib.aclosing(lnbits.watch([hash_of(1), hash_of(2)])) as watch:
        assert (await anext(watch)).payment_hash == hash_of(2)


async def test_a_node_that_has_nothing_to_tell_at_once_is_asked_ever_less_often(cln, node, clock):
    await cln.make(REQUEST)
    node.instead["waitanyinvoice"] = saying({"code": 904, "message": "no"}, 500)
    async with contextlib.aclosing(cln.watch([hash_of(1)])) as watch:
        await anext(watch)
        while len(clock.slept) < 30:
            await asyncio.sleep(0.002)
    assert max(clock.slept) > 90
    assert node.count("waitanyinvoice") < 25


async def test_pushes_about_other_invoices_are_passed_over(cln, node):
    await cln.make(REQUEST)
    node.instead["v1/waitanyinvoice"] = pushes(node, hash_of(7))
    async with contextlib.aclosing(cln.watch([hash_of(1)])) as watch:
        assert (await anext(watch)).state is ReceiptState.UNPAID
        while node.count("waitanyinvoice") < 20:
            await asyncio.sleep(0.002)
        node.instead["v1/waitanyinvoice"] = pushes(node, hash_of(1))
        assert [receipt.payment_hash async for receipt in watch] == [hash_of(1)]


def pushes(node, payment_hash):
    """Say at once, again and again, that an invoice was paid; the first question finds no payment."""

    async def app(scope, receive, send):
        content = node.asked[-1][2]
        if not content["timeout"]:
            await saying({"code": 904, "message": "no"}, 500)(scope, receive, send)
            return
        paid = {"status": "paid", "payment_hash": payment_hash, "pay_index": content["lastpay_index"] + 1}
        await saying(paid)(scope, receive, send)

    return app


async def test_an_error_nobody_foresaw_reaches_the_caller(cln, node, monkeypatch):
    async def broken(*_arguments, **_options):
        raise ZeroDivisionError

    monkeypatch.setattr(HttpClient, "request", broken)
    with pytest.raises(ZeroDivisionError):
        await anext(cln.watch([hash_of(1)]))


async def test_closing_leaves_no_task_behind(cln, node):
    await cln.make(REQUEST)
    before = asyncio.all_tasks()
    watch = cln.watch([hash_of(1)])
    await anext(watch)
    await watch.aclose()
    left = {task for task in asyncio.all_tasks() - before if "ashore" in str(task.get_coro())}
    assert left == set()
    assert [receipt async for receipt in cln.watch([])] == []


@given(st.binary(max_size=300))
def test_any_bytes_are_an_object_or_nothing(body):
    error_fields("host", body)


async def test_a_wallet_named_like_our_own_key_does_not_show_it(lnbits, server):
    server.instead["wallet"] = saying({"name": f"My {API_KEY}"}, 200)
    assert API_KEY not in repr(await lnbits.identity())


async def test_a_node_named_like_our_own_rune_does_not_show_it(cln, node):
    node.info["alias"] = RECEIVING_RUNE
    assert RECEIVING_RUNE[:20] not in repr(await cln.identity())


@pytest.mark.parametrize("index", [5, 0, -1, "6", 6.0, True, None])
async def test_a_payment_that_is_not_after_the_last_one_is_none(cln, node, index):
    node.instead["waitanyinvoice"] = saying({"status": "paid", "payment_hash": hash_of(1), "pay_index": index})
    with pytest.raises(BackendError, match="pay index"):
        await cln.catch_up("5")
    assert len(node.asked) == 1
