"""The voyage: one withdrawal's way, each stage with its mark and its evidence."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from ashore.domain.addresses import readable
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence
from ashore.domain.withdrawal import GAS_MOST, HELD_UP, PRICED_OUT, RECEIVED, WAY, Mark, Status
from ashore.engine.views import ProofCheck, Voyage
from ashore.engine.voyages import on_its_way
from ashore.systems.base import Problem, Severity, Unclaimed
from ashore.ui.context import Context
from ashore.ui.pages.afresh import AGAIN, NEW, again_words, go_on, go_on_words, in_the_way, try_again
from ashore.ui.pages.any_wallet import keeps
from ashore.ui.pages.costs import CostsCard
from ashore.ui.pages.ending import EndingCard
from ashore.ui.pages.followed import FollowedCard
from ashore.ui.pages.page import Page
from ashore.ui.pages.practice import WAITS, Steps
from ashore.ui.pages.related import RelatedCard
from ashore.ui.pages.replacing import Replacing
from ashore.ui.pages.stage_row import StageRowWidget
from ashore.ui.pages.voucher_rests import VoyageRest
from ashore.ui.widgets.buttons import Button, CopyButton
from ashore.ui.widgets.flow import FlowLabel, FlowLayout
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, clear, column, ground, set_property, set_tip
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.scroll import Columns
from ashore.ui.wording import (
    LIGHTNING,
    REDDIO,
    breakable,
    clock_time,
    exact_time,
    payer,
    stays_on_reddio,
    title,
    towards,
)

_SEVERITY = {
    Status.UNKNOWN: Severity.WARNS,
    Status.REFUSED: Severity.BLOCKS,
    Status.FAILED: Severity.BLOCKS,
    Status.FINAL: Severity.NOTES,
    Status.CANCELLED: Severity.NOTES,
    Status.UNSEEN: Severity.WARNS,
    Status.ENDED: Severity.WARNS,
}
_WITHOUT_TIME = (Status.FINAL, Status.REFUSED, Status.FAILED, Status.CANCELLED, Status.UNSEEN, Status.ENDED)


CLAIM_IT, FOLLOW_CLAIM = "Claim it", "Follow the claim"
CLAIM_NOW = "Claim now"
"""The same where it is said what is awaited, so that it is in view whatever the window's height."""

VOYAGE = "Voyage"
"""What the way back to it is called."""


