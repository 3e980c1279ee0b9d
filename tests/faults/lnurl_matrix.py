"""Kills the wallet while it withdraws Lightning vouchers, starts it again, and counts what became of them.

The practice network outlives every wallet and counts what was really paid.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ashore.domain.withdrawal import Status, Withdrawal
from ashore.engine.boundaries import Boundary
from ashore.keys.signer import SEALED_NOTE
from ashore.keys.vault import Vault
from ashore.systems.lnurl.system.tracks import FINAL
from faults.kill_cases import BEFORE_THE_INTENT
from faults.kill_matrix import Tally
from faults.lanes import DEATH_S, WalletLane
from faults.lightning_observer import lightning_disagreements
from faults.processes import MatrixError, WalletProcess

SETTLE_S = 90.0
PAST_EXPIRY_S = 3600 + 600 + 60
PASSWORD = b"practice"
NEVER_PAID: tuple[Mapping[str, Any], ...] = ({"never_pays": True}, {"refuses": True})
PAID: tuple[Mapping[str, Any], ...] = (
    {},
    {"error_but_pays": True},
    {"pays_slowly": 1},
    {"answers_after": 1},
    {"drops_after_paying": True},
    {"pays_after": 2},
    {"callback_body": "html"},
)
BURNS: Mapping[str, Any] = {"burns_on_look": True}
BOUNDARIES = (
    Boundary.LINK_SEALED,
    Boundary.OPENED_ANSWERED,
    Boundary.OPENED_SEALED,
    Boundary.CONFIRM_BEFORE_SIGNING,
    Boundary.CONFIRM_SIGNED,
    Boundary.INTENT_JOURNALED,
    Boundary.SENDING_BEFORE_JOURNAL,
    Boundary.OPERATOR_ANSWERED,
    Boundary.OPERATOR_JOURNALED,
    Boundary.LOCATE_BEFORE,
    Boundary.LOCATE_ANSWERED,
    Boundary.OUTCOME_JOURNALED,
    Boundary.SENDING_ANSWERED,
    Boundary.SENDING_JOURNALED,
)
"""Those that a withdrawal without L1 passes: its service is asked after the first, what was opened is sealed between
the next two, what is handed over between the two after them, and the callback lies between the last two, which come
last because what they leave is asked about again and again."""
_WATCHING = frozenset({Boundary.OPERATOR_ANSWERED, Boundary.OPERATOR_JOURNALED})
_LOCATING = frozenset({Boundary.LOCATE_BEFORE, Boundary.LOCATE_ANSWERED})
_CARRYING = _LOCATING | {
    Boundary.SENDING_BEFORE_JOURNAL,
    Boundary.SENDING_JOURNALED,
    Boundary.SENDING_ANSWERED,
    Boundary.OUTCOME_JOURNALED,
}
"""Those that earlier withdrawals, which are still being carried, pass as well."""
TRIES = 3
AGAIN = "lnurl: again after a no"
OPENED_AGAIN = "lnurl: opened again"
LATE_S = 240
"""When a service pays that is late: for two of them, less than clocks may differ by."""
FROM_THE_LIST: Mapping[str, Any] = {"op": "claim", "fields": {"amount": "15"}}
"""Open the link that came last and was not opened, and bring 15 sat out."""
_KEPT_OPEN = frozenset({Boundary.OPENED_SEALED, Boundary.CONFIRM_BEFORE_SIGNING, Boundary.CONFIRM_SIGNED})
"""Where a link that its opening used up is worth nothing any more, and what was opened is."""
_UNOPENED = frozenset({Boundary.LINK_SEALED, Boundary.OPENED_ANSWERED})
"""Where the next wallet has nothing but the link that the vault keeps: nobody pastes it once more."""
_AROUND_THE_CALLBACK = frozenset({Boundary.SENDING_JOURNALED, Boundary.SENDING_ANSWERED, Boundary.OUTCOME_JOURNALED})


@dataclass(frozen=True, slots=True)
class VoucherCase:
    """One voucher, and where the wallet that claims it dies.

    Attributes:
        row: the row of the table that it counts in.
        at: the boundary where it dies, or None.
        moment: instead, after how many seconds.
        again_at: after how many seconds from its start the next wallet is killed too.
        faults: what the voucher's service does.
        again: whether the service says no first, and the wallet dies while the person has the same invoice handed
            over again.
        twice: whether it is good for two claims, states no balance, and is opened again while the first one is under
            way: the wallet dies over that.
    """

    row: str
    at: Boundary | None = None
    moment: float = 0.0
    again_at: float | None = None
    faults: Mapping[str, Any] = field(default_factory=dict)
    again: bool = False
    twice: bool = False

    @property
    def pays(self) -> bool:
        """Whether the service pays in the end."""
        return self.faults not in NEVER_PAID


def voucher_boundary_cases() -> list[VoucherCase]:
    """Each boundary with a service that pays; those around the callback with others too, unpaid ones last."""
    cases = []
    for boundary in BOUNDARIES:
        # Only what was not answered with OK is asked about.
        usual: Mapping[str, Any] = {"drops_after_paying": True} if boundary in _LOCATING else {}
        usual = BURNS if boundary is Boundary.LINK_SEALED else usual  # nobody was asked: it is as good as it was
        more = [{"error_but_pays": True}] if boundary in _AROUND_THE_CALLBACK else []
        more += [BURNS] if boundary in _KEPT_OPEN else []
        cases += [VoucherCase(f"lnurl: {boundary}", at=boundary, faults=faults) for faults in (usual, *more)]
    for at in (Boundary.LINK_SEALED, Boundary.OPENED_ANSWERED):
        cases.append(VoucherCase(OPENED_AGAIN, at=at, faults={"pays_after": LATE_S}, twice=True))
    cases += [VoucherCase(AGAIN, at=at, again=True) for at in (Boundary.SENDING_ANSWERED, Boundary.SENDING_JOURNALED)]
    unpaid = ((Boundary.SENDING_ANSWERED, NEVER_PAID[0]), (Boundary.OUTCOME_JOURNALED, NEVER_PAID[1]))
    return [*cases, *(VoucherCase(f"lnurl: {at}", at=at, faults=faults) for at, faults in unpaid)]


def voucher_random_cases(count: int, seed: int) -> list[VoucherCase]:
    """Kills at random moments of a claim, half of them followed by one while the next wallet recovers."""
    chance = random.Random(seed)
    return [
        VoucherCase(
            "lnurl: random moment",
            moment=chance.uniform(0.0, 1.5),
            again_at=chance.uniform(0.2, 2.5) if chance.random() < 0.5 else None,
            faults=chance.choice(PAID + NEVER_PAID),
        )
        for _ in range(count)
    ]


class VoucherLane(WalletLane):
    """A practice network and a wallet folder in which cases follow each other, each on the remains of the last."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.vouchers: list[tuple[VoucherCase, str]] = []
        self.kills: dict[str, int] = {}
        self.behind_s = 0
        """By how much the clocks of the wallets are behind that of the service, and of its invoices."""

    def run(self, case: VoucherCase) -> None:
        """Let a wallet die over a voucher, and leave a living one."""
        if case.twice:
            self._run_twice(case)
            return
        known = len(self.journaled())
        voucher = self.sandbox.control("voucher", faults=case.faults, style=("npm", "lnbits")[known % 2])
        self.vouchers.append((case, voucher["id"]))
        for _ in range(TRIES):
            self._die(case, voucher)
            journaled = len(self.journaled()) - known
            if journaled or case.at not in _CARRYING:
                break
            # It was an earlier withdrawal, still being carried, that passed there first: as good a death.
        strict = case.at is not None and case.at not in _CARRYING
        if strict and journaled != (0 if case.at in BEFORE_THE_INTENT else 1):
            raise MatrixError(f"{case}: {journaled} withdrawals were journaled")
        if not journaled:
            self.begin(FROM_THE_LIST if case.at in _UNOPENED else _claim(voucher))  # nothing of it may be lost

    def _run_twice(self, case: VoucherCase) -> None:
        """Bring one of two claims, and let a wallet die as it opens the link again: nobody scans it once more."""
        voucher = self.sandbox.control("voucher", faults=case.faults, style="lnbits", uses=2)
        self.vouchers.append((case, voucher["id"]))
        first = self.begin(_claim(voucher))
        self.wait("told", withdrawal=first)
        self.die(_claim(voucher), case.at)
        self._count(case)
        self.wallet = self.alive()
        self.sandbox.control("lightning", advance=LATE_S)
        self.behind_s += LATE_S
        self.wait("ended", withdrawal=first)
        self._spoil(voucher, pays_after=None)
        self.begin(FROM_THE_LIST)

    def _die(self, case: VoucherCase, voucher: Mapping[str, Any]) -> None:
        wished = ""
        if case.again:
            wished = self._refused(voucher)
            self.wallet.tell(op="arm", at=f"{case.at}:1")
            self.wallet.tell(op="again", withdrawal=wished)
            self.wallet.died(DEATH_S)
        else:
            self.die(_claim(voucher), case.at, case.moment, _WATCHING)
        self._count(case)
        if case.again_at is not None:
            self.wallet = WalletProcess(self.sandbox.url, self.data_dir)
            self.wallet.kill_after(case.again_at)
            self.wallet.died(DEATH_S)
            self._count(case)
        self.wallet = self.alive()
        if wished and self._told(wished)["said_no"]:
            self.wallet.ask(op="again", withdrawal=wished)  # the wallet died before it could be wished

    def _refused(self, voucher: Mapping[str, Any]) -> str:
        """Claim a voucher whose service says no, and would not any more; return the withdrawal."""
        self._spoil(voucher, refuses="Wait 60 seconds.")
        withdrawal = self.begin(_claim(voucher))
        if not self._told(withdrawal)["said_no"]:
            raise MatrixError("the service did not say no")
        self._spoil(voucher, refuses=None)
        return withdrawal

    def _told(self, withdrawal: str) -> Mapping[str, Any]:
        """What is known of a withdrawal, once its service answered."""
        answer = self.wallet.ask(op="told", withdrawal=withdrawal)
        if answer is None:
            raise MatrixError("the wallet died by itself")
        found: Mapping[str, Any] = next(state for state in answer["states"] if state["id"] == withdrawal)
        return found

    def _spoil(self, voucher: Mapping[str, Any], **faults: Any) -> None:
        self.sandbox.control("faults", lightning={"vouchers": {voucher["id"]: faults}})

    def settled(self) -> list[str]:
        """Wait for what can be paid, then past every expiry for the rest; return what is wrong in the end."""
        wrong = []
        unpaid = sum(not case.pays for case, _ in self.vouchers)
        try:
            for command in (
                {"op": "settled", "but": unpaid},
                {"op": "ahead", "by": PAST_EXPIRY_S + self.behind_s},
                {"op": "settled"},
                {"op": "tidied"},
            ):
                if command["op"] == "ahead":
                    self.sandbox.control("lightning", advance=PAST_EXPIRY_S)
                if self.wallet.ask(SETTLE_S, **command) is None:
                    return ["the wallet died by itself"]
        except MatrixError as error:
            wrong.append(f"not everything came to an end: {error}")
        self.wallet.end()
        truth = self.sandbox.control("status")["lightning"]
        twice = {voucher for case, voucher in self.vouchers if case.twice}
        return [*wrong, *self._notes_left(), *voucher_disagreements(self.journaled(), truth, twice)]

    def tallies(self) -> dict[str, Tally]:
        """What became of each row's vouchers, by the service's own count. The wallet has to have ended."""
        truth = self.sandbox.control("status")["lightning"]
        claims = {state.request.locator: state for state in self.journaled() if state.request is not None}
        rows: dict[str, Tally] = {}
        for case, voucher in self.vouchers:
            calls = [call for call in truth["claims"] if call["voucher"] == voucher]
            tally = rows.setdefault(case.row, Tally())
            tally.add(_tally_of(case, calls, claims))
        for row, kills in self.kills.items():
            rows[row].kills = kills
        return rows

    def _count(self, case: VoucherCase) -> None:
        self.kills[case.row] = self.kills.get(case.row, 0) + 1

    def _notes_left(self) -> Iterator[str]:
        """Nothing is open any more: no bearer's secret is kept, but of what was opened and not withdrawn after all."""
        (path,) = self.data_dir.rglob("*.ashore")
        with contextlib.closing(Vault.open(path, PASSWORD, randomness=random.randbytes)) as vault:
            left = [record for record in vault.list() if record.kind == SEALED_NOTE]
        refused = sum(state.status is Status.REFUSED for state in self.journaled())
        again = [record for record in left if record.meta.get("use") == "opened"]
        if len(again) > refused:
            yield f"{len(again)} opened vouchers are kept where {refused} were refused"
        if left := [record for record in left if record not in again]:
            yield f"{len(left)} notes are kept for withdrawals that have ended"


