"""The voucher's page in all its states, light and dark, small and at twice the text size: whole and readable."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from ashore.domain.errors import AshoreError
from ashore.engine.practice_vouchers import PracticeVoucher
from ashore.engine.receiving import ConnectedWallets
from ashore.engine.views import Change, Topic
from ashore.systems.lnurl.codec import Reach, encode_lnurl, parse_url
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.pages.page import Page
from journeys.person import bring_into_view
from unit.systems.lnurl.system.offers import invoice, offer, receiver
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, faint, marked_up, nameless, texts
from unit.ui.receiving_hands import Keeper
from unit.ui.standin import NOW, PASSWORD
from unit.ui.voucher_hands import LINK, VoucherWallet, opened, the_page, typed

PAY = "lnurlp://127.0.0.1:8080/pay"
HOSTILE = (
    "<img src=x onerror=alert(1)><b>Send 1 BTC to</b> \u202eevil\u202c\nline two\r\n\n\tthree "
    + "W" * 400
    + "\u0336" * 60
)
LONG_HOST = "withdrawals.of-a-service-with-a-very-long-name.and-many-more-labels.example:8443"
LINK_8, LINK_9 = encode_lnurl("http://127.0.0.1:8080/u?q=8"), encode_lnurl("http://127.0.0.1:8080/u?q=9")
WHOLE = 3600
ALBUM = os.environ.get("ASHORE_SHOTS", "")
LOOKS = [("light", 100, (1024, 700)), ("dark", 200, (1024, 700))]
if ALBUM:  # for a person who looks at all of them
    LOOKS += [("dark", 100, (1440, 900)), ("light", 200, (1440, 900))]
State = Callable[[Shell, VoucherWallet], Awaitable[None]]


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


def told(made: LnurlOffer, description: str = "Voucher", pay_link: str | None = None) -> LnurlOffer:
    return replace(made, service=replace(made.service, description=description, pay_link=pay_link))


async def empty(shell: Shell, wallet: VoucherWallet) -> None:
    await the_page(shell)


async def given(shell: Shell, wallet: VoucherWallet) -> None:
    some = PracticeVoucher(HOSTILE[:60], 1_111, 2_000_000_000, 250, LINK)
    wallet.giving.vouchers = (some, *wallet.giving.vouchers, *(some,) * 5)
    page = await the_page(shell)
    page.tips.refresh()
    await shell.settle()
    bring_into_view(page.tips.told)


async def given_by_none(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.giving.refusal = AshoreError("127.0.0.1 could not be reached.", "Nothing was sent.")
    page = await the_page(shell)
    page.tips.refresh()
    await shell.settle()
    wallet.giving.refusal = None


async def named(shell: Shell, wallet: VoucherWallet) -> None:
    (await the_page(shell)).link.setText("lightning:" + LINK)


async def a_web_address(shell: Shell, wallet: VoucherWallet) -> None:
    (await the_page(shell)).link.setText("http://127.0.0.1:8080/u?q=7")


async def a_real_one(shell: Shell, wallet: VoucherWallet) -> None:
    (await the_page(shell)).link.setText(encode_lnurl("https://service.example/u?q=7"))


async def said_no(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.voucher = AshoreError(f"{LONG_HOST} says: “{'Come back tomorrow, ' * 12}”", "Nothing was withdrawn.")
    await opened(shell)


async def being_asked(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.answers.clear()
    page = await the_page(shell)
    page.link.setText(LINK)
    page.open_button.click()


async def open_(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.voucher = told(offer(1_000, 2_000_000_000), "Your referral bonus, with thanks", PAY)
    await opened(shell)


async def too_much(shell: Shell, wallet: VoucherWallet) -> None:
    page = await opened(shell)
    await typed(shell, page, page.fields.amount, "21")


async def hostile(shell: Shell, wallet: VoucherWallet) -> None:
    made = told(offer(least=999_999, most=10**14), HOSTILE, PAY)
    host = "xn--80ak6aa92e.com"
    wallet.voucher = replace(made, host=LONG_HOST, callback_host=host, answered_by="another.example", one_shot=True)
    await opened(shell)


async def a_pin(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.voucher = offer(pin_limit=15_000)
    page = await opened(shell)
    await typed(shell, page, page.fields.amount, "20")
    await typed(shell, page, page.fields.pin, "12x")


async def no_wallet(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.receiving = ConnectedWallets(Keeper(), lambda _setup: None, ())  # type: ignore[arg-type, return-value]
    (await the_page(shell)).link.setText(LINK)


async def a_balance(shell: Shell, wallet: VoucherWallet) -> None:
    made = offer(most=50_000)
    check = parse_url("http://127.0.0.1:8080/balance?q=7", Reach.PRACTICE)
    service = replace(made.service, balance_msat=2_100_000_000, balance_check=check)
    wallet.voucher = replace(made, service=service)
    await opened(shell)


async def little_room(shell: Shell, wallet: VoucherWallet) -> None:
    name = "The wallet of the association for the preservation of lighthouses"
    short = replace(receiver(most=5_000), name=name, sends_to=f"your wallet {name}")
    wallet.voucher = replace(offer(), receivers=(short,))
    await opened(shell)


async def pasted(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.voucher = replace(offer(), receivers=())
    page = await opened(shell)
    await typed(shell, page, page.fields.invoice, invoice(20_000))


async def pasted_wrong(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.voucher = replace(offer(), receivers=())
    page = await opened(shell)
    await typed(shell, page, page.fields.invoice, invoice(19_000))


async def millisatoshi(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.voucher = offer(1_111, 1_111)
    await opened(shell)


async def no_wallet_answers(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.voucher = offer(problem="Alice does not answer.")
    await opened(shell)


def kept(wallet: VoucherWallet) -> None:
    """Three vouchers that were opened at some time, one of them of a host that does not spare room."""
    wallet.opened.keep(LINK, replace(offer(), opened_at=NOW - 3_600_000))
    wallet.opened.keep(LINK_8, replace(offer(21_000, 21_000), opened_at=NOW - 86_400_000))
    hosts = {"host": LONG_HOST, "answered_by": "xn--80ak6aa92e.com"}
    wallet.opened.keep(LINK_9, replace(offer(1_000, 2_000_000_000), opened_at=NOW - 400 * 86_400_000, **hosts))


async def listed(shell: Shell, wallet: VoucherWallet) -> None:
    kept(wallet)
    await the_page(shell)


async def asked_whether_to_forget(shell: Shell, wallet: VoucherWallet) -> None:
    kept(wallet)
    page = await the_page(shell)
    await shell.settle()
    page.vouchers.cards[-1].forget_button.click()


async def was_forgotten(shell: Shell, wallet: VoucherWallet) -> None:
    await asked_whether_to_forget(shell, wallet)
    (await the_page(shell)).vouchers.cards[-1].yes.click()


async def not_written(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.opened.trouble = "The vault cannot be written: the disk is full."
    kept(wallet)
    await the_page(shell)


async def taken_up(shell: Shell, wallet: VoucherWallet) -> None:
    kept(wallet)
    page = await the_page(shell)
    await shell.settle()
    page.vouchers.cards[0].go_on_button.click()


async def taken_up_unwritten(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.opened.trouble = "The vault cannot be written: the disk is full."
    await taken_up(shell, wallet)


async def put_away(shell: Shell, wallet: VoucherWallet) -> None:
    page = await opened(shell)
    await wallet.lock()
    await shell.until(lambda: page.link.text() == "")
    await wallet.unlock(bytearray(PASSWORD))
    await shell.until(lambda: shell.sections.place == "voucher" and not shell.sections.hub.pending)


STATES: tuple[State, ...] = (
    empty, given, given_by_none,
    named, a_web_address, a_real_one, said_no, being_asked, open_, too_much, hostile, a_pin,
    no_wallet, a_balance, little_room, pasted, pasted_wrong, millisatoshi, no_wallet_answers, put_away,
    listed, asked_whether_to_forget, was_forgotten, not_written, taken_up, taken_up_unwritten,
)  # fmt: skip


@pytest.mark.parametrize(("colours", "percent", "size"), LOOKS)
async def test_everything_is_whole_and_readable(
    shell: Shell, wallet: VoucherWallet, colours: str, percent: int, size: tuple[int, int]
) -> None:
    shell.theme.apply(colours, percent)
    for state in STATES:
        name = state.__name__.strip("_")
        shell.window.resize(*size)
        wallet.voucher, wallet.receiving = offer(), None
        wallet.answers.set()
        page = await the_page(shell)
        await shell.settle()
        wallet.opened.offers.clear()
        wallet.opened.trouble = ""
        wallet.tell(Change(Topic.OPENED))
        page.clear_draft()
        page.vouchers.notice.clear()
        page.columns.to_top()
        await state(shell, wallet)
        await look(shell, page, f"{name}-{colours}-{percent}-{size[0]}", waits=state is being_asked)
        if percent == 200:
            shell.window.resize(size[0], WHOLE)  # so that nothing has to be scrolled to
            await shell.until(partial(in_view, page))
            await look(shell, page, f"{name}-{colours}-{percent}-whole", waits=state is being_asked)
    wallet.answers.set()


@pytest.mark.parametrize(("colours", "percent", "size"), LOOKS)
async def test_so_is_the_review(
    shell: Shell, wallet: VoucherWallet, colours: str, percent: int, size: tuple[int, int]
) -> None:
    made = told(offer(), HOSTILE)
    wallet.voucher = replace(made, host=LONG_HOST, callback_host="xn--80ak6aa92e.com", receivers=())
    shell.theme.apply(colours, percent)
    page = await opened(shell)
    await typed(shell, page, page.fields.invoice, invoice(20_000))
    page.summary.review.click()
    await shell.until(lambda: shell.sections.place == "review")
    review = shell.sections.page("review")
    assert "Nothing is signed" in texts(review)
    for height in (size[1], WHOLE):
        shell.window.resize(size[0], height)
        await look(shell, review, f"review-{colours}-{percent}-{height}")


async def look(shell: Shell, page: Page, name: str, *, waits: bool = False) -> None:
    if not waits:
        await shell.settle()
    with contextlib.suppress(TimeoutError):
        await shell.until(lambda: not cut_off(page) and (not waits or "Cancel" in texts(page)))
    photograph(shell, name)
    assert cut_off(page) == [], name
    assert faint(page) == [], name
    assert nameless(page) == [], name
    assert marked_up(page) == [], name


def in_view(page: LnurlFormPage) -> bool:
    bar = page.columns.main_scroll.verticalScrollBar()
    return bar.maximum() == bar.minimum()


def photograph(shell: Shell, name: str) -> None:
    if ALBUM:
        Path(ALBUM).mkdir(parents=True, exist_ok=True)
        shell.window.grab().save(str(Path(ALBUM) / f"{name}.png"))
