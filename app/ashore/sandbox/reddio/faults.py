"""What can be made to go wrong at Reddio: in its answers, in its words, and in what its operator does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from ashore.sandbox.zklink.faults import FaultKind, Phase

MAX_RULES = 100


class Switch(StrEnum):
    """A lasting misbehaviour. The value that a switch is set to stands in brackets; otherwise it is true."""

    DEAD = "dead"
    """The API answers nothing any more: every connection breaks."""
    IDLE = "idle"
    """The operator does nothing any more."""
    ERRORS_AS_4XX = "errors_as_4xx"
    """A refusal comes with HTTP 400 instead of 200; the envelope is the same."""
    ERROR_NULL = "error_null"
    """`error` is null where there is none, and `error_code` is missing."""
    QUANTUM_AS_TEXT = "quantum_as_text"
    """`quantum` and `decimals` are text instead of numbers."""
    REPEAT_POST = "repeat_post"
    """Every POST reaches the operator twice; what the second one is told is what the client hears."""
    FAIL = "fail"
    """What is looked at fails with status 2 (the `resp`)."""
    REJECT = "reject"
    """What is accepted is rejected on layer 2 with status 4 (the `resp`)."""
    ROLL_BACK = "roll_back"
    """What is accepted is rolled back with status 5 (the `resp`)."""
    ACCEPT_DELAYED = "accept_delayed"
    BATCH_DELAYED = "batch_delayed"
    PROOF_DELAYED = "proof_delayed"
    UPDATE_DELAYED = "update_delayed"
    FROZEN = "frozen"
    """The contract on Ethereum is frozen: no more state updates. Ended, it is unfrozen."""
    IGNORES_DEMANDS = "ignores_demands"
    """Full withdrawals that are demanded on Ethereum are not served."""
    WRONG_ASSET_TYPE = "wrong_asset_type"
    """contract_info tells another asset type (the number in hex)."""
    WRONG_DECIMALS = "wrong_decimals"
    """contract_info and balances tell other decimals (the number as a decimal string)."""
    WRONG_QUANTUM = "wrong_quantum"
    """contract_info and balances tell another quantum (the number as a decimal string)."""
    WRONG_VAULT = "wrong_vault"
    """The vault that is told is another one, in which nobody has anything."""
    WRONG_NONCE = "wrong_nonce"
    """The nonce that is told is one that was used, or the one after the next."""
    WRONG_AMOUNT = "wrong_amount"
    """Records tell another amount than was signed (quanta as a decimal string)."""
    WRONG_RECEIVER = "wrong_receiver"
    """Records tell another receiver than was signed (the address)."""
    LIE_ON_L1 = "lie_on_l1"
    """Every accepted request is told to be on Ethereum (status 6)."""
    LIE_CLAIMABLE = "lie_claimable"
    """withdrawal/status tells every withdrawal to be claimable, whatever the contract says."""


@dataclass(frozen=True, slots=True)
class PathFault:
    """One rule about calls."""

    path: str
    """A path from `/v1/…` on, or * for all."""
    kind: FaultKind
    phase: Phase = Phase.BEFORE
    count: int | None = 1
    """How often; None is for ever."""
    status: int = 500
    """Of `http`; an `error` comes with 200 unless another is named."""
    seconds: float = 0.0
    code: int = 500
    message: str = "system error"


@dataclass(slots=True)
class Faults:
    """The rules and switches in force."""

    rules: list[PathFault] = field(default_factory=list)
    switches: dict[Switch, Any] = field(default_factory=dict)

    def on(self, switch: Switch) -> bool:
        """Whether a switch is set."""
        return bool(self.switches.get(switch))

    def text(self, switch: Switch, default: str) -> str | None:
        """A switch's text: None when it is not set, `default` when it is set to true."""
        value = self.switches.get(switch)
        if not value:
            return None
        return value if isinstance(value, str) else default

    def take(self, path: str, phase: Phase) -> PathFault | None:
        """The first rule that fits, counted down."""
        for index, rule in enumerate(self.rules):
            if rule.phase is not phase or rule.path not in ("*", path):
                continue
            if rule.count is not None:
                if rule.count <= 1:
                    del self.rules[index]
                else:
                    self.rules[index] = replace(rule, count=rule.count - 1)
            return rule
        return None

    def clear(self) -> None:
        """Everything works again."""
        self.rules.clear()
        self.switches.clear()

    def set(self, rules: list[PathFault] | None, switches: Mapping[Switch, Any]) -> None:
        """Replace the rules, if there are any given, and set or (by what is false) end switches."""
        if rules is not None:
            self.rules[:] = rules
        for switch, value in switches.items():
            if value:
                self.switches[switch] = value
            else:
                self.switches.pop(switch, None)


def read_faults(value: Any) -> tuple[list[PathFault] | None, dict[Switch, Any]]:
    """Rules and switches from JSON: `{"rules": [...], "switches": {...}}`, both optional.

    Raises:
        ValueError: something is unknown or out of range.
    """
    if not isinstance(value, dict) or not value.keys() <= {"rules", "switches"}:
        raise ValueError("faults of reddio are rules and switches")
    rules, switches = value.get("rules"), value.get("switches", {})
    if rules is not None and (not isinstance(rules, list) or len(rules) > MAX_RULES):
        raise ValueError(f"rules are a list of at most {MAX_RULES} objects")
    if not isinstance(switches, dict):
        raise ValueError("switches are an object")  # noqa: TRY004 - as all that is wrong here
    read = None if rules is None else [_read_rule(rule) for rule in rules]
    return read, {Switch(name): setting for name, setting in switches.items()}


def _read_rule(value: Any) -> PathFault:
    known = {"path", "kind", "phase", "count", "status", "seconds", "code", "message"}
    if not isinstance(value, dict) or not value.keys() <= known or not {"path", "kind"} <= value.keys():
        raise ValueError("a rule has path and kind, and may have " + ", ".join(sorted(known - {"path", "kind"})))
    kind = FaultKind(value["kind"])
    count, code = value.get("count", 1), value.get("code", 500)
    status, seconds = value.get("status", 200 if kind is FaultKind.ERROR else 500), value.get("seconds", 0)
    if count is not None and not _whole(count, 1, 10**6):
        raise ValueError("count is a number from 1, or null")
    if not _whole(status, 200, 599) or not _whole(code, 0, 1000):
        raise ValueError("status is 200 to 599, code 0 to 1000")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 3600:
        raise ValueError("seconds is 0 to 3600")
    return PathFault(
        path=str(value["path"])[:80],
        kind=kind,
        phase=Phase(value.get("phase", "before")),
        count=count,
        status=status,
        seconds=float(seconds),
        code=code,
        message=str(value.get("message", "system error"))[:500],
    )


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
