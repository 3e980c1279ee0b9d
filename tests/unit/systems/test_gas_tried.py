"""How much gas a call takes, as endpoints estimate it: why it is refused is said truly."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from ashore.domain.errors import AshoreError
from ashore.systems.base import Unclaimed
from ashore.systems.claiming.gas import MOST_GAS, Trial, tried
from ashore.systems.reddio.system.claims import ReddioContract
from unit.systems.reddio.reddio_bench import DEPLOYMENT


class Estimates:
    """Endpoints that estimate so much; two of them have to agree."""

    k = 2

    def __init__(self, *units: int) -> None:
        self.units = units

    async def ask_each(self, _method: str, _params: Sequence[object]) -> dict[str, str]:
        return {str(place): hex(units) for place, units in enumerate(self.units)}

    async def get(self, _method: str, _params: Sequence[object]) -> tuple[str, str]:
        return "0x", "0"


async def trial(*units: int, details: dict[str, str]) -> Trial:
    owed: Unclaimed = SimpleNamespace(details=details)  # type: ignore[assignment]
    most = ReddioContract(DEPLOYMENT).most_gas(owed)
    return await tried(Estimates(*units), {}, most=most)  # type: ignore[arg-type]


async def test_what_mints_may_take_much_gas() -> None:
    found = await trial(700_000, 700_000, 700_000, details={"mint_blob": "0x01"})
    assert (found.gas, found.likely) == (840_000, 700_000)


async def test_an_ordinary_claim_that_takes_much_is_refused_for_that() -> None:
    with pytest.raises(AshoreError, match=f"700,000 units of gas or more, and Ashore lets it take {MOST_GAS:,}"):
        await trial(700_000, 700_000, 800_000, details={})


async def test_one_endpoint_alone_makes_nothing_too_dear() -> None:
    assert (await trial(70_000, 60_000, 900_000, details={})).likely == 70_000
    with pytest.raises(AshoreError, match="do not agree"):
        await trial(70_000, 900_000, details={})
