"""Every page, in both themes, in a small and a usual window, and with text twice as large."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtGui import QTextDocument

from ashore.domain.errors import AshoreError
from ashore.domain.observations import ChainHealth
from ashore.engine.views import Change, Topic
from ashore.ui.pages.review import ReviewPage
from ashore.ui.pages.settings import SettingsPage
from ashore.ui.pages.voyage import VoyagePage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, marked_up, nameless
from unit.ui.standin import ADDRESS, OTHER, PROFILE, sail

Visit = Callable[[Shell], Awaitable[None]]


async def fill_form(shell: Shell, amount: str = "25.5", recipient: str = OTHER) -> ZkLinkFormPage:
    """Open the form and fill it in."""
    shell.sections.show_form(PROFILE)
    await shell.settle()
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    for edit, text in ((page.fields.amount, amount), (page.fields.recipient, recipient)):
        edit.setText(text)
        edit.textEdited.emit(text)
    page.fields.more.set_open(True)
    await shell.until(lambda: not page.pending)
    await shell.settle()
    return page


async def home(shell: Shell) -> None:
    for number, upto in enumerate(("executed", "committed", "unknown")):
        sail(shell.wallet, f"h{number}", upto)
    await shell.settle()


async def empty_form(shell: Shell) -> None:
    shell.sections.show_form(PROFILE)


async def form(shell: Shell) -> None:
    await fill_form(shell)


async def form_with_problems(shell: Shell) -> None:
    await fill_form(shell, "1,5e9", "lnurl1dp68gurn8ghj7")


async def form_without_answer(shell: Shell) -> None:

    shell.wallet.opening = AshoreError("zkLink’s node does not answer.", "Try again in a minute.")
    shell.sections.show_form(PROFILE)


async def review(shell: Shell) -> None:
    page = await fill_form(shell)
    page.summary.review.click()
    await shell.settle()
    assert isinstance(shell.sections.page("review"), ReviewPage)


def voyage(upto: str) -> Visit:
    async def visit(shell: Shell) -> None:
        sail(shell.wallet, "v", upto)
        shell.sections.show_voyage("v")
        page = shell.sections.page("voyage")
        assert isinstance(page, VoyagePage)
        for row in page.rows:
            row.more.set_open(True)

    visit.__name__ = f"voyage_{upto}"
    return visit


def section(key: str) -> Visit:
    async def visit(shell: Shell) -> None:
        sail(shell.wallet, "s", "refused")
        shell.sections.show_section(key)

    visit.__name__ = key
    return visit


async def empty_activity(shell: Shell) -> None:
    shell.sections.show_section("activity")


async def locked_and_offline(shell: Shell) -> None:
    shell.wallet.chains = (ChainHealth("Arbitrum", 0, 3, 1, 1, ("first: no answer",)),)
    shell.wallet.tell(Change(Topic.HEALTH))
    await shell.wallet.lock()


async def starting(shell: Shell) -> None:
    shell.window.starting.fail("The practice network did not start.", "Nothing was sent. Start Ashore again.")
    shell.window.show_page(shell.window.starting)


async def test_what_is_cut_off_is_found(shell: Shell) -> None:
    shell.sections.show_section("unclaimed")
    assert cut_off(shell.window) == []
    shell.window.side.health.setFixedHeight(4)
    assert ["endpoints agree" in found for found in cut_off(shell.window)] == [True]


VISITS: list[Visit] = [
    home,
    empty_form,
    form,
    form_with_problems,
    form_without_answer,
    review,
    *(voyage(upto) for upto in ("intended", "unknown", "refused", "committed", "paid")),
    *(section(key) for key in ("activity", "unclaimed", "accounts", "settings")),
    empty_activity,
    locked_and_offline,
    starting,
]


@pytest.mark.parametrize(
    ("size", "text_size"), [((1024, 700), 100), ((1280, 800), 100), ((1024, 700), 200)], ids=["small", "usual", "200%"]
)
@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.__name__)
async def test_nothing_is_cut_off_and_everything_has_a_name(
    shell: Shell, visit: Visit, size: tuple[int, int], text_size: int
) -> None:
    shell.theme.apply("light", text_size)
    shell.window.resize(*size)
    await visit(shell)
    await shell.settle()
    picture = shell.window.grab()
    assert picture.size().width() == size[0]
    assert cut_off(shell.window) == []
    assert nameless(shell.window) == []
    assert marked_up(shell.window) == []
    shell.theme.apply("dark", text_size)
    assert shell.window.grab().toImage() != picture.toImage()
    await shell.settle()
    assert cut_off(shell.window) == []


async def test_texts_of_servers_are_never_markup(shell: Shell) -> None:
    from dataclasses import replace

    evil = "<b>Send to <a href='http://x'>us</a></b>" + "W" * 150
    shell.wallet.offer = replace(shell.wallet.offer, notes=(evil,))
    shell.wallet.notes = (evil,)
    shell.wallet.tell(Change(Topic.OPERATOR))
    await fill_form(shell, recipient=ADDRESS)
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    assert "<b>Send to" in page.notice.text.replace("\u200b", "")
    assert "<b>Send to" in shell.sections.banners.trouble.text.replace("\u200b", "")
    assert marked_up(shell.window) == []
    assert cut_off(shell.window) == []


async def test_what_endpoints_say_is_no_markup_in_a_tooltip(shell: Shell) -> None:
    evil = "<b>node</b><img src='http://x/y'> says & <a href='x'>this</a>"
    shell.wallet.chains = (ChainHealth(evil, 2, 3, 5, 4, (evil,)),)
    shell.wallet.tell(Change(Topic.HEALTH))
    await shell.settle()
    shown = QTextDocument()
    shown.setHtml(shell.window.side.health_row.toolTip())
    assert shown.toPlainText() == f"{evil}: block 5, final up to 4\n{evil}"
    assert "<img" not in shell.window.side.health_row.toolTip()


async def test_the_practice_relayer_can_be_let_rest(shell: Shell) -> None:
    sandbox = shell.wallet.sandbox
    assert sandbox is not None
    shell.sections.show_section("settings")
    await shell.settle()
    page = shell.sections.page("settings")
    assert isinstance(page, SettingsPage)
    assert not page.relayer.on
    page.relayer.box.click()
    await shell.settle()
    assert sandbox.rests
    sandbox.rests = False  # what is so counts, not what was wanted
    shell.sections.show_section("activity")
    shell.sections.show_section("settings")
    await shell.settle()
    assert not page.relayer.on
    await sandbox.run_as_chosen(shell.wallet.setting)
    assert sandbox.rests, "a network that is started anew is told again"


async def test_a_relayer_that_could_not_be_let_rest_is_not_shown_to_rest(shell: Shell) -> None:
    sandbox = shell.wallet.sandbox
    assert sandbox is not None
    sandbox.refusal = AshoreError("The practice network does not answer.", "Start Ashore again.")
    shell.sections.show_section("settings")
    await shell.settle()
    page = shell.sections.page("settings")
    assert isinstance(page, SettingsPage)
    page.relayer.box.click()
    await shell.settle()
    assert not page.relayer.on
    assert "does not answer" in shell.sections.banners.fault.text
    await sandbox.run_as_chosen(shell.wallet.setting)
    assert not sandbox.rests
