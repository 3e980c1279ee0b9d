"""Every claim that the window makes at a moment, held against what is so and what ever was so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ashore.domain.amounts import rescale
from ashore.domain.evidence import Level
from ashore.domain.observations import ChainHealth
from ashore.domain.stage_marks import stage_mark
from ashore.domain.withdrawal import LAST_STAGE, WAY, Mark, Status
from ashore.engine.views import ActivityRow, StageRow, Voyage
from ashore.systems.base import Unclaimed
from ashore.systems.zklink.system.offer import L2_DECIMALS
from ashore.systems.zklink.system.tracks import ADVANCED, BY_BROKER, PAID, RELEASED
from faults.campaign_truth import STEP_OF_STAGE, Chronicle

ZKLINK = "zkLink"
CHECKED = frozenset({Mark.PROVEN, Mark.IRREVERSIBLE})
BACK_BY_OPERATOR = "zkLink took its batch back"
BACK_BY_CHAIN = "replaced the block"
BACK_BY_OTHERS = "Only one endpoint"
DIFFERS = "does not show it"
OTHER_ROOT = "stores another"


@dataclass(slots=True)
class Past:
    """What ever went wrong in a schedule: a claim about it is only true if it did."""

    reverted: bool = False
    reorganised: bool = False
    operator_lied: bool = False
    endpoint_lied: bool = False
    endpoint_lagged: bool = False
    posted_twice: bool = False
    refusals_made_up: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person can read at one moment."""

    voyages: Sequence[Voyage]
    activity: Sequence[ActivityRow]
    unclaimed: Sequence[Unclaimed]
    health: Sequence[ChainHealth]


