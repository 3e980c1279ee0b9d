"""What every form does, shown by the smallest one: it asks once, judges, points at what is wrong, and reviews."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from ashore.domain.errors import AshoreError
from ashore.engine.views import Review
from ashore.systems.base import Draft, Offer, Problem, Quote, Severity, Source
from ashore.ui.context import Context
from ashore.ui.pages.quote_form import QuoteFormPage
from ashore.ui.widgets.field import Field, LineEdit
from unit.ui.driving import Shell
from unit.ui.filling import focused
from unit.ui.standin import NOW, StandInWallet


class Small(QuoteFormPage[Offer, Quote]):
    """Two fields, of which the second may be wrong too."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Small", back="Withdraw", what="small", kind=Quote, action="Review it")
        self.first, self.second = LineEdit("First"), LineEdit("Second")
        self.fields = {
            "first": Field(context.icons, "First", self.first),
            "second": Field(context.icons, "Second", self.second),
        }
        self.arrange(self.notice, *self.fields.values())
        self.answer: Offer | AshoreError | None = Offer(Source("small"), NOW)
        self.second.textEdited.connect(lambda _text: self.edited())

    def asks(self) -> str:
        return "It is being asked."

    async def ask(self) -> Offer | None:
        await asyncio.sleep(0)
        if isinstance(self.answer, AshoreError):
            raise self.answer
        return self.answer

    def offered(self, offer: Offer) -> None:
        self.first.setText(str(offer.opened_at))

    def named_fields(self) -> Mapping[str, Field]:
        return self.fields

    def draft(self) -> dict[str, str]:
        return {"first": self.first.text(), "second": self.second.text()}


class Judge(StandInWallet):
    """Judges the small form as it is told, when it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: dict[str, Problem] = {}
        self.asked: list[int] = []
        self.answers = asyncio.Event()
        self.answers.set()

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        self.asked.append(offer.opened_at)
        await self.answers.wait()
        return Quote(offer, draft, self.problems, (), f"{offer.opened_at} sat", "Harbour", "")

    async def review(self, quote: Quote) -> Review:
        raise AshoreError("The signer does not answer.", "Try again.")


@pytest.fixture
def wallet() -> Judge:
    return Judge()


@pytest.fixture
def page(shell: Shell, wallet: Judge) -> Small:
    made = Small(shell.sections.context)
    shell.window.take_in(made)
    shell.window.show_page(made)
    return made


async def opened(shell: Shell, page: Small) -> None:
    page.open()
    await shell.settle()


async def test_it_asks_judges_and_says_that_it_can_go_on(shell: Shell, page: Small, wallet: Judge) -> None:
    page.open()
    assert page.summary.reason.text == "It is being asked."
    await shell.settle()
    assert page.summary.receive.text() == f"{NOW} sat"
    assert page.summary.review.isEnabled()
    assert page.summary.review.text() == "Review it"
    assert wallet.asked == [NOW]


async def test_who_goes_on_is_led_to_the_first_field_that_keeps_from_it(
    shell: Shell, page: Small, wallet: Judge
) -> None:
    wallet.problems = {"second": Problem("Not this."), "first": Problem("A hint.", severity=Severity.NOTES)}
    await opened(shell, page)
    assert page.summary.reason.text == "Correct “Second” to go on."
    page.submit()
    await shell.settle()
    assert focused() is page.second
    assert page.fields["second"].problem.text == "Not this."


async def test_what_is_wrong_with_the_whole_is_said_as_it_is(shell: Shell, page: Small, wallet: Judge) -> None:
    wallet.problems = {"account": Problem("It is closed.", "Come back.")}
    await opened(shell, page)
    assert page.summary.reason.text == "It is closed. Come back."


async def test_an_answer_about_an_earlier_offer_is_not_shown(shell: Shell, page: Small, wallet: Judge) -> None:
    await opened(shell, page)
    wallet.answers.clear()
    page.submit()
    await shell.until(lambda: len(wallet.asked) == 2)
    page.answer = replace(Offer(Source("small"), NOW), opened_at=NOW + 1)
    page.open()
    await shell.until(lambda: len(wallet.asked) == 3)
    wallet.answers.set()
    await shell.settle()
    assert page.summary.receive.text() == f"{NOW + 1} sat"
    assert wallet.asked[3:] == [NOW + 1], "what was pressed is judged by the new offer, and not forgotten"
    assert page.notice.text == "The signer does not answer. Try again. Nothing was sent."


async def test_what_is_put_down_is_not_shown_any_more(shell: Shell, page: Small, wallet: Judge) -> None:
    await opened(shell, page)
    wallet.answers.clear()
    page.edited()
    page.submit()
    await shell.until(lambda: len(wallet.asked) == 2)
    page.put_down()
    page.summary.show_nothing("")
    wallet.answers.set()
    await shell.settle()
    assert not page.pending
    assert not page.summary.review.isEnabled()
    assert page.notice.text == ""


async def test_a_refused_question_is_said_with_a_way_to_ask_again(shell: Shell, page: Small) -> None:
    answer, page.answer = page.answer, AshoreError("Nobody answers.", "Wait a little.")
    await opened(shell, page)
    assert page.notice.text == "Nobody answers. Wait a little. Nothing was sent."
    assert page.summary.reason.text == page.unopened
    page.answer = answer
    page.notice.action.click()
    await shell.settle()
    assert page.notice.text == ""
    assert page.summary.review.isEnabled()


async def test_where_there_is_nothing_to_choose_nothing_is_judged(shell: Shell, page: Small, wallet: Judge) -> None:
    page.answer = None
    await opened(shell, page)
    page.submit()
    await shell.settle()
    assert wallet.asked == []
