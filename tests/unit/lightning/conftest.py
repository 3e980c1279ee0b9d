"""The two servers and the wallets that speak to them."""

from __future__ import annotations

import base64
import random

import pytest

from ashore.lightning.core_lightning import CoreLightning
from ashore.lightning.lnbits import LNbits
from ashore.lightning.runes import NEEDED_METHODS
from unit.lightning.serving import API_KEY, RUNE_AUTHENTICATOR, FastClock, LnbitsServer, Node, new_http, serving


def rune_of(restrictions: str) -> str:
    """A rune with these restrictions."""
    return base64.urlsafe_b64encode(RUNE_AUTHENTICATOR + restrictions.encode()).decode()


RECEIVING_RUNE = rune_of("=7&" + "|".join(f"method={name}" for name in NEEDED_METHODS))


@pytest.fixture
def clock():
    return FastClock()


@pytest.fixture
async def http():
    client = new_http()
    yield client
    await client.aclose()


@pytest.fixture
async def node():
    return Node(RECEIVING_RUNE)


@pytest.fixture
async def cln(node, http, clock):
    async with serving(node) as address:
        yield CoreLightning(http, address, RECEIVING_RUNE, clock=clock, rng=random.Random(3))


@pytest.fixture
async def server():
    return LnbitsServer()


@pytest.fixture
async def lnbits(server, http, clock):
    async with serving(server) as address:
        yield LNbits(http, address, API_KEY, clock=clock, rng=random.Random(3))
