"""Where and how the wallet is killed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ashore.engine.boundaries import Boundary

KILLS_IN_CI = 30
OVERTAKEN = "answer: late"
OPENING = frozenset({Boundary.LINK_SEALED, Boundary.OPENED_ANSWERED, Boundary.OPENED_SEALED})
"""Those that only a voucher passes, and a link that waits in the window until it is opened."""
ENDING = frozenset({Boundary.ENDING_ANSWERED, Boundary.ENDING_JOURNALED})
"""Those that only a person's ending of a request passes."""
ELSEWHERE = OPENING | ENDING
BEFORE_THE_INTENT = OPENING | {Boundary.CONFIRM_BEFORE_SIGNING, Boundary.CONFIRM_SIGNED}
LOST_ANSWER = {"method": "sendTransaction", "kind": "drop", "phase": "after"}
NODE_DUMB = {"method": "getTransactionByHash", "kind": "garbage", "count": None}
_ONCE_A_WITHDRAWAL = frozenset(
    {
        Boundary.CONFIRM_BEFORE_SIGNING,
        Boundary.CONFIRM_SIGNED,
        Boundary.INTENT_JOURNALED,
        Boundary.SENDING_BEFORE_JOURNAL,
        Boundary.SENDING_JOURNALED,
        Boundary.SENDING_ANSWERED,
        Boundary.OUTCOME_JOURNALED,
    }
)
_LOCATING = frozenset({Boundary.LOCATE_BEFORE, Boundary.LOCATE_ANSWERED})


@dataclass(frozen=True, slots=True)
class Case:
    """One wallet's life and death.

    Attributes:
        row: the row of the table that it counts in.
        at: where the wallet dies, as BOUNDARY:N counted from just before its withdrawals, or for what the watchers
            pass (who never rest) from just after them.
        moment: instead, after how many seconds it is killed.
        again: where each wallet that is started afterwards dies (BOUNDARY:N from its start), in order.
        again_at: instead, after how many seconds from its start the next one is killed.
        withdrawals: how many are confirmed, in turn from both accounts, as far as it lives.
        rules: what goes wrong at the operator until the first death.
        frozen: whether the operator does nothing until then, so that L1 cannot tell what the node does not.
        lasting: whether what goes wrong goes on until the next wallet has its answers.
    """

    row: str
    at: str = ""
    moment: float | None = None
    again: tuple[str, ...] = ()
    again_at: float | None = None
    withdrawals: int = 1
    rules: tuple[Mapping[str, Any], ...] = ()
    frozen: bool = False
    lasting: bool = False

    @property
    def boundary(self) -> Boundary | None:
        """Where the wallet dies, if not at a moment."""
        return Boundary(self.at.partition(":")[0]) if self.at else None

    @property
    def armed_first(self) -> bool:
        """Whether the withdrawals themselves pass the boundary."""
        return self.boundary in _ONCE_A_WITHDRAWAL | _LOCATING


def boundary_cases() -> list[Case]:
    """Each boundary that a withdrawal with L1 passes, at its first, second and third passing."""
    cases = []
    for boundary in [each for each in Boundary if each not in ELSEWHERE]:
        for passing in (1, 2, 3):
            locating = boundary in _LOCATING
            cases.append(
                Case(
                    row=str(boundary),
                    at=f"{boundary}:{passing}",
                    withdrawals=passing if boundary in _ONCE_A_WITHDRAWAL else 1,
                    rules=(LOST_ANSWER, NODE_DUMB) if locating else (),
                    frozen=locating,
                )
            )
    return cases


def answer_cases() -> list[Case]:
    """What becomes of the operator's answer, and the wallet dies too: with it, after it, and while it asks again."""
    cases = []
    for kind, phase in (
        ("drop", "before"),
        ("drop", "after"),
        ("http", "before"),
        ("http", "after"),
        ("garbage", "before"),
        ("garbage", "after"),
        ("error", "before"),
        ("error", "after"),
    ):
        rule = {"method": "sendTransaction", "kind": kind, "phase": phase}
        row = f"answer: {kind} {phase}"
        locate = str(Boundary.LOCATE_ANSWERED)
        cases += [
            Case(row, at=f"{Boundary.SENDING_ANSWERED}:1", rules=(rule,), again=(f"{Boundary.LOCATE_BEFORE}:1",)),
            Case(row, at=f"{Boundary.OUTCOME_JOURNALED}:1", rules=(rule,), again=(f"{locate}:1", f"{locate}:1")),
        ]
    for phase in ("before", "after"):
        rule = {"method": "sendTransaction", "kind": "timeout", "phase": phase}
        cases.append(Case(f"answer: timeout {phase}", moment=1.5, rules=(rule,)))
    refusal = {"method": "sendTransaction", "kind": "error", "code": 206, "message": "insufficient balance", "count": 9}
    for boundary in (Boundary.SENDING_ANSWERED, Boundary.OUTCOME_JOURNALED):
        cases.append(Case("answer: refusal", at=f"{boundary}:1", rules=(refusal,), lasting=True))
    # The request is on its way for so long that the next wallet finds it nowhere and sends it again.
    slow = {"method": "sendTransaction", "kind": "delay", "phase": "before", "seconds": 9}
    cases.append(Case(OVERTAKEN, moment=1.5, rules=(slow,)))
    return cases


def random_cases(count: int, seed: int) -> list[Case]:
    """Kills at random moments of a voyage, half of them followed by one while the next wallet recovers."""
    chance = random.Random(seed)
    return [
        Case(
            "random moment",
            moment=chance.uniform(0.0, 3.0),
            again_at=chance.uniform(0.2, 2.5) if chance.random() < 0.5 else None,
            withdrawals=2,
        )
        for _ in range(count)
    ]
