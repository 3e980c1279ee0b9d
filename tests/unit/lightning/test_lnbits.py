"""A wallet at an LNbits server as receiving wallet."""

import contextlib
import random
from urllib.parse import parse_qs

import pytest

from ashore.lightning.backends import InvoiceRequest, MaySpend, Receipt, ReceiptState
from ashore.lightning.errors import (
    AddressRefused,
    BackendMisbehaves,
    BackendUnreachable,
    CredentialRefused,
    InvoiceRefused,
    MakeUnknown,
)
from ashore.lightning.lnbits import LNbits
from ashore.sandbox.asgi import send_json
from unit.lightning.serving import ADMIN_KEY, API_KEY, INVOICE_TEXT, REFERENCE, REQUEST, hash_of, saying, serving


def request(amount_msat=21_000, description="Prize of the fair"):
    return InvoiceRequest(REFERENCE, amount_msat, description, 3_600)


async def test_tells_who_it_is_and_that_others_hold_the_money(lnbits):
    identity = await lnbits.identity()
    assert (identity.kind, identity.name, identity.node_id, identity.network) == ("lnbits", "Till", None, None)
    assert identity.custodial
    assert identity.may_spend is MaySpend.NO
    assert "holds the money" in identity.sentence


async def test_warns_of_the_admin_key_by_one_harmless_look(server, http, clock):
    async with serving(server) as address:
        backend = LNbits(http, address, ADMIN_KEY, clock=clock, rng=random.Random(1))
        identity = await backend.identity()
    assert identity.may_spend is MaySpend.YES
    assert "admin key" in identity.sentence
    assert [(method, path) for method, path, _ in server.asked] == [("GET", "/api/v1/wallet")]


async def test_a_wrong_key_is_refused(server, http, clock):
    async with serving(server) as address:
        backend = LNbits(http, address, "wrongkey0000", clock=clock, rng=random.Random(1))
        for call in (backend.identity(), backend.make(REQUEST)):
            with pytest.raises(CredentialRefused):
                await call


async def test_a_server_below_a_path(server, http, clock):
    async def below(scope, receive, send):
        assert scope["path"].startswith("/lnbits/")
        await server({**scope, "path": scope["path"].removeprefix("/lnbits")}, receive, send)

    async with serving(below) as address:
        backend = LNbits(http, address + "/lnbits/", API_KEY, clock=clock, rng=random.Random(1))
        assert (await backend.identity()).name == "Till"


async def test_makes_an_invoice_over_whole_sat(lnbits, server):
    made = await lnbits.make(REQUEST)
    assert (made.text, made.payment_hash) == (f"{INVOICE_TEXT}1", hash_of(1))
    (asked,) = server.asked
    assert asked[2] == {"out": False, "amount": 21, "unit": "sat", "memo": "Prize of the fair", "expiry": 3_600}


async def test_takes_the_older_name_of_the_invoice(lnbits, server):
    server.instead["payments"] = saying({"payment_hash": hash_of(4), "payment_request": INVOICE_TEXT})
    assert (await lnbits.make(REQUEST)).text == INVOICE_TEXT


@pytest.mark.parametrize("amount_msat", [1, 999, 12_500, 21_001])
async def test_parts_of_a_sat_are_refused_beforehand(lnbits, server, amount_msat):
    with pytest.raises(InvoiceRefused, match="whole sat"):
        await lnbits.make(request(amount_msat))
    assert server.asked == []
    limits = await lnbits.limits()
    assert (limits.min_msat, limits.max_msat, limits.step_msat) == (1_000, None, 1_000)


async def test_an_empty_description_is_refused_beforehand(lnbits, server):
    with pytest.raises(InvoiceRefused, match="description"):
        await lnbits.make(request(description=""))
    assert server.asked == []


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (520, {"detail": "Unable to\u202e connect", "status": "failed"}, "It says: “Unable to\ufffd connect”."),
        (400, {"detail": [{"loc": ["body"], "msg": "x", "type": "y"}]}, "Its status was 400."),
        (400, b"<html>", "Its status was 400."),
        (429, {"detail": "Rate limit exceeded"}, "It says: “Rate limit exceeded”."),
    ],
)
async def test_a_clear_no_is_quoted(lnbits, server, status, body, said):
    server.instead["payments"] = saying(body, status)
    with pytest.raises(InvoiceRefused) as caught:
        await lnbits.make(REQUEST)
    assert caught.value.sentence.endswith(said)


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_failing_server_may_have_made_one(lnbits, server, status):
    server.instead["payments"] = saying({"detail": "Unexpected error! ID: abc"}, status)
    with pytest.raises(MakeUnknown):
        await lnbits.make(REQUEST)
    assert len(server.asked) == 1


