"""Every claim that the window makes of Reddio at a moment, held against what is so and what ever was so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ashore.domain.evidence import Level
from ashore.domain.withdrawal import LAST_STAGE, RECEIVED, Mark, Status, Withdrawal
from ashore.engine.views import StageRow, Voyage
from ashore.systems.base import Unclaimed
from ashore.systems.reddio.system.sending import SEQUENCE_ID
from ashore.systems.reddio.system.tracks import (
    ACCEPTED,
    BATCHED,
    CLAIMABLE,
    CLAIMED,
    PLAIN,
    REGISTERED,
    SETTLED,
    UPDATED,
    is_claim,
    is_registration,
    is_transfer,
)
from faults.campaign_claims import CHECKED, Past, Shown, as_listed, spoken_of
from faults.campaign_reddio_truth import ReddioChronicle
from faults.reddio_observer import (
    PAID_OUT_OF,
    REDDIO,
    REFUSED_THOUGH_TAKEN,
    SETTLED_BEFORE,
    reddio_disagreements,
    request_of,
    same_request,
)

TO_BE_CLAIMED = ("It waits for you", "It waits on ")
IN_FORCE = frozenset({1, 3, 6})
ENDED_BADLY = frozenset({2, 4, 5})
STATUSES_OF = {
    ACCEPTED: IN_FORCE | {4, 5},
    BATCHED: frozenset({3, 6}),
    UPDATED: frozenset({6}),
    SETTLED: frozenset({3, 6}),
}
"""What Reddio has had to say truly, at some moment, before it can be shown that it said so of a stage."""


@dataclass(slots=True)
class ReddioJudge:
    """Compares, counts, and remembers what was called irreversible."""

    truth: ReddioChronicle
    past: Past
    counted: Counter[str] = field(default_factory=Counter)
    _for_good: set[tuple[str, str]] = field(default_factory=set)
    _now: Mapping[str, Any] = field(default_factory=dict)

    def false(self, shown: Shown, *, up_to_date: bool) -> list[str]:
        """What is claimed and is not so.

        Args:
            up_to_date: whether the wallet had every chance to see what is so now; otherwise a claim may be of before.
        """
        mine = [voyage for voyage in shown.voyages if voyage.withdrawal.terms.system == REDDIO]
        now = self._now = self.truth.now()
        truth = now if up_to_date else self.truth.ever()
        alone = not self.past.posted_twice
        told = reddio_disagreements([v.withdrawal for v in mine], truth, alone=alone, once=False)
        # What was ever paid, and what was ever set aside, are of different chains: that sum is of this moment.
        told = [sentence for sentence in told if PAID_OUT_OF not in sentence]
        told += reddio_disagreements((), now, alone=False, once=False)
        found = [sentence for sentence in told if not sentence.endswith(self._excused())]
        found += [f"{v.withdrawal.id}: {told}" for v in mine for told in self._voyage(v, now, up_to_date)]
        found += as_listed(mine, shown.activity)
        found += [told for owed in shown.unclaimed if owed.place for told in self._owed(owed)]
        return found

    def _excused(self) -> tuple[str, ...]:
        """What only repeats Reddio's word, where that may be a lie; in the end it has to be found out all the same."""
        refused = (REFUSED_THOUGH_TAKEN,) if self.past.refusals_made_up else ()
        return (*refused, *((SETTLED_BEFORE,) if self.past.operator_lied else ()))

    def _voyage(self, voyage: Voyage, now: Mapping[str, Any], up_to_date: bool) -> Iterator[str]:
        state = voyage.withdrawal
        for row in voyage.rows:
            self.counted[str(row.mark)] += 1
            place = state.id, row.stage.id
            if place in self._for_good and row.mark is not Mark.IRREVERSIBLE:
                yield f"{row.stage.id} was called irreversible, and is {row.mark} now"
            if row.mark is Mark.IRREVERSIBLE:
                self._for_good.add(place)
            yield from spoken_of(row)
            passed = self._passed(state, row, now, up_to_date)
            for told in (*self._on_chain(state, row), *passed, *self._by_word(state, row)):
                yield f"{row.stage.id}: {told}"
            if row.mark is Mark.IRREVERSIBLE:
                yield from self._for_ever(state, row, now)
        self.counted[f"status {voyage.status}"] += 1
        yield from self._status(voyage)
        if is_claim(state) or is_registration(state):
            yield from self._transaction(voyage, now, up_to_date)

    def _on_chain(self, state: Withdrawal, row: StageRow) -> Iterator[str]:
        ever = self._transactions(state)
        for piece in row.view.evidence:
            if not piece.on_chain or not piece.tx_hash or piece.tx_hash in ever:
                continue
            if piece.level >= Level.PROVEN or not self.past.endpoint_lied:
                yield f"{piece.tx_hash} has nothing to do with it"
        if row.mark is Mark.SEEN and not self.past.endpoint_lied and not ever:
            yield "it is seen, and never was so"

    def _number(self, state: Withdrawal) -> int:
        """The number that Reddio gave the request; 0 for none."""
        if is_claim(state) or is_registration(state):
            return 0
        real = request_of(state, [*self._now["withdrawals"], *self._now["transfers"]])
        return 0 if real is None else int(real["sequence_id"])

    def _transactions(self, state: Withdrawal) -> set[str]:
        """What can ever have been the transaction of one of its stages."""
        own = {move.locator for move in state.moves.values()}
        if is_claim(state) or is_registration(state):
            return own
        number = self._number(state)
        return self.truth.updates.get(number, set()) | {claim["tx"] for claim in self.truth.ever()["claims"]}

    def _passed(self, state: Withdrawal, row: StageRow, now: Mapping[str, Any], up_to_date: bool) -> Iterator[str]:
        """Nothing but a state update shows what Reddio did before it."""
        if is_claim(state) or is_registration(state) or row.mark not in CHECKED or row.stage.id == CLAIMED:
            return
        number = self._number(state)
        stands = any(one["update_tx"] for one in now["withdrawals"] if one["sequence_id"] == number)
        if not (stands if up_to_date else self.truth.updates.get(number)):
            yield f"it is {row.mark}, and no state update has it"

    def _by_word(self, state: Withdrawal, row: StageRow) -> Iterator[str]:
        """What Reddio is said to have said it has to have said, unless it lied."""
        if row.mark is not Mark.REPORTED or row.stage.id not in STATUSES_OF or self.past.operator_lied:
            return
        real = self.truth.statuses.get(self._number(state), set())
        if not real & STATUSES_OF[row.stage.id]:
            yield f"Reddio is said to have said so, and its statuses were {sorted(real)}"

    def _for_ever(self, state: Withdrawal, row: StageRow, now: Mapping[str, Any]) -> Iterator[str]:
        """What is called irreversible is so now, in a final block."""
        if row.stage.id == REGISTERED and state.terms.details["stark_key"] not in now["registered"]:
            yield "it is irreversibly registered, and is not"
        best, number = row.view.best, self._number(state)
        if is_claim(state) or is_registration(state):
            by = {move.locator for move in state.moves.values()}
        elif row.stage.id == CLAIMED:
            by = {"" if best is None else best.tx_hash}
        else:
            by = {one["update_tx"] for one in now["withdrawals"] if one["sequence_id"] == number}
        if not any(tx is not None and self.truth.is_final(tx) for tx in by):
            yield f"{row.stage.id} is irreversible by {by}, and that is not final"

    def _status(self, voyage: Voyage) -> Iterator[str]:
        state = voyage.withdrawal
        if is_transfer(state) or is_registration(state):
            return
        last = state.facts[LAST_STAGE]
        (mark,) = (row.mark for row in voyage.rows if row.stage.id == last)
        if (voyage.status is Status.FINAL or "arrived on" in voyage.headline) is not (mark is Mark.IRREVERSIBLE):
            yield f"it is {voyage.status}, its payout is {mark}, and it says {voyage.headline!r}"
        ready = any(row.stage.id == CLAIMABLE and row.mark in CHECKED for row in voyage.rows)
        to_do = ready and mark is Mark.AWAITED and voyage.status is Status.UNDER_WAY
        if to_do and not voyage.headline.startswith(TO_BE_CLAIMED):
            yield f"it can be claimed, and it says {voyage.headline!r}"

    def _transaction(self, voyage: Voyage, now: Mapping[str, Any], up_to_date: bool) -> Iterator[str]:
        """A claim or registration: whether its transaction did what is said, and paid what is said."""
        state = voyage.withdrawal
        done, paid = self._done(state, now)
        (mark,) = (row.mark for row in voyage.rows if row.stage.id == state.facts[LAST_STAGE])
        if up_to_date and mark in CHECKED and not done:
            yield f"it is {mark}, and its transaction did nothing"
        if up_to_date and voyage.status is Status.FAILED and done:
            yield "it is called failed, and it did what it should"
        if voyage.status is Status.CANCELLED and done:
            yield "it is called cancelled, and it did what it should"
        short = is_claim(state) and paid < state.terms.amount
        if voyage.status is Status.FINAL and short and RECEIVED not in state.facts:
            yield f"{state.terms.amount} are said to have come, and {paid} did"

    def _done(self, state: Withdrawal, now: Mapping[str, Any]) -> tuple[bool, int]:
        """Whether one of its transactions had its effect, and how much it paid."""
        if is_registration(state):
            return now["registered"].get(state.terms.details["stark_key"]) == state.terms.recipient, 0
        own = {move.locator for move in state.moves.values()}
        paid = sum(int(claim["amount"]) for claim in now["claims"] if claim["tx"] in own)
        return paid > 0, paid

    def _owed(self, owed: Unclaimed) -> Iterator[str]:
        self.counted["owed"] += 1
        ever = self.truth.owed.get(owed.place, {0})
        if owed.amount not in ever:
            yield f"{owed.amount} are said to wait for {owed.owner}, and that was {sorted(ever)}"

    # ---- the end

    def unfinished(self, voyages: Sequence[Voyage]) -> list[str]:
        """What is not told at the end, when everything works again, everything is done and all was claimed."""
        now = self._now = self.truth.now()
        found = []
        mine = [voyage for voyage in voyages if voyage.withdrawal.terms.system == REDDIO]
        named = {voyage.withdrawal.facts.get(SEQUENCE_ID) for voyage in mine}
        nameless = [one for one in now["withdrawals"] if str(one["sequence_id"]) not in named]
        for voyage in mine:
            state = voyage.withdrawal
            really = self._really(state, now, nameless)
            if voyage.status not in really:
                marks = " ".join(f"{row.stage.id} {row.mark}" for row in voyage.rows)
                said = state.request.said if state.request is not None else ""
                told = " or ".join(sorted(really))
                found.append(f"{state.id}: in the end it is {voyage.status}, really {told}: {marks}; {said}")
            elif any(row.view.contradicted for row in voyage.rows if row.stage.id in (UPDATED, CLAIMED)):
                found.append(f"{state.id}: a quarrel stays: {[row.view.contradicted for row in voyage.rows]}")
        for one in now["withdrawals"]:
            if one["claimed_l1"] != one["allowed_l1"]:
                found.append(f"request {one['sequence_id']}: {one['claimed_l1']} of {one['allowed_l1']} were claimed")
        return found

    def _really(
        self, state: Withdrawal, now: Mapping[str, Any], nameless: Sequence[Mapping[str, Any]]
    ) -> frozenset[Status]:
        if is_claim(state) or is_registration(state):
            done, _ = self._done(state, now)
            return frozenset({Status.FINAL}) if done else frozenset({Status.FAILED, Status.CANCELLED, Status.REFUSED})
        requests = [*now["withdrawals"], *now["transfers"]]
        real = next((one for one in requests if same_request(state, one)), None)
        if real is None:
            if state.terms.track != str(PLAIN.ref):
                return frozenset({Status.REFUSED})
            wish = state.terms.details["stark_key"], int(state.terms.details["asset_id"]), state.terms.details["quanta"]
            if any(wish == (one["stark_key"], int(one["asset_id"], 16), one["quanta"]) for one in nameless):
                return frozenset({Status.FINAL})
            return frozenset({Status.REFUSED, Status.UNKNOWN})  # nobody can show that it never came
        told = {Status.FAILED if real["status"] in ENDED_BADLY else Status.FINAL}
        if is_transfer(state) and self.past.operator_lied:
            told.add(Status.FINAL)  # Reddio's word, and nothing of a transfer is on Ethereum to hold against it
        return frozenset(told)
