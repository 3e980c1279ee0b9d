"""What a proven payout pays, held against the terms of the withdrawal or claim that it is said to be of.

For whoever has the proof and not the wallet that matched the two. The log names amount and recipient (StarkEx,
`LogWithdrawalPerformed`); of a single token its asset.
"""

import re

from ashore.domain.amounts import display_units
from ashore.domain.events import Terms
from ashore.domain.evidence import Evidence
from ashore.ethereum.errors import InvalidProof
from ashore.systems.payouts import Paid, compared, recipient_of
from ashore.systems.reddio.codec.assets import AssetKind, asset_type
from ashore.systems.reddio.deployment import Deployment

TOGETHER = "together with"
"""The fact that several payouts make up one withdrawal."""

_PERFORMED = re.compile(
    r"LogWithdrawalPerformed\(0x[0-9a-f]{1,64}, 0x([0-9a-f]{1,64}), ([0-9]{1,78}), 0x([0-9a-f]{40})\)", re.ASCII
)
_NFT_PERFORMED = re.compile(
    r"LogNftWithdrawalPerformed\(0x[0-9a-f]{1,64}, 0x([0-9a-f]{1,64}), 0x([0-9a-f]{40})\)", re.ASCII
)
_QUANTUM = re.compile(r"[0-9]{1,39}", re.ASCII)
_ETHER_DECIMALS = 18


def paid_out(deployment: Deployment, terms: Terms, piece: Evidence) -> Paid:
    """Say what the payout's log pays, and to whom; nothing where the evidence is none of a payout.

    A proof shows already that the log of `piece` stands in its block. Exact is ether alone: how any other asset is
    called, and how many decimals it has, neither a log nor the deployment tells. Raises InvalidProof where it is less
    than the terms say, of another asset, on another chain, or to somebody else.
    """
    event = piece.facts.get("event", "")
    amount: int | None = None
    if log := _PERFORMED.fullmatch(event):
        asset, to, amount = int(log[1], 16), log[3], int(log[2])
    elif log := _NFT_PERFORMED.fullmatch(event):
        asset, to = int(log[1], 16), log[2]
    else:
        return Paid()
    named = {terms.details.get("asset_id", ""), terms.details.get("asset_type", "")}
    if (piece.chain, piece.chain) != (terms.destination, deployment.chain.name) or str(asset) not in named:
        raise InvalidProof("The payout is of another asset or chain than the receipt is about.")
    if recipient_of(terms) != bytes.fromhex(to):
        raise InvalidProof("The payout went to another address than the recipient.")
    if amount is None:
        return Paid(f"It gives that token to 0x{to}. How it is called is its maker’s word.")
    together = TOGETHER in piece.facts
    if not together and amount < terms.amount:
        raise InvalidProof("The payout is of less than the receipt is about.")
    if not _is_ether(terms, asset):
        told = f"It pays {amount:,} base units of that asset to 0x{to}."
        return Paid(f"{told} How it is called, and how many decimals it has, is its maker’s word.")
    symbol = deployment.chain.gas_symbol
    paid = f"It pays {display_units(amount, _ETHER_DECIMALS)} {symbol} to 0x{to}."
    if terms.receive_symbol != symbol or (not together and compared(terms, amount, _ETHER_DECIMALS) < 0):
        raise InvalidProof(f"{paid} The receipt is about something else.")
    if together or compared(terms, amount, _ETHER_DECIMALS):
        return Paid(f"{paid} That this is the receipt’s amount, with others or in part, is its maker’s word.")
    whose = (terms.system, terms.network, terms.profile) == ("Reddio", deployment.network, deployment.id)
    return Paid(paid, whose)


def _is_ether(terms: Terms, asset: int) -> bool:
    """Whether an asset type is that of ether, in the quantum that the terms name: it is the hash of both."""
    quantum = terms.details.get("quantum", "")
    if not _QUANTUM.fullmatch(quantum) or int(quantum) >= 1 << 128:
        return False
    return asset == asset_type(AssetKind.ETH, b"", int(quantum))
