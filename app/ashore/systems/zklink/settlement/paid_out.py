"""What a proven payout pays, held against the terms of the withdrawal that it is said to be of.

For whoever has the proof and not the wallet that matched the two. Source: zkLinkProtocol/zklink-contracts `ZkLink.sol`
(`withdrawPendingBalance`); ERC-20 for the token's own log, of which ether has none.
"""

import re

from ashore.domain.amounts import display_units, rescale_down
from ashore.domain.events import Terms
from ashore.domain.evidence import Evidence
from ashore.ethereum.errors import InvalidProof
from ashore.ethereum.proofs import Facts, ReceiptFacts
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.acceptances import TRANSFER

TOGETHER = "together with"
"""The fact that several payouts make up one withdrawal."""

_WITHDRAWAL = re.compile(r"Withdrawal\(([0-9]{1,5}), ([0-9]{1,39})\)", re.ASCII)


def paid_out(deployment: Deployment, terms: Terms, piece: Evidence, facts: Facts) -> str:
    """Say what the payout's logs pay and, where they tell, to whom; empty where the evidence is none of a payout.

    `facts` prove `piece` already. Raises InvalidProof where that is less than the terms say, of another token, on
    another chain, or to somebody else.
    """
    log = _WITHDRAWAL.fullmatch(piece.facts.get("event", ""))
    if log is None or not isinstance(facts, ReceiptFacts):
        return ""
    chain, token = deployment.chain_named(piece.chain), deployment.tokens[int(log[1])]
    amount, decimals = int(log[2]), token.decimals[chain.id]
    paid = f"{display_units(amount, decimals)} {token.symbol}"
    if chain.name != terms.destination or token.symbol != terms.receive_symbol:
        raise InvalidProof(f"The payout is of {paid} on {chain.name}: the receipt is about something else.")
    if amount < rescale_down(terms.amount, terms.decimals, decimals) and TOGETHER not in piece.facts:
        raise InvalidProof(f"The payout is of {paid}, and the receipt is about more.")
    moved = _moved(facts, chain.main_contract, token.addresses[chain.id])
    if terms.recipient in moved:
        return f"It pays {paid}, and the token’s own log names the recipient."
    if amount in moved.values():
        raise InvalidProof(f"The token’s own log says that the {paid} went to somebody else.")
    return f"It pays {paid}; no log in it names the recipient."


def _moved(facts: ReceiptFacts, contract: str, token: str) -> dict[str, int]:
    """The most that the contract sent of a token to each address, as the token's own logs say."""
    found: dict[str, int] = {}
    for log in facts.receipt.logs:
        if log.address == token and len(log.topics) == 3 and log.topics[0] == TRANSFER:
            sender, recipient = f"0x{log.topics[1][-40:]}", f"0x{log.topics[2][-40:]}"
            if sender == contract:
                found[recipient] = max(found.get(recipient, 0), int(log.data, 16))
    return found