async def test_nobody_there_made_none(http, clock):
    backend = LNbits(http, "http://127.0.0.1:1", API_KEY, clock=clock, rng=random.Random(1))
    with pytest.raises(BackendUnreachable) as caught:
        await backend.make(REQUEST)
    assert not isinstance(caught.value, MakeUnknown)


@pytest.mark.parametrize("call", ["identity", "make", "look_up"])
async def test_a_server_that_is_not_set_up_yet_is_named(lnbits, server, call):
    server.instead[""] = saying(b"", 307, ((b"location", b"/first_install"),))
    calls = {
        "identity": lnbits.identity,
        "make": lambda: lnbits.make(REQUEST),
        "look_up": lambda: lnbits.look_up(hash_of(1), REFERENCE),
    }
    with pytest.raises(BackendMisbehaves) as caught:
        await calls[call]()
    assert "/first_install" in caught.value.advice
    assert len(server.asked) == 1


async def test_paid_alone_decides(lnbits, server):
    await lnbits.make(REQUEST)
    assert await lnbits.look_up(hash_of(1), REFERENCE) == Receipt(ReceiptState.UNPAID, hash_of(1))
    # Everything but `paid` says that it was paid, a preimage included.
    server.instead[hash_of(1)] = saying(
        {"paid": False, "status": "success", "preimage": "ab" * 32, "details": {"status": "success"}}, 200
    )
    assert (await lnbits.look_up(hash_of(1), REFERENCE)).state is ReceiptState.UNPAID
    server.instead.clear()
    server.payments[hash_of(1)]["status"] = "success"
    assert await lnbits.look_up(hash_of(1), REFERENCE) == Receipt(ReceiptState.SETTLED, hash_of(1), 21_000)
    assert (await lnbits.look_up(hash_of(2), REFERENCE)).state is ReceiptState.UNKNOWN_HERE


@pytest.mark.parametrize("paid", ["true", 1, None, "false", {}, []])
async def test_what_is_neither_true_nor_false_is_no_answer(lnbits, server, paid):
    server.instead[hash_of(1)] = saying({"paid": paid}, 200)
    with pytest.raises(BackendMisbehaves, match="usable paid"):
        await lnbits.look_up(hash_of(1), REFERENCE)


@pytest.mark.parametrize("details", [None, "x", {}, {"amount": "21000"}, {"amount": -21_000}, {"amount": 2.5}])
async def test_details_that_are_of_no_use_leave_the_amount_open(lnbits, server, details):
    server.instead[hash_of(1)] = saying({"paid": True, "details": details}, 200)
    assert await lnbits.look_up(hash_of(1), REFERENCE) == Receipt(ReceiptState.SETTLED, hash_of(1))


async def test_an_answer_about_another_invoice_proves_nothing(lnbits, server):
    server.instead[hash_of(1)] = saying({"paid": True, "details": {"payment_hash": hash_of(2)}}, 200)
    with pytest.raises(BackendMisbehaves, match="another invoice"):
        await lnbits.look_up(hash_of(1), REFERENCE)


async def test_another_404_is_not_an_unknown_invoice(lnbits, server):
    server.instead[hash_of(1)] = saying({"detail": "Not Found"}, 404)
    with pytest.raises(BackendMisbehaves):
        await lnbits.look_up(hash_of(1), REFERENCE)


class Listing:
    """What was paid, the latest change first, in pages."""

    def __init__(self, *changes: str) -> None:
        self.rows = [
            {"payment_hash": hash_of(number), "updated_at": at, "status": "success", "amount": 21_000}
            for number, at in enumerate(changes, start=1)
        ]
        self.asked: list[dict[str, list[str]]] = []

    async def __call__(self, scope, _receive, send) -> None:
        query = parse_qs(scope["query_string"].decode())
        self.asked.append(query)
        start, count = (int(query[name][0]) for name in ("offset", "limit"))
        newest = sorted(self.rows, key=lambda row: str(row.get("updated_at")), reverse=True)
        await send_json(send, 200, {"data": newest[start : start + count], "total": len(newest)})


EARLY, NOON, LATE = "2026-11-21T08:00:00", "2026-11-21T12:00:00.250000+00:00", "2026-11-21T13:00:00Z"