@dataclass(slots=True)
class Judge:
    """Compares, counts, and remembers what was called irreversible."""

    truth: Chronicle
    past: Past
    counted: Counter[str] = field(default_factory=Counter)
    _for_good: set[tuple[str, str]] = field(default_factory=set)

    def false(self, shown: Shown, *, up_to_date: bool) -> list[str]:
        """What is claimed and is not so.

        Args:
            up_to_date: whether the wallet had every chance to see what is so now; otherwise a claim may be of before.
        """
        mine = [voyage for voyage in shown.voyages if voyage.withdrawal.terms.system == ZKLINK]
        found = [f"{v.withdrawal.id}: {told}" for v in mine for told in self._voyage(v, up_to_date)]
        found += self._sums(mine, up_to_date)
        found += as_listed(mine, shown.activity)
        found += [told for owed in shown.unclaimed if not owed.place for told in self._owed(owed)]
        found += [told for health in shown.health for told in self._health(health)]
        return found

    # ---- one withdrawal

    def _voyage(self, voyage: Voyage, up_to_date: bool) -> Iterator[str]:
        for row in voyage.rows:
            self.counted[str(row.mark)] += 1
            for told in self._row(voyage, row, up_to_date):
                yield f"{row.stage.id}: {told}"
            yield from self._reasons(row)
        self.counted[f"status {voyage.status}"] += 1
        yield from self._status(voyage)

    def _row(self, voyage: Voyage, row: StageRow, up_to_date: bool) -> Iterator[str]:
        place = voyage.withdrawal.id, row.stage.id
        if place in self._for_good and row.mark is not Mark.IRREVERSIBLE:
            yield f"it was called irreversible, and is {row.mark} now"
        if row.mark is Mark.IRREVERSIBLE:
            self._for_good.add(place)
        yield from spoken_of(row)
        if row.stage.id == PAID:
            yield from self._paid(row)
        elif row.stage.id == ADVANCED:
            yield from self._advanced(voyage, row)
        else:
            yield from self._passed(voyage, row, up_to_date)

    def _passed(self, voyage: Voyage, row: StageRow, up_to_date: bool) -> Iterator[str]:
        request = voyage.withdrawal.request
        assert request is not None
        step = STEP_OF_STAGE[row.stage.id]
        ever = self.truth.ever.get(request.locator, {})
        now = self.truth.stands(request.locator)
        for piece in row.view.evidence:
            if not piece.on_chain:
                continue
            made_up = piece.tx_hash not in (ever.get((piece.chain, step), set()) | {""})
            if made_up and (piece.level >= Level.PROVEN or not self.past.endpoint_lied):
                yield f"{piece.tx_hash} is no {step} of it"
        if row.mark is Mark.SEEN and not self.past.endpoint_lied and not any(what == step for _, what in ever):
            yield "it is seen, and never was so"
        if row.mark not in CHECKED:
            return
        proofs = [piece for piece in row.view.evidence if piece.level >= Level.PROVEN and piece.tx_hash]
        named = {piece.tx_hash for piece in proofs}
        deeds = [now[place] for place in {(piece.chain, step) for piece in proofs} if place in now]
        if up_to_date and not any(deed.tx in named for deed in deeds):
            yield f"it is {row.mark} by {named}, and really it is {deeds or 'not so'}"
        if row.mark is Mark.IRREVERSIBLE and not any(deed.tx in named and deed.final for deed in deeds):
            yield f"it is irreversible by {named}, and really it is {deeds or 'not so'}"

    def _paid(self, row: StageRow) -> Iterator[str]:
        for piece in row.view.evidence:
            if piece.on_chain and piece.tx_hash not in self.truth.payments and not self.past.endpoint_lied:
                yield f"{piece.tx_hash} pays nobody"
            if piece.level >= Level.PROVEN and piece.tx_hash not in self.truth.payments:
                yield f"{piece.tx_hash} is proven to pay, and pays nobody"

    def _advanced(self, voyage: Voyage, row: StageRow) -> Iterator[str]:
        request = voyage.withdrawal.request
        ever = self.truth.advances.get(request.locator, set()) if request is not None else set()
        for piece in row.view.evidence:
            made_up = piece.tx_hash not in (ever | {""}) or not ever
            if piece.on_chain and made_up and (piece.level >= Level.PROVEN or not self.past.endpoint_lied):
                yield f"{piece.tx_hash} paid nothing of it in advance"
        if row.mark is Mark.IRREVERSIBLE and not any(self.truth.is_final(tx_hash) for tx_hash in ever):
            yield f"it is paid in advance for good, and really by {ever or 'nobody'}"

    def _status(self, voyage: Voyage) -> Iterator[str]:
        request = voyage.withdrawal.request
        assert request is not None
        record = self.truth.world.rollup.records.get(request.locator)
        if voyage.status is Status.REFUSED and record is not None:
            yield "it is called refused, and the operator took it"
        if voyage.status is Status.FAILED and (record is None or record.success is not False):
            yield "it is called failed, and did not fail"
        if voyage.status is Status.UNDER_WAY and record is None:
            yield "it is under way, and the operator never took it"
        last = voyage.withdrawal.facts[LAST_STAGE]
        (mark,) = (row.mark for row in voyage.rows if row.stage.id == last)
        if (voyage.status is Status.FINAL or "arrived on" in voyage.headline) is not (mark is Mark.IRREVERSIBLE):
            yield f"it is {voyage.status}, its payout is {mark}, and it says {voyage.headline!r}"

    def _reasons(self, row: StageRow) -> Iterator[str]:
        """The sentences that say why something went back, or who is contradicted."""
        told, past = " ".join((row.sentence, row.view.contradicted)), self.past
        if BACK_BY_OPERATOR in told and not past.reverted:
            yield f"{row.stage.id}: it says {told!r}, and nothing was taken back"
        if BACK_BY_CHAIN in told and not past.reorganised:
            yield f"{row.stage.id}: it says {told!r}, and nothing was reorganised"
        if BACK_BY_OTHERS in told and not (past.endpoint_lied or past.endpoint_lagged or past.reorganised):
            yield f"{row.stage.id}: it says {told!r}, and every endpoint told the same"
        excused = past.operator_lied or past.endpoint_lied or past.endpoint_lagged or past.reorganised or past.reverted
        if DIFFERS in row.view.contradicted and not excused:
            yield f"{row.stage.id}: {row.view.contradicted!r}, and the operator told the truth"
        if OTHER_ROOT in row.view.contradicted:
            yield f"{row.stage.id}: {row.view.contradicted!r}, and it does not"

    # ---- all together

    def _sums(self, voyages: Sequence[Voyage], up_to_date: bool) -> Iterator[str]:
        """Payments of an owner merge, so that what is called paid is compared as a whole."""
        proven: Counter[tuple[str, str, int]] = Counter()
        final: Counter[tuple[str, str, int]] = Counter()
        for voyage in voyages:
            terms = voyage.withdrawal.terms
            token, mark = int(terms.details["target_token"]), voyage.rows[-1].mark
            place = terms.destination, terms.recipient, token
            decimals = self._decimals(terms.destination, token)
            due = rescale(terms.amount, L2_DECIMALS, decimals)
            proven[place] += due if mark in CHECKED else 0
            final[place] += due if mark is Mark.IRREVERSIBLE else 0
        for place in proven:
            paid, for_good = self.truth.finally_paid(*place)
            if final[place] > for_good:
                yield f"{final[place]} are called irreversible at {place}, and really {for_good} are"
            if proven[place] > (paid if up_to_date else self.truth.most_paid(place)):
                yield f"{proven[place]} are called paid at {place}, and really {paid} were"

    def _decimals(self, chain: str, token: int) -> int:
        network = self.truth.world.network
        (number,) = (one.id for one in network.chains.values() if one.name == chain)
        return network.tokens[token].chains[number].decimals

    def _owed(self, owed: Unclaimed) -> Iterator[str]:
        self.counted["owed"] += 1
        scale = 10 ** (L2_DECIMALS - owed.decimals)
        told = owed.amount * scale + owed.rest
        ever = self.truth.owed.get((owed.chain, owed.owner, owed.token_id), {0})
        if told not in ever:
            yield f"{told} are said to wait for {owed.owner}, and that was {sorted(ever)}"

    def _health(self, health: ChainHealth) -> Iterator[str]:
        (place,) = (p for p in self.truth.world.chains.values() if self._name(p.id) == health.chain)
        if health.finalized > place.chain.finalized_number:
            yield f"block {health.finalized} is called final, and really {place.chain.finalized_number} is"

    def _name(self, number: int) -> str:
        return self.truth.world.network.chains[number].name

    # ---- the end

    def unfinished(self, voyages: Sequence[Voyage]) -> list[str]:
        """What is not told at the end, when everything works again and everything is done: nothing may be lost."""
        found = []
        for voyage in (each for each in voyages if each.withdrawal.terms.system == ZKLINK):
            request = voyage.withdrawal.request
            assert request is not None
            record = self.truth.world.rollup.records.get(request.locator)
            really = Status.REFUSED if record is None else Status.FINAL if record.success else Status.FAILED
            name, marks = voyage.withdrawal.id, " ".join(f"{row.stage.id} {row.mark}" for row in voyage.rows)
            if voyage.status is not really:
                found.append(f"{name}: in the end it is {voyage.status}, really {really}: {marks}; {request.said}")
            elif really is Status.FINAL and not {row.mark for row in voyage.rows} <= _ended(voyage):
                found.append(f"{name}: it is final with {[str(row.mark) for row in voyage.rows]}")
            elif any(row.view.contradicted for row in voyage.rows if row.stage.id in (RELEASED, PAID)):
                found.append(f"{name}: a quarrel stays: {[row.view.contradicted for row in voyage.rows]}")
        return found


