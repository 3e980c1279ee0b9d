"""What an endpoint can be made to do wrong: fail on the wire, lag behind, or lie."""

import copy
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from ashore.sandbox.evm.encoding import Json, encode_block, to_hex
from ashore.sandbox.evm.view import ChainView


class FaultKind(StrEnum):
    """On the wire (the first five), behind the head, or a lie about one answer."""

    DROP = "drop"
    TIMEOUT = "timeout"
    DELAY = "delay"
    HTTP = "http"
    GARBAGE = "garbage"
    STALE = "stale"
    FORGED_HEADER = "mutate:header"
    FORGED_HEADER_REHASHED = "mutate:header-rehashed"
    FORGED_LOG = "mutate:log"
    WITHHELD_LOGS = "mutate:no-logs"
    FORGED_STATUS = "mutate:status"
    FORGED_FINALIZED = "mutate:finalized"
    FORGED_PROOF = "mutate:proof"
    FORGED_CALL = "mutate:call"
    FORGED_CHAIN_ID = "mutate:chain-id"


WIRE_FAULTS = frozenset({FaultKind.DROP, FaultKind.TIMEOUT, FaultKind.DELAY, FaultKind.HTTP, FaultKind.GARBAGE})


@dataclass(frozen=True, slots=True)
class FaultRule:
    """When an endpoint does what wrong.

    Attributes:
        match: regular expression that must match a whole method name.
        kind: what goes wrong.
        count: how often; None for ever.
        p: chance for each matching call, 0 to 1.
        seconds: how long a delay lasts, or after how long a timed-out call is given up with status 504.
        status: HTTP status of kind `http`; Retry-After is 1 second.
        blocks: how far a stale endpoint is behind.
    """

    match: str
    kind: FaultKind
    count: int | None = 1
    p: float = 1.0
    seconds: float = 60.0
    status: int = 500
    blocks: int = 3

    def __post_init__(self) -> None:
        re.compile(self.match)
        if not 0 <= self.p <= 1 or not 0 <= self.seconds <= 3600 or not 400 <= self.status <= 599 or self.blocks < 1:
            raise ValueError("a fault rule is out of range")

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "FaultRule":
        """Read a rule as the control interface sends it: {match, kind, count, p, seconds, status, blocks}.

        Raises:
            ValueError: unknown keys, an unknown kind, or numbers out of range.
        """
        unknown = set(value) - set(cls.__slots__)
        if unknown or "match" not in value or "kind" not in value:
            raise ValueError("a fault rule has match, kind and optionally count, p, seconds, status, blocks")
        try:
            return cls(**{**value, "kind": FaultKind(value["kind"])})
        except (TypeError, re.error) as error:
            raise ValueError(f"not a fault rule: {error}") from error


class FaultSet:
    """The rules in force at one endpoint; the first that matches is used up. Safe to share between threads."""

    def __init__(self, random: Callable[[], float], rules: Iterable[FaultRule] = ()) -> None:
        self._random = random
        self._lock = threading.Lock()
        self._rules: list[tuple[FaultRule, int | None]] = []
        self.replace(rules)

    def replace(self, rules: Iterable[FaultRule]) -> None:
        """Put these rules in force and forget the others."""
        with self._lock:
            self._rules = [(rule, rule.count) for rule in rules]

    def add(self, rule: FaultRule) -> None:
        """Put one more rule in force."""
        with self._lock:
            self._rules.append((rule, rule.count))

    def take(self, method: str, params: object, on_wire: bool) -> FaultRule | None:
        """Return the rule that this call meets and count it down, or None."""
        with self._lock:
            for index, (rule, left) in enumerate(self._rules):
                if left == 0 or (rule.kind in WIRE_FAULTS) is not on_wire or not _concerns(rule, method, params):
                    continue
                if rule.p < 1 and self._random() >= rule.p:
                    continue
                self._rules[index] = (rule, None if left is None else left - 1)
                return rule
        return None


