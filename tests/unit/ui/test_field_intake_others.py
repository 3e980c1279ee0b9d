"""Fields for a price of gas, a fee, a name and a signature understand what comes to them as every other field does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from ashore.engine.views import Account
from ashore.ethereum.fees import Fees
from ashore.net.http import HttpClient
from ashore.systems.base import Draft, Offer, Quote, Source
from ashore.systems.claiming.claims import ClaimOffer, judge_claim
from ashore.ui.pages.activation_form import ActivationFormPage
from ashore.ui.pages.add_elsewhere import ADDRESS, NAME, SIGNATURE, AddElsewherePage
from ashore.ui.pages.add_stark_key import FIRST, SECOND, AddStarkKeyPage
from ashore.ui.pages.claim_form import ClaimFormPage
from ashore.ui.pages.field_intake import LOOK_UP, NOT_FILLED, TO_ADDRESS, TO_VOUCHER, FieldIntake
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.pages.receiving_entries import NAME as WALLET_NAME
from ashore.ui.widgets.field import Field, LineEdit
from unit.lightning.serving import new_http
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, nameless, texts
from unit.ui.receiving_hands import Keeper, open_setup, wallets_of
from unit.ui.scanner.test_scan import PAIRING
from unit.ui.standin import ARBITRUM, KEY_HASH, NOW, OTHER, PROFILE, an_offer
from unit.ui.test_claim_form import GWEI, RICH
from unit.ui.test_field_intake import HASH, PHRASE, paste, type_in
from unit.ui.test_unclaimed_page import OWED
from unit.ui.voucher_hands import LINK, VoucherWallet

LEDGER = Account(-1, "0x90F79bf6EB2c4f870365E785982E1f101E93b906", "Ledger", KEY_HASH, elsewhere=True)
SIGNED = "0x" + "5a" * 64 + "1b"
KEY = "xprv9s21ZrQH143K" + "3" * 95


class EveryFormsWallet(VoucherWallet):
    """A wallet with something to claim, an account to activate, and vouchers."""

    def __init__(self) -> None:
        super().__init__()
        self.unclaimed.claim = ClaimOffer(Source(PROFILE), NOW, OWED, (RICH,), Fees(10 * GWEI, GWEI), 72_000, "ETH")
        self.unclaimed.found = (OWED,)
        self.offer = replace(
            an_offer(), active=False, own_key=False, blocked="No key.", key_chain=ARBITRUM, account_nonce=2
        )

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        return judge_claim(offer, draft) if isinstance(offer, ClaimOffer) else await super().quote(offer, draft)


@pytest.fixture
def wallet() -> EveryFormsWallet:
    return EveryFormsWallet()


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    made = new_http()
    yield made
    await made.aclose()


async def price_of_gas(shell: Shell, _http: HttpClient) -> Field:
    shell.sections.show_claim(OWED)
    await shell.settle()
    page = shell.sections.page("claim")
    assert isinstance(page, ClaimFormPage)
    return page.fields["max_fee"]


async def fee(shell: Shell, _http: HttpClient) -> Field:
    shell.sections.show_activation(PROFILE, shell.wallet.accounts()[0].address, charged=True)
    await shell.settle()
    page = shell.sections.page("activation")
    assert isinstance(page, ActivationFormPage)
    return page.fields["fee"]


async def elsewhere(shell: Shell, name: str) -> Field:
    shell.sections.show_add_elsewhere()
    await shell.settle()
    page = shell.sections.page("elsewhere")
    assert isinstance(page, AddElsewherePage)
    return page.fields[name]


async def account_name(shell: Shell, _http: HttpClient) -> Field:
    return await elsewhere(shell, NAME)


async def key_signature(shell: Shell, _http: HttpClient) -> Field:
    return await elsewhere(shell, SIGNATURE)


async def stark_signature(shell: Shell, _http: HttpClient) -> Field:
    shell.sections.show_add_stark_key(PROFILE, LEDGER)
    await shell.settle()
    page = shell.sections.page("stark-key")
    assert isinstance(page, AddStarkKeyPage)
    return page.fields[SECOND]


async def wallet_name(shell: Shell, http: HttpClient) -> Field:
    shell.wallet.receiving = wallets_of(Keeper(), http)  # type: ignore[arg-type]
    page = await open_setup(shell)
    return page.fields.fields[WALLET_NAME]


Opening = Callable[[Shell, HttpClient], Awaitable[Field]]
NUMBERS: tuple[Opening, ...] = (price_of_gas, fee)
NAMES: tuple[Opening, ...] = (account_name, wallet_name)
SIGNATURES: tuple[Opening, ...] = (key_signature, stark_signature)
every_field = pytest.mark.parametrize("opens", [*NUMBERS, *NAMES, *SIGNATURES], ids=lambda each: each.__name__)


def line(field: Field) -> LineEdit:
    assert isinstance(field.control, LineEdit)
    return field.control


def intake(field: Field) -> FieldIntake:
    (found,) = field.findChildren(FieldIntake)
    return found


@every_field
async def test_a_voucher_is_named_and_leads_to_its_form(shell: Shell, http: HttpClient, opens: Opening) -> None:
    field = await opens(shell, http)
    paste(line(field), f"Your gift: {LINK}")
    assert line(field).text() == ""
    assert field.told.text.startswith("A voucher of")
    assert NOT_FILLED in field.told.text
    assert (intake(field).way.text(), intake(field).way.isVisible()) == (TO_VOUCHER, True)
    await shell.settle()
    assert (cut_off(field), nameless(field)) == ([], [])
    intake(field).way.click()
    await shell.settle()
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    assert (shell.sections.place, page.link.text()) == ("voucher", LINK)


@every_field
async def test_an_address_and_a_hash_are_named(shell: Shell, http: HttpClient, opens: Opening) -> None:
    field = await opens(shell, http)
    for text, way in ((OTHER, TO_ADDRESS), (f"ethereum:{OTHER}@42161", TO_ADDRESS), (HASH, LOOK_UP)):
        paste(line(field), text)
        assert line(field).text() == ""
        assert NOT_FILLED in field.told.text
        assert intake(field).way.text() == way


@every_field
@pytest.mark.parametrize("secret", [PHRASE, KEY])
async def test_what_opens_a_wallet_is_not_pasted_and_typed_it_is_covered(
    shell: Shell, http: HttpClient, opens: Opening, secret: str
) -> None:
    field = await opens(shell, http)
    paste(line(field), secret)
    assert line(field).text() == ""
    assert NOT_FILLED in field.told.text
    intake(field).wipe.click()
    assert QGuiApplication.clipboard().text() == ""
    type_in(line(field), secret)
    assert line(field).echoMode() is QLineEdit.EchoMode.Password
    assert secret not in texts(shell.window)
    intake(field).wipe.click()
    await shell.settle()
    assert line(field).text() == ""


async def test_a_field_that_was_cleared_is_judged_as_an_empty_one(shell: Shell, http: HttpClient) -> None:
    field = await price_of_gas(shell, http)
    page = shell.sections.page("claim")
    assert isinstance(page, ClaimFormPage)
    type_in(line(field), PHRASE)
    await shell.until(lambda: not page.pending)
    await shell.settle()
    assert field.problem.text
    intake(field).wipe.click()
    await shell.until(lambda: not page.pending)
    await shell.settle()
    assert (line(field).text(), field.problem.text) == ("", "")


@pytest.mark.parametrize("opens", [*NUMBERS, *NAMES], ids=lambda each: each.__name__)
async def test_a_signature_is_a_secret_in_every_other_field(shell: Shell, http: HttpClient, opens: Opening) -> None:
    field = await opens(shell, http)
    paste(line(field), SIGNED)
    assert line(field).text() == ""
    assert "signature" in field.told.text
    type_in(line(field), SIGNED)
    assert line(field).echoMode() is QLineEdit.EchoMode.Password


@pytest.mark.parametrize("opens", SIGNATURES, ids=lambda each: each.__name__)
async def test_a_signature_is_taken_where_it_belongs(shell: Shell, http: HttpClient, opens: Opening) -> None:
    field = await opens(shell, http)
    for text in (SIGNED, SIGNED[:130], f'"{SIGNED}"', f'{{"sig": "{SIGNED}"}}', f" {SIGNED}\n"):
        line(field).setText("what stood there")
        line(field).selectAll()
        paste(line(field), text)
        assert SIGNED[:130] in line(field).text()
        assert (field.told.text, field.problem.text) == ("", "")
        assert not intake(field).stands_secret
    line(field).setText("0x12")
    paste(line(field), SIGNED)
    assert line(field).text() == SIGNED, "in the place of another one"


async def test_what_pairs_with_a_wallet_is_judged_by_its_own_page(shell: Shell, http: HttpClient) -> None:
    field = await wallet_name(shell, http)
    paste(line(field), PAIRING)
    assert line(field).text() == PAIRING
    assert line(field).echoMode() is QLineEdit.EchoMode.Password
    assert "looks like a secret" in field.problem.text
    assert field.told.text == ""


@pytest.mark.parametrize(("opens", "text"), [(price_of_gas, "21.5"), (fee, "0.1"), (account_name, "Ledger 2")])
async def test_what_belongs_there_is_left_alone(shell: Shell, http: HttpClient, opens: Opening, text: str) -> None:
    field = await opens(shell, http)
    paste(line(field), text)
    assert (line(field).text(), field.told.text) == (text, "")
    assert line(field).echoMode() is QLineEdit.EchoMode.Normal


async def test_nothing_of_it_is_left_when_the_page_is_left(shell: Shell, http: HttpClient) -> None:
    for opens, place in ((account_name, "accounts"), (stark_signature, "accounts"), (wallet_name, "accounts")):
        field = await opens(shell, http)
        paste(line(field), LINK)
        assert field.told.text
        shell.sections.show_section(place)
        assert (field.told.text, intake(field)._held) == ("", "")
    for opens in (price_of_gas, fee):
        field = await opens(shell, http)
        paste(line(field), LINK)
        shell.sections.show_section("activity")
        assert (await opens(shell, http)).told.text == "", "another one is begun"


async def test_both_pages_of_signatures_have_an_intake_in_each_field(shell: Shell, http: HttpClient) -> None:
    assert await elsewhere(shell, ADDRESS)
    assert await stark_signature(shell, http)
    pages = shell.sections.page("elsewhere"), shell.sections.page("stark-key")
    assert isinstance(pages[0], AddElsewherePage)
    assert isinstance(pages[1], AddStarkKeyPage)
    assert len(pages[0].findChildren(FieldIntake)) == 3
    assert [*pages[1].intakes] == [FIRST, SECOND]
