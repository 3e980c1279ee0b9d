"""What brokers ask for paying a fast withdrawal in advance.

Source: zkLinkProtocol/dex-simple-demo, `src/api/v3/broker.ts` and its withdrawal form: `available` is in the token's
own units on the chain, `fee` the most that is asked, in 1/10000 of the amount.
"""

import json
from dataclasses import dataclass

from ashore.net.errors import HttpStatus
from ashore.net.http import HttpClient, Purpose
from ashore.systems.zklink.client.answers import MAX_U128, BadAnswer, integer

PURPOSE = Purpose("broker", 16 << 10, connect_seconds=2.0, total_seconds=3.0, retries=0)
"""Nobody should wait long for a broker: without one a withdrawal just goes the normal way."""

RATIO_UNIT = 10_000
_WHAT = "what brokers ask"


@dataclass(frozen=True, slots=True)
class BrokerPrice:
    """A broker's word: its price in 1/10000 of the amount, and the most that it pays, in the token's units on L1."""

    ratio: int
    most: int


class BrokerClient:
    """The brokers' price list of one deployment."""

    def __init__(self, http: HttpClient, url: str) -> None:
        self._http = http
        self._url = url.rstrip("/")

    async def price(self, evm_chain_id: int, token_id: int) -> BrokerPrice | None:
        """GET /price/{0x EVM chain id}/{token id}. None where no broker pays this token on this chain.

        Raises NetError, and BadAnswer for anything that is not a price.
        """
        try:
            answer = await self._http.get(f"{self._url}/price/{evm_chain_id:#x}/{token_id}", PURPOSE)
        except HttpStatus:
            return None
        return read_price(answer.body)


def read_price(body: bytes) -> BrokerPrice | None:
    """Read the answer `{code, data: {available, fee, limit}}`; None for a no. Raises BadAnswer."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadAnswer(_WHAT) from error
    if not isinstance(raw, dict) or type(raw.get("code")) is not int:
        raise BadAnswer(_WHAT)
    data = raw.get("data")
    if raw["code"] != 0 or data is None:
        return None
    if not isinstance(data, dict):
        raise BadAnswer(_WHAT)
    most = min(integer(data.get(name), _WHAT, MAX_U128) for name in ("available", "limit"))
    ratio = integer(data.get("fee"), _WHAT, RATIO_UNIT)
    return BrokerPrice(ratio, most) if most else None
