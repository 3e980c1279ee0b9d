"""What claims have to know of zkLink's contracts: the call, what it pays, and why it would be refused.

Source: zkLinkProtocol/zklink-contracts `withdrawPendingBalance`.
"""

from dataclasses import dataclass

from ashore.domain.addresses import checksum
from ashore.domain.amounts import display_units
from ashore.domain.reverts import ARITHMETIC, revert_reason
from ashore.domain.untrusted import quoted_at_end
from ashore.net.errors import RpcError
from ashore.systems.base import Plan, Problem, ReviewLine, Unclaimed
from ashore.systems.claiming.contract import Head, Payout
from ashore.systems.claiming.gas import MOST_GAS
from ashore.systems.zklink.codec.l1.calls import decode_claim
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.system.tracks import CLAIM


@dataclass(frozen=True, slots=True)
class ZkLinkContract:
    """A deployment's main contracts as claims see them. See `PayingContract`."""

    deployment: Deployment

    @property
    def head(self) -> Head:
        """Its claims are zkLink's."""
        return Head("zkLink", self.deployment.network, self.deployment.id, CLAIM)

    def gas_symbol(self, chain: str) -> str:
        """What gas is paid in on a chain."""
        return self.deployment.chain_named(chain).gas_symbol

    def chain_name(self, evm_chain_id: int) -> str:
        """The name of a chain."""
        return next(each.name for each in self.deployment.chains.values() if each.evm_chain_id == evm_chain_id)

    def payout(self, plan: Plan, calldata: bytes, chain: str) -> Payout:  # noqa: ARG002 - the call says all
        """Amount and owner as the call has them. Raises CodecError."""
        claim = decode_claim(calldata)
        token = self.deployment.tokens[claim.token_id]
        paid = f"{display_units(claim.amount, token.decimals[self.deployment.chain_named(chain).id])} {token.symbol}"
        return Payout(
            ReviewLine("Amount", paid, f"paid out on {chain} by zkLink’s contract"),
            ReviewLine("Goes to", checksum(claim.owner), "its owner, whoever sends this", monospace=True),
            "withdrawPendingBalance",
        )

    def most_gas(self, owed: Unclaimed) -> int:  # noqa: ARG002 - it is the same for all
        """What any claim may take."""
        return MOST_GAS

    def refusal_of(self, owed: Unclaimed, refusal: RpcError) -> Problem:
        """What it means that the contract would refuse the call (zklink-contracts, `withdrawPendingBalance`)."""
        reason = revert_reason(refusal.data, refusal.message)
        old = self.deployment.dialect is Profile.V2
        if reason == ("b2" if old else "b1"):
            return Problem(
                f"The owner does not take this money: it is a contract, and it turns payments in {owed.symbol} away.",
                "The money stays in zkLink’s contract and cannot be lost there. Only whoever runs the owner’s contract "
                f"can change that, by letting it take {owed.symbol}; claim again then. "
                "Nothing was signed, no gas was spent.",
            )
        if reason == ("b1" if old else ARITHMETIC):
            return Problem(
                "Less waits there than was found a moment ago: somebody has had it paid out.",
                "Go back and look again. Nothing was signed, no gas was spent.",
            )
        if not old and reason == "b0":
            return Problem(
                f"zkLink’s contract on {owed.chain} does not know this token any more.",
                "The money stays there. Only zkLink can change that. Nothing was signed, no gas was spent.",
            )
        said = f" It answers {quoted_at_end(reason or refusal.message)}"
        return Problem(
            f"zkLink’s contract on {owed.chain} would not carry this out now.{said}",
            "The money stays there. Try again later, or ask zkLink. Nothing was signed, no gas was spent.",
        )
