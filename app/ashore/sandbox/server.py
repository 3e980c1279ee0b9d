"""One ASGI application for everything the sandbox offers."""

from __future__ import annotations

import re

from ashore.sandbox import asgi
from ashore.sandbox.chains import PracticeChain
from ashore.sandbox.control import Control
from ashore.sandbox.world import World, WorldConfig
from ashore.sandbox.zklink.faults import Switch

_NUMBERS = re.compile(r"0x([0-9a-f]{1,16})/([0-9]{1,5})", re.ASCII)


class Router:
    """`/l1/<zkLink chain id>/{a,b,c}` chain endpoints, `/zklink` node, `/broker/price/<EVM chain id>/<token id>`,
    `/reddio/v1/…` Reddio where the world has it, `/cln/v1/<method>` Lightning node, `/lnurl` withdraw service,
    `/profile`, `/ctl/<operation>`.

    Args:
        world: what is served; after a reset its new parts are.
        control: the operations behind the token.
    """

    def __init__(self, world: World, control: Control) -> None:
        self._world = world
        self._control = control

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
            return
        match str(scope["path"]).rstrip("/").split("/"):
            case ["", "l1", number, _] if number in self._chains():
                await self._chains()[number].evm(scope, receive, send)
            case ["", "zklink"]:
                await self._world.node(scope, receive, send)
            case ["", "broker", "price", chain, token]:
                await self._price(chain, token, send)
            case ["", "cln", "v1", _]:
                await self._world.lightning.clnrest(scope, receive, send)
            case ["", "lnurl", *_]:
                await self._world.lightning.service(scope, receive, send)
            case ["", "reddio", *_] if self._world.reddio is not None:
                await self._world.reddio(scope, receive, send)
            case ["", "profile"]:
                await asgi.send_json(send, 200, self._world.profile())
            case ["", "ctl", _]:
                await self._control(scope, receive, send)
            case _:
                await asgi.send_json(send, 404, {"error": "not found"})

    async def _price(self, chain: str, token: str, send: asgi.Send) -> None:
        """The broker's answer: GET /price/<EVM chain id in hexadecimal>/<token id>."""
        if self._world.faults.on(Switch.BROKER_SILENT):
            await asgi.send_json(send, 503, {"code": 1, "error": "out of service"})
            return
        known = _NUMBERS.fullmatch(f"{chain}/{token}")
        found = None if known is None else self._world.operator.broker.price(int(known[1], 16), int(known[2]))
        if found is None:
            await asgi.send_json(send, 404, {"code": 1, "error": "chain or token is not known"})
        else:
            await asgi.send_json(send, 200, {"code": 0, "data": found})

    def _chains(self) -> dict[str, PracticeChain]:
        return {str(number): place for number, place in self._world.chains.items()}


def create_app(config: WorldConfig, token: str = "") -> tuple[Router, World]:
    """Build a world and the application that serves it.

    Let `World.run` run beside it, or move it with `World.step`.

    Args:
        config: how the world is set up.
        token: opens `/ctl`; empty keeps it shut.
    """
    world = World(config)
    return Router(world, Control(world, token)), world


async def _lifespan(receive: asgi.Receive, send: asgi.Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return
