"""Practice Lightning behind a real port, with a hand that does what a wallet does."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn

from ashore.sandbox import role
from ashore.sandbox.clock import ClockMode
from ashore.sandbox.lightning.practice import PracticeLightning
from ashore.sandbox.server import Router, create_app
from ashore.sandbox.world import World, WorldConfig
from ashore.systems.lnurl.codec import Reach, WithdrawOffer, callback_url, parse_offer

TOKEN = "a token that opens the controls"


@dataclass
class Practice:
    """What a test does with node and service; everything goes over HTTP but `lightning`."""

    lightning: PracticeLightning
    port: int
    http: httpx.AsyncClient
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def control(self, operation: str, **value: Any) -> Any:
        # Escaped: httpx's own JSON cannot hold half a character.
        body = json.dumps(value)
        answer = await self.http.post(f"/ctl/{operation}", content=body, headers={"x-ashore-token": TOKEN})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def truth(self) -> dict[str, Any]:
        told = await self.control("lightning")
        assert isinstance(told, dict)
        return told

    async def voucher(self, **terms: Any) -> dict[str, Any]:
        made = await self.control("voucher", **terms)
        assert isinstance(made, dict)
        return made

    async def told(self, voucher: dict[str, Any]) -> dict[str, Any]:
        found = [one for one in (await self.truth())["vouchers"] if one["id"] == voucher["id"]]
        assert isinstance(found[0], dict)
        return found[0]

    async def cln(self, method: str, rune: str | None = None, **params: Any) -> httpx.Response:
        headers = {"Rune": self.lightning.node.rune if rune is None else rune}
        return await self.http.post(f"/cln/v1/{method}", json=params, headers=headers)

    async def invoice(self, msat: int | str = 15_000, **params: Any) -> str:
        given = {"label": f"label {next(self._numbers)}", "description": "Test", "expiry": 3600, **params}
        answer = await self.cln("invoice", amount_msat=msat, **given)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["bolt11"])

    async def paid_msat(self, bolt11: str) -> int | None:
        """What came in for an invoice; None while it is not paid."""
        entry = (await self.cln("listinvoices", invstring=bolt11)).json()["invoices"][0]
        return entry["amount_received_msat"] if entry["status"] == "paid" else None

    async def offer(self, url: str) -> WithdrawOffer:
        offer = parse_offer((await self.http.get(url)).content, Reach.PRACTICE)
        assert isinstance(offer, WithdrawOffer), offer
        return offer

    async def hand_over(self, offer: WithdrawOffer, bolt11: str, pin: str | None = None) -> httpx.Response:
        return await self.http.get(callback_url(offer.callback, offer.k1, bolt11, pin))

    async def claim(self, voucher: dict[str, Any], msat: int = 15_000) -> tuple[httpx.Response, str]:
        """Look, make an invoice, hand it over: the answer and the invoice."""
        offer, bolt11 = await self.offer(voucher["url"]), await self.invoice(msat)
        return await self.hand_over(offer, bolt11), bolt11


@pytest.fixture(scope="session")
def sandbox() -> Iterator[tuple[Router, World]]:
    """One world in memory; its Lightning begins anew for each test."""
    app, world = create_app(WorldConfig(clock=ClockMode.STEP), TOKEN)
    yield app, world
    world.close()


@pytest.fixture
async def practice(sandbox: tuple[Router, World]) -> AsyncIterator[Practice]:
    app, world = sandbox
    config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    with role.bind("127.0.0.1", 0) as listener:
        port = int(listener.getsockname()[1])
        # Without its main loop, which only looks for signals and would cost each test a third of a second.
        await server.startup(sockets=[listener])
        living = asyncio.create_task(world.lightning.run())
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10) as http:
            yield Practice(world.lightning, port, http)
        for one in server.servers:
            one.close()
        living.cancel()
        serving = [*server.server_state.tasks, living]
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
    world.lightning.reset()
