"""What claims have to know of StarkEx: the call, whom it pays, and why it would be refused.

Source: starkware-libs/starkex-contracts, tag StarkExchange-v4.5, `Withdrawals.sol`. Anybody may send the call; it pays
all that waits of one asset, and nobody but its owner. It names no amount.
"""

from dataclasses import dataclass

from ashore.domain.addresses import checksum, readable
from ashore.domain.errors import AshoreError
from ashore.domain.reverts import revert_reason
from ashore.domain.untrusted import quoted_at_end
from ashore.net.errors import RpcError
from ashore.systems.base import Plan, Problem, ReviewLine, Unclaimed
from ashore.systems.claiming.contract import Head, Payout
from ashore.systems.claiming.gas import MOST_GAS
from ashore.systems.reddio.codec import AssetKind, CodecError
from ashore.systems.reddio.codec.assets import asset_type
from ashore.systems.reddio.codec.l1.calls import Claim, decode_claim
from ashore.systems.reddio.codec.limits import MAX_ADDRESS
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.system.tracks import CLAIM

NOTHING_SPENT = "Nothing was signed, no gas was spent."
GONE = Problem(
    "Nothing waits there any more: somebody has had it paid out to its owner.",
    f"Go back and look again. {NOTHING_SPENT}",
)
MOST_MINT_GAS = 3_000_000
KINDS = {
    AssetKind.ERC20: "an ERC-20 token",
    AssetKind.ERC721: "an ERC-721 token, a single one",
    AssetKind.ERC721M: "a token that its claim makes, a single one",
    AssetKind.ERC721MC: "a token that its claim makes, a single one",
}
_EMPTY = frozenset({"ILLEGAL_NFT_BALANCE", "NO_PENDING_WITHDRAWAL_BALANCE"})
_ANOTHER = AshoreError("What is to be signed is not the claim of what waits.", "Nothing was signed.")


@dataclass(frozen=True, slots=True)
class ReddioContract:
    """A deployment's StarkEx contract as claims see it. See `PayingContract`."""

    deployment: Deployment

    @property
    def head(self) -> Head:
        """Its claims are Reddio's."""
        return Head("Reddio", self.deployment.network, self.deployment.id, CLAIM)

    def gas_symbol(self, chain: str) -> str:  # noqa: ARG002 - there is one
        """What gas is paid in."""
        return self.deployment.chain.gas_symbol

    def chain_name(self, evm_chain_id: int) -> str:
        """The name of the chain. Raises AshoreError for another one."""
        if evm_chain_id != self.deployment.chain.evm_chain_id:
            raise AshoreError("This is for another chain than Reddio’s contract is on.", "Nothing was signed.")
        return self.deployment.chain.name

    def payout(self, plan: Plan, calldata: bytes, chain: str) -> Payout:
        """Asset and owner as the call has them. Raises AshoreError where they are not those of the plan's terms."""
        details = plan.terms.details
        try:
            claim = decode_claim(calldata)
        except CodecError as error:
            raise _ANOTHER from error
        told = str(claim.owner_key), str(claim.asset_type), "" if claim.token_id is None else str(claim.token_id)
        minted = "0x" + claim.mint_blob.hex() if claim.mint_blob else ""
        token_id = "" if minted else details.get("token_id", "")
        if (*told, minted) != (details["owner_key"], details["asset_type"], token_id, details.get("mint_blob", "")):
            raise _ANOTHER
        token = _token(plan, claim, chain, self.deployment.chain.gas_symbol)
        return Payout(_amount(plan, chain, minted), _owner(plan, claim), _function(claim), token)

    def most_gas(self, owed: Unclaimed) -> int:
        """What any claim may take; what mints runs the token's own contract, which may write much."""
        return MOST_MINT_GAS if owed.details.get("mint_blob") else MOST_GAS

    def refusal_of(self, owed: Unclaimed, refusal: RpcError) -> Problem:
        """What it means that the contract would refuse the call."""
        reason = revert_reason(refusal.data, refusal.message)
        if reason in _EMPTY:
            return GONE
        if reason == "USER_UNREGISTERED":
            return Problem(
                "It lies under a Stark key that is not registered for an Ethereum address yet, so nobody can claim it.",
                f"Register the key first; it waits meanwhile. {NOTHING_SPENT}",
            )
        if reason == "ETH_TRANSFER_FAILED":
            return Problem(
                f"The owner does not take this money: it is a contract, and it turns payments in {owed.symbol} away.",
                "The money stays in Reddio’s contract and cannot be lost there. Only whoever runs the owner’s contract "
                f"can change that; claim again then. {NOTHING_SPENT}",
            )
        if reason == "TOKEN_OPERATION_FAILED" and owed.details.get("mint_blob") and int(owed.details["token_id"]) == 0:
            return Problem(
                "The token’s contract answers with its number, 0, and Reddio’s contract takes a 0 for a failure.",
                "It cannot be claimed as long as the token’s contract does that. Ask whoever runs the token. "
                f"{NOTHING_SPENT}",
            )
        said = f" It answers {quoted_at_end(reason or refusal.message)}"
        return Problem(
            f"Reddio’s contract on {owed.chain} would not carry this out now.{said}",
            f"It stays there. If the owner is a contract, it may not take this token. Try again later. {NOTHING_SPENT}",
        )


