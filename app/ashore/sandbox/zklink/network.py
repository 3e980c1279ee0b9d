"""What a zkLink deployment consists of: its profile, chains, tokens and prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ashore.systems.zklink.codec.profiles import Profile

L2_DECIMALS = 18
USD_TOKEN = 1
"""Exists on layer 2 only; withdrawn as one of the stablecoins."""
STABLECOINS = range(17, 32)
_WITHDRAW_GAS = 100_000
_WITHDRAW_GAS_ON_ETHEREUM = 1_000_000
_GAS_PRICE = 5 * 10**9
_FEE_TOLERANCE = Fraction(9, 10)


@dataclass(frozen=True, slots=True)
class TokenOnChain:
    """A token's contract on one L1 chain."""

    address: str
    decimals: int
    fast_withdraw: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A token of layer 2, with 18 decimals there whatever it has on L1."""

    id: int
    symbol: str
    usd_price: str
    chains: Mapping[int, TokenOnChain]


@dataclass(frozen=True, slots=True)
class SettlementChain:
    """An L1 chain that zkLink settles on, under zkLink's own chain id."""

    id: int
    name: str
    layer_one_chain_id: int
    main_contract: str
    gas_token_id: int
    deposit_confirmation: int = 4
    chain_type: int = 0


@dataclass(frozen=True, slots=True)
class Gateway:
    """A bridge from a chain that is itself a layer 2 to the primary chain below it.

    `upper` and `lower` are the addresses of its two ends, `tokens` the ids of what it takes.
    """

    chain_id: int
    upper: str
    lower: str
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """A deployment: what getSupportChains and getSupportTokens tell."""

    profile: Profile
    chains: Mapping[int, SettlementChain]
    tokens: Mapping[int, Token]
    change_pubkey_chain: int
    primary: int = 1
    """The chain where blocks are proven."""
    gateways: Mapping[int, Gateway] = field(default_factory=dict)
    """By the chain that they lead from."""

    @property
    def secondary(self) -> int | None:
        """The slave chain, if there is one."""
        return next((chain for chain in self.chains if chain != self.primary), None)

    def usual_fee(self, chain_id: int, token_id: int) -> int:
        """The fee a client of today computes for a withdrawal, in 18-decimal units of the token, not yet packable.

        5 gwei times 100,000 gas (1,000,000 on Ethereum), changed into the token at the node's prices.
        """
        chain = self.chains[chain_id]
        gas = _WITHDRAW_GAS_ON_ETHEREUM if chain.layer_one_chain_id == 1 else _WITHDRAW_GAS
        gas_price = Fraction(self.tokens[chain.gas_token_id].usd_price)
        return int(_GAS_PRICE * gas * gas_price / Fraction(self.tokens[token_id].usd_price))

    def least_fee(self, chain_id: int, token_id: int) -> int:
        """What the node still takes: prices move between a client's question and its submission."""
        return int(self.usual_fee(chain_id, token_id) * _FEE_TOLERANCE)


def l1_units(amount: int, decimals: int) -> int:
    """An 18-decimal amount in a token's own units on L1; dust below them is cut."""
    return int(amount // 10 ** (L2_DECIMALS - decimals))
