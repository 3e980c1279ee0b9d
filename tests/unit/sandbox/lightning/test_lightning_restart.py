"""Node and service over restarts: nothing promised is lost, nothing is paid twice, whatever ended the process."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from ashore.sandbox import role
from ashore.sandbox.lightning.cashier import Call
from ashore.sandbox.lightning.practice import PracticeLightning
from ashore.sandbox.lightning.store import Store
from ashore.sandbox.lightning.vouchers import Place
from ashore.systems.lnurl.codec import Reach, WithdrawOffer, callback_url, parse_offer

TOKEN = "a token that opens the controls"
APP = Path(__file__).resolve().parents[4] / "app"


class Harbour:
    """A Lightning that is opened again and again on the same file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = 1_800_000_000.0
        self.lightning = self._open()

    def _open(self) -> PracticeLightning:
        return PracticeLightning(self.path, wall=lambda: self.now, seeds=[{"title": "Seed"}])

    def again(self) -> PracticeLightning:
        self.lightning.close()
        self.lightning = self._open()
        return self.lightning

    def claim(self, bolt11: str) -> dict[str, Any]:
        voucher = self.lightning.registry.all()[0]
        switches = self.lightning.registry.switches(voucher)
        return dict(self.lightning.cashier.claim(voucher, Call(voucher.k1, bolt11), switches).value)


@pytest.fixture
def harbour(tmp_path: Path) -> Any:
    made = Harbour(tmp_path / "lightning.sqlite")
    yield made
    made.lightning.close()


def test_everything_is_there_again(harbour: Harbour) -> None:
    first = harbour.lightning
    bolt11 = first.node.invoice("a", 15_000, "").bolt11
    assert harbour.claim(bolt11) == {"status": "OK"}
    first.node.invoice("b", 1, "")
    first.registry.set_faults({"refuses": "Closed"})
    place = Place("http://sandbox")
    before = (first.profile(), first.truth(), [first.told(one, place) for one in first.registry.all()])
    second = harbour.again()
    assert (second.profile(), second.truth(), [second.told(one, place) for one in second.registry.all()]) == before
    assert second.registry.faults() == {"refuses": "Closed"}
    # A use that was paid is not given back, and an invoice that was paid is not paid again.
    second.clear_faults()
    assert harbour.claim(second.node.invoice("c", 15_000, "").bolt11)["status"] == "ERROR"
    assert second.truth()["received_msat"] == 15_000


def test_what_was_owed_is_paid_once_after_a_restart(harbour: Harbour) -> None:
    bolt11 = harbour.lightning.node.invoice("a", 15_000, "").bolt11
    harbour.lightning.registry.set_faults({"pays_after": 60})
    assert harbour.claim(bolt11) == {"status": "OK"}
    for _ in range(3):
        harbour.again().cashier.pay_due()
        assert harbour.lightning.truth()["received_msat"] == 0
    harbour.now += 60
    for _ in range(3):
        harbour.again().cashier.pay_due()
        assert harbour.lightning.truth()["received_msat"] == 15_000
    assert harbour.lightning.cashier.next_due() is None


@pytest.mark.parametrize("method", ["settle", "add_claim"])
@pytest.mark.parametrize("done", [False, True])
def test_a_payment_and_its_use_are_written_together(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch, method: str, done: bool
) -> None:
    """The process ends just before or after either write: both have happened, or neither."""
    bolt11 = harbour.lightning.node.invoice("a", 15_000, "").bolt11
    real = getattr(Store, method)

    def die(store: Store, *arguments: Any) -> Any:
        if done:
            real(store, *arguments)
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(Store, method, die)
        with pytest.raises(SystemExit):
            harbour.claim(bolt11)
    truth = harbour.again().truth()
    assert (truth["received_msat"], truth["claims"]) == (0, [])
    assert harbour.claim(bolt11) == {"status": "OK"}
    assert harbour.lightning.truth()["received_msat"] == 15_000


