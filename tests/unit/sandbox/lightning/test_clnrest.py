"""Core Lightning's REST interface of the practice node, over a real port."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from ashore.systems.lnurl.codec import decode_invoice


@pytest.fixture
def rune(practice: Any) -> str:
    return str(practice.lightning.node.rune)


async def test_an_invoice_is_made_found_and_paid(practice: Any) -> None:
    made = await practice.cln("invoice", amount_msat=12_345, label="id 1", description="Gruß", expiry=600)
    assert made.status_code == 201
    answer = made.json()
    invoice = decode_invoice(answer["bolt11"])
    assert (invoice.amount_msat, invoice.description, invoice.expiry) == (12_345, "Gruß", 600)
    assert invoice.payment_hash.hex() == answer["payment_hash"]
    assert invoice.expires_at == answer["expires_at"]
    for query in ({"label": "id 1"}, {"payment_hash": answer["payment_hash"]}, {"invstring": answer["bolt11"]}):
        entry = (await practice.cln("listinvoices", **query)).json()["invoices"][0]
        assert (entry["status"], entry["amount_msat"], entry["label"]) == ("unpaid", 12_345, "id 1")
        assert "payment_preimage" not in entry
    waiting = asyncio.create_task(practice.cln("waitinvoice", label="id 1"))
    any_payment = asyncio.create_task(practice.cln("waitanyinvoice", lastpay_index=0, timeout=9))
    await practice.control("pay", invoice=answer["bolt11"])
    told = await waiting
    assert told.status_code == 201
    assert told.json() == (await any_payment).json()
    assert (told.json()["status"], told.json()["amount_received_msat"], told.json()["pay_index"]) == ("paid", 12_345, 1)
    # Once it is paid, waiting ends at once.
    assert (await practice.cln("waitinvoice", label="id 1")).json() == told.json()
    assert (await practice.cln("listinvoices", label="id 1")).json()["invoices"] == [told.json()]


async def test_catching_up_goes_by_pay_index(practice: Any) -> None:
    invoices = [await practice.invoice(1_000 + number) for number in range(3)]
    for bolt11 in reversed(invoices):
        await practice.control("pay", invoice=bolt11)
    seen: list[int] = []
    index = 0
    for _ in invoices:
        entry = (await practice.cln("waitanyinvoice", lastpay_index=index, timeout=0)).json()
        index = entry["pay_index"]
        seen.append(entry["amount_msat"])
    assert seen == [1_002, 1_001, 1_000]
    late = await practice.cln("waitanyinvoice", lastpay_index=index, timeout=0)
    assert (late.status_code, late.json()["code"]) == (500, 904)


async def test_an_invoice_expires_while_one_waits(practice: Any) -> None:
    await practice.invoice(label="short", expiry=100)
    waiting = asyncio.create_task(practice.cln("waitinvoice", label="short"))
    while not waiting.done():
        await practice.control("lightning", advance=50)
    assert (waiting.result().status_code, waiting.result().json()["code"]) == (500, 903)
    assert (await practice.cln("waitinvoice", label="short")).json()["code"] == 903
    assert (await practice.cln("listinvoices", label="short")).json()["invoices"][0]["status"] == "expired"


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("invoice", {"amount_msat": 1, "label": "twice", "description": ""}, 900),
        ("invoice", {"amount_msat": 0, "label": "a", "description": ""}, -32602),
        ("invoice", {"amount_msat": -5, "label": "a", "description": ""}, -32602),
        ("invoice", {"amount_msat": 1.5, "label": "a", "description": ""}, -32602),
        ("invoice", {"amount_msat": True, "label": "a", "description": ""}, -32602),
        ("invoice", {"amount_msat": "12sat", "label": "a", "description": ""}, -32602),
        ("invoice", {"amount_msat": 10**30, "label": "a", "description": ""}, -32602),
        ("invoice", {"amount_msat": 1, "label": "a"}, -32602),
        ("invoice", {"amount_msat": 1, "label": "", "description": ""}, -32602),
        ("invoice", {"amount_msat": 1, "label": "a", "description": "x" * 640}, -32602),
        ("invoice", {"amount_msat": 1, "label": "a", "description": "", "expiry": 0}, -32602),
        ("invoice", {"amount_msat": 1, "label": "a", "description": "", "colour": "red"}, -32602),
        ("invoice", {"amount_msat": 1, "label": "a", "description": "", "preimage": "00"}, -32602),
        ("waitinvoice", {"label": "unknown"}, -1),
        ("waitanyinvoice", {"lastpay_index": -1}, -32602),
        ("waitanyinvoice", {"timeout": "soon"}, -32602),
        ("listinvoices", {"label": "a", "payment_hash": "00"}, -32602),
        ("decode", {"string": "nonsense"}, -32602),
        ("decode", {}, -32602),
    ],
)
async def test_what_it_cannot_do_has_a_code(practice: Any, method: str, params: dict[str, Any], code: int) -> None:
    await practice.invoice(label="twice")
    before = len((await practice.truth())["invoices"])
    answer = await practice.cln(method, **params)
    assert (answer.status_code, answer.json()["code"]) == (500, code)
    assert answer.json()["message"]
    assert len((await practice.truth())["invoices"]) == before


async def test_runes_open_what_they_are_for(practice: Any, rune: str) -> None:
    bolt11 = await practice.invoice(1_000)
    url = "/cln/v1/getinfo"
    missing = await practice.http.post(url)
    assert (missing.status_code, missing.json()["code"]) == (403, 1501)
    wrong = await practice.http.post(url, headers={"Rune": rune[:-6] + "AAAA=="})
    assert (wrong.status_code, wrong.json()["code"]) == (401, 1501)
    refused = await practice.cln("pay", bolt11=bolt11)
    assert (refused.status_code, refused.json()["code"]) == (401, 1502)
    assert await practice.paid_msat(bolt11) is None
    for method in ("withdraw", "nothing", "checkrune"):
        assert (await practice.cln(method)).status_code == 401
    told = (await practice.cln("decode", string=rune)).json()
    assert told["type"] == "rune"
    assert "method=invoice" in told["restrictions"][0]["alternatives"]
    assert "method=pay" not in told["restrictions"][0]["alternatives"]


async def test_a_rune_without_limits_can_spend(practice: Any, rune: str) -> None:
    admin = (await practice.truth())["admin_rune"]
    bolt11 = await practice.invoice(1_000)
    paid = await practice.cln("pay", rune=admin, bolt11=bolt11)
    assert (paid.status_code, paid.json()["status"]) == (201, "complete")
    assert await practice.paid_msat(bolt11) == 1_000
    assert (await practice.cln("pay", rune=admin, bolt11=bolt11)).status_code == 500
    for method, status in (("invoice", 201), ("pay", 500)):
        body = {"rune": rune, "method": method}
        answer = await practice.http.post("/cln/v1/checkrune", json=body, headers={"Rune": admin})
        assert answer.status_code == status
    assert (await practice.cln("decode", rune=admin, string=admin)).json()["restrictions"] == []
    unknown = await practice.cln("nothing", rune=admin)
    assert (unknown.status_code, unknown.json()["code"]) == (404, -32601)


async def test_statuses_of_http(practice: Any, rune: str) -> None:
    headers = {"Rune": rune}
    url = "/cln/v1/getinfo"
    assert (await practice.http.get(url, headers=headers)).status_code == 405
    for wrong in ({"Accept": "image/png"}, {"Content-Type": "text/plain"}):
        assert (await practice.http.post(url, headers={**headers, **wrong})).status_code == 406
    assert (await practice.http.post("/cln/v2/getinfo", headers=headers)).status_code == 404
    assert (await practice.http.post(url, headers=headers, content=b"")).status_code == 201
    for body in (b"{", b"[1]", b"NaN", b"[" * 50_000, b"9" * 6_000):
        answer = await practice.http.post(url, headers=headers, content=body)
        assert (answer.status_code, "code" in answer.json()) == (500, True)
    assert (await practice.http.post(url, headers=headers, content=b" " * 300_000)).status_code == 413


async def test_identity_and_capacity(practice: Any) -> None:
    info = (await practice.cln("getinfo")).json()
    profile = (await practice.http.get("/profile")).json()["lightning"]
    assert info["network"] == "regtest"
    assert info["id"] == profile["node_id"] == decode_invoice(await practice.invoice()).payee.hex()
    await practice.control("lightning", receivable_msat=10_000)
    assert (await practice.cln("listpeerchannels")).json()["channels"][0]["receivable_msat"] == 10_000
    small = await practice.cln("invoice", amount_msat=10_000, label="fits", description="")
    large = await practice.cln("invoice", amount_msat=10_001, label="too large", description="")
    assert ["warning_capacity" in one.json() for one in (small, large)] == [False, True]
    await practice.control("pay", invoice=small.json()["bolt11"])
    assert (await practice.cln("listpeerchannels")).json()["channels"][0]["receivable_msat"] == 0


async def test_who_hangs_up_leaves_nothing_waiting(practice: Any) -> None:
    await practice.invoice(label="long")
    before = len(asyncio.all_tasks())
    with pytest.raises(httpx.ReadTimeout):
        await practice.http.post(
            "/cln/v1/waitinvoice", json={"label": "long"}, headers={"Rune": practice.lightning.node.rune}, timeout=0.2
        )
    async with asyncio.timeout(5):
        while len(asyncio.all_tasks()) > before:
            await asyncio.sleep(0.01)


# Faults of the node's interface


async def set_node(practice: Any, **faults: Any) -> None:
    await practice.control("faults", lightning={"node": faults})


async def test_wrong_invoices(practice: Any) -> None:
    old = await practice.invoice(label="old")
    for number, (fault, value) in enumerate(
        {"wrong_amount": 777, "wrong_description": True, "wrong_payee": True, "short_expiry": 5}.items()
    ):
        await set_node(practice, **{fault: value})
        invoice = decode_invoice(await practice.invoice(label=f"wrong {number}"))
        assert [
            invoice.amount_msat != 15_000,
            invoice.description != "Test",
            invoice.payee.hex() != practice.lightning.node.id,
            invoice.expiry != 3600,
        ] == [index == number for index in range(4)]
        await practice.control("faults", clear=True)
    await set_node(practice, old_invoice=True)
    assert await practice.invoice(label="new") == old
    await practice.control("faults", clear=True)
    await set_node(practice, wrong_hash=True)
    made = (await practice.cln("invoice", amount_msat=1, label="hash", description="")).json()
    assert made["payment_hash"] != decode_invoice(made["bolt11"]).payment_hash.hex()


async def test_deaf_and_blind(practice: Any) -> None:
    bolt11 = await practice.invoice(label="paid")
    await practice.control("pay", invoice=bolt11)
    await set_node(practice, deaf=True)
    assert (await practice.cln("waitanyinvoice", timeout=0)).json()["code"] == 904
    with pytest.raises(httpx.ReadTimeout):
        await practice.http.post(
            "/cln/v1/waitinvoice", json={"label": "paid"}, headers={"Rune": practice.lightning.node.rune}, timeout=0.2
        )
    assert await practice.paid_msat(bolt11) == 15_000
    await set_node(practice, deaf=False, blind=True)
    assert await practice.paid_msat(bolt11) is None
    await set_node(practice, blind=False)
    assert await practice.paid_msat(bolt11) == 15_000


async def test_down_slow_and_torn(practice: Any) -> None:
    await set_node(practice, down=True)
    down = await practice.cln("getinfo")
    assert (down.status_code, down.text[:6]) == (503, "<html>")
    await set_node(practice, down=False, drops=1)
    with pytest.raises(httpx.RemoteProtocolError):
        await practice.cln("invoice", amount_msat=1_000, label="torn", description="")
    # It was made all the same, and the label finds it.
    assert len((await practice.cln("listinvoices", label="torn")).json()["invoices"]) == 1
    again = await practice.cln("invoice", amount_msat=1_000, label="torn", description="")
    assert again.json()["code"] == 900
    await set_node(practice, slow=3600)
    with pytest.raises(httpx.ReadTimeout):
        await practice.http.post("/cln/v1/getinfo", headers={"Rune": practice.lightning.node.rune}, timeout=0.2)