def _concerns(rule: FaultRule, method: str, params: object) -> bool:
    if not re.fullmatch(rule.match, method):
        return False
    # Otherwise a question for another block would use the rule up with nothing to lie about.
    return rule.kind is not FaultKind.FORGED_FINALIZED or _asks_for_final(params)


def _asks_for_final(params: object) -> bool:
    return isinstance(params, list) and bool(params) and params[0] in ("finalized", "safe")


def forge(kind: FaultKind, view: ChainView, params: list[Any], result: Any) -> Any:
    """Return `result` with one lie in it; a result that the lie does not fit comes back unchanged."""
    lie = _LIES.get(kind)
    return result if lie is None or result is None else lie(view, params, copy.deepcopy(result))


def _flip(value: str) -> str:
    return value[:-1] + ("0" if value[-1] != "0" else "1")


def _header(_view: ChainView, _params: list[Any], result: Any) -> Any:
    if isinstance(result, dict) and "stateRoot" in result:
        result["stateRoot"] = _flip(result["stateRoot"])
    return result


def _header_rehashed(view: ChainView, _params: list[Any], result: Any) -> Any:
    if not isinstance(result, dict) or "stateRoot" not in result:
        return result
    block = view.block_by_hash(bytes.fromhex(result["hash"][2:]))
    if block is not None:
        root = bytes(31) + b"\x01"
        result["stateRoot"] = to_hex(root)
        result["hash"] = to_hex(block.header.copy(state_root=root).hash)
    return result


def _log_holders(result: Any) -> list[Json]:
    """The objects with a `data` field: logs themselves, or those inside receipts."""
    items = result if isinstance(result, list) else [result]
    objects = [item for item in items if isinstance(item, dict)]
    return [log for item in objects for log in item.get("logs", [item] if "topics" in item else [])]


def _log(_view: ChainView, _params: list[Any], result: Any) -> Any:
    for log in _log_holders(result):
        if log["data"] != "0x":
            log["data"] = _flip(log["data"])
        else:
            log["topics"][-1] = _flip(log["topics"][-1])
    return result


def _no_logs(_view: ChainView, _params: list[Any], result: Any) -> Any:
    if isinstance(result, list) and all("topics" in item for item in result):
        return []
    for receipt in result if isinstance(result, list) else [result]:
        if isinstance(receipt, dict) and "logs" in receipt:
            receipt["logs"] = []
    return result


def _status(_view: ChainView, _params: list[Any], result: Any) -> Any:
    for receipt in result if isinstance(result, list) else [result]:
        if isinstance(receipt, dict) and "status" in receipt:
            receipt["status"] = "0x0" if receipt["status"] == "0x1" else "0x1"
    return result


def _finalized(view: ChainView, params: list[Any], result: Any) -> Any:
    if _asks_for_final(params):
        return encode_block(view.head, len(params) > 1 and params[1] is True)
    return result


def _proof(_view: ChainView, _params: list[Any], result: Any) -> Any:
    if isinstance(result, dict) and result.get("storageProof"):
        slot = result["storageProof"][-1]
        slot["value"] = hex(int(slot["value"], 16) + 1)
        if slot["proof"]:
            slot["proof"][-1] = _flip(slot["proof"][-1])
    return result


def _hex_result(_view: ChainView, _params: list[Any], result: Any) -> Any:
    return _flip(result) if isinstance(result, str) and len(result) > 2 else result


_LIES: Mapping[FaultKind, Callable[[ChainView, list[Any], Any], Any]] = MappingProxyType(
    {
        FaultKind.FORGED_HEADER: _header,
        FaultKind.FORGED_HEADER_REHASHED: _header_rehashed,
        FaultKind.FORGED_LOG: _log,
        FaultKind.WITHHELD_LOGS: _no_logs,
        FaultKind.FORGED_STATUS: _status,
        FaultKind.FORGED_FINALIZED: _finalized,
        FaultKind.FORGED_PROOF: _proof,
        FaultKind.FORGED_CALL: _hex_result,
        FaultKind.FORGED_CHAIN_ID: _hex_result,
    }
)
