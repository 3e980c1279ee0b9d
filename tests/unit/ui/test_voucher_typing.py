"""Whatever is typed, in whatever order, whatever the service offers: nothing breaks, is lost, or passes for ready."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication, QLineEdit

from ashore.domain.amounts import format_units
from ashore.domain.errors import AshoreError
from ashore.lightning.backends import Limits
from ashore.systems.base import Draft, Severity
from ashore.systems.lnurl.codec import AmountRange, WithdrawOffer, sat_text
from ashore.systems.lnurl.codec.amounts import MAX_MSAT
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.checks import judge
from ashore.systems.lnurl.system.offer import FIELDS, LnurlOffer, LnurlQuote
from ashore.systems.lnurl.system.receivers import ReceiverOffer
from ashore.ui.pages.lnurl_form import LnurlFormPage
from unit.systems.lnurl.system.offers import NOW_S, invoice, offer, receiver
from unit.ui.driving import Shell
from unit.ui.looking import marked_up
from unit.ui.voucher_hands import LINK, VoucherWallet, the_page

DECIMALS = {"sat": 3, "BTC": 11, "msat": 0}
NO_REVIEW = "The wallet cannot make an invoice."

msat = st.one_of(st.integers(1, 50_000), st.integers(1, MAX_MSAT), st.sampled_from([1, 999, 1_000, 1_111, MAX_MSAT]))


@st.composite
def offers(draw: st.DrawFn) -> LnurlOffer:
    """Whatever the codec lets through."""
    least, most = sorted((draw(msat), draw(msat)))
    base = offer()
    service = WithdrawOffer(
        base.service.callback,
        base.service.k1,
        AmountRange(least, most),
        draw(st.text(max_size=60)),
        balance_msat=draw(st.none() | msat),
        pay_link=draw(st.none() | st.just("lnurlp://127.0.0.1:8080/pay") | st.text(max_size=30)),
        pin_limit_msat=draw(st.none() | msat),
    )
    foreign = draw(st.sampled_from(["127.0.0.1:8080", "other.example", "xn--80ak6aa92e.com", "xn--a"]))
    wallets = draw(st.lists(_wallets(), max_size=2, unique_by=lambda wallet: wallet.id))
    return replace(base, service=service, callback_host=foreign, receivers=tuple(wallets), one_shot=draw(st.booleans()))


@st.composite
def _wallets(draw: st.DrawFn) -> ReceiverOffer:
    made = receiver(problem=draw(st.sampled_from(["", "", "Alice does not answer."])))
    limits = made.limits and Limits(draw(msat), draw(st.none() | msat), draw(st.sampled_from([1, 1000])), "a forecast")
    return replace(made, id=draw(st.sampled_from(["alice", "bob"])), limits=limits)


amounts = st.one_of(
    st.decimals(0, 50_000, places=3, allow_nan=False).map(str),
    st.integers(0, MAX_MSAT).map(str),
    st.sampled_from(["1.111", "0.00000020", "20", "1e3", "-1", "٢٠", "1,000", " 15 ", "0", "20.0", ".5", "5."]),
    st.text(max_size=12),
)
steps = st.one_of(
    st.tuples(st.just("amount"), amounts),
    st.tuples(st.just("invoice"), st.text(max_size=40) | st.integers(1, 10**9).map(invoice)),
    st.tuples(st.just("fitting invoice"), st.just("")),
    st.tuples(st.just("pin"), st.text(max_size=14) | st.integers(0, 10**13).map(str)),
    st.tuples(st.just("link"), st.text(max_size=60) | st.sampled_from([LINK.lower(), "lnurlw:", "http://127.0.0.1/"])),
    st.tuples(st.sampled_from(["unit", "receiver"]), st.integers(0, 2)),
    st.tuples(st.sampled_from(["least", "most", "enter"]), st.just("")),
)


@pytest.fixture
def wallet() -> VoucherWallet:
    made = VoucherWallet()
    made.reviewing = AshoreError(NO_REVIEW)
    return made


def exact(text: str, unit: str) -> int:
    """What a plain decimal is in msat, by other means than the wallet's."""
    with localcontext() as context:
        context.prec = 60
        value = Decimal(text.strip()).scaleb(DECIMALS[unit])
    assert value == value.to_integral_value()
    return int(value)


def judged(page: LnurlFormPage, made: LnurlOffer) -> LnurlQuote:
    return judge(PRACTICE, made, Draft(page.fields.values()), NOW_S, lambda _hash: False)


async def calm(shell: Shell, page: LnurlFormPage) -> None:
    if page.pending or shell.tasks.busy:
        await shell.until(lambda: not page.pending and not shell.tasks.busy)


def put(edit: QLineEdit, text: str) -> None:
    edit.setText(text)
    edit.textEdited.emit(edit.text())


