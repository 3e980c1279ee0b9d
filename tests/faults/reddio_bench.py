"""A wallet on a practice world with Reddio, and how its money is asked for there."""

from __future__ import annotations

from typing import Any

from ashore.domain.addresses import checksum
from ashore.engine.boundaries import Boundary
from ashore.engine.views import Review
from ashore.systems.base import Draft
from ashore.systems.reddio.system.offer import Holding, ReddioOffer, ReddioQuote
from faults.bench import Bench

RECEIVER = "0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90"
CORAL, PEARL, SHELL, REEF, POSTCARD = "CORAL", "PEARL", "SHELL", "REEF", "POSTCARD"


class ReddioBench(Bench):
    """One wallet on one world with Reddio."""

    @property
    def reddio(self) -> str:
        """Its profile."""
        return next(profile.id for profile in self.wallet.profiles() if profile.system == "Reddio")

    async def open_reddio(self, account: int = 0) -> ReddioOffer:
        """What an account has there."""
        offer = await self.wallet.open(self.reddio, account)
        assert isinstance(offer, ReddioOffer)
        return offer

    async def quote_of(
        self, symbol: str, amount: str = "", *, token: int | None = None, account: int = 0, **fields: str
    ) -> ReddioQuote:
        """Fill in the form."""
        offer = await self.open_reddio(account)
        holding = held(offer, symbol, token)
        typed = {
            "way": "ethereum",
            "asset": holding.asset_id,
            "key": holding.key,
            "amount": amount,
            "recipient": checksum(bytes.fromhex(RECEIVER[2:])),
        }
        quote = await self.wallet.quote(offer, Draft({**typed, **fields}))
        assert isinstance(quote, ReddioQuote)
        return quote

    async def review_of(self, symbol: str, amount: str = "", **fields: Any) -> Review:
        """Fill in the form as far as the review."""
        quote = await self.quote_of(symbol, amount, **fields)
        assert quote.ready, quote.problems
        return await self.wallet.review(quote)

    async def take_out(self, symbol: str, amount: str = "", **fields: Any) -> str:
        """Confirm a request that Reddio takes at once; returns its id."""
        withdrawal = await self.wallet.confirm(await self.review_of(symbol, amount, **fields))
        await self.until(lambda: self.voyage(withdrawal).status not in ("prepared", "unknown"))
        return withdrawal

    async def look(self) -> None:
        """Let the wallet look at chain and both operators once, completely, from now on."""
        operators = 2
        for _ in range(1 + operators):
            before = dict(self._passed)
            self.wallet.look_again()
            await self.until(
                lambda before=before: all(  # type: ignore[misc]
                    self._passed[boundary] >= before.get(boundary, 0) + turns
                    for boundary, turns in ((Boundary.PLACE_WRITTEN, 1), (Boundary.OPERATOR_JOURNALED, operators))
                )
            )

    async def operate(self, *stages: str) -> None:
        """Let Reddio's operator go through these stages, each mined where it is on the chain."""
        await super().operate(*(f"reddio_{stage}" for stage in stages))

    def set_faults(self, *, rules: list[dict[str, Any]] | None = None, **switches: Any) -> None:
        """Let Reddio go wrong, or right again (a switch that is false)."""
        assert self.world.reddio is not None
        told: dict[str, Any] = {"switches": switches}
        if rules is not None:
            told["rules"] = rules
        self.world.reddio.read_faults(told)()

    def told(self, part: str) -> Any:
        """Any part of the ground truth."""
        return self.world.status()["reddio"][part]

    def requests(self, kind: str = "withdrawals") -> list[dict[str, Any]]:
        """What really became of all requests."""
        found: list[dict[str, Any]] = self.world.status()["reddio"][kind]
        return found


def held(offer: ReddioOffer, symbol: str, token: int | None = None) -> Holding:
    """The holding of that symbol, and of that token where it is a single one."""
    return next(holding for holding in offer.holdings if holding.symbol == symbol and holding.asset.token_id == token)
