"""What gas costs now: the base fee of an agreed block, and the tip that endpoints suggest (EIP-1559)."""

from dataclasses import dataclass
from statistics import median_low

from ashore.domain.errors import AshoreError
from ashore.ethereum import wire
from ashore.ethereum.errors import BadAnswer
from ashore.ethereum.headers import Header
from ashore.ethereum.quorum import Quorum

MOST_TIP = 20 * 10**9
"""wei for each unit of gas: no endpoint can make anybody tip more."""


_MORE_BY = 9, 8
"""Pools take a transaction in the place of one with its number if both of its fees are a tenth higher (geth), some an
eighth: this is enough for all of them."""


@dataclass(frozen=True, slots=True)
class Fees:
    """In wei for each unit of gas. `max_fee` leaves room for six full blocks in a row."""

    base: int
    tip: int

    @property
    def max_fee(self) -> int:
        """The most that a transaction made now should offer."""
        return 2 * self.base + self.tip

    @property
    def expected(self) -> int:
        """What it probably costs."""
        return self.base + self.tip


async def fees_at(quorum: Quorum, header: Header) -> Fees:
    """Return what gas costs after `header`, an agreed block. Raises AshoreError where nobody can tell."""
    if header.base_fee is None:
        raise AshoreError(
            f"{quorum.spec.name} does not price gas in the way that Ashore signs (EIP-1559).",
            "Send the call from another wallet. Nothing was signed.",
        )
    told = []
    for answer in (await quorum.ask_each("eth_maxPriorityFeePerGas")).values():
        try:
            told.append(min(wire.quantity(answer, "a tip"), MOST_TIP))
        except BadAnswer:
            continue
    if not told:
        raise AshoreError("No endpoint says what gas costs.", "Try again in a moment. Nothing was signed.")
    # Of an even number the lower: what one endpoint makes up does not count.
    return Fees(header.base_fee, median_low(told))


def least_to_replace(price: int) -> int:
    """The least price (wei for each unit of gas) at which every pool takes another transaction in its place."""
    up, down = _MORE_BY
    return max(price + 1, -(-price * up // down))
