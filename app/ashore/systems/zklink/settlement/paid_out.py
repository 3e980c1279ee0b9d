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
from ashore.systems.payouts import Paid, compared, recipient_of
from ashore.systems.zklink.deployment import Deployment, PinnedToken
from ashore.systems.zklink.settlement.acceptances import TRANSFER

TOGETHER = "together with"
"""The fact that several payouts make up one withdrawal."""

_WITHDRAWAL = re.compile(r"Withdrawal\(([0-9]{1,5}), ([0-9]{1,39})\)", re.ASCII)
_WORD = re.compile(r"0x[0-9a-f]{64}", re.ASCII)


def paid_out(deployment: Deployment, terms: Terms, piece: Evidence, facts: Facts) -> Paid:
    """Say what the payout's logs pay and, where they tell, to whom; nothing where the evidence is none of a payout.

    `facts` prove `piece` already. It is exact only where the token's own log names the recipient beside this amount,
    and nothing rests on what the evidence says of itself. Raises InvalidProof where it is less than the terms say, of
    another token, on another chain, or to somebody else.
    """
    log = _WITHDRAWAL.fullmatch(piece.facts.get("event", ""))
    if log is None or not isinstance(facts, ReceiptFacts):
        return Paid()
    chain, token = deployment.chain_named(piece.chain), deployment.tokens[int(log[1])]
    amount, decimals = int(log[2]), token.decimals[chain.id]
    paid = f"{display_units(amount, decimals)} {token.symbol}"
    if chain.name != terms.destination or token.symbol != terms.receive_symbol:
        raise InvalidProof(f"The payout is of {paid} on {chain.name}: the receipt is about something else.")
    together = TOGETHER in piece.facts
    if not together and amount < rescale_down(terms.amount, terms.decimals, decimals):
        raise InvalidProof(f"The payout is of {paid}, and the receipt is about more.")
    moved = _moved(facts, chain.main_contract, token.addresses[chain.id])
    if (recipient_of(terms), amount) not in moved:
        if any(each == amount for _, each in moved):
            raise InvalidProof(f"The token’s own log says that the {paid} went to somebody else.")
        return Paid(f"It pays {paid}; no log in it names the recipient.")
    named = f"It pays {paid}, and the token’s own log names the recipient."
    if together or compared(terms, amount, decimals):
        return Paid(f"{named} That this is the receipt’s amount, with others or in part, is its maker’s word.")
    return Paid(named, _is_of(deployment, terms, token, chain.id))


def _is_of(deployment: Deployment, terms: Terms, token: PinnedToken, chain: int) -> bool:
    """Whether the terms are of this deployment and can mean no other of its tokens."""
    alike = [each for each in deployment.tokens.values() if each.symbol == token.symbol and chain in each.addresses]
    whose = (terms.system, terms.network, terms.profile) == ("zkLink", deployment.network, deployment.id)
    return whose and len(alike) == 1 and terms.details.get("target_token") == str(token.id)


def _moved(facts: ReceiptFacts, contract: str, token: str) -> set[tuple[bytes, int]]:
    """Whom the contract sent how much of a token, as the token's own logs say."""
    found = set()
    for log in facts.receipt.logs:
        transfer = log.address == token and len(log.topics) == 3 and log.topics[0] == TRANSFER
        if transfer and _WORD.fullmatch(log.data):
            sender, recipient = f"0x{log.topics[1][-40:]}", bytes.fromhex(log.topics[2][-40:])
            if sender == contract:
                found.add((recipient, int(log.data, 16)))
    return found
