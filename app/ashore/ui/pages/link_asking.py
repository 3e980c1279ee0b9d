"""The one question whether links are opened with Ashore, on the first page after the first start."""

from __future__ import annotations

from ashore.desktop.links import REGISTERED
from ashore.domain.errors import AshoreError
from ashore.systems.base import Problem, Severity
from ashore.ui.context import Context
from ashore.ui.link_choice import ASKED, ASKED_KEY, LinkChoice, program_of
from ashore.ui.widgets.notice import Notice

YES, NO = "Yes", "No"
YES_NAMED, NO_NAMED = "Yes, open links with Ashore", "No, leave links as they are"


class LinkAsking(Notice):
    """Asks once; whatever is answered, it is not asked again. Hidden where there is nothing to ask."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.icons, action=YES, closable=True)
        self._context = context
        self.close_button.setText(NO)
        self.action.setAccessibleName(YES_NAMED)
        self.close_button.setAccessibleName(NO_NAMED)
        self.acted.connect(self._yes)
        self.closed.connect(self._answered)

    def refresh(self) -> None:
        """Ask, where it was never asked and is not so already."""
        choice = self._context.links
        if choice is not None and self.isHidden() and self._context.wallet.setting(ASKED_KEY, "") != ASKED:
            self._context.tasks.start(self._ask(choice), name="links asked")

    async def _ask(self, choice: LinkChoice) -> None:
        await choice.look()
        if choice.all_ours or not choice.openers or self._context.wallet.setting(ASKED_KEY, "") == ASKED:
            return
        others = [f"{each.scheme}: by {program_of(each)}" for each in choice.openers if each.program and not each.ours]
        now = f" Now opened: {', '.join(others)}." if others else ""
        advice = f"A click on one then fills a form here. It sends nothing. Settings undoes it.{now}"
        self.show_problem(Problem(f"Open {schemes()} links with Ashore?", advice, Severity.NOTES), act=True)

    def _yes(self) -> None:
        choice = self._context.links
        self._answered()
        self.clear()
        if choice is not None:
            self._context.tasks.start(choice.choose(ours=True), failed=self._failed, name="links chosen")

    def _answered(self) -> None:
        self._context.wallet.set_setting(ASKED_KEY, ASKED)

    def _failed(self, error: AshoreError) -> None:
        self._context.notify(Problem(error.sentence, error.advice, Severity.WARNS))


def schemes(last_by: str = "and") -> str:
    """All of them, in words."""
    *first, last = (f"{scheme}:" for scheme in REGISTERED)
    return f"{', '.join(first)} {last_by} {last}"
