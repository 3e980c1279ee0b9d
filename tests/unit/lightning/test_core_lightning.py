"""A Core Lightning node as receiving wallet."""

import asyncio
import contextlib
import random
import ssl

import pytest

from ashore.lightning.backends import InvoiceRequest, MaySpend, Receipt, ReceiptState
from ashore.lightning.connection import pinned_tls
from ashore.lightning.core_lightning import CERTIFICATE_NAME, CoreLightning
from ashore.lightning.errors import (
    BackendMisbehaves,
    BackendUnreachable,
    CredentialRefused,
    InvoiceRefused,
    MakeUnknown,
)
from faults.certificates import Authority
from unit.lightning.conftest import RECEIVING_RUNE, rune_of
from unit.lightning.serving import (
    NODE_ID,
    REFERENCE,
    REQUEST,
    StandingClock,
    hash_of,
    new_http,
    saying,
    serving,
    silent,
)


def channel(room, *, state="CHANNELD_NORMAL", connected=True):
    return {"state": state, "peer_connected": connected, "receivable_msat": room}


async def test_tells_who_it_is_and_that_the_rune_can_only_receive(cln, node):
    identity = await cln.identity()
    assert (identity.kind, identity.name, identity.node_id, identity.network) == (
        "core_lightning",
        "HARBOUR",
        NODE_ID,
        "regtest",
    )
    assert not identity.custodial
    assert identity.may_spend is MaySpend.NO
    assert "cannot spend" in identity.sentence
    assert [path for _, path, _ in node.asked] == ["/v1/getinfo"]


async def test_warns_of_a_rune_that_can_spend_without_trying_it(node, http, clock):
    node.rune = rune_of("=7")
    async with serving(node) as address:
        backend = CoreLightning(http, address, node.rune, clock=clock, rng=random.Random(1))
        identity = await backend.identity()
    assert identity.may_spend is MaySpend.YES
    assert identity.sentence.count("Warning: this rune could spend") == 1
    assert node.count("getinfo") == len(node.asked)


async def test_says_that_the_node_is_still_catching_up(cln, node):
    node.info["warning_bitcoind_sync"] = "Bitcoind is not up-to-date with network."
    assert "still catching up" in (await cln.identity()).sentence


async def test_a_network_that_is_not_known_is_none(cln, node):
    node.info["network"] = "liquid-regtest"
    assert (await cln.identity()).network is None


async def test_an_alias_cannot_hide_or_turn_around_anything(cln, node):
    node.info["alias"] = "Har\u202ebour\n<b>"
    assert (await cln.identity()).name == "Har\ufffdbour <b>"


async def test_limits_are_the_room_in_working_channels(cln, node):
    node.channels = [
        channel(5_000_000),
        channel(2_000_001),
        channel(9, connected=False),
        channel(9, state="ONCHAIN"),
    ]
    limits = await cln.limits()
    assert (limits.min_msat, limits.max_msat, limits.step_msat) == (1, 7_000_001, 1)


async def test_limits_without_a_channel_say_so(cln):
    limits = await cln.limits()
    assert limits.max_msat == 0
    assert "no channel" in limits.sentence


async def test_limits_where_the_rune_may_not_see_channels_are_not_known(cln, node):
    node.allowed = {"getinfo"}
    limits = await cln.limits()
    assert limits.max_msat is None
    assert "may not see" in limits.sentence


async def test_makes_an_invoice_over_msat(cln, node):
    made = await cln.make(REQUEST)
    assert made.text == node.invoices[REFERENCE]["bolt11"]
    assert made.payment_hash == hash_of(1)
    assert made.warnings == ()
    _, path, content = node.asked[0]
    assert path == "/v1/invoice"
    assert content == {
        "amount_msat": 21_000,
        "label": REFERENCE,
        "description": "Prize of the fair",
        "expiry": 3_600,
    }
    assert made.text not in repr(made)


