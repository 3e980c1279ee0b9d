"""Receiving wallets: tried out before they are kept, sealed with their credential, connected again after unlocking."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from ashore.domain.errors import AshoreError
from ashore.engine.compose_lightning import WalletClients
from ashore.engine.receiving import ConnectedWallets, WalletSetup
from ashore.keys.errors import Locked
from ashore.keys.signer import Signer
from ashore.lightning.errors import AddressRefused, BackendUnreachable, CredentialRefused
from ashore.net.http import HttpClient
from ashore.net.pacing import SystemClock
from ashore.systems.lnurl.system.receivers import Receiver
from unit.keys.test_signer import COMMAND
from unit.keys.vault_support import PASSWORD, python_path
from unit.lightning.conftest import RECEIVING_RUNE, rune_of
from unit.lightning.serving import Node, new_http, serving


@pytest.fixture
def vault_path(tmp_path: Path) -> Path:
    return tmp_path / "own.vault"


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    client = new_http()
    yield client
    await client.aclose()


@pytest.fixture
async def signer(vault_path: Path) -> AsyncIterator[Signer]:
    async with Signer(COMMAND, python_path()) as started:
        await started.create(vault_path, bytearray(PASSWORD), None, network="sandbox", fast_kdf=True)
        yield started


@pytest.fixture
async def setup() -> AsyncIterator[WalletSetup]:
    async with serving(Node(RECEIVING_RUNE)) as address:
        yield WalletSetup("core-lightning", " My  node ", f" {address} ", RECEIVING_RUNE)


def wallets(signer: Signer, http: HttpClient) -> ConnectedWallets:
    return ConnectedWallets(signer, WalletClients(http, SystemClock()).build)


async def test_a_wallet_is_kept_and_comes_back_after_unlocking(
    signer: Signer, http: HttpClient, setup: WalletSetup, vault_path: Path
) -> None:
    connected = wallets(signer, http)
    record = await connected.connect(setup)
    (shown,) = connected.listed()
    assert (shown.id, shown.name, shown.kind, shown.fixed) == (record, "My node", "core-lightning", False)
    assert RECEIVING_RUNE.encode() not in _bytes(vault_path)
    again = wallets(signer, http)
    assert again.get(record) is None
    await again.restore()
    await again.restore()
    receiver = again.get(record)
    assert receiver is not None
    assert (await receiver.backend.identity()).network == "regtest"
    assert len(again.listed()) == 1
    await again.disconnect(record)
    assert again.listed() == ()
    fresh = wallets(signer, http)
    await fresh.restore()
    assert fresh.listed() == ()


def _bytes(path: Path) -> bytes:
    return path.read_bytes()


async def test_what_does_not_work_is_not_kept(signer: Signer, http: HttpClient, setup: WalletSetup) -> None:
    connected = wallets(signer, http)
    for wrong, error in (
        (replace(setup, name=" "), AddressRefused),
        (replace(setup, kind="elephant"), AddressRefused),
        (replace(setup, address="http://node.example:3010"), AddressRefused),
        (replace(setup, credential=rune_of("=8&method=invoice")), CredentialRefused),
        (replace(setup, certificate="-----BEGIN"), AddressRefused),
        (replace(setup, address="http://127.0.0.1:1"), BackendUnreachable),
    ):
        with pytest.raises(error) as caught:
            await connected.connect(wrong)
        assert wrong.credential not in str(caught.value)
    assert connected.listed() == ()
    assert await signer.sealed() == ()
    assert RECEIVING_RUNE not in repr(setup)


async def test_a_lock_leaves_only_what_cannot_spend(signer: Signer, http: HttpClient, setup: WalletSetup) -> None:
    spending = rune_of("=9")
    async with serving(Node(spending)) as address:
        connected = wallets(signer, http)
        safe = await connected.connect(setup)
        tried = await connected.try_out(replace(setup, address=address, credential=spending))
        assert "could spend" in tried.warning
        dangerous = replace(setup, name="Risky", address=address, credential=spending)
        with pytest.raises(AddressRefused, match="could spend"):
            await connected.connect(dangerous)
        risky = await connected.connect(dangerous, although_it_spends=True)
        assert (await connected.try_out(setup)).warning == ""
        connected.lock()
        assert connected.get(safe) is not None
        assert connected.get(risky) is None
        await signer.lock()
        with pytest.raises(Locked):
            await connected.restore()


async def test_a_note_that_cannot_be_read_is_said_and_the_others_come(
    signer: Signer, http: HttpClient, setup: WalletSetup
) -> None:
    connected = wallets(signer, http)
    await signer.keep("service-credential", "{", {"use": "receive", "name": "Old\u202e"})
    await signer.keep("service-credential", "x", {"use": "something else"})
    record = await connected.connect(setup)
    fresh = wallets(signer, http)
    await fresh.restore()
    assert [wallet.id for wallet in fresh.listed()] == [record]
    (trouble,) = fresh.troubles
    assert "cannot be read" in trouble
    assert "\u202e" not in trouble


async def test_the_practice_wallet_stays(signer: Signer, http: HttpClient, setup: WalletSetup) -> None:
    build = WalletClients(http, SystemClock()).build
    connected = ConnectedWallets(signer, build, [Receiver("p", "Practice", "the practice node", build(setup))])
    with pytest.raises(AshoreError, match="belongs to the practice network"):
        await connected.disconnect("p")
    with pytest.raises(AshoreError, match="belongs to the practice network"):
        await connected.disconnect("unheard of")
