"""Scanning into a field of a form: only what fits is filled in, and everything else is named."""

from __future__ import annotations

import pytest

from ashore.domain.addresses import checksum
from ashore.ui.arrivals import Source
from ashore.ui.pages.add_elsewhere import AddElsewherePage
from ashore.ui.pages.field_intake import NOT_FILLED
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.wording import LIGHTNING
from unit.ui.driving import Shell
from unit.ui.filling import begin_form
from unit.ui.scanner.test_scan import PAIRING
from unit.ui.test_voucher_page import LINK, VoucherWallet

ADDRESS = checksum(bytes.fromhex("8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"))


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


async def test_an_address_becomes_the_recipient_and_the_rest_stays(shell: Shell) -> None:
    page = await begin_form(shell)
    assert page.scan.accessibleName() == "Scan a recipient"
    page.scan.scan.got.emit(f"ethereum:{ADDRESS.lower()}?value=1e18", Source.CAMERA)
    await shell.settle()
    assert page.fields.recipient.text() == ADDRESS
    assert page.fields.amount.text() == "2.5"
    assert shell.sections.place == "form"


@pytest.mark.parametrize(("text", "said"), [(LINK, "A voucher of"), (PAIRING, "secret"), ("nothing known", "not know")])
async def test_what_is_no_recipient_is_named_and_nothing_is_filled_in(shell: Shell, text: str, said: str) -> None:
    page = await begin_form(shell)
    page.fields.recipient.setText("0x12")
    page.scan.scan.got.emit(text, Source.SCREEN)
    problem = page.fields.fields["recipient"].told.text
    assert said in problem
    assert NOT_FILLED in problem
    assert "abab" not in problem
    assert page.fields.recipient.text() == "0x12"
    assert shell.sections.place == "form"


async def test_a_voucher_is_filled_in_and_not_opened(shell: Shell, wallet: VoucherWallet) -> None:
    profile = next(each.id for each in shell.wallet.profiles() if each.system == LIGHTNING)
    shell.sections.show_form(profile)
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    page.scan.scan.got.emit(ADDRESS, Source.PICTURE)
    assert NOT_FILLED in page.intake.field.told.text
    page.scan.scan.got.emit(LINK, Source.PICTURE)
    await shell.settle()
    assert page.link.text() == LINK
    assert page.open_button.isEnabled()
    assert wallet.asked == []


async def test_an_account_elsewhere_takes_its_address(shell: Shell) -> None:
    shell.sections.show_add_elsewhere()
    page = shell.sections.page("elsewhere")
    assert isinstance(page, AddElsewherePage)
    page.scan.scan.got.emit(LINK, Source.PICTURE)
    assert page.address.text() == ""
    page.scan.scan.got.emit(ADDRESS, Source.PICTURE)
    assert page.address.text() == ADDRESS