def _amount(plan: Plan, chain: str, minted: str) -> ReviewLine:
    terms = plan.terms
    if terms.details.get("token_id"):
        how = "minted for its owner" if minted else "handed over"
        return ReviewLine("Token", terms.details["amount.text"], f"{how} on {chain} by Reddio’s contract")
    return ReviewLine(
        "Amount",
        terms.details["amount.text"],
        f"all that waits there now; if more is set aside meanwhile, it comes too. Paid out on {chain} by Reddio’s "
        "contract",
    )


def _token(plan: Plan, claim: Claim, chain: str, gas_symbol: str) -> ReviewLine:
    """Which token it is: anybody can call one ETH. Raises AshoreError where the call is for another one."""
    details = plan.terms.details
    try:
        kind, token = AssetKind(details["kind"]), bytes.fromhex(details["contract"].removeprefix("0x"))
        number = asset_type(kind, token, int(details["quantum"]))
    except (KeyError, ValueError, OverflowError) as error:
        raise _ANOTHER from error
    if number != claim.asset_type:
        raise _ANOTHER
    if kind is AssetKind.ETH:
        return ReviewLine("Token’s contract", "none", f"it is {gas_symbol} itself, what gas on {chain} is paid in")
    words = token_words(kind, plan.terms.symbol, gas_symbol)
    return ReviewLine("Token’s contract", checksum(token), words, monospace=True)


def token_words(kind: AssetKind, symbol: str, gas_symbol: str) -> str:
    """What kind of token it is; and that it is another thing than what gas is paid in, where it has that name."""
    words = KINDS[kind]
    if gas_symbol.casefold() in symbol.casefold().split():
        words += f". It is not {gas_symbol}: anybody can make a token of that name, which may be worth nothing"
    return words


def _owner(plan: Plan, claim: Claim) -> ReviewLine:
    if claim.owner_key <= MAX_ADDRESS:
        return ReviewLine(
            "Goes to",
            checksum(claim.owner_key.to_bytes(20, "big")),
            "its owner, whoever sends this",
            monospace=True,
        )
    return ReviewLine(
        "Goes to",
        readable(plan.terms.recipient),
        f"whom the contract has registered for the owner’s Stark key 0x{claim.owner_key:x}",
        monospace=True,
    )


def _function(claim: Claim) -> str:
    if claim.mint_blob:
        return "withdrawAndMint"
    return "withdraw" if claim.token_id is None else "withdrawNft"
