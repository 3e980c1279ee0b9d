"""What a contract logs when somebody pays a withdrawal in advance, and what arrived beside it.

Source: zkLinkProtocol/zklink-contracts `ZkLinkAcceptor.sol` (branches main, zkex_mainnet, apex_mainnet).
"""

from collections.abc import Sequence

from ashore.domain.observations import LogEntry
from ashore.systems.zklink.codec.l1 import events
from ashore.systems.zklink.codec.l1.hashes import WithdrawKey, withdraw_hash_x

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""Transfer(address indexed,address indexed,uint256), ERC-20."""

ACCEPT = "Accept"
_ACCEPT_TOPIC = "0x" + events.topic_of(events.Accepted).hex()
_ETH = b"\xee" * 20


def accept_text(event: events.Accepted) -> str:
    """An Accept log as evidence writes it."""
    place = f"{event.account_id}/{event.sub_account_id}/{event.nonce}"
    return f"{ACCEPT}({place}, {event.amount}, {event.withdraw_fee_ratio})"


def accept_facts(event: events.Accepted, logs: Sequence[LogEntry], log: LogEntry) -> dict[str, str]:
    """What the book keeps of an Accept log. Amounts are in the token's units on the chain.

    `withdraw_hash` names the withdrawal that it accepts: all terms go into it.
    """
    key = WithdrawKey(
        event.account_id, event.sub_account_id, event.nonce, event.receiver, event.amount, event.withdraw_fee_ratio
    )
    return {
        "event": accept_text(event),
        "acceptor": "0x" + event.acceptor.hex(),
        "receiver": "0x" + event.receiver.hex(),
        "token": "0x" + event.token.hex(),
        "received": str(event.amount_received),
        "arrived": str(_arrived(event, logs, log)),
        "withdraw_hash": "0x" + withdraw_hash_x(key, event.token).hex(),
    }


def _arrived(event: events.Accepted, logs: Sequence[LogEntry], log: LogEntry) -> int:
    """What the token's contract says that it moved for this Accept.

    Ether leaves no log: there the contract's own call sends it, and the whole transaction fails where that is refused.
    """
    if event.token == _ETH:
        return event.amount_received
    before = [one for one in logs if one.tx_hash == log.tx_hash and one.log_index < log.log_index]
    since = max((one.log_index for one in before if one.address == log.address and _is_accept(one)), default=-1)
    return sum(
        int(one.data, 16)
        for one in before
        if one.log_index > since
        and one.address == "0x" + event.token.hex()
        and len(one.topics) == 3
        and one.topics[0] == TRANSFER
        and one.topics[1][-40:] == event.acceptor.hex()
        and one.topics[2][-40:] == event.receiver.hex()
        and len(one.data) == 66
    )


def _is_accept(log: LogEntry) -> bool:
    return bool(log.topics) and log.topics[0] == _ACCEPT_TOPIC
