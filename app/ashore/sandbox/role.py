"""The sandbox as a process of its own: loopback only, ended by the end of its standard input."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import uvicorn

from ashore.sandbox.clock import ClockMode
from ashore.sandbox.server import create_app
from ashore.sandbox.world import World, WorldConfig
from ashore.systems.zklink.codec.profiles import Profile

TOKEN_VARIABLE = "ASHORE_SANDBOX_TOKEN"  # noqa: S105 - the variable's name
MIN_TOKEN = 16
_MAX_TOKEN = 256
_GRACE_S = 2.0
_MOST_TOKENS = 20_000
_PORT_FILE = "port"


class RoleError(Exception):
    """The sandbox cannot start; the text says why."""


def main(argv: Sequence[str]) -> int:
    """Serve until standard input ends.

    The control token is the environment variable ASHORE_SANDBOX_TOKEN or the first line of standard input, never an
    argument, which other users of the machine could read. When requests are served, one line of JSON is printed:
    `{"port": …, "token_required": true, "lightning": {…}}`, see `lightning_addresses`.
    """
    options = _parser().parse_args(list(argv))
    try:
        token = read_token(os.environ.pop(TOKEN_VARIABLE, None), sys.stdin.buffer)
        listener = listen(options.host, options.port, options.data_dir)
    except RoleError as error:
        print(f"ashore sandbox: {error}", file=sys.stderr)
        return 2
    config = WorldConfig(
        data_dir=options.data_dir,
        clock=options.clock,
        profile=options.profile,
        chains=options.chains,
        chain_name=options.chain_name,
        secondary_name=options.secondary_name,
        reddio=options.reddio,
        reddio_tokens=options.reddio_tokens,
    )
    with listener:
        asyncio.run(_serve(config, token, listener))
    return 0


def read_token(given: str | None, stream: BinaryIO) -> str:
    """The control token.

    Args:
        given: from the environment.
        stream: where its line is read from otherwise.

    Raises:
        RoleError: it is too short or too long.
    """
    token = (stream.readline(_MAX_TOKEN + 2).decode("ascii", "replace") if given is None else given).strip()
    if not MIN_TOKEN <= len(token) <= _MAX_TOKEN:
        raise RoleError(f"the control token has {MIN_TOKEN} to {_MAX_TOKEN} characters")
    return token


def listen(host: str, port: int, data_dir: Path | None) -> socket.socket:
    """A listening socket; where no port is asked for, that of the last time, so that the links of vouchers stay good.

    Raises:
        RoleError: as `bind`.
    """
    if port or data_dir is None:
        return bind(host, port)
    place = data_dir / _PORT_FILE
    try:
        listener = bind(host, _remembered(place))
    except RoleError:
        listener = bind(host, 0)  # another program has it now
    with contextlib.suppress(OSError):  # then the next time takes another
        data_dir.mkdir(parents=True, exist_ok=True)
        place.write_text(str(listener.getsockname()[1]), "ascii")
    return listener


def _remembered(place: Path) -> int:
    try:
        port = int(place.read_text("ascii"))
    except (OSError, ValueError):
        return 0
    return port if 0 < port < 1 << 16 else 0


def bind(host: str, port: int) -> socket.socket:
    """A listening socket on a loopback address.

    Raises:
        RoleError: the address is not loopback, or cannot be had.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise RoleError(f"{host!r} is not an address") from None
    if not address.is_loopback:
        raise RoleError(f"{host} is not a loopback address: the sandbox serves this machine only")
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    # The protocol by name: only then does asyncio turn Nagle's algorithm off, which costs 40 ms an answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise RoleError(f"cannot listen on {host} port {port}: {error.strerror}") from None
    listener.listen(128)
    return listener


async def _serve(config: WorldConfig, token: str, listener: socket.socket) -> None:
    app, world = create_app(config, token)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=1,
        )
    )
    loop = asyncio.get_running_loop()
    _watch_parent(loop, server)
    living = asyncio.create_task(world.run())
    announced = asyncio.create_task(_announce(server, listener, world))
    # A dead operator must not look like a slow one.
    living.add_done_callback(lambda _task: setattr(server, "should_exit", True))
    try:
        await server.serve(sockets=[listener])
    finally:
        announced.cancel()
        await _end(living, world)


async def _end(living: asyncio.Task[None], world: World) -> None:
    living.cancel()
    try:
        await living
    except asyncio.CancelledError:
        pass
    finally:
        world.close()


async def _announce(server: uvicorn.Server, listener: socket.socket, world: World) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    host, port = listener.getsockname()[:2]
    ready = {"port": port, "token_required": True, "lightning": lightning_addresses(world, host, port)}
    print(json.dumps(ready), flush=True)


def lightning_addresses(world: World, host: str, port: int) -> dict[str, Any]:
    """Where the practice node and the withdraw service are found, whole, and what opens the node.

    `origin` is the one place on this machine that links of practice may lead to.
    """
    base = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    told = world.lightning.profile()
    origin = {"scheme": "http", "host": host, "port": port}
    return {**told, "clnrest": base + told["clnrest"], "service": base + told["service"], "origin": origin}


def _watch_parent(loop: asyncio.AbstractEventLoop, server: uvicorn.Server) -> None:
    """End when standard input ends: then the process that started this one is gone."""

    def stop() -> None:
        server.should_exit = True

    def watch() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        loop.call_soon_threadsafe(stop)
        time.sleep(_GRACE_S)
        os._exit(0)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _some(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _MOST_TOKENS:
        raise ValueError
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ashore --role sandbox", allow_abbrev=False)
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="keep the world in DIR; without it, in memory")
    parser.add_argument("--clock", type=ClockMode, choices=list(ClockMode), default=ClockMode.DEMO)
    parser.add_argument("--profile", type=Profile, choices=list(Profile), default=Profile.X_APEX)
    parser.add_argument("--chains", type=int, choices=(1, 2), default=2, help="how many L1 chains a new world has")
    parser.add_argument("--chain-name", default="Harbour", metavar="NAME")
    parser.add_argument("--secondary-name", default="Lagoon", metavar="NAME")
    parser.add_argument(
        "--reddio", action=argparse.BooleanOptionalAction, default=True, help="whether a new world has Reddio"
    )
    parser.add_argument(
        "--reddio-tokens", type=_some, default=0, metavar="N", help="NFTs of account 0 beyond the usual"
    )
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=0, help="0 takes that of the last time in DIR, or a free one")
    return parser