def spoken_of(row: StageRow) -> Iterator[str]:
    """What was only told is spoken of as told, and nothing else is."""
    if (row.mark is Mark.REPORTED) is not ("says so" in row.said_by):
        yield f"it is {row.mark}, and spoken of as {row.said_by!r}"


def as_listed(voyages: Sequence[Voyage], activity: Sequence[ActivityRow]) -> list[str]:
    """Where the list says of a withdrawal something else than its voyage."""
    rows = {row.id: row for row in activity}
    found = []
    for voyage in voyages:
        row, state = rows[voyage.withdrawal.id], voyage.withdrawal
        same = [s.mark for s in voyage.rows if s.stage.title == row.stage_title]
        ended_otherwise = row.status is Status.REFUSED or state.cancelled_by is not None
        if row.status is not voyage.status or (same and row.mark not in same and not ended_otherwise):
            listed = f"{row.status}, {row.stage_title} {row.mark}"
            found.append(f"{state.id}: the list says {listed}; the voyage {voyage.status}, {same}")
        if not same and not ended_otherwise:
            found.append(f"{state.id}: the list says {row.stage_title!r}")
        if not state.rivals[1:]:  # what is signed in its place has rows of its own
            assert all(stage_mark(state, s.stage.id, voyage.track) is s.mark for s in voyage.rows)
    return found


def _ended(voyage: Voyage) -> frozenset[Mark]:
    """The marks of an end. Whom a broker paid is owed nothing by the contract: no release makes the batch final."""
    by_broker = voyage.withdrawal.facts.get(WAY) == BY_BROKER
    return (
        CHECKED | {Mark.NOT_APPLICABLE, Mark.REPORTED, Mark.AWAITED}
        if by_broker
        else frozenset({Mark.IRREVERSIBLE, Mark.NOT_APPLICABLE})
    )
