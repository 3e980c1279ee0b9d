"""The whole wallet with its vault and journal, between two wallets of one LNbits: its service pays, its key receives.

The rest of the practice network is a process of its own, as always. Only that practice pays on regtest is set aside:
FakeWallet's invoices begin with lnbc, though nothing real can be paid.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ashore.domain.withdrawal import Status
from ashore.engine import compose_lightning
from ashore.engine.compose import Surroundings, compose, practice_client, system_clock
from ashore.engine.practice import SandboxControl
from ashore.engine.receiving import WalletSetup
from ashore.engine.views import Change, Topic
from ashore.engine.wallet import Wallet
from ashore.net.pacing import SystemClock
from ashore.systems.base import Draft
from ashore.systems.lnurl.codec import Network, Reach, recognise
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.opening import NoWithdrawal
from ashore.systems.zklink.deployment import deployment_from_json
from faults.processes import Sandbox
from faults.test_lnurl_secrets import Hearer, leaks
from peers import lnbits_server, places
from peers.lnbits_server import LNbitsServer

_PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def funds(server: LNbitsServer) -> lnbits_server.Wallet:
    """The service's wallet, with money in it."""
    places.need_withdraw_extension()
    return server.wallet(balance_sat=10_000)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory, funds: lnbits_server.Wallet) -> Iterator[Sandbox]:
    """The rest of the practice network."""
    with (tmp_path_factory.mktemp("network") / "log").open("wb") as output:
        made = Sandbox(output)
    yield made
    made.close()


class Traveller:
    """The wallet, and everything it ever showed."""

    def __init__(self, wallet: Wallet) -> None:
        self.wallet = wallet
        self.shown: list[str] = []
        self._moved = asyncio.Event()
        wallet.subscribe(self._hear)

    def _hear(self, change: Change) -> None:
        if change.topic is Topic.WITHDRAWAL:
            self._moved.set()

    async def claim(self, link: str, receiver: str) -> str:
        """Withdraw 15 sat; returns the withdrawal's id."""
        offer = await self.wallet.open_link(PRACTICE.id, link)
        assert isinstance(offer, LnurlOffer)
        quote = await self.wallet.quote(offer, Draft({"amount": "15", "receiver": receiver}))
        assert quote.ready, quote.problems
        review = await self.wallet.review(quote)
        self.shown.append(f"{offer!r} {quote!r} {review!r}")
        return await self.wallet.confirm(review)

    async def until(self, withdrawal: str, status: Status, word: str = "") -> str:
        """What the voyage says once it has come that far and this word is in it."""
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                self._moved.clear()
                told = self.told(withdrawal)
                self.shown.append(told)
                if word in told and self.status(withdrawal) is status:
                    return told
                await self._moved.wait()

    def status(self, withdrawal: str) -> Status:
        """Where it stands."""
        voyage = self.wallet.voyage(withdrawal)
        assert voyage is not None
        return voyage.withdrawal.status

    def told(self, withdrawal: str) -> str:
        """Everything that the page of a withdrawal would show."""
        voyage = self.wallet.voyage(withdrawal)
        assert voyage is not None
        rows = " ".join(f"{row.said_by} {row.sentence}" for row in voyage.rows)
        return f"{voyage.headline} {voyage.advice} {rows}"


@pytest.fixture
async def traveller(
    tmp_path: Path, sandbox: Sandbox, server: LNbitsServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Traveller]:
    """A wallet whose only voucher service is this LNbits."""
    monkeypatch.setattr(compose_lightning, "PRACTICE", replace(PRACTICE, invoices=Network.MAINNET))
    around = Surroundings(practice_client(), system_clock(), SystemClock())
    control = SandboxControl(around.http, sandbox.url, "")
    profile = await control.profile()
    place = compose_lightning.practice_lightning(profile, sandbox.url)
    wallet = compose(
        deployment_from_json(profile, sandbox.url),
        tmp_path / "journal.sqlite3",
        tmp_path / "vault.ashore",
        around,
        control,
        replace(place, service=server.address, port=server.port),
    )
    await wallet.start()
    yield Traveller(wallet)
    await wallet.aclose()


@pytest.fixture
def log() -> Iterator[Hearer]:
    """Every record of every logger, as it is before anything redacts it."""
    hearer, root = Hearer(), logging.getLogger()
    before = root.level
    root.addHandler(hearer)
    root.setLevel(logging.DEBUG)
    yield hearer
    root.removeHandler(hearer)
    root.setLevel(before)


def written(folder: Path) -> bytes:
    """Everything that the wallet has written down so far."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert {"journal.sqlite3", "journal.sqlite3-wal", "vault.ashore"} <= files.keys()
    return b"\n".join(files.values())


async def opened(server: LNbitsServer, voucher: dict[str, Any]) -> None:
    """Wait until a voucher with unique links can be claimed. Without its link it says so and keeps its money."""
    place = f"/withdraw/api/v1/lnurl/cb/{voucher['unique_hash']}"
    invoice = server.invoice(server.wallet(), 15)
    async with asyncio.timeout(_PATIENCE_S):
        while server.http.get(place, params={"k1": voucher["k1"], "pr": invoice}).json()["reason"].startswith("Wait"):
            await asyncio.sleep(0.05)


async def test_a_voucher_of_lnbits_becomes_money_in_lnbits(
    tmp_path: Path, server: LNbitsServer, funds: lnbits_server.Wallet, traveller: Traveller, log: Hearer
) -> None:
    """A no is watched on, a payment is final when the person's own wallet has it, and no secret is left anywhere."""
    person = server.wallet()
    soon, late = server.voucher(funds, is_unique=True), server.voucher(funds, wait_time=3_600)
    receiving = traveller.wallet.receiving
    assert receiving is not None
    mine = await receiving.connect(WalletSetup("lnbits", "Mine", server.address, person.invoice_key))

    refused = await traveller.claim(late["lnurl"], mine)
    told = await traveller.until(refused, Status.UNKNOWN, "Wait 7")
    assert "That is not proof that it does not pay" in told
    assert server.balance_msat(person) == 0

    await opened(server, soon)
    paid = await traveller.claim(soon["lnurl"], mine)
    told = await traveller.until(paid, Status.FINAL)
    assert server.balance_msat(person) == 15_000
    assert traveller.status(refused) is Status.UNKNOWN, "the other one is not taken for it"
    with pytest.raises(NoWithdrawal, match=r"Withdraw is spent\.") as spent:
        await traveller.claim(soon["lnurl"], mine)

    secrets = {person.invoice_key, *server.invoices(person)}
    assert len(secrets) == 3
    for voucher in (soon, late):
        link = recognise(voucher["lnurl"], Reach.PRACTICE).url
        assert link is not None
        secrets |= {voucher["lnurl"], voucher["k1"], voucher["unique_hash"], link.text.rpartition("/")[2]}
    found = leaks("what is shown", " ".join(traveller.shown), secrets)
    found += leaks("an error", "".join(traceback.format_exception(spent.value)), secrets)
    found += leaks("the log", "\n".join(log.lines), secrets)
    found += leaks("the wallet's folder", written(tmp_path), secrets)
    assert not found, "\n".join(sorted(set(found)))