async def test_catches_up_by_one_listing(lnbits, server):
    server.instead["paginated"] = listing = Listing(EARLY, NOON)
    start = await lnbits.catch_up(None)
    assert (start.receipts, start.cursor, start.complete) == ((), NOON, True)
    listing.rows.append({"payment_hash": hash_of(3), "updated_at": LATE})
    later = await lnbits.catch_up(start.cursor)
    assert [receipt.payment_hash for receipt in later.receipts] == [hash_of(3), hash_of(2)], "none at its edge is lost"
    assert (later.cursor, later.complete) == (LATE, True)
    assert len(listing.asked) == 2
    assert {name: listing.asked[1][name][0] for name in ("status", "sortby", "direction")} == {
        "status": "success",
        "sortby": "updated_at",
        "direction": "desc",
    }
    with pytest.raises(ValueError, match="isoformat"):
        await lnbits.catch_up("yesterday")


async def test_an_empty_wallet_has_a_place_too(lnbits, server):
    server.instead["paginated"] = Listing()
    start = await lnbits.catch_up(None)
    assert start.cursor
    server.instead["paginated"] = Listing(NOON)
    assert [r.payment_hash for r in (await lnbits.catch_up(start.cursor)).receipts] == [hash_of(1)]


async def test_reads_on_page_by_page_and_not_for_ever(lnbits, server):
    server.instead["paginated"] = listing = Listing(*[NOON] * 150)
    caught_up = await lnbits.catch_up(EARLY)
    assert (len(caught_up.receipts), caught_up.cursor, caught_up.complete) == (150, NOON, True)
    listing.rows *= 20
    listing.asked.clear()
    caught_up = await lnbits.catch_up(EARLY)
    assert (len(listing.asked), caught_up.cursor, caught_up.complete) == (5, "", False)


@pytest.mark.parametrize("status", [404, 405, 422])
async def test_a_server_without_the_listing_has_no_cursor(lnbits, server, status):
    if status != 404:
        server.instead["paginated"] = saying({"detail": "Method Not Allowed"}, status)
    caught_up = await lnbits.catch_up(None)
    assert (caught_up.receipts, caught_up.cursor, caught_up.complete) == ((), "", False)


async def test_a_listing_without_times_is_none(lnbits, server):
    server.instead["paginated"] = listing = Listing(NOON)
    del listing.rows[0]["updated_at"]
    assert (await lnbits.catch_up(EARLY)).cursor == ""


@pytest.mark.parametrize(
    "row",
    [{"updated_at": 5}, {"updated_at": "soon"}, {"updated_at": "9" * 80}, {"updated_at": LATE, "payment_hash": 7}],
)
async def test_a_listing_that_is_none_is_refused(lnbits, server, row):
    server.instead["paginated"] = saying({"data": [row], "total": 1}, 200)
    with pytest.raises(BackendMisbehaves):
        await lnbits.catch_up(EARLY)


async def test_a_key_that_is_refused_is_said_in_catching_up_too(lnbits, server):
    server.instead["paginated"] = saying({"detail": "Invalid key"}, 401)
    with pytest.raises(CredentialRefused):
        await lnbits.catch_up(None)


async def test_watches_by_asking_ever_more_slowly(lnbits, server, clock):
    await lnbits.make(REQUEST)
    await lnbits.make(REQUEST)
    server.payments[hash_of(2)]["status"] = "success"
    async with contextlib.aclosing(lnbits.watch([hash_of(1), hash_of(2), hash_of(2)])) as watch:
        assert [(await anext(watch)).state for _ in range(2)] == [ReceiptState.UNPAID, ReceiptState.SETTLED]
        while len(clock.slept) < 12:
            await clock_turn()
        server.payments[hash_of(1)]["status"] = "success"
        assert [receipt async for receipt in watch] == [Receipt(ReceiptState.SETTLED, hash_of(1), 21_000)]
    assert 1.6 <= clock.slept[0] <= 2.4
    assert 48 <= clock.slept[11] <= 72
    assert len({round(wait, 6) for wait in clock.slept[9:12]}) == 3
    assert server.count(hash_of(2)) == 1


async def clock_turn():
    import asyncio

    await asyncio.sleep(0.005)


@pytest.mark.parametrize("key", ["", "short", "key with spaces in it", "kéy" * 10, "a" * 129, "key\r\nX-Other: 1"])
def test_only_what_can_be_a_key_is_taken(http_unused, key):
    with pytest.raises(AddressRefused) as caught:
        LNbits(http_unused, "http://127.0.0.1", key, clock=None, rng=random.Random(1))
    assert not key or key not in str(caught.value)


@pytest.fixture
def http_unused():
    """Stands where nothing is asked."""
    return