async def take(page: LnurlFormPage, made: LnurlOffer, step: tuple[str, object]) -> None:
    """One act of a person."""
    what, how = step
    fields = page.fields
    if what in ("amount", "invoice", "pin"):
        put(getattr(fields, what), str(how))
    elif what == "fitting invoice":
        amount = judged(page, made).amount_msat
        if amount is not None:
            put(fields.invoice, invoice(amount))
    elif what == "link":
        put(page.link, str(how))
    elif what in ("unit", "receiver"):
        combo = getattr(fields, what).combo
        combo.setCurrentIndex(int(str(how)) % combo.count())
    elif what == "enter":
        fields.submitted.emit()
    elif fields.isVisibleTo(page):
        getattr(fields, what).click()


def hold(page: LnurlFormPage, made: LnurlOffer) -> None:
    """What is true after every act."""
    stands = page.link.text() in (LINK, LINK.lower())
    assert page.fields.isVisibleTo(page) is stands
    if not stands:
        assert not page.summary.review.isEnabled()
        return
    quote = judged(page, made)
    blocking = {name: p for name, p in quote.problems.items() if p.severity is Severity.BLOCKS}
    assert page.summary.review.isEnabled() is (not blocking)
    assert blocking.keys() <= set(FIELDS)
    said = [name for name in blocking if page.fields.fields[name].problem.text == str(blocking[name])]
    if blocking and not said:
        assert page.summary.reason.text == str(next(iter(blocking.values()))), "or beside the button"
    for name in said:
        assert page.fields.fields[name].problem.isVisibleTo(page)
    if quote.amount_msat is not None:
        assert quote.amount_msat == exact(page.fields.amount.text(), page.fields.unit.key)
        assert made.range.contains(quote.amount_msat)
        assert page.summary.receive.text().replace("\u200b", "") == sat_text(quote.amount_msat)


async def begin(shell: Shell, wallet: VoucherWallet, made: LnurlOffer) -> LnurlFormPage:
    wallet.voucher = made
    wallet.opened.offers.clear()
    page = await the_page(shell)
    page._debounce.setInterval(0)  # a hand is slower than this test
    page.clear_draft()  # as after a withdrawal: the link is asked anew
    page.begin_with(LINK)
    page.open_button.click()
    await calm(shell, page)
    return page


SLOW = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@settings(SLOW, max_examples=20)
@given(msat, msat, st.data())
async def test_an_amount_is_the_same_money_in_every_unit(
    shell: Shell, wallet: VoucherWallet, one: int, other: int, data: st.DataObject
) -> None:
    least, most = sorted((one, other))
    made = offer(least, most)
    page = await begin(shell, wallet, made)
    span = made.range.offered(takes_msat=True)
    assert span is not None
    assert page.fields.unit.combo.count() == (3 if made.range.needs_msat else 2)
    chosen = span.max_msat
    for unit in data.draw(st.lists(st.sampled_from(["sat", "BTC", "msat", "least", "most", "type"]), max_size=6)):
        if unit == "type":
            chosen = data.draw(st.integers(span.min_msat, span.max_msat))
            chosen = chosen if made.range.needs_msat else chosen // 1000 * 1000
            put(page.fields.amount, format_units(chosen, DECIMALS[page.fields.unit.key]))
        elif unit in ("least", "most"):
            getattr(page.fields, unit).click()
            if not span.fixed:
                chosen = span.min_msat if unit == "least" else span.max_msat
        elif unit != "msat" or made.range.needs_msat:
            page.fields.unit.combo.setCurrentIndex(["sat", "BTC", "msat"].index(unit))
        await calm(shell, page)
        assert exact(page.fields.amount.text(), page.fields.unit.key) == chosen
        assert page.summary.receive.text().replace("\u200b", "") == sat_text(chosen)
        hold(page, made)


@SLOW
@given(offers(), st.lists(steps, max_size=7))
async def test_typing_anything(
    shell: Shell, wallet: VoucherWallet, made: LnurlOffer, acts: list[tuple[str, object]]
) -> None:
    page = await begin(shell, wallet, made)
    hold(page, made)
    for act in acts:
        before, quote = page.fields.values(), judged(page, made)
        away = page.link.text() != LINK
        await take(page, made, act)
        await calm(shell, page)
        hold(page, made)
        after = page.fields.values()
        changed = {name for name in before if before[name] != after[name]}
        allowed = {"least": {"amount"}, "most": {"amount"}, "unit": {"unit", "amount"}, "fitting invoice": {"invoice"}}
        assert changed <= allowed.get(act[0], {act[0]}), "nothing else than what was done changes"
        if act[0] == "unit" and quote.amount_msat is not None and not away:
            assert exact(after["amount"], after["unit"]) == quote.amount_msat, "the same money in another unit"
    kept = page.fields.values()
    page.link.setText(LINK)
    await calm(shell, page)
    assert page.fields.values() == kept
    page.fields.submitted.emit()
    await calm(shell, page)
    quote = judged(page, made)
    for name, problem in quote.problems.items():
        beside = page.fields.fields[name]
        assert beside.problem.text == str(problem)
        assert beside.problem.isVisibleTo(page), "every problem stands beside its field"
    if quote.ready:
        assert NO_REVIEW in page.notice.text, "and what is ready is reviewed"
    assert page.fields.values() == kept
    assert shell.sections.place == "voucher"
    assert marked_up(page) == []
    assert shell.faults == []
    QApplication.sendPostedEvents()