async def test_names_private_channels_where_that_is_allowed(node, http, clock):
    async with serving(node) as address:
        backend = CoreLightning(
            http, address, RECEIVING_RUNE, clock=clock, rng=random.Random(1), expose_private_channels=True
        )
        await backend.make(REQUEST)
    assert node.asked[0][2]["exposeprivatechannels"] is True


async def test_asked_again_it_returns_the_same_invoice(cln, node):
    first = await cln.make(REQUEST)
    assert await cln.make(REQUEST) == first
    assert len(node.invoices) == 1


async def test_another_amount_under_the_same_reference_is_refused(cln):
    await cln.make(REQUEST)
    with pytest.raises(InvoiceRefused, match="another invoice"):
        await cln.make(InvoiceRequest(REFERENCE, 22_000, REQUEST.description, 3_600))


@pytest.mark.parametrize("warning", ["capacity", "offline", "deadends", "private_unused", "mpp"])
async def test_each_warning_of_the_node_becomes_a_sentence(cln, node, warning):
    node.warnings = {f"warning_{warning}": "Some\u202e text of the node"}
    (sentence,) = (await cln.make(REQUEST)).warnings
    assert sentence.endswith(".")
    assert "text of the node" not in sentence


async def test_a_warning_that_is_not_known_is_quoted_as_plain_text(cln, node):
    node.warnings = {"warning_new": "Look\u202e out\n" + "x" * 500}
    (sentence,) = (await cln.make(REQUEST)).warnings
    assert sentence.startswith("Your node says: “Look\ufffd out x")
    assert len(sentence) < 150


async def test_the_nodes_own_refusal_is_quoted_and_final(cln, node):
    node.instead["invoice"] = saying({"code": -32602, "message": "msatoshi: \u202etoo\nmuch"}, 500)
    with pytest.raises(InvoiceRefused, match="“msatoshi: \ufffdtoo much”"):
        await cln.make(REQUEST)
    assert len(node.asked) == 1


async def test_an_answer_that_got_lost_is_found_again_by_its_reference(cln, node):
    right = node.answer

    async def answer_then_break(scope, receive, send):
        async def swallow(_message):
            return

        await right("POST", "/v1/invoice", {"rune": RECEIVING_RUNE}, node.asked[-1][2], receive, swallow)
        await saying(b"", 504)(scope, receive, send)

    node.instead["/v1/invoice"] = answer_then_break
    made = await cln.make(REQUEST)
    assert made.payment_hash == hash_of(1)


async def test_no_answer_and_nothing_found_is_unknown(cln, node):
    node.instead["/v1/invoice"] = saying(b"gateway", 502)
    with pytest.raises(MakeUnknown, match="not known whether"):
        await cln.make(REQUEST)


async def test_garbage_and_nothing_found_is_misbehaviour(cln, node):
    node.instead["/v1/invoice"] = saying(b"<html>")
    with pytest.raises(BackendMisbehaves):
        await cln.make(REQUEST)


async def test_nobody_there_is_unreachable_and_nothing_was_made(http, clock):
    backend = CoreLightning(http, "http://127.0.0.1:1", RECEIVING_RUNE, clock=clock, rng=random.Random(1))
    with pytest.raises(BackendUnreachable) as caught:
        await backend.make(REQUEST)
    assert "127.0.0.1" in caught.value.sentence


async def test_a_node_that_never_answers_is_given_up(cln, node, monkeypatch):
    from dataclasses import replace

    from ashore.lightning import core_lightning

    monkeypatch.setattr(core_lightning, "ASK", replace(core_lightning.ASK, total_seconds=0.2))
    node.instead["getinfo"] = silent()
    with pytest.raises(BackendUnreachable, match="did not answer in time"):
        await cln.identity()


