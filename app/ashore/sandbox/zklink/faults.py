"""What can be made to go wrong at the operator: in its answers, in its words, and in what it does on L1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

MAX_RULES = 100


class FaultKind(StrEnum):
    """How a call goes wrong."""

    HTTP = "http"
    """An HTTP status with a body that is no JSON."""
    TIMEOUT = "timeout"
    """No answer until the client gives up."""
    DROP = "drop"
    """The connection ends in the middle of the answer."""
    GARBAGE = "garbage"
    """Status 200, not JSON."""
    DELAY = "delay"
    """The right answer, late (seconds of real time)."""
    ERROR = "error"
    """A JSON-RPC error."""


class Phase(StrEnum):
    """Whether the call has had its effect when it goes wrong."""

    BEFORE = "before"
    AFTER = "after"


class Switch(StrEnum):
    """A lasting misbehaviour of the operator. The value that a switch is set to stands in brackets.

    Stalls, the relayer, the reserve and the broker may be set for some chains only: a list of zkLink chain ids.
    """

    FROZEN = "frozen"
    """The operator does nothing any more."""
    RELAYER_OFF = "relayer_off"
    """Nobody pays out: the owner has to claim."""
    RELAYER_BATCHES = "relayer_batches"
    """Many are paid in one transaction, which does not go to the zkLink contract itself."""
    COMMIT_STALLED = "commit_stalled"
    PROVE_STALLED = "prove_stalled"
    SYNC_STALLED = "sync_stalled"
    EXECUTE_STALLED = "execute_stalled"
    RESERVE_EMPTY = "reserve_empty"
    """The node reports no liquidity on L1 and refuses withdrawals with 208."""
    GAS_DEARER = "gas_dearer"
    """The gas token costs more than usual, and so do all fees (its price in US dollars as a decimal string)."""
    ACTIVATION_CHARGED = "activation_charged"
    """A change of key costs as much as a withdrawal, instead of nothing."""
    EXECUTION_FAILURE = "execution_failure"
    """Layer-2 execution fails (the failReason)."""
    LIE_COMMITTED = "lie_committed"
    """The node says that every block is committed."""
    LIE_PROVED = "lie_proved"
    """The node says that every block is committed and proved, and names transactions that do not exist."""
    LIE_VERIFIED = "lie_verified"
    """The node says that every block is executed on L1, and names transactions that do not exist."""
    WRONG_L1_TX = "wrong_l1_tx"
    """The node names other L1 transactions than those it sent."""
    WRONG_AMOUNT = "wrong_amount"
    """The node tells another amount than was signed (the amount as a decimal string)."""
    WRONG_RECIPIENT = "wrong_recipient"
    """The node tells another recipient than was signed (the address)."""
    WRONG_CONTRACT = "wrong_contract"
    """The node names another main contract (the address)."""
    WRONG_DECIMALS = "wrong_decimals"
    """The node tells other decimals of every token (the number as a decimal string)."""
    WRONG_ROOT = "wrong_root"
    """The node tells another state root of every block."""
    NO_WITHDRAW_STATUS = "no_withdraw_status"
    """The node does not know getWithdrawStatus."""
    BROKER_AWAY = "broker_away"
    """Nobody accepts a fast withdrawal."""
    BROKER_ASKS = "broker_asks"
    """The broker's price list names another price (in 1/10000, as text), or whatever else the text says."""
    BROKER_LIMIT = "broker_limit"
    """The broker's price list names another limit (in the token's units, as text). What it really has stays."""
    BROKER_SILENT = "broker_silent"
    """The price list does not answer: HTTP 503."""
    BROKER_PAYS_LESS = "broker_pays_less"
    """The broker accepts at a higher ratio than was signed: that is an Accept of another withdrawal."""


@dataclass(frozen=True, slots=True)
class RpcFault:
    """One rule about calls."""

    method: str
    """A method's name, or * for all."""
    kind: FaultKind
    phase: Phase = Phase.BEFORE
    count: int | None = 1
    """How often; None is for ever."""
    status: int = 500
    seconds: float = 0.0
    code: int = 500
    message: str = "internal error"


@dataclass(slots=True)
class Faults:
    """The rules and switches in force."""

    rules: list[RpcFault] = field(default_factory=list)
    switches: dict[Switch, Any] = field(default_factory=dict)

    def on(self, switch: Switch, chain: int | None = None) -> bool:
        """Whether a switch is set, on this chain if one is named."""
        value = self.switches.get(switch)
        return chain in value if isinstance(value, list) and chain is not None else bool(value)

    def text(self, switch: Switch, default: str) -> str | None:
        """A switch's text: None when it is not set, `default` when it is set to true."""
        value = self.switches.get(switch)
        if not value:
            return None
        return value if isinstance(value, str) else default

    def take(self, methods: list[str], kinds: frozenset[FaultKind], phase: Phase | None = None) -> RpcFault | None:
        """The first rule that fits, counted down."""
        for index, rule in enumerate(self.rules):
            fits = rule.kind in kinds and (phase is None or rule.phase is phase)
            if not fits or not (rule.method == "*" or rule.method in methods):
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


def read_rule(value: Mapping[str, Any]) -> RpcFault:
    """A rule from JSON.

    Raises:
        ValueError: a field is unknown or out of range.
    """
    known = {"method", "kind", "phase", "count", "status", "seconds", "code", "message"}
    if not value.keys() <= known or not {"method", "kind"} <= value.keys():
        raise ValueError("a rule has method and kind, and may have " + ", ".join(sorted(known - {"method", "kind"})))
    count = value.get("count", 1)
    if count is not None and not _whole(count, 1, 10**6):
        raise ValueError("count is a number from 1, or null")
    status, code, seconds = value.get("status", 500), value.get("code", 500), value.get("seconds", 0)
    if not _whole(status, 400, 599) or not _whole(code, -(2**31), 2**31):
        raise ValueError("status is 400 to 599, code a number")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 3600:
        raise ValueError("seconds is 0 to 3600")
    return RpcFault(
        method=str(value["method"])[:80],
        kind=FaultKind(value["kind"]),
        phase=Phase(value.get("phase", "before")),
        count=count,
        status=status,
        seconds=float(seconds),
        code=code,
        message=str(value.get("message", "internal error"))[:500],
    )


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
