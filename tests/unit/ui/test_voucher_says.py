"""What the voucher's page says of a service, a card, a host, an onion, and of a wallet that is missing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from ashore.domain.errors import AshoreError
from ashore.engine.receiving import ConnectedWallets
from ashore.net.guard import SocksAddress
from ashore.net.http import HttpClient
from ashore.net.pacing import SystemClock
from ashore.net.strangers import StrangerClient
from ashore.systems.base import Offer, Source
from ashore.systems.lnurl.client import LnurlClient
from ashore.systems.lnurl.codec import Network, Reach, encode_lnurl
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.opening import open_link
from ashore.systems.lnurl.system.receivers import PASTED, ReceiverOffer
from unit.systems.lnurl.system.offers import invoice, offer
from unit.ui.driving import Shell
from unit.ui.looking import marked_up, texts
from unit.ui.receiving_hands import Keeper, wallets_of
from unit.ui.voucher_hands import LINK, VoucherWallet, opened, says, the_page, typed

CARD = f"lnurlw://127.0.0.1:8080/card?p={'A1' * 16}&c={'0F' * 8}"
ONION = "p2" * 28
LOOKALIKE = "https://аррӏе.com/u?q=7"
PUNYCODE = "xn--80ak6aa92e.com"


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


def told(made: LnurlOffer, description: str = "Voucher", pay_link: str | None = None) -> LnurlOffer:
    return replace(made, service=replace(made.service, description=description, pay_link=pay_link))


async def test_a_service_that_also_takes_payments_is_only_told_of(shell: Shell, wallet: VoucherWallet) -> None:
    link = "lnurlp://127.0.0.1:8080/pay?id=7"
    wallet.voucher = told(offer(), pay_link=link)
    page = await opened(shell)
    card = page.fields.service
    assert "127.0.0.1:8080 also takes payments. Ashore pays nothing; a wallet that pays can." in texts(card)
    QTest.mouseClick(card.pay_copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == link
    assert wallet.asked == [LINK], "it is not asked about"


@pytest.mark.parametrize(
    "link", [None, "lnurlp://real.example/pay", "lnurlp://a@127.0.0.1/pay", "lnurlp:", "lnurlp://127.0.0.1:99999/"]
)
async def test_a_link_to_pay_that_is_none_is_not_shown(shell: Shell, wallet: VoucherWallet, link: str | None) -> None:
    wallet.voucher = told(offer(), pay_link=link)
    page = await opened(shell)
    assert "takes payments" not in texts(page)
    assert not page.fields.service.pay_copy.isVisible()


async def test_a_card_is_told_from_a_voucher_and_offers_no_maximum(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.voucher = replace(offer(1_000, 5_000_000), one_shot=True)
    page = await the_page(shell)
    page.link.setText(CARD)
    assert "A Bolt Card of 127.0.0.1:8080. Opening it uses up one tap of the card, so open it" in says(page)
    QTest.mouseClick(page.open_button, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert page.fields.amount.text() == ""
    assert "This card’s tap is used up." in texts(page)
    assert "The service pays 1 sat to 5,000 sat." in page.summary.reason.text
    assert not page.summary.review.isEnabled()
    wallet.voucher = offer()
    page = await opened(shell, LINK)
    assert "tap" not in texts(page)


async def test_the_host_is_shown_as_it_is_asked_and_as_it_reads(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.sandbox = None
    page = await the_page(shell)
    page.link.setText(encode_lnurl(LOOKALIKE))
    assert f"A voucher of {PUNYCODE} (reads “аррӏе.com”" in says(page)
    page.link.setText(LOOKALIKE)
    assert f"Shall Ashore ask {PUNYCODE} (reads “аррӏе.com”" in says(page)
    page.link.setText("https://service.example/u")
    assert "reads" not in says(page)


async def test_every_other_host_is_named_and_stays_named(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.voucher = replace(offer(), callback_host=PUNYCODE)
    page = await opened(shell)
    warning = f"Besides 127.0.0.1:8080, another host takes part: {PUNYCODE} (reads “аррӏе.com”"
    assert warning in texts(page)
    assert f"{PUNYCODE} gets your invoice." in texts(page)
    wallet.reviewing = AshoreError("The wallet cannot make an invoice.")
    QTest.mouseClick(page.summary.review, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert page.notice.text == "The wallet cannot make an invoice. Nothing was withdrawn."
    assert warning in texts(page)


async def test_a_hostile_description_is_one_plain_line(shell: Shell, wallet: VoucherWallet) -> None:
    words = (
        "<h1>You won</h1><img src='http://127.0.0.1/x'>\u202e\u2066evil\u2069\r\n\n\x07line two\u2028three "
        + "x" * 2000
    )
    wallet.voucher = told(offer(), words)
    page = await opened(shell)
    shown = page.fields.service.description.text().replace("\u200b", "")
    assert shown.startswith(
        "“<h1>You won</h1><img src='http://127.0.0.1/x'>\ufffd\ufffdevil\ufffd \ufffdline two three xxx"
    )
    assert len(shown) <= 302
    assert not any(c in shown for c in "\u202e\u2066\u2069\n\r\x07\u2028")
    assert marked_up(page) == []


class TorlessWallet(VoucherWallet):
    """Asks as the product does, on the guarded transport, where no Tor listens."""

    def __init__(self, socks: SocksAddress) -> None:
        super().__init__()
        self.sandbox = None
        self.strangers = StrangerClient(socks=socks)

    async def open_link(self, profile: str, reference: str) -> Offer:
        real = replace(PRACTICE, reach=Reach.PUBLIC, invoices=Network.MAINNET)
        receivers = ConnectedWallets(Keeper(), lambda _setup: None, ())  # type: ignore[arg-type, return-value]
        return await open_link(real, LnurlClient(self.strangers), receivers, Source(profile, reference=reference), 0)


class TestWithoutTor:
    @pytest.fixture
    async def wallet(self) -> TorlessWallet:
        server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        return TorlessWallet(SocksAddress("127.0.0.1", port))

    async def test_an_onion_says_what_to_start(self, shell: Shell, wallet: TorlessWallet) -> None:
        page = await the_page(shell)
        page.link.setText(f"lnurlw://{ONION}.onion/w?q=7")
        assert f"A voucher of {ONION}.onion." in says(page).replace("\n", "")
        assert "It is on the Tor network: Tor has to run on this computer." in says(page)
        QTest.mouseClick(page.open_button, Qt.MouseButton.LeftButton)
        await shell.settle()
        assert f"Only Tor can reach {ONION}.onion" in says(page)
        assert "Nothing was sent. Start Tor, so that it listens at 127.0.0.1:" in says(page)
        assert page.open_button.isEnabled(), "it can be tried again"
        assert page.fields.isHidden()


class TestWithoutAWallet:
    @pytest.fixture
    async def http(self) -> AsyncIterator[HttpClient]:
        made = HttpClient(SystemClock(), random.Random(1))
        yield made
        await made.aclose()

    @pytest.fixture
    def wallet(self, http: HttpClient) -> VoucherWallet:
        made = VoucherWallet()
        made.receiving = ConnectedWallets(Keeper(), lambda _setup: None, ())  # type: ignore[arg-type, return-value]
        made.voucher = replace(offer(), receivers=())
        return made

    async def test_one_is_told_before_a_voucher_is_opened(self, shell: Shell, wallet: VoucherWallet) -> None:
        page = await the_page(shell)
        page.link.setText(LINK)
        assert "No wallet that receives is connected." in page.no_wallet.text
        QTest.mouseClick(page.no_wallet.action, Qt.MouseButton.LeftButton)
        await shell.settle()
        assert shell.sections.place == "connect"
        page = await the_page(shell)
        assert page.link.text() == LINK

    async def test_beside_the_pasted_invoice_one_can_be_connected(
        self, shell: Shell, wallet: VoucherWallet, http: HttpClient
    ) -> None:
        page = await opened(shell)
        assert not page.no_wallet.isVisible()
        assert page.fields.receiver.key == PASTED
        assert "Make an invoice over exactly 20 sat in your wallet" in texts(page)
        QTest.mouseClick(page.fields.connect_wallet, Qt.MouseButton.LeftButton)
        await shell.settle()
        assert shell.sections.place == "connect"
        wallet.receiving = wallets_of(Keeper(), http)
        page = await the_page(shell)
        await shell.until(lambda: page.fields.receiver.key != PASTED)
        await shell.settle()
        assert page.fields.receiver.text == "Practice node"
        assert not page.fields.connect_wallet.isVisible()
        assert page.fields.amount.text() == "20"
        assert wallet.asked == [LINK], "the voucher is not opened a second time"

    async def test_an_invoice_that_was_pasted_is_not_put_aside(
        self, shell: Shell, wallet: VoucherWallet, http: HttpClient
    ) -> None:
        page = await opened(shell)
        await typed(shell, page, page.fields.invoice, invoice(20_000))
        shell.sections.show_section("accounts")
        wallet.receiving = wallets_of(Keeper(), http)
        page = await the_page(shell)
        await shell.until(lambda: len(page.fields.receiver._options) == 2)
        await shell.settle()
        assert page.fields.receiver.key == PASTED
        assert page.fields.invoice.text() == invoice(20_000)
        assert page.summary.review.isEnabled()


class Back:
    """The connected wallets, of which the one that was away answers again."""

    def __init__(self, answer: tuple[ReceiverOffer, ...]) -> None:
        self.answer = answer

    def listed(self) -> tuple[ReceiverOffer, ...]:
        return self.answer

    async def offers(self) -> tuple[ReceiverOffer, ...]:
        return self.answer


async def test_a_wallet_that_was_away_can_be_asked_again_without_asking_the_service(
    shell: Shell, wallet: VoucherWallet
) -> None:
    there = offer().receivers
    away = tuple(replace(each, identity=None, limits=None, problem="It does not answer.") for each in there)
    wallet.voucher = replace(offer(), receivers=away)
    wallet.receiving = Back(there)  # type: ignore[assignment]
    page = await opened(shell)
    assert "It does not answer." in texts(page.fields)
    assert not page.summary.review.isEnabled()
    QTest.mouseClick(page.fields.ask_wallet, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert page.summary.review.isEnabled()
    assert not page.fields.ask_wallet.isVisible()
    assert wallet.asked == [LINK], "the voucher is not opened a second time"


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("satoshi@wallet.example", "a Lightning address or an e-mail address"),
        (LINK, "A voucher of 127.0.0.1:8080."),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "on-chain Bitcoin address"),
        (invoice(20_000)[:-1], "invoice"),
    ],
)
async def test_what_was_pasted_for_an_invoice_is_named(
    shell: Shell, wallet: VoucherWallet, pasted: str, said: str
) -> None:
    wallet.voucher = replace(offer(), receivers=())
    page = await opened(shell)
    await typed(shell, page, page.fields.invoice, pasted)
    assert said in texts(page.fields.fields["invoice"])
    assert not page.summary.review.isEnabled()
