"""Setting up a receiving wallet: what goes wrong is said beside its field, and a credential leaves no trace."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from ashore.domain.errors import AshoreError
from ashore.engine.views import Change, Topic
from ashore.sandbox.asgi import App
from ashore.ui.pages.connect_wallet import ConnectWalletPage
from ashore.ui.pages.receiving_result import Stage
from unit.lightning.conftest import rune_of
from unit.lightning.serving import API_KEY, LnbitsServer, Node, new_http, saying, serving, silent
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, marked_up, texts, visible
from unit.ui.receiving_hands import (
    RECEIVING_RUNE,
    SPENDING_RUNE,
    Keeper,
    enter,
    everything_held,
    open_list,
    open_setup,
    try_connection,
    wallets_of,
)
from unit.ui.standin import StandInWallet
from unit.ui.test_receiving_entries import PRIVATE, TEXTS

WRONG_RUNE = rune_of("=8&method=invoice")


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture(autouse=True)
async def _receiving(wallet: StandInWallet, keeper: Keeper) -> AsyncIterator[None]:
    http = new_http()
    wallet.receiving = wallets_of(keeper, http)
    yield
    await http.aclose()


@pytest.fixture
async def node() -> Node:
    return Node(RECEIVING_RUNE)


@pytest.fixture
async def address(node: Node) -> AsyncIterator[str]:
    async with serving(node) as url:
        yield url


def said(page: ConnectWalletPage, name: str) -> str:
    return page.fields.fields[name].problem.text


async def ready(shell: Shell, address: str) -> ConnectWalletPage:
    return await open_setup(shell, name="Harbour", address=address, credential=RECEIVING_RUNE)


# What goes wrong


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"credential": WRONG_RUNE}, "credential", "does not accept this rune"),
        ({"address": "http://127.0.0.1:1"}, "address", "Nothing was sent."),
        ({"address": "node.example"}, "address", "has to begin with https://"),
        ({"name": ""}, "name", "Enter a name"),
        ({"name": "practice node"}, "name", "Another wallet has this name."),
        ({"certificate": "-----BEGIN CERTIFICATE-----"}, "certificate", "cannot be read"),
    ],
)
async def test_it_is_said_beside_its_field_and_nothing_is_lost(
    shell: Shell, address: str, keeper: Keeper, wrong: dict[str, str], field: str, sentence: str
) -> None:
    page = await ready(shell, address)
    enter(page, **wrong)
    entries = page.fields.entries()
    await try_connection(shell, page)
    assert sentence in said(page, field)
    assert [name for name in page.fields.fields if said(page, name)] == [field]
    assert page.fields.fields[field].control.hasFocus()
    assert page.fields.entries() == entries
    assert page.result.stage is Stage.UNTRIED
    assert page.result.connect_button.isHidden()
    assert page.result.anyway.isHidden()
    assert keeper.kept == {}
    for value in (wrong.get("credential"), RECEIVING_RUNE):
        assert value is None or value not in texts(page)


@pytest.mark.parametrize("answer", [saying({"id": 3}), saying(b"{" * 5_000), saying({}, 500), saying(b"", 302)])
async def test_what_is_no_node_is_named_beside_the_address(shell: Shell, node: Node, address: str, answer: App) -> None:
    node.instead["getinfo"] = answer
    page = await ready(shell, address)
    await try_connection(shell, page)
    assert "127.0.0.1" in said(page, "address")
    assert page.result.stage is Stage.UNTRIED


async def test_a_problem_goes_when_its_field_is_changed(shell: Shell, address: str) -> None:
    page = await ready(shell, address)
    enter(page, credential=WRONG_RUNE)
    await try_connection(shell, page)
    assert page.fields.recipe.is_open
    page.fields.credential.setFocus()
    page.fields.credential.selectAll()
    QTest.keyClicks(page.fields.credential, RECEIVING_RUNE)
    assert said(page, "credential") == ""
    await try_connection(shell, page)
    assert page.result.stage is Stage.TRIED


async def test_half_a_word_is_no_mistake_and_a_pasted_rune_is_named_at_once(shell: Shell) -> None:
    page = await open_setup(shell)
    page.fields.address.setFocus()
    QTest.keyClicks(page.fields.address, "http")
    assert said(page, "address") == ""
    QTest.keyClick(page.fields.address, Qt.Key.Key_Tab)
    assert "has to begin with https://" in said(page, "address")
    page.fields.address.setText(RECEIVING_RUNE)
    assert "This is a rune, not an address." in said(page, "address")
    assert RECEIVING_RUNE not in texts(page)


async def test_cancel_ends_the_test_and_keeps_the_entries(shell: Shell, node: Node, address: str) -> None:
    node.instead["getinfo"] = silent()
    page = await ready(shell, address)
    page.test()
    await shell.until(lambda: node.count("getinfo") == 1)
    assert page.result.progress.isVisible()
    assert page.result.cancel.hasFocus()
    assert not page.fields.address.isEnabled()
    QTest.keyClick(page.result.cancel, Qt.Key.Key_Return)
    await shell.settle()
    assert "You cancelled it. Nothing was kept." in page.result.failure.text
    assert page.fields.address.isEnabled()
    assert page.fields.entries().credential == RECEIVING_RUNE


async def test_leaving_ends_a_test(shell: Shell, node: Node, address: str) -> None:
    node.instead["getinfo"] = silent()
    page = await ready(shell, address)
    page.test()
    await shell.until(lambda: node.count("getinfo") == 1)
    shell.sections.go_back()
    await shell.settle()
    assert shell.sections.place == "receiving"
    assert page.result.stage is Stage.UNTRIED
    assert not shell.tasks.busy


async def test_only_what_was_tested_is_connected(shell: Shell, address: str, keeper: Keeper) -> None:
    page = await ready(shell, address)
    await try_connection(shell, page)
    assert page.result.connect_button.isVisible()
    for changed in ({"name": "Other"}, {"address": address + "/"}, {"credential": SPENDING_RUNE}, {"kind": "lnbits"}):
        enter(page, **dict(changed))
        assert page.result.stage is Stage.UNTRIED
        assert page.result.connect_button.isHidden()
        page.result.connect_button.click()
        await shell.settle()
        assert keeper.kept == {}
        enter(page, kind="core-lightning", name="Harbour", address=address, credential=RECEIVING_RUNE)
        await try_connection(shell, page)
    page.result.connect_button.click()
    await shell.settle()
    assert [meta["name"] for _, _, meta in keeper.kept.values()] == ["Harbour"]


async def test_enter_in_a_field_tests_and_never_connects(shell: Shell, address: str, keeper: Keeper) -> None:
    page = await ready(shell, address)
    for _ in range(2):
        QTest.keyClick(page.fields.name, Qt.Key.Key_Return)
        await shell.settle()
        assert page.result.stage is Stage.TRIED
    assert keeper.kept == {}


async def test_what_was_being_kept_is_in_the_list_although_it_was_cancelled(
    shell: Shell, address: str, keeper: Keeper
) -> None:
    page = await ready(shell, address)
    await try_connection(shell, page)
    keeper.open.clear()
    page.result.connect_button.click()
    await shell.until(lambda: keeper.asked == 1)
    page.result.cancel.click()
    assert "The list of wallets shows what is connected." in page.result.failure.text
    keeper.open.set()
    await shell.until(lambda: bool(keeper.kept))
    await shell.settle()
    listed = await open_list(shell)
    assert [card.wallet.name for card in listed.cards] == ["Practice node", "Harbour"]


async def test_who_goes_elsewhere_while_it_is_kept_is_told(shell: Shell, address: str, keeper: Keeper) -> None:
    page = await ready(shell, address)
    await try_connection(shell, page)
    keeper.open.clear()
    page.result.connect_button.click()
    await shell.until(lambda: keeper.asked == 1)
    shell.sections.show_section("activity")
    keeper.open.set()
    await shell.settle()
    assert "Harbour is connected." in shell.sections.banners.fault.text
    assert shell.sections.place == "activity"
    listed = await open_list(shell)
    assert [card.wallet.name for card in listed.cards] == ["Practice node", "Harbour"]


async def test_a_node_of_another_network_is_pointed_out_on_practice(shell: Shell, node: Node, address: str) -> None:
    node.info["network"] = "bitcoin"
    page = await ready(shell, address)
    await try_connection(shell, page)
    assert "Practice pays on regtest only" in texts(page)


async def test_with_large_text_what_the_wallet_said_comes_into_view(shell: Shell, address: str) -> None:
    shell.theme.apply("light", 200)
    page = await ready(shell, address)
    page.fields.credential.reveal.click()
    await shell.settle()
    assert not page.columns.beside
    assert cut_off(page) == []
    assert page.result.heading.visibleRegion().isEmpty()
    await try_connection(shell, page)
    assert not page.result.heading.visibleRegion().isEmpty()
    assert not page.result.connect_button.visibleRegion().isEmpty()


# The list


async def test_the_practice_node_stays_and_what_is_missing_is_said(shell: Shell, keeper: Keeper) -> None:
    await keeper.keep("service-credential", "{", {"use": "receive", "name": "Old"})
    receiving = shell.wallet.receiving
    assert receiving is not None
    await receiving.restore()  # type: ignore[attr-defined]
    page = await open_list(shell)
    (card,) = page.cards
    assert not card.remove.isVisibleTo(page)
    assert "SIMULATED" in texts(page)
    assert "cannot be read" in page.trouble.text


async def test_why_it_cannot_be_removed_is_said_on_its_card(
    shell: Shell, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await ready(shell, address)
    await try_connection(shell, page)
    page.result.connect_button.click()
    await shell.settle()

    async def refuse(_receiver: str) -> None:
        raise AshoreError("A withdrawal still goes to this wallet.", "Wait until its outcome is known.")

    monkeypatch.setattr(shell.wallet, "disconnect_wallet", refuse)
    listed = await open_list(shell)
    card = listed.cards[1]
    card.remove.click()
    card.confirm.click()
    await shell.settle()
    assert "A withdrawal still goes to this wallet." in card.problem.text
    assert card.remove.isEnabled()


async def test_without_lightning_there_is_no_way_here(shell: Shell) -> None:
    shell.wallet.receiving = None
    shell.sections.show_section("accounts")
    shell.sections.show_receiving()
    shell.sections.show_wallet_setup()
    await shell.settle()
    assert shell.sections.place == "accounts"
    assert "Lightning" not in texts(shell.sections.page("accounts"))


async def test_while_locked_nothing_of_it_is_reachable(shell: Shell, address: str) -> None:
    page = await ready(shell, address)
    await shell.wallet.lock()
    await shell.settle()
    shell.sections.show_receiving()
    shell.sections.show_wallet_setup()
    shell.sections.go_back()
    await shell.settle()
    assert shell.sections.place == "unlock"
    assert not page.isVisible()
    assert RECEIVING_RUNE not in everything_held(shell.window)


# The credential

LEAVING = {
    "section": lambda shell: shell.sections.show_section("activity"),
    "back": lambda shell: shell.sections.go_back(),
    "lock button": lambda shell: shell.window.side.lock.click(),
    "lock by itself": lambda shell: shell.tasks.start(shell.wallet.lock()),
    "closing": lambda shell: shell.sections.close(),
}


@pytest.mark.parametrize("way", LEAVING)
@pytest.mark.parametrize("place", ["credential", "address", "name", "certificate"])
async def test_a_credential_leaves_no_trace(
    shell: Shell,
    address: str,
    way: str,
    place: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("before")
    page = await ready(shell, address)
    page.fields.credential.reveal.click()
    assert RECEIVING_RUNE in everything_held(shell.window)
    page.fields.credential.selectAll()
    page.fields.credential.copy()
    await try_connection(shell, page)
    enter(page, **{place: RECEIVING_RUNE})
    await shell.settle()
    LEAVING[way](shell)
    await shell.settle()
    held = everything_held(shell.window)
    assert RECEIVING_RUNE not in held
    assert RECEIVING_RUNE[:24] not in held
    assert clipboard.text() == "before"
    assert RECEIVING_RUNE not in caplog.text + "".join(capfd.readouterr())
    assert RECEIVING_RUNE not in repr([shell.wallet.__dict__, shell.sections.__dict__, page.__dict__])
    assert shell.wallet._drafts == {}


async def test_a_connected_credential_is_shown_nowhere(
    shell: Shell, address: str, keeper: Keeper, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = await ready(shell, address)
    await try_connection(shell, page)
    page.result.connect_button.click()
    await shell.settle()
    assert shell.sections.place == "receiving"
    assert RECEIVING_RUNE in next(iter(keeper.kept.values()))[1]
    assert RECEIVING_RUNE not in everything_held(shell.window) + caplog.text
    again = await open_setup(shell)
    assert again.fields.entries() == type(again.fields.entries())("core-lightning")


async def test_what_is_no_secret_stays_and_it_is_said_what_went(shell: Shell, address: str) -> None:
    page = await ready(shell, address)
    shell.sections.show_section("activity")
    page = await open_setup(shell)
    assert (page.fields.name.text(), page.fields.address.text()) == ("Harbour", address)
    assert "It was cleared when this page was left." in said(page, "credential")
    assert page.fields.credential.hasFocus()


async def test_a_spending_key_takes_a_word_more(shell: Shell) -> None:
    async with serving(LnbitsServer()) as address:
        page = await open_setup(shell, kind="lnbits", name="Till", address=address, credential=API_KEY)
        await try_connection(shell, page)
        assert page.result.connect_button.isVisible()
        assert page.result.anyway.isHidden()
        assert "your custodian’s word" in texts(page)


# The certificate file


async def test_a_certificate_file_is_read_and_a_private_key_is_not(shell: Shell, tmp_path: Path) -> None:
    page = await open_setup(shell)
    good, key, odd, large = (tmp_path / name for name in ("ca.pem", "ca-key.pem", "odd.pem", "large.pem"))
    good.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    key.write_text(PRIVATE)
    odd.write_bytes(b"\x30\x82\x01\xff")
    large.write_text("-----BEGIN CERTIFICATE-----\n" + "A" * 1_000_000)
    page.fields.choose.click()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(good))
    dialog.close()
    await shell.settle()
    assert page.fields.certificate.toPlainText() == good.read_text()
    for path, words in (
        (key, "private key, and was not taken"),
        (odd, "not a certificate in text form"),
        (tmp_path, "not a file that can be read"),
        (tmp_path / "gone.pem", "not a file that can be read"),
    ):
        page.use_file(str(path))
        await shell.settle()
        assert words in said(page, "certificate")
        assert page.fields.certificate.toPlainText() == good.read_text()
    page.use_file(str(large))
    await shell.settle()
    assert len(page.fields.certificate.toPlainText()) < 70_000
    assert "not the certificate file" in said(page, "certificate")


# Whatever is typed


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts_=st.lists(TEXTS, min_size=4, max_size=4))
async def test_whatever_is_entered_the_page_stands(shell: Shell, texts_: list[str]) -> None:
    page = await open_setup(shell)
    width = page.minimumSizeHint().width()
    enter(page, **dict(zip(("name", "address", "credential", "certificate"), texts_, strict=True)))
    page.fields.credential.reveal.click()
    page.test()
    page.result.cancel.click()
    page.fields.credential.reveal.click()
    await shell.settle()
    assert marked_up(page) == []
    assert page.minimumSizeHint().width() <= width + 1
    assert len(visible(page, ConnectWalletPage)) == 0
    shell.sections.show_receiving()
    page.fields.reset()


async def test_locking_tells_of_it_once(shell: Shell, address: str) -> None:
    page = await ready(shell, address)
    shell.wallet.locked = True
    shell.wallet.tell(Change(Topic.LOCK))
    await shell.settle()
    assert page.fields.entries().credential == ""
