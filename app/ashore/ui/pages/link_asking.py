"""The one question whether links are opened with Ashore, on the first page after the first start, and its answer.

Yes takes the links that no program opens at that moment. What another program has stays with it: that is changed
in the settings, by who means it.
"""

from __future__ import annotations

from PySide6.QtCore import Qt

from ashore.desktop.link_registration import REFUSED
from ashore.systems.base import Problem, Severity
from ashore.ui.context import Context
from ashore.ui.link_choice import ASKED, ASKED_KEY, LinkChoice, left_alone, named, still, who_opens
from ashore.ui.widgets.notice import Notice

YES, NO, UNDO, DISMISS = "Yes", "No", "Undo", "Dismiss"
YES_NAMED, NO_NAMED = "Yes, open links with Ashore", "No, leave links as they are"
UNDO_NAMED = "Undo: leave links as they were"
IN_SETTINGS = "Settings has a switch for each kind, and undoes it at any time."
_MEANING = f"A click on one then fills a form here, and sends nothing. {IN_SETTINGS}"
_NOTHING_CHANGED = "Nothing was changed."
_GIVEN_BACK = Problem("Links are opened as before.", IN_SETTINGS, Severity.NOTES)


class LinkAsking(Notice):
    """Asks once; whatever is answered, it is not asked again. Hidden where there is nothing to ask."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.icons, action=YES, closable=True)
        self._context = context
        self._offered: tuple[str, ...] = ()
        self._taken: tuple[str, ...] = ()
        self.acted.connect(self._act)
        self.closed.connect(self._remember)

    def refresh(self) -> None:
        """Ask, where it was never asked and no link comes here by now. An answer that was seen goes."""
        if self._known and self.action.isEnabled():
            self.clear()  # which the settings may have answered
        choice = self._context.links
        if choice is not None and not self._known:
            self._context.tasks.start(self._ask(choice), name="links asked")

    @property
    def _known(self) -> bool:
        return self._context.wallet.setting(ASKED_KEY, "") == ASKED

    async def _ask(self, choice: LinkChoice) -> None:
        await choice.look()
        if self._known:
            return
        if any(each.ours for each in choice.openers) or not choice.free:
            self.clear()
            return
        self._offered = choice.free
        self._name(YES, YES_NAMED, NO, NO_NAMED)
        others = [each for each in choice.openers if each.program]
        now = "No program opens them now."
        now += f" {who_opens(others)}, which stays as it is." if others else ""
        question = f"Open {named(self._offered)} links with Ashore?"
        self.show_problem(Problem(question, f"{now} {_MEANING}", Severity.NOTES), act=True)

    def _act(self) -> None:
        choice = self._context.links
        if choice is not None:
            by_keys = self.action.property("ring") == "keys"
            for button in (self.action, self.close_button):
                button.setEnabled(False)  # one change for one press
            self._context.tasks.start(self._change(choice, by_keys=by_keys))

    async def _change(self, choice: LinkChoice, *, by_keys: bool) -> None:
        await (self._undo(choice) if self._taken else self._take(choice))
        # Where a second Enter undoes nothing.
        reason = Qt.FocusReason.OtherFocusReason if by_keys else Qt.FocusReason.MouseFocusReason
        self.close_button.setFocus(reason)

    async def _take(self, choice: LinkChoice) -> None:
        self._remember()
        chosen = await choice.choose(self._offered, ours=True, while_free=True)
        self._taken = chosen.changed
        self._name(UNDO, UNDO_NAMED, DISMISS, DISMISS)
        parts = (still(chosen.refused), chosen.why, left_alone(chosen.left))
        trouble = " ".join(part for part in parts if part)
        if not self._taken and chosen.refused:
            self.show_problem(Problem(REFUSED, trouble, Severity.WARNS))
        elif not self._taken:
            self.show_problem(Problem(_NOTHING_CHANGED, f"{trouble} {IN_SETTINGS}".strip(), Severity.NOTES))
        elif trouble:
            told = f"Ashore opens {named(self._taken)} links now, but not all that you chose."
            self.show_problem(Problem(told, trouble, Severity.WARNS), act=True)
        else:
            self.show_done(f"Ashore opens {named(self._taken)} links now.", IN_SETTINGS)
            self.action.show()

    async def _undo(self, choice: LinkChoice) -> None:
        chosen = await choice.choose(self._taken, ours=False)
        self._taken = ()
        self._name(UNDO, UNDO_NAMED, DISMISS, DISMISS)
        if chosen.refused:
            self.show_problem(Problem(REFUSED, f"{still(chosen.refused)} {chosen.why}", Severity.WARNS))
        else:
            self.show_problem(_GIVEN_BACK)

    def _name(self, act: str, act_named: str, close: str, close_named: str) -> None:
        for button, words, name in ((self.action, act, act_named), (self.close_button, close, close_named)):
            button.setText(words)
            button.setAccessibleName(name)
            button.setEnabled(True)

    def _remember(self) -> None:
        self._context.wallet.set_setting(ASKED_KEY, ASKED)
