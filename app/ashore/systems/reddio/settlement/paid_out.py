"""What a proven payout pays, held against the terms of the withdrawal or claim that it is said to be of.

For whoever has the proof and not the wallet that matched the two. The log names amount and recipient (StarkEx,
`LogWithdrawalPerformed`); of a single token its asset.
"""

import re

from ashore.domain.events import Terms
from ashore.domain.evidence import Evidence
from ashore.ethereum.errors import InvalidProof

_PERFORMED = re.compile(
    r"LogWithdrawalPerformed\(0x[0-9a-f]{1,64}, (0x[0-9a-f]{1,64}), ([0-9]{1,78}), (0x[0-9a-f]{40})\)", re.ASCII
)
_NFT_PERFORMED = re.compile(r"LogNftWithdrawalPerformed\(0x[0-9a-f]{1,64}, (0x[0-9a-f]{1,64}), (0x[0-9a-f]{40})\)")


def paid_out(terms: Terms, piece: Evidence) -> str:
    """Say what the payout's log pays, and to whom; empty where the evidence is none of a payout.

    A proof shows already that the log of `piece` stands in its block. Raises InvalidProof where that is less than the
    terms say, of another asset, on another chain, or to somebody else.
    """
    event = piece.facts.get("event", "")
    if log := _PERFORMED.fullmatch(event):
        asset, recipient, amount = log[1], log[3], int(log[2])
    elif log := _NFT_PERFORMED.fullmatch(event):
        asset, recipient, amount = log[1], log[2], None
    else:
        return ""
    named = {terms.details.get("asset_id", ""), terms.details.get("asset_type", "")}
    if piece.chain != terms.destination or str(int(asset, 16)) not in named:
        raise InvalidProof("The payout is of another asset or chain than the receipt is about.")
    if terms.recipient.startswith("0x") and len(terms.recipient) == 42 and terms.recipient.lower() != recipient:
        raise InvalidProof("The payout went to another address than the recipient.")
    if amount is None:
        return f"It gives that token to {recipient}."
    if amount < terms.amount:
        raise InvalidProof("The payout is of less than the receipt is about.")
    # How many decimals the asset has, and how it is called, no log tells.
    return f"It pays {amount:,} base units of that asset to {recipient}."
