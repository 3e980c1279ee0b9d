"""What the node asks for a transaction at this moment: prices move between a client's question and its submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ashore.sandbox.zklink.faults import Faults, Switch
from ashore.sandbox.zklink.network import Network, Token

DEARER = "9600.0"
"""US dollars for the gas token when it became dear, three times its usual price."""


class Pricing:
    """Prices and least fees as they are now.

    Args:
        network: chains, tokens and their usual prices.
        faults: whether gas became dearer, and whether activations are charged.
    """

    def __init__(self, network: Network, faults: Faults) -> None:
        self._network = network
        self._faults = faults

    def tokens(self) -> Mapping[int, Token]:
        """All tokens with their prices of now."""
        return self._now().tokens

    def least_fee(self, chain_id: int, token_id: int) -> int:
        """The least fee of a withdrawal that is taken, in 18-decimal units."""
        return self._now().least_fee(chain_id, token_id)

    @property
    def charges_activations(self) -> bool:
        """Whether a change of key costs as much as a withdrawal; usually it is free of charge."""
        return self._faults.on(Switch.ACTIVATION_CHARGED)

    def _now(self) -> Network:
        price = self._faults.text(Switch.GAS_DEARER, DEARER)
        if price is None:
            return self._network
        gas = {chain.gas_token_id for chain in self._network.chains.values()}
        tokens = {
            number: replace(token, usd_price=price) if number in gas else token
            for number, token in self._network.tokens.items()
        }
        return replace(self._network, tokens=tokens)