async def test_looks_up_what_is_unpaid_paid_expired_and_unknown(cln, node):
    await cln.make(REQUEST)
    assert await cln.look_up(hash_of(1).upper(), REFERENCE) == Receipt(ReceiptState.UNPAID, hash_of(1))
    await node.pay(REFERENCE, 21_005)
    assert await cln.look_up(hash_of(1), REFERENCE) == Receipt(ReceiptState.SETTLED, hash_of(1), 21_005, 1_790_000_000)
    node.invoices[REFERENCE]["status"] = "expired"
    assert await cln.look_up(hash_of(1), REFERENCE) == Receipt(ReceiptState.EXPIRED, hash_of(1))
    assert await cln.look_up(hash_of(9), REFERENCE) == Receipt(ReceiptState.UNKNOWN_HERE, hash_of(9))


async def test_an_answer_about_another_invoice_proves_nothing(cln, node):
    await cln.make(REQUEST)
    await node.pay(REFERENCE)
    node.instead["listinvoices"] = saying({"invoices": [node.invoices[REFERENCE]]})
    with pytest.raises(BackendMisbehaves, match="another invoice"):
        await cln.look_up(hash_of(2), REFERENCE)
    node.instead["listinvoices"] = saying({"invoices": [node.invoices[REFERENCE]] * 2})
    with pytest.raises(BackendMisbehaves):
        await cln.look_up(hash_of(1), REFERENCE)


@pytest.mark.parametrize("amount", ["21000msat", -1, True, 2.5, None, 10**30])
async def test_an_amount_of_another_type_is_not_taken_for_one(cln, node, amount):
    await cln.make(REQUEST)
    await node.pay(REFERENCE)
    node.invoices[REFERENCE]["amount_received_msat"] = amount
    receipt = await cln.look_up(hash_of(1), REFERENCE)
    assert (receipt.state, receipt.received_msat) == (ReceiptState.SETTLED, None)


@pytest.mark.parametrize("wrong", ["", "ab", "g" * 64, "../" + "a" * 61, "a" * 65])
async def test_only_payment_hashes_are_looked_up(cln, node, wrong):
    with pytest.raises(ValueError, match="64 hexadecimal"):
        await cln.look_up(wrong, REFERENCE)
    assert node.asked == []


async def test_a_rune_that_is_not_accepted_and_one_that_may_too_little(cln, node):
    node.allowed = {"invoice"}
    with pytest.raises(CredentialRefused, match="“getinfo”") as caught:
        await cln.identity()
    assert "createrune" in caught.value.advice
    node.rune = "another"
    with pytest.raises(CredentialRefused, match="does not accept this rune"):
        await cln.identity()


async def test_catches_up_from_a_cursor(cln, node):
    for number in range(5):
        await cln.make(InvoiceRequest(f"r{number}", 1_000, "x", 60))
    await node.pay("r0")
    await node.pay("r3")
    start = await cln.catch_up(None)
    assert (start.receipts, start.cursor, start.complete) == ((), "2", True)
    await node.pay("r1")
    await node.pay("r2")
    later = await cln.catch_up(start.cursor)
    assert [receipt.payment_hash for receipt in later.receipts] == [hash_of(2), hash_of(3)]
    assert (later.cursor, later.complete) == ("4", True)
    with pytest.raises(ValueError, match="cursor"):
        await cln.catch_up("-1")


@pytest.mark.parametrize("payments", [0, 1, 2, 3, 7, 8, 9, 40])
async def test_finds_the_latest_payment_in_few_steps(cln, node, payments):
    node.paid = [{"status": "paid", "pay_index": number + 1} for number in range(payments)]
    assert (await cln.catch_up(None)).cursor == str(payments)
    assert node.count("waitanyinvoice") <= 14


async def test_payments_that_never_end_are_no_node(cln, node):
    async def always_more(scope, receive, send):
        after = node.asked[-1][2]["lastpay_index"]
        await saying({"status": "paid", "pay_index": after + 1, "payment_hash": hash_of(1)})(scope, receive, send)

    node.instead["waitanyinvoice"] = always_more
    with pytest.raises(BackendMisbehaves):
        await cln.catch_up(None)
    assert len(node.asked) < 80
    caught_up = await cln.catch_up("5")
    assert not caught_up.complete
    assert len(caught_up.receipts) == 500


