"""The sandbox's controls: status, time, steps, faults, reorganisations, a new beginning. Behind a token."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from ashore.sandbox import asgi, jsonrpc
from ashore.sandbox.clock import ClockMode, Stage
from ashore.sandbox.evm.errors import ChainError
from ashore.sandbox.evm.faults import FaultRule
from ashore.sandbox.evm.rpc import RpcEndpoint
from ashore.sandbox.genesis import PRIMARY
from ashore.sandbox.lightning.service import place_of
from ashore.sandbox.world import World
from ashore.sandbox.zklink.faults import MAX_RULES, RpcFault, Switch, read_rule

TOKEN_HEADER = b"x-ashore-token"
_MAX_STEPS = 1_000
_MOST_GWEI = 100_000


class ControlError(Exception):
    """An operation was asked for wrongly."""


Operation = Callable[[dict[str, Any]], Awaitable[Any]]


class Control:
    """Serves `/ctl/<operation>`.

    Args:
        world: what is controlled.
        token: what the header x-ashore-token has to carry; empty locks everything out.
    """

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token.encode()
        self._operations: dict[str, Operation] = {
            "status": self._status,
            "clock": self._clock,
            "advance": self._advance,
            "step": self._step,
            "settle": self._settle,
            "faults": self._faults,
            "revert": self._revert,
            "reorg": self._reorg,
            "fees": self._fees,
            "reset": self._reset,
        }

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Serve one request: POST with a JSON object, or GET without a body."""
        if not self._allowed(scope):
            await asgi.send_json(send, 403, {"error": "the token is missing or wrong"})
            return
        operation = self._operation(scope)
        if operation is None:
            await asgi.send_json(send, 404, {"error": "no such operation"})
            return
        try:
            value = _object(await asgi.read_body(receive))
            answer = await operation(value)
        except asgi.ClientGoneError:
            return
        except asgi.BodyTooLargeError:
            await asgi.send_json(send, 413, {"error": "body too large"})
        except (ControlError, ValueError, KeyError, TypeError, AttributeError, ChainError) as error:
            await asgi.send_json(send, 400, {"error": f"{type(error).__name__}: {error}"[:500]})
        else:
            await asgi.send_json(send, 200, answer)

    def _operation(self, scope: asgi.Scope) -> Operation | None:
        name = scope["path"].rpartition("/")[2]
        lightning = self._world.lightning.operation(name)
        if lightning is None:
            return self._operations.get(name)
        place = place_of(scope)
        return lambda value: lightning(value, place)

    def _allowed(self, scope: asgi.Scope) -> bool:
        given = b"".join(value for name, value in scope["headers"] if name.lower() == TOKEN_HEADER)
        return bool(self._token) and hmac.compare_digest(given, self._token)

    async def _status(self, value: dict[str, Any]) -> Any:
        """{only: [transaction hash]}: without it, every withdrawal is told in full."""
        only = value.get("only")
        if only is not None and not (isinstance(only, list) and all(isinstance(one, str) for one in only)):
            raise ControlError("only is a list of transaction hashes")
        return self._world.status(only)

    async def _clock(self, value: dict[str, Any]) -> Any:
        """{mode, speed}."""
        speed = value.get("speed", 1.0)
        if isinstance(speed, bool) or not isinstance(speed, int | float):
            raise ControlError("the speed is a number")
        self._world.set_mode(ClockMode(value["mode"]), float(speed))
        return self._world.status([])["clock"]

    async def _advance(self, value: dict[str, Any]) -> Any:
        """{seconds}."""
        seconds = value["seconds"]
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise ControlError("seconds are a number")
        self._world.clock.advance(float(seconds))
        return self._world.status([])["clock"]

    async def _step(self, value: dict[str, Any]) -> Any:
        """{what: stage, block or finalize; count; chain: blocks on this one alone}: the answers of all steps."""
        count = value.get("count", 1)
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= _MAX_STEPS:
            raise ControlError(f"count is 1 to {_MAX_STEPS}")
        what = str(value.get("what", "stage"))
        chain = self._chain(value)
        return [await self._world.step(what, chain) for _ in range(count)]

    async def _settle(self, value: dict[str, Any]) -> Any:
        """{up_to: the last stage}: stages and blocks until the operator has nothing left to do."""
        return await self._world.settle(up_to=str(value.get("up_to", Stage.PAYOUT)))

    async def _faults(self, value: dict[str, Any]) -> Any:
        """{clear, l1: {endpoint: [rule]}, zklink: {rules: [rule], switches: {name: value}},
        lightning: {service: {name: value}, vouchers: {id: {name: value}}, node: {name: value}},
        reddio: {rules: [rule], switches: {name: value}}}.

        What is named is replaced; a switch is ended by false. Endpoints are `a` of the primary chain, `2/a` of others.
        """
        l1_rules = {name: _l1_rules(rules) for name, rules in value.get("l1", {}).items()}
        endpoints = self._endpoints()
        unknown = l1_rules.keys() - endpoints.keys()
        if unknown or not value.keys() <= {"clear", "l1", "zklink", "lightning", "reddio"}:
            raise ControlError("faults are set for known endpoints under l1, for zklink, lightning and reddio")
        operator = value.get("zklink", {})
        rules = [read_rule(rule) for rule in _bounded(operator.get("rules", []))]
        switches = {Switch(name): setting for name, setting in operator.get("switches", {}).items()}
        set_lightning = self._world.lightning.read_faults(value.get("lightning", {}))
        set_reddio = self._read_reddio(value)
        if value.get("clear"):
            self._clear()
        set_lightning()
        set_reddio()
        for name, one in l1_rules.items():
            endpoints[name].faults.replace(one)
        self._set_operator("rules" in operator, rules, switches)
        return {"rules": len(self._world.faults.rules), "switches": sorted(self._world.faults.switches)}

    def _read_reddio(self, value: dict[str, Any]) -> Callable[[], None]:
        if "reddio" not in value:
            return lambda: None
        if self._world.reddio is None:
            raise ControlError("this world has no Reddio")
        return self._world.reddio.read_faults(value["reddio"])

    def _clear(self) -> None:
        self._world.faults.clear()
        self._world.lightning.clear_faults()
        if self._world.reddio is not None:
            self._world.reddio.faults.clear()
        for endpoint in self._endpoints().values():
            endpoint.faults.replace([])

    def _endpoints(self) -> dict[str, RpcEndpoint]:
        """Every chain's endpoints as `chain/name`; the primary chain's also by their name alone."""
        found = dict(self._world.endpoints)
        for number, place in self._world.chains.items():
            found |= {f"{number}/{name}": endpoint for name, endpoint in place.endpoints.items()}
        return found

    def _chain(self, value: dict[str, Any]) -> int | None:
        """The zkLink chain id that an operation names, if any."""
        chain = value.get("chain")
        if chain is None:
            return None
        if isinstance(chain, bool) or not isinstance(chain, int) or chain not in self._world.chains:
            raise ControlError("there is no such chain")
        return chain

    def _set_operator(self, replace: bool, rules: list[RpcFault], switches: dict[Switch, Any]) -> None:
        faults = self._world.faults
        if replace:
            faults.rules[:] = rules
        for switch, setting in switches.items():
            if setting:
                faults.switches[switch] = setting
            else:
                faults.switches.pop(switch, None)

    async def _revert(self, value: dict[str, Any]) -> Any:
        """{chain}: the operator takes back what is committed and not executed, there or everywhere: the batches."""
        return {"batches": self._world.operator.revert(self._chain(value))}

    async def _reorg(self, value: dict[str, Any]) -> Any:
        """{depth, drop: [transaction hash], chain: the primary one without it}."""
        depth, drop = value["depth"], value.get("drop", [])
        if isinstance(depth, bool) or not isinstance(depth, int) or not isinstance(drop, list):
            raise ControlError("depth is a number, drop a list")
        hashes = {bytes.fromhex(str(one).removeprefix("0x")) for one in drop}
        chain = self._world.chains[self._chain(value) or PRIMARY].chain
        head = await asyncio.to_thread(chain.reorg, depth, hashes)
        return {"head": head.number, "hash": "0x" + head.hash.hex()}

    async def _fees(self, value: dict[str, Any]) -> Any:
        """{base_gwei, chain: the primary one without it}: no block costs less for each unit of gas; 0 ends that."""
        gwei = value["base_gwei"]
        if isinstance(gwei, bool) or not isinstance(gwei, int) or not 0 <= gwei <= _MOST_GWEI:
            raise ControlError(f"base_gwei is a whole number from 0 to {_MOST_GWEI}")
        chain = self._world.chains[self._chain(value) or PRIMARY].chain
        chain.set_least_base_fee(gwei * 10**9)
        return {"next": chain.next_base_fee()}

    async def _reset(self, _value: dict[str, Any]) -> Any:
        await self._world.reset()
        return {"head": self._world.chain.head.number}


def _object(body: bytes) -> dict[str, Any]:
    value = jsonrpc.load(body or b"{}")
    if not isinstance(value, dict):
        raise ControlError("expected an object")
    return value


def _bounded(rules: Any) -> list[Any]:
    if not isinstance(rules, list) or len(rules) > MAX_RULES or not all(isinstance(rule, dict) for rule in rules):
        raise ControlError(f"rules are a list of at most {MAX_RULES} objects")
    return rules


def _l1_rules(rules: Any) -> list[FaultRule]:
    return [FaultRule.from_json(rule) for rule in _bounded(rules)]