class VoyagePage(Page):
    """Follows one withdrawal, live."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "", back="Activity")
        self._id = ""
        self.receipt = Button("Receipt", "link", name="Receipt of this withdrawal")
        self.receipt.clicked.connect(lambda: context.go.show_receipt_of(self._id))
        self.top.addWidget(self.receipt)
        self._voyage: Voyage | None = None
        self._opened = False
        self.rows: list[StageRowWidget] = []
        self.notice = Notice(context.icons)
        self.again = Button(AGAIN)
        self.fresh = Button(NEW)
        self.replacing = Replacing()
        self.again.clicked.connect(self._try_again)
        self.replacing.agreed.connect(self._go_again)
        self.replacing.declined.connect(self.again.setFocus)
        self.fresh.clicked.connect(self._begin_anew)
        self.ending = EndingCard(context)
        self._header()
        card, self._stepper = ground("card")
        self._stepper.setContentsMargins(22, 22, 22, 20)
        self._stepper.setSpacing(0)
        left = QWidget()
        left.setLayout(column(card, -1, spacing=0))
        aside = self._aside()
        self.columns = Columns(left, aside, gap=16, lead=self._lead(), still=self.practice)
        self.body.addWidget(self.columns, 1)
        context.hub.withdrawals_changed.connect(self._changed)
        context.hub.unclaimed_changed.connect(self._money_waits)
        context.theme.changed.connect(self._scale)
        self._scale()

    def _header(self) -> None:
        self.amount = Label(role="hero", wrap=False)
        self.where = Label(role="hero-side")
        self.recipient = HexText(self.context.theme, what="Recipient", size=12)
        self.copy = CopyButton("the recipient’s address")
        self.payer = FlowLabel("small")
        self.started = Label(role="small")
        heading, meta = QWidget(), QWidget()
        heading.setLayout(FlowLayout(self.amount, self.where, gap=16))
        meta.setLayout(FlowLayout(self.recipient, self.copy, self.payer, self.started, gap=10))
        heading.setContentsMargins(0, 0, 14, 0)
        meta.setContentsMargins(0, 0, 14, 0)
        self.body.setSpacing(10)
        self.body.addWidget(heading)
        self.body.addWidget(meta)

    def _lead(self) -> QWidget:
        """What is awaited now, and what to do. Beside the stages, so that what comes up moves nothing that somebody
        reads there; above them where there is no room."""
        self.expected, now = ground("card")
        self.headline = Label(role="section", wrap=True)
        self.advice = Label(role="muted", wrap=True)
        self.usually = Label(role="small", wrap=True)
        self.now = Label("Now", "caption")
        self.forecast = Label(role="value", wrap=True)
        self.claim_now = Button(CLAIM_NOW, "primary")
        self.claim_now.clicked.connect(self._claim)
        for item in (self.now, self.headline, self.advice, self.forecast, self.usually, self.claim_now):
            now.addWidget(item)
        lead = QWidget()
        lead.setLayout(
            column(self.notice, self.again, self.replacing, self.fresh, self.ending, self.expected, spacing=16)
        )
        return lead

    def _aside(self) -> QWidget:
        self.costs = CostsCard(self.context.wallet)
        self.rest = VoyageRest(self.context)
        self.related = RelatedCard(self.context)
        self.followed = FollowedCard(self.context)
        self.steps = Steps(self.context)
        self.practice, practice = ground("card")
        practice.addWidget(Label("Practice chain", "caption"))
        practice.addWidget(self.steps)
        aside = QWidget()
        aside.setLayout(column(self.costs, self.rest, self.related, self.followed, spacing=16))
        return aside

    def _scale(self) -> None:
        theme = self.context.theme
        self.columns.set_widths(theme.px(400), theme.px(280))
        # In a row that stands on its lower edge, a button's text stands higher than a label's.
        self.copy.ensurePolished()
        room = self.copy.sizeHint().height() - self.copy.fontMetrics().height()
        self.started.setContentsMargins(0, 0, 0, max(0, room // 2))

    def show_withdrawal(self, withdrawal_id: str) -> None:
        """Follow another withdrawal."""
        self._id = withdrawal_id
        self._voyage = None
        self._opened = True
        self.replacing.hide()
        clear(self._stepper)
        self.rows.clear()
        self.refresh()

    def refresh(self) -> None:
        """Show what is known now. What did not change is left alone."""
        voyage = self.context.wallet.voyage(self._id)
        if voyage is None:
            self.notice.show_problem(Problem("This withdrawal is not in the journal.", severity=Severity.WARNS))
            return
        if voyage == self._voyage:
            return
        self._voyage = voyage
        self._show_header(voyage)
        self._show_status(voyage)
        self._show_stages(voyage)

    def _changed(self, ids: frozenset[str]) -> None:
        if self.isVisible() and (not ids or self._id in ids):
            self.refresh()

    def shown(self) -> None:
        self.setFocus()  # on no button: Enter does nothing here, Tab begins at the top
        if self._opened:
            self._opened = False
            self.columns.to_top()  # while it came into view, the focus may have led it elsewhere
        if self._id:
            self.refresh()
            self._money_waits()

    def _show_header(self, voyage: Voyage) -> None:
        terms, now = voyage.withdrawal.terms, self.context.now()
        self.amount.setText(title(terms))
        self.where.setText(towards(terms))
        self.payer.show_text(breakable(payer(terms)))
        self.setAccessibleName(f"{title(terms)} {towards(terms)} {payer(terms)}".strip())
        lightning = terms.system == LIGHTNING
        self.recipient.setVisible(not lightning)  # a node is no address: it stands with the invoice's evidence
        self.copy.setVisible(not lightning)
        if not lightning:
            self.recipient.show_hex(readable(terms.recipient))
            self.copy.set_text(readable(terms.recipient))
        state = voyage.withdrawal
        begun = "followed since" if state.is_followed else "started"
        self.started.setText(f"{begun} {clock_time(state.started_at, now, seconds=False)}")
        self.followed.show_withdrawal(state)
        self.ending.show_voyage(voyage)
        set_tip(self.started, exact_time(voyage.withdrawal.started_at))
        self.related.show_voyage(voyage)
        self.costs.show_voyage(voyage)
        self.rest.show_voyage(voyage)

    def _show_status(self, voyage: Voyage) -> None:
        waited_for = on_its_way(voyage.withdrawal) and voyage.status is not Status.FINAL
        severity = None if waited_for else _SEVERITY.get(voyage.status)
        facts = voyage.withdrawal.facts
        short = bool(facts.get(RECEIVED)) and not facts.get(WAY)  # a broker's share was agreed on
        if short or (severity is None and any(row.view.contradicted for row in voyage.rows)):
            severity = Severity.WARNS
        if severity is None:
            self.notice.clear()
        elif voyage.status is Status.FINAL and not short and voyage.rows[-1].mark is not Mark.REPORTED:
            self.notice.show_done(voyage.headline, voyage.advice)
        else:
            self.notice.show_problem(Problem(voyage.headline, voyage.advice, severity))
        mine = {account.address.lower() for account in self.context.wallet.accounts()}
        account = voyage.withdrawal.terms.account.lower()
        again = again_words(voyage) if account in mine else ""
        self.again.setText(again)
        self.again.setVisible(bool(again))
        self.replacing.setVisible(bool(again) and self.replacing.asking)
        after = go_on_words(voyage)
        self.fresh.setText(after)
        self.fresh.setVisible(bool(after))
        self.headline.show_text(breakable(voyage.headline) if severity is None else "")
        lightning = voyage.withdrawal.terms.system == LIGHTNING
        facts = voyage.withdrawal.facts
        by_hand = not lightning and self.steps.wanted() and voyage.status is Status.UNDER_WAY
        racing = PRICED_OUT in facts or len(voyage.withdrawal.rivals) > 1
        by_hand = by_hand and not racing and Mark.TAKEN_BACK not in {row.mark for row in voyage.rows}
        by_hand = by_hand and not self._only_payout_missing(voyage)  # it may rest, and a claim never does
        by_hand = by_hand and not facts.get(HELD_UP)
        self.advice.show_text(breakable(WAITS if by_hand else voyage.advice) if severity is None else "")
        mine_to_do = voyage.status in _WITHOUT_TIME or self._waits_for_claim(voyage)
        mine_to_do = mine_to_do or voyage.withdrawal.is_refused_so_far  # whether it comes at all is the question then
        self.usually.show_text("" if mine_to_do else breakable(voyage.usually))
        self.forecast.show_text(breakable(forecast(voyage, self.context.now())))
        self.now.setText("Now" if severity is None else "Expected")
        told = (self.headline, self.advice, self.forecast, self.usually)
        self.expected.setVisible(any(not label.isHidden() for label in told))
        self.practice.setVisible(self.steps.wanted() and not lightning)

    def _try_again(self) -> None:
        """The same values once more; what was begun in the form meanwhile gives way to them only on a yes."""
        begun = in_the_way(self.context, self._voyage) if self._voyage is not None else None
        if begun is None:
            self._go_again()
        else:
            self.replacing.ask(begun)

    def _go_again(self) -> None:
        if self._voyage is not None:
            try_again(self.context, self._voyage)

    def _wish(self) -> None:
        """What a person may ask for while the answer is open: the same once more, or its end."""
        if self.ending.isVisibleTo(self):
            self.ending.ask(True)
        else:
            self._send_again()

    def _send_again(self) -> None:
        """The identical request once more. Pressed twice it is sent once: the engine takes a wish only after a no."""
        work = self.context.wallet.send_again(self._id)
        self.context.tasks.start(work, failed=self._not_sent_again, name="send again")

    def _not_sent_again(self, error: AshoreError) -> None:
        self.notice.show_problem(Problem(error.sentence, error.advice, Severity.WARNS))

    def _begin_anew(self) -> None:
        if self._voyage is not None:
            go_on(self.context, self._voyage)

    def _check(self, piece: Evidence) -> Awaitable[ProofCheck]:
        return self.context.wallet.check_proof(self._id, piece)

    def _show_stages(self, voyage: Voyage) -> None:
        if len(self.rows) != len(voyage.rows):
            clear(self._stepper)
            last = len(voyage.rows) - 1
            self.rows = [StageRowWidget(self.context, self._check, last=n == last) for n in range(last + 1)]
            for widget in self.rows:
                widget.again.clicked.connect(self._act if widget is self.rows[-1] else self._wish)
                widget.also.clicked.connect(lambda: self._replace(also=True))
                self._stepper.addWidget(widget)
        rows = list(voyage.rows)
        owed = self._owed(voyage) if self._only_payout_missing(voyage) else None
        if owed is not None:
            claimed = self.context.wallet.unclaimed.claim_of(owed)
            rows[-1] = replace(rows[-1], again=FOLLOW_CLAIM if claimed else CLAIM_IT)
        # Where a relayer usually comes, nothing has to be done: no button stands out then.
        set_property(self.claim_now, "role", "primary" if self._waits_for_claim(voyage) else "")
        self.claim_now.setVisible(rows[-1].again == CLAIM_IT)
        for widget, stage in zip(self.rows, rows, strict=True):
            widget.show_row(stage)

    def _waits_for_claim(self, voyage: Voyage) -> bool:
        """Whether it is a person's turn: what comes from Reddio nobody else has paid out."""
        return voyage.withdrawal.terms.system == REDDIO and self._only_payout_missing(voyage)

    def _only_payout_missing(self, voyage: Voyage) -> bool:
        """Whether the contract has the money for its owner, and nothing shows that it was paid out."""
        terms = voyage.withdrawal.terms
        if GAS_MOST in terms.details or stays_on_reddio(terms):
            return False  # it is a claim itself, or never comes to a contract
        *_, before, last = voyage.rows
        return bool(before.view.reached_at) and last.mark is Mark.AWAITED

    def _owed(self, voyage: Voyage) -> Unclaimed | None:
        """The money that waits in a contract where this withdrawal ends; of several, it may be another one's."""
        terms = voyage.withdrawal.terms
        place = terms.destination, terms.recipient.lower(), terms.receive_symbol
        found = self.context.wallet.unclaimed.found
        if terms.system == REDDIO:
            return next((owed for owed in found if owed.amount and keeps(owed, terms)), None)
        return next((owed for owed in found if (owed.chain, owed.owner, owed.symbol) == place and owed.amount), None)

    def _claim(self) -> None:
        owed = self._owed(self._voyage) if self._voyage is not None else None
        if owed is None:
            return
        claim = self.context.wallet.unclaimed.claim_of(owed)
        if claim:
            self.context.go.show_voyage(claim)
        else:
            self.context.go.show_claim(owed)

    def _act(self) -> None:
        """What the last stage's button is for: the claim of what waits, or a claim of its own that waits."""
        if self._voyage is not None and self._voyage.withdrawal.may_be_replaced:
            self._replace(also=False)
        else:
            self._claim()

    def _replace(self, *, also: bool) -> None:
        """Have a waiting claim taken sooner, or (`also`) cancelled."""
        if self._voyage is not None:
            self.context.go.show_replacement(self._voyage.withdrawal, cancel=also)

    def _money_waits(self) -> None:
        if self._voyage is not None and self.isVisible():
            self._show_stages(self._voyage)

    def marks(self) -> tuple[Mark, ...]:
        """The marks as shown, from the first stage on."""
        return tuple(row.rail.mark.mark for row in self.rows)


def forecast(voyage: Voyage, now: int) -> str:
    """When the furthest stage is expected that can be told from the last batches; empty where none can."""
    if voyage.status in _WITHOUT_TIME or any(stage.late for stage in voyage.rows):
        return ""
    rows = list(voyage.rows)
    reached = [place for place, row in enumerate(rows) if row.view.reached_at]
    first = reached[-1] + 1 if reached else len(rows)
    at, furthest = rows[first - 1].view.reached_at if reached else 0, ""
    for awaited in rows[first:]:
        if awaited.expectation is None:
            break
        at, furthest = at + awaited.expectation.median, awaited.stage.title
    return f"{furthest}: about {clock_time(max(at, now), now, seconds=False)}" if furthest else ""
