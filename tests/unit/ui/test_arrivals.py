"""What comes from outside the window is named, begins nothing, and never takes the place of unfinished work."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint

from ashore.engine.unopened_links import MOST, WAITING_MOST, WAITING_S
from ashore.keys.errors import VaultStorage
from ashore.systems.lnurl.codec import encode_lnurl
from ashore.ui.arrivals import DISMISS, KEPT_MS, LEAVE, SHOW, Source
from ashore.ui.pages.intake_field import NOT_HELD, STAYS
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.standin import PASSWORD
from unit.ui.test_voucher_page import LINK, VoucherWallet

PAIRING = "nostr+walletconnect://" + "ab" * 32 + "?relay=wss%3A%2F%2Frelay.example&secret=" + "cd" * 32
KEY = "ef" * 32


def link(number: int) -> str:
    """Another voucher of the practice service."""
    return encode_lnurl(f"http://127.0.0.1:8080/u?q={number}").upper()


ADDRESS = "0x8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


async def lock(shell: Shell, *, locked: bool) -> None:
    assert isinstance(shell.wallet, VoucherWallet)
    await (shell.wallet.lock() if locked else shell.wallet.unlock(bytearray(PASSWORD)))
    await shell.settle()


async def half_filled(shell: Shell) -> ZkLinkFormPage:
    shell.sections.show_form(shell.wallet.profiles()[0].id)
    await shell.settle()
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    page.fields.amount.setText("2.5")
    return page


async def test_a_link_fills_its_form_and_asks_nobody(shell: Shell, wallet: VoucherWallet) -> None:
    shell.sections.show_section("activity")
    shell.sections.take_in(LINK)
    await shell.settle()
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    assert (shell.sections.place, page.link.text(), wallet.asked) == ("voucher", LINK, [])
    assert shell.sections.banners.arrived.text == ""


async def test_what_is_half_filled_stays_until_a_person_wants_to_see_what_came(
    shell: Shell, wallet: VoucherWallet
) -> None:
    page = await half_filled(shell)
    shell.sections.take_in(LINK, Source.CAMERA)
    await shell.settle()
    notice = shell.sections.banners.arrived
    assert shell.sections.place == "form"
    assert notice.text.startswith("This came from the camera. A voucher of")
    assert "It is kept in your vault, and listed on the voucher’s page." in notice.text
    assert [each.source for each in wallet.unopened.listed()] == ["camera"]
    assert (notice.action.text(), notice.close_button.text()) == (SHOW, LEAVE)
    assert LINK not in notice.accessibleName()
    notice.action.click()
    await shell.settle()
    assert shell.sections.place == "voucher"
    assert notice.isHidden()
    assert page.fields.amount.text() == "2.5"


async def test_a_voucher_is_called_kept_only_once_it_is_in_the_vault(shell: Shell, wallet: VoucherWallet) -> None:
    await half_filled(shell)
    notice = shell.sections.banners.arrived
    wallet.sealed.writes.clear()
    shell.sections.take_in(LINK, Source.CAMERA)
    await shell.settle()
    assert "It is being written to your vault" in notice.text
    assert "is kept in" not in notice.text
    wallet.sealed.refusal = VaultStorage("The disk is full.")
    wallet.sealed.writes.set()
    await shell.until(lambda: "could not be written" in notice.text)
    assert "would be lost with Ashore: open it, or keep its link elsewhere." in notice.text
    assert "is kept in" not in notice.text
    assert LINK not in notice.text
    wallet.sealed.refusal = None
    shell.sections.take_in(LINK, Source.CAMERA)
    await shell.until(lambda: "It is kept in your vault, and listed" in notice.text)


async def test_vouchers_that_came_over_a_lock_and_cannot_be_written_are_not_called_kept(
    shell: Shell, wallet: VoucherWallet
) -> None:
    await lock(shell, locked=True)
    for number in range(3):
        shell.sections.take_in(link(number))
    wallet.sealed.refusal = VaultStorage("The disk is full.")
    await lock(shell, locked=False)
    notice = shell.sections.banners.arrived
    assert notice.text.startswith("3 vouchers came while Ashore was locked. They could not all be written")
    assert wallet.unopened.waiting == 3


async def test_what_is_left_is_shown_no_more_and_a_voucher_stays_listed(shell: Shell, wallet: VoucherWallet) -> None:
    await half_filled(shell)
    shell.sections.take_in(ADDRESS)
    shell.sections.banners.arrived.close_button.click()
    assert not shell.sections.arrivals.waiting
    shell.sections.take_in(LINK)
    shell.sections.banners.arrived.close_button.click()
    assert not shell.sections.arrivals.waiting
    assert shell.sections.place == "form"
    assert len(wallet.unopened.listed()) == 1


async def test_the_last_of_several_waits(shell: Shell) -> None:
    page = await half_filled(shell)
    shell.sections.take_in(f"ethereum:{ADDRESS}")
    shell.sections.take_in(ADDRESS, Source.DROP)
    notice = shell.sections.banners.arrived
    assert "from what was dropped here" in notice.text
    assert "One thing alone can wait here: the one before it, from a link, was let go." in notice.text
    notice.action.click()
    await shell.settle()
    assert shell.sections.place == "withdraw"
    intake = shell.sections.home.intake
    assert intake.edit.text() == ADDRESS
    assert (page.fields.amount.text(), page.fields.recipient.text()) == ("2.5", ""), "nothing is filled in unasked"
    assert "A withdrawal from zkLink is begun and not finished: amount 2.5." in texts(intake.replacing)
    intake.replacing.anew.click()
    await shell.settle()
    assert shell.sections.place == "form"
    assert page.fields.values()["recipient"].lower() == ADDRESS
    assert page.fields.amount.text() == "", "an amount never goes to whom it was not typed for"


async def test_what_leads_nowhere_takes_no_voucher_out_of_its_place(shell: Shell) -> None:
    await half_filled(shell)
    shell.sections.take_in(LINK)
    shell.sections.take_in("keyauth://service.example/login?k1=" + "ab" * 32)
    notice = shell.sections.banners.arrived
    assert "log in" in notice.text
    assert "What came from a link still waits here." in notice.text
    notice.action.click()
    await shell.settle()
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    assert page.link.text() == LINK


async def test_while_locked_it_waits_and_comes_up_after_unlocking(shell: Shell, wallet: VoucherWallet) -> None:
    await lock(shell, locked=True)
    shell.sections.take_in(LINK)
    notice = shell.sections.banners.arrived
    assert "Unlock Ashore to go on with it." in notice.text
    assert not notice.action.isVisible()
    assert shell.sections.place == "unlock"
    await lock(shell, locked=False)
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    assert (shell.sections.place, page.link.text(), wallet.asked) == ("voucher", LINK, [])
    assert notice.text.startswith("This came from a link while Ashore was locked.")
    assert notice.close_button.text() == DISMISS
    shell.sections.show_section("activity")
    assert notice.text == ""


async def test_a_locked_window_names_no_address(shell: Shell) -> None:
    await lock(shell, locked=True)
    shell.sections.take_in(f"ethereum:{ADDRESS}@1")
    told = shell.sections.banners.arrived.text
    assert "It holds an Ethereum address." in told
    assert "8f3a" not in told.lower()


async def test_a_voucher_that_was_kept_before_comes_up_too_when_it_comes_while_locked(
    shell: Shell, wallet: VoucherWallet
) -> None:
    wallet.unopened.keep(LINK, "link")
    await wallet.unopened.settled()
    await lock(shell, locked=True)
    shell.sections.take_in(LINK)
    notice = shell.sections.banners.arrived
    assert "It is kept in your vault already. Unlock Ashore to go on with it." in notice.text
    assert "ten minutes" not in notice.text
    await lock(shell, locked=False)
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    assert (shell.sections.place, page.link.text(), wallet.asked) == ("voucher", LINK, [])
    assert notice.text.startswith("This came from a link while Ashore was locked.")
    shell.sections.show_section("activity")
    await lock(shell, locked=True)
    await lock(shell, locked=False)
    assert (shell.sections.place, notice.text) == ("activity", ""), "it was told once"


@pytest.mark.parametrize("known_comes_last", [True, False])
async def test_one_that_was_kept_before_and_a_new_one_are_both_told(
    shell: Shell, wallet: VoucherWallet, known_comes_last: bool
) -> None:
    wallet.unopened.keep(link(1), "link")
    await wallet.unopened.settled()
    await lock(shell, locked=True)
    for number in (2, 1) if known_comes_last else (1, 2):
        shell.sections.take_in(link(number))
    shell.sections.take_in(link(1))
    await lock(shell, locked=False)
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    assert (shell.sections.place, page.link.text(), len(page.links.cards)) == ("voucher", "", 2)
    assert shell.sections.banners.arrived.text.startswith("2 vouchers came while Ashore was locked.")


async def test_what_waits_is_kept_for_a_bounded_time_however_often_it_is_locked(shell: Shell) -> None:
    await lock(shell, locked=True)
    shell.sections.take_in(ADDRESS)
    patience = shell.sections.arrivals._patience
    assert 0 < patience.remainingTime() <= KEPT_MS + 1000
    patience.start(1000)
    shell.sections.arrivals.lock_changed()
    assert patience.remainingTime() <= 2000
    patience.timeout.emit()
    assert not shell.sections.arrivals.waiting
    assert shell.sections.banners.arrived.isHidden()
    await lock(shell, locked=False)
    assert shell.sections.place == "withdraw"


async def test_three_links_while_locked_are_all_listed_after_the_unlocking(shell: Shell, wallet: VoucherWallet) -> None:
    await lock(shell, locked=True)
    notice = shell.sections.banners.arrived
    for number in range(3):
        shell.sections.take_in(link(number))
    assert "3 vouchers wait. Unlock Ashore to keep them" in notice.text
    for junk in ("lightning:lnbc1garbage", PHRASE, "ashore:hello", link(1)):
        shell.sections.take_in(junk)
        assert "3 vouchers wait." in notice.text
    shell.sections.take_in(ADDRESS)
    assert wallet.unopened.waiting == 3
    await lock(shell, locked=False)
    assert len(wallet.unopened.listed()) == 3
    assert shell.sections.place == "form", "the address leads on by itself"
    assert notice.text.startswith("3 vouchers came while Ashore was locked. They are kept in your vault")
    assert wallet.asked == []


async def test_several_vouchers_lead_to_their_list_when_nothing_else_is_going_on(
    shell: Shell, wallet: VoucherWallet
) -> None:
    await lock(shell, locked=True)
    for number in range(3):
        shell.sections.take_in(link(number))
    await lock(shell, locked=False)
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    assert (shell.sections.place, page.link.text(), len(page.links.cards)) == ("voucher", "", 3)
    assert page.links.isVisible()
    assert "3 vouchers came" in shell.sections.banners.arrived.text


async def test_a_voucher_that_comes_over_a_lock_takes_no_other_things_place(
    shell: Shell, wallet: VoucherWallet
) -> None:
    await half_filled(shell)
    await lock(shell, locked=True)
    shell.sections.take_in(f"ethereum:{ADDRESS}", Source.CAMERA)
    shell.sections.take_in(LINK)
    notice = shell.sections.banners.arrived
    assert notice.text.startswith("This came from a link. A voucher of")
    assert "What came from the camera still waits here." in notice.text
    await lock(shell, locked=False)
    assert notice.text.startswith("A voucher came while Ashore was locked. It is kept in your vault")
    assert "What came from the camera still waits here." in notice.text
    assert shell.sections.place == "form"
    assert len(wallet.unopened.listed()) == 1
    notice.action.click()
    await shell.settle()
    assert shell.sections.home.intake.edit.text() == f"ethereum:{ADDRESS}"


async def test_a_voucher_that_waited_too_long_is_said_to_be_gone(shell: Shell, wallet: VoucherWallet) -> None:
    await lock(shell, locked=True)
    shell.sections.take_in(LINK)
    wallet.seconds += WAITING_S
    shell.sections.hub.tick.emit()
    notice = shell.sections.banners.arrived
    assert notice.text.startswith("A voucher waited for ten minutes while Ashore was locked, and was forgotten.")
    shell.sections.hub.tick.emit()
    assert notice.text.startswith("A voucher waited for ten minutes")
    await lock(shell, locked=False)
    assert (wallet.unopened.listed(), shell.sections.place) == ((), "withdraw")


async def test_what_there_is_no_room_for_is_said_and_evicts_nothing(shell: Shell, wallet: VoucherWallet) -> None:
    await lock(shell, locked=True)
    for number in range(WAITING_MOST + 1):
        shell.sections.take_in(link(number))
    notice = shell.sections.banners.arrived
    assert f"{WAITING_MOST} vouchers wait already, so this one was not kept." in notice.text
    await lock(shell, locked=False)
    assert len(wallet.unopened.listed()) == WAITING_MOST
    page = await half_filled(shell)
    for number in range(MOST):
        wallet.unopened.keep(link(number), "link")
        await wallet.unopened.settled()
    shell.sections.take_in(link(MOST))
    assert f"{MOST} vouchers that were not opened are kept already, so this one is not." in notice.text
    assert shell.sections.arrivals.waiting, "it can be opened all the same"
    assert page.fields.amount.text() == "2.5"


async def test_that_the_vault_cannot_be_written_is_not_called_too_many_vouchers(
    shell: Shell, wallet: VoucherWallet
) -> None:
    wallet.sealed.refusal = VaultStorage("The vault cannot be written.")
    await half_filled(shell)
    for number in range(WAITING_MOST + 1):
        shell.sections.take_in(link(number))
        await shell.settle()
    notice = shell.sections.banners.arrived
    assert f"{WAITING_MOST} vouchers wait to be written to your vault, which failed, so this one is not" in notice.text
    assert str(MOST) not in notice.text
    wallet.sealed.refusal = None


PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"


@pytest.mark.parametrize("secret", [PAIRING, KEY, PHRASE])
async def test_a_secret_is_neither_kept_nor_said(shell: Shell, secret: str) -> None:
    await half_filled(shell)
    shell.sections.take_in(secret)
    said = shell.sections.banners.arrived.text
    assert not shell.sections.arrivals.waiting
    assert "It was not kept" in said
    assert not any(part in said for part in ("abab", "cdcd", "efef", "winner"))
    await lock(shell, locked=True)
    shell.sections.take_in(secret)
    assert not shell.sections.arrivals.waiting
    assert "It was not kept" in shell.sections.banners.arrived.text
    await lock(shell, locked=False)
    assert shell.sections.banners.arrived.text == ""


async def test_nothing_is_shown_while_a_signature_is_on_its_way(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    await half_filled(shell)
    monkeypatch.setattr(type(shell.sections), "signing", property(lambda _self: True))
    shell.sections.take_in(LINK)
    notice = shell.sections.banners.arrived
    assert not notice.action.isEnabled()
    assert "when what you have confirmed is signed" in notice.text
    monkeypatch.undo()
    shell.sections.hub.tick.emit()
    assert notice.action.isEnabled()


async def test_what_leads_nowhere_is_said_and_interrupts_nothing(shell: Shell) -> None:
    await half_filled(shell)
    shell.sections.take_in("keyauth://service.example/login?k1=" + "ab" * 32)
    assert "log in" in shell.sections.banners.arrived.text
    assert not shell.sections.arrivals.waiting
    assert shell.sections.place == "form"


@pytest.mark.parametrize("secret", [PAIRING, PHRASE])
async def test_a_secret_that_arrives_is_named_and_not_put_into_any_field(shell: Shell, secret: str) -> None:
    shell.sections.take_in(secret, Source.CAMERA)
    await shell.settle()
    assert shell.sections.home.intake.edit.text() == ""
    assert not shell.sections.arrivals.waiting
    assert shell.sections.place == "withdraw"
    assert NOT_HELD in shell.sections.home.intake.field.problem.text.replace("\u200b", "")


WIFI = "WIFI:S:home;T:WPA;P:not-for-a-withdrawal;;"


@pytest.mark.parametrize("nowhere", [WIFI, PHRASE, "keyauth://service.example/login?k1=" + "ab" * 32])
async def test_what_leads_nowhere_takes_the_place_of_nothing_that_stands_in_the_first_field(
    shell: Shell, nowhere: str
) -> None:
    intake = shell.sections.home.intake
    intake.edit.setText(ADDRESS)
    shell.sections.take_in(nowhere, Source.CAMERA)
    await shell.settle()
    assert intake.edit.text() == ADDRESS
    assert intake.field.problem.text.endswith(STAYS)
    assert (NOT_HELD in intake.field.problem.text) is (nowhere in (WIFI, PHRASE))
    assert intake.to_address[0][1].isVisible(), "the address still leads on"
    intake.forget()
    shell.sections.take_in("hello", Source.CAMERA)
    shell.sections.take_in("good bye", Source.CAMERA)
    assert intake.edit.text() == "good bye", "what was brought and led nowhere makes room"


@pytest.mark.parametrize("vouchers", [1, 2])
async def test_what_is_left_over_a_lock_takes_no_reminder_of_vouchers_along(
    shell: Shell, wallet: VoucherWallet, vouchers: int
) -> None:
    await lock(shell, locked=True)
    notice = shell.sections.banners.arrived
    for number in range(vouchers):
        shell.sections.take_in(link(number))
    shell.sections.take_in(f"ethereum:{ADDRESS}")
    many = "A voucher waits" if vouchers == 1 else "2 vouchers wait"
    assert f"{many} as well, also if you leave this. Unlock Ashore to keep" in notice.text
    notice.close_button.click()
    assert not shell.sections.arrivals.waiting, "the address is gone"
    assert notice.text.startswith(f"{many}. Unlock Ashore to keep")
    assert not notice.close_button.isVisible(), "it is so until the unlocking"
    shell.sections.take_in("lightning:lnbc1garbage")
    assert notice.close_button.text() == DISMISS
    notice.close_button.click()
    assert notice.text.startswith(f"{many}. Unlock Ashore to keep")
    await lock(shell, locked=False)
    assert len(wallet.unopened.listed()) == vouchers
    assert notice.close_button.isVisible()


async def test_a_voucher_that_another_link_takes_out_of_view_is_said_to_be_kept(
    shell: Shell, wallet: VoucherWallet
) -> None:
    await half_filled(shell)
    shell.sections.take_in(LINK, Source.CAMERA)
    shell.sections.take_in(f"ethereum:{ADDRESS}")
    notice = shell.sections.banners.arrived
    assert notice.text.startswith("This came from a link. This holds an Ethereum address")
    assert "The voucher that came from the camera before it is kept too." in notice.text
    assert len(wallet.unopened.listed()) == 1


@pytest.mark.parametrize("size", [(1120, 760), (1600, 1100)])
async def test_nothing_that_comes_over_a_lock_moves_the_password_or_its_button(
    shell: Shell, size: tuple[int, int]
) -> None:
    shell.window.resize(*size)
    await lock(shell, locked=True)

    def stands() -> list[QPoint]:
        page = shell.sections.unlock
        return [each.mapTo(shell.window, QPoint()) for each in (page.password, page.unlock)]

    before = stands()
    assert before[0].y() > 100, "it does not stick to the upper edge"
    for text in (LINK, f"ethereum:{ADDRESS}"):
        shell.sections.take_in(text)
        await shell.settle()
        assert stands() == before
    shell.sections.banners.arrived.close_button.click()
    await shell.settle()
    assert stands() == before
