"""What a system says of the contract that owes its money, and of the calls that have it paid out."""

from dataclasses import dataclass
from typing import Protocol

from ashore.domain.stages import Track
from ashore.net.errors import RpcError
from ashore.systems.base import Plan, Problem, ReviewLine, Unclaimed


@dataclass(frozen=True, slots=True)
class Payout:
    """What a claim's calldata does, decoded from the bytes that the signer read and not from the form.

    `amount`, `owner` and `token` are lines of the review, the last one what exactly is paid out, where the call says
    that; `function` is the contract's function by its name.
    """

    amount: ReviewLine
    owner: ReviewLine
    function: str
    token: ReviewLine | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What the terms of a claim begin with: names of system and network, the deployment's id, the way of claims."""

    system: str
    network: str
    profile: str
    track: Track


class PayingContract(Protocol):
    """A deployment's contracts, as far as a claim has to know them."""

    @property
    def head(self) -> Head:
        """What the terms of its claims begin with."""

    def gas_symbol(self, chain: str) -> str:
        """What gas is paid in on a chain, by the chain's name."""

    def most_gas(self, owed: Unclaimed) -> int:
        """The highest limit of gas that its claim may have: more is not believed of any endpoint."""

    def chain_name(self, evm_chain_id: int) -> str:
        """The name of a chain."""

    def payout(self, plan: Plan, calldata: bytes, chain: str) -> Payout:
        """What the call does on a chain, by the chain's name. Raises CodecError where it is no claim."""

    def refusal_of(self, owed: Unclaimed, refusal: RpcError) -> Problem:
        """What it means that the contract would refuse the call now."""