@pytest.fixture
async def pushed(node, http):
    async with serving(node) as address:
        yield CoreLightning(http, address, RECEIVING_RUNE, clock=StandingClock(), rng=random.Random(1))


async def test_a_payment_is_pushed(pushed, node):
    await pushed.make(REQUEST)
    async with contextlib.aclosing(pushed.watch([hash_of(1)])) as watch:
        assert (await anext(watch)).state is ReceiptState.UNPAID
        await node.pay(REFERENCE)
        assert [receipt async for receipt in watch] == [
            Receipt(ReceiptState.SETTLED, hash_of(1), 21_000, 1_790_000_000)
        ]


async def test_a_payment_while_the_feed_begins_is_not_lost(pushed, node):
    await pushed.make(REQUEST)
    looked = asyncio.Event()

    async def pay_first(scope, receive, send):
        await looked.wait()
        del node.instead["waitanyinvoice"]
        await node.pay(REFERENCE)
        await saying(node.invoices[REFERENCE])(scope, receive, send)

    node.instead["waitanyinvoice"] = pay_first
    async with contextlib.aclosing(pushed.watch([hash_of(1)])) as watch:
        assert (await anext(watch)).state is ReceiptState.UNPAID
        looked.set()
        assert (await anext(watch)).state is ReceiptState.SETTLED


async def test_one_connection_waits_for_all_watchers(pushed, node):
    for number in range(8):
        await pushed.make(InvoiceRequest(f"r{number}", 1_000, "x", 60))
    watches = [pushed.watch([hash_of(number + 1)]) for number in range(8)]
    assert {(await anext(watch)).state for watch in watches} == {ReceiptState.UNPAID}
    for number in reversed(range(8)):
        await node.pay(f"r{number}")
    assert [(await anext(watch)).payment_hash for watch in watches] == [hash_of(number + 1) for number in range(8)]
    assert node.most_waiting == 1
    for watch in watches:
        await watch.aclose()


async def test_closing_a_watch_hands_the_connection_on(pushed, node):
    await pushed.make(REQUEST)
    first, second = pushed.watch([hash_of(1)]), pushed.watch([hash_of(1)])
    assert (await anext(first)).state is ReceiptState.UNPAID
    assert (await anext(second)).state is ReceiptState.UNPAID
    await first.aclose()
    await node.pay(REFERENCE)
    assert (await anext(second)).state is ReceiptState.SETTLED
    await second.aclose()


async def test_a_rune_without_waitanyinvoice_is_polled(cln, node):
    node.allowed = {"invoice", "listinvoices"}
    await cln.make(REQUEST)
    async with contextlib.aclosing(cln.watch([hash_of(1)])) as watch:
        assert (await anext(watch)).state is ReceiptState.UNPAID
        await node.pay(REFERENCE)
        assert (await anext(watch)).state is ReceiptState.SETTLED
    assert node.count("waitanyinvoice") == 1


async def test_the_nodes_own_certificate_is_trusted_and_no_other(node, clock, tmp_path):
    authority, stranger = Authority(tmp_path, "cln Root REST CA"), Authority(tmp_path, "Somebody else")
    pem = ssl.DER_cert_to_PEM_cert(authority.certificate)
    async with serving(node, authority.server("cln", "localhost")) as address:
        http = new_http(pinned_tls(pem, CERTIFICATE_NAME))
        backend = CoreLightning(http, address, RECEIVING_RUNE, clock=clock, rng=random.Random(1))
        assert (await backend.identity()).node_id == NODE_ID
        await http.aclose()
        for tls in (
            pinned_tls(pem),
            pinned_tls(ssl.DER_cert_to_PEM_cert(stranger.certificate), CERTIFICATE_NAME),
            None,
        ):
            http = new_http(tls)
            backend = CoreLightning(http, address, RECEIVING_RUNE, clock=clock, rng=random.Random(1))
            with pytest.raises(BackendUnreachable, match="could not prove who it is"):
                await backend.identity()
            await http.aclose()
    assert node.count("getinfo") == 1