def test_a_new_beginning_keeps_the_node(harbour: Harbour) -> None:
    first = harbour.lightning
    profile, voucher = first.profile(), first.registry.all()[0]
    harbour.claim(first.node.invoice("a", 15_000, "").bolt11)
    first.registry.set_faults({"refuses": True})
    first.node.set_receivable(5)
    first.reset()
    again = harbour.again()
    assert again.profile() == profile
    assert (again.truth()["claims"], again.truth()["invoices"], again.registry.faults()) == ([], [], {})
    assert again.node.receivable_msat > 5
    assert [one.terms.title for one in again.registry.all()] == ["Seed"]
    assert again.registry.all()[0].k1 != voucher.k1


# The process


def start(folder: Path, port: int = 0) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    command = [sys.executable, "-m", "ashore", "--role", "sandbox", "--data-dir", str(folder), "--clock", "step"]
    environment = {**os.environ, "PYTHONPATH": str(APP)}
    process = subprocess.Popen(
        [*command, "--port", str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(TOKEN.encode() + b"\n")
    process.stdin.flush()
    return process, json.loads(process.stdout.readline())


@asynccontextmanager
async def running(folder: Path, port: int = 0) -> AsyncIterator[tuple[dict[str, Any], httpx.AsyncClient]]:
    process, ready = await asyncio.to_thread(start, folder, port)
    try:
        async with httpx.AsyncClient(headers={"x-ashore-token": TOKEN}, trust_env=False) as client:
            yield ready, client
    finally:
        process.kill()
        await asyncio.to_thread(process.communicate)


async def test_a_kill_loses_nothing_and_pays_nothing_twice(tmp_path: Path) -> None:
    async with running(tmp_path) as (ready, client):
        told = ready["lightning"]
        base = f"http://127.0.0.1:{ready['port']}"
        assert told["origin"] == {"scheme": "http", "host": "127.0.0.1", "port": ready["port"]}
        assert (told["clnrest"], told["service"]) == (f"{base}/cln", f"{base}/lnurl")
        relative = (await client.get(f"{base}/profile")).json()["lightning"]
        assert {**relative, "clnrest": f"{base}/cln", "service": f"{base}/lnurl"} == {
            key: value for key, value in told.items() if key != "origin"
        }
        assert "Practice vouchers" in (await client.get(told["service"])).text
        rune = {"Rune": told["rune"]}
        voucher = (await client.post(f"{base}/ctl/voucher", json={"faults": {"pays_after": 1}})).json()
        offer = parse_offer((await client.get(voucher["url"])).content, Reach.PRACTICE)
        assert isinstance(offer, WithdrawOffer)
        body = {"amount_msat": 15_000, "label": "w", "description": "", "expiry": 3600}
        bolt11 = (await client.post(f"{told['clnrest']}/v1/invoice", json=body, headers=rune)).json()["bolt11"]
        said = await client.get(callback_url(offer.callback, offer.k1, bolt11))
        assert said.json() == {"status": "OK"}
    async with running(tmp_path, ready["port"]) as (again, client):
        assert again["lightning"] == told
        # In mode step too: what was owed when it was killed is paid, once, and the node tells of it.
        url = f"{told['clnrest']}/v1/waitinvoice"
        paid = await client.post(url, json={"label": "w"}, headers=rune, timeout=20)
        assert (paid.json()["bolt11"], paid.json()["amount_received_msat"]) == (bolt11, 15_000)
        retry = await client.get(callback_url(offer.callback, offer.k1, bolt11))
        assert retry.json()["status"] == "ERROR"
        truth = (await client.post(f"{base}/ctl/lightning", json={})).json()
        assert (truth["received_msat"], [claim["paid"] for claim in truth["claims"]]) == (15_000, [True, False])


def test_answers_are_not_held_back() -> None:
    """asyncio turns Nagle's algorithm off only where the socket names its protocol."""
    import socket

    with role.bind("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