def voucher_disagreements(
    claims: Sequence[Withdrawal], truth: Mapping[str, Any], twice: Collection[str] = ()
) -> list[str]:
    """What the wallet says of vouchers and is not so, when all have ended.

    Each voucher was good for one claim, or for two.
    """
    wrong = lightning_disagreements(claims, truth)
    wrong += [f"{state.id[:8]} is still open" for state in claims if state.is_open]
    received = {row["payment_hash"] for row in truth["invoices"] if row["received_msat"]}
    for state in claims:
        if state.request is not None and state.request.locator in received and not state.stage(FINAL).evidence:
            wrong.append(f"{state.id[:8]} was paid, and is {state.status}")
    for voucher in {call["voucher"] for call in truth["claims"]}:
        calls = [call for call in truth["claims"] if call["voucher"] == voucher]
        good_for = 2 if voucher in twice else 1
        if len({call["payment_hash"] for call in calls}) > good_for:
            wrong.append(f"voucher {voucher} was given more invoices than it was good for")
        if sum(call["paid"] for call in calls) > good_for:
            wrong.append(f"voucher {voucher} was paid more often than it was good for")
    return wrong


def _tally_of(case: VoucherCase, calls: Sequence[Mapping[str, Any]], claims: Mapping[str, Withdrawal]) -> Tally:
    """One voucher by the service's own count; final only if both say so."""
    invoices = {str(call["payment_hash"]) for call in calls}
    paid = [str(call["payment_hash"]) for call in calls if call["paid"]]
    ended = [claims[name] for name in invoices if name in claims]
    good_for = 2 if case.twice else 1
    final = len(paid) == good_for and all(state.status is Status.FINAL for state in ended)
    # Nothing may have been handed over at all before its invoice expired.
    unpaid = not paid and not case.pays and all(s.status in (Status.REFUSED, Status.FAILED) for s in ended)
    return Tally(
        final=int(final),
        refused=int(unpaid),
        lost=int(not final and not unpaid),
        twice=int(len(invoices) > good_for or len(paid) > good_for),
        duplicates=max(0, len(calls) - good_for),
    )


def _claim(voucher: Mapping[str, Any]) -> dict[str, Any]:
    return {"op": "claim", "link": voucher["lnurl"], "fields": {"amount": "15"}}
