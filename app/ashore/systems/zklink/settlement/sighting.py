"""From the logs of a block to entries of the book (zkLinkProtocol/zklink-contracts, branches zkex and apex)."""

from collections.abc import Collection, Iterator, Sequence

from ashore.domain.observations import BlockObserved, LogEntry
from ashore.systems.entries import Entry, entry_of
from ashore.systems.zklink.codec import CodecError
from ashore.systems.zklink.codec.l1 import blocks as l1
from ashore.systems.zklink.codec.l1 import compressed, events
from ashore.systems.zklink.codec.l1.calls import decode_claim
from ashore.systems.zklink.codec.l1.pubdata import (
    WITHDRAW_OPERATION,
    PubdataLayout,
    WithdrawPubdata,
    decode_withdraw_pubdata,
)
from ashore.systems.zklink.deployment import Deployment, PinnedChain
from ashore.systems.zklink.settlement.acceptances import TRANSFER, accept_facts
from ashore.systems.zklink.settlement.book import SEQUENCE, Kind

NOBODY = ""
"""The owner of a payout whose logs name none."""

_BLOCK_EVENTS = {
    events.BlockProven: Kind.PROVEN,
    events.BlockSynced: Kind.SYNCED,
    events.BlockExecuted: Kind.EXECUTED,
}
_HASH_EVENTS: dict[type[events.L1Event], Kind] = {
    events.WithdrawalCall: Kind.CALLED,
    events.WithdrawalPendingL1: Kind.SET_ASIDE,
    events.WithdrawalL1: Kind.SENT_ON,
}


def entries_of(deployment: Deployment, observed: BlockObserved, accounts: Collection[int]) -> Iterator[Entry]:
    """Yield what the block's logs say. Operations are kept for `accounts` only; malformed logs say nothing."""
    chain = deployment.chain_named(observed.block.chain)
    on_primary = chain.id == deployment.primary
    commits = set[str]()
    for log in observed.logs:
        if log.address != chain.main_contract:
            continue
        try:
            event = events.decode_log([bytes.fromhex(t[2:]) for t in log.topics], bytes.fromhex(log.data[2:]))
        except CodecError:
            continue
        match event:
            case events.BlockCommit(number):
                if log.tx_hash in commits:
                    continue  # a call commits once: nobody can have its data read over and over
                commits.add(log.tx_hash)
                yield from (_committed if on_primary else _compressed)(
                    deployment, chain, observed, log, number, accounts
                )
            case events.BlocksRevert(_, committed):
                # A secondary chain counts blocks that touch it, not layer 2's.
                counted = {} if on_primary else {SEQUENCE: str(committed)}
                yield entry_of(observed, log, Kind.REVERTED, str(committed), committed, **counted)
            case events.WithdrawalPending(token, recipient, amount):
                yield entry_of(observed, log, Kind.CREDITED, f"{token}/0x{recipient[12:].hex()}", 0, amount=str(amount))
            case events.Withdrawal():
                owner = _paid_to(deployment, chain, observed.logs, log, event) or NOBODY
                subject = f"{event.token_id}/{owner}"
                yield entry_of(observed, log, Kind.PAYOUT, subject, 0, amount=str(event.amount))
            case events.Accepted() if event.account_id in accounts:
                yield entry_of(
                    observed, log, Kind.ACCEPTED, _subject(event), 0, **accept_facts(event, observed.logs, log)
                )
            case events.WithdrawalCall() | events.WithdrawalPendingL1() | events.WithdrawalL1():
                yield entry_of(observed, log, _HASH_EVENTS[type(event)], "0x" + event.withdraw_hash.hex(), 0)
            case events.BlockProven() | events.BlockSynced() | events.BlockExecuted():
                kind = _BLOCK_EVENTS[type(event)]
                yield entry_of(observed, log, kind, str(event.block_number), event.block_number)


def _committed(
    deployment: Deployment,
    chain: PinnedChain,
    observed: BlockObserved,
    log: LogEntry,
    number: int,
    accounts: Collection[int],
) -> Iterator[Entry]:
    """A batch on the primary chain, and what it holds of `accounts`."""
    yield entry_of(observed, log, Kind.COMMITTED, str(number), number)
    yield from _operations(deployment, chain, observed, log, accounts)


def _operations(
    deployment: Deployment, chain: PinnedChain, observed: BlockObserved, log: LogEntry, accounts: Collection[int]
) -> Iterator[Entry]:
    """Read the batch's own calldata: which of our withdrawals each of its blocks holds, and the blocks' roots."""
    if log.tx_to != chain.main_contract:
        return
    compiled = l1.Deployment(chain.id, tuple(deployment.chains), deployment.layout)
    try:
        commit = l1.decode_commit_blocks(bytes.fromhex(log.tx_input[2:]))
        stored = l1.chain_of_stored_blocks(commit, compiled)
        found = [
            (kept, named, op)
            for block, kept, named in zip(commit.new_blocks, stored, [kept.hash for kept in stored], strict=True)
            for op in _withdrawals(block, deployment.layout)
            if op.account_id in accounts
        ]
    except CodecError:
        return
    for kept, named, op in found:
        facts = {
            **_operation_facts(op),
            "batch_end": str(commit.new_blocks[-1].block_number),
            "state_root": "0x" + kept.state_hash.hex(),
            "commitment": "0x" + kept.commitment.hex(),
            "stored_block": "0x" + named.hex(),
            "sync_hashes": " ".join(f"{c}:0x{h.hex()}" for c, h in kept.sync_hashes),
        }
        yield entry_of(observed, log, Kind.OPERATION, _subject(op), kept.block_number, **facts)


def _compressed(
    deployment: Deployment,
    chain: PinnedChain,
    observed: BlockObserved,
    log: LogEntry,
    number: int,
    accounts: Collection[int],
) -> Iterator[Entry]:
    """The same of a batch's part for a secondary chain, which says for itself how it counts its blocks."""
    if log.tx_to != chain.main_contract:
        return
    compiled = l1.Deployment(chain.id, tuple(deployment.chains), deployment.layout)
    try:
        commit = compressed.decode_commit_compressed_blocks(bytes.fromhex(log.tx_input[2:]))
        stored = compressed.chain_of_compressed_blocks(commit, compiled)
        found = [
            (block, kept, named, op)
            for block, kept, named in zip(commit.new_blocks, stored, [kept.hash for kept in stored], strict=True)
            for op in _withdrawals(block, deployment.layout)
            if op.account_id in accounts
        ]
    except CodecError:
        return
    if not stored or stored[-1].block_number != number:
        return
    counted = {SEQUENCE: str(stored[-1].block_sequence)}
    yield entry_of(observed, log, Kind.COMMITTED, str(number), number, **counted)
    for block, kept, named, op in found:
        facts = {
            **_operation_facts(op),
            SEQUENCE: str(kept.block_sequence),
            "batch_end": str(number),
            "state_root": "0x" + block.state_hash.hex(),
            "stored_block": "0x" + named.hex(),
            "sync_hash": "0x" + kept.sync_hash.hex(),
        }
        yield entry_of(observed, log, Kind.OPERATION, _subject(op), kept.block_number, **facts)


def _withdrawals(block: l1.NewBlock, layout: PubdataLayout) -> Iterator[WithdrawPubdata]:
    for data in l1.operation_pubdata(block, layout):
        if data[0] == WITHDRAW_OPERATION:
            yield decode_withdraw_pubdata(data, layout)


def _subject(op: WithdrawPubdata | events.Accepted) -> str:
    return f"{op.account_id}/{op.sub_account_id}/{op.nonce}"


def _operation_facts(op: WithdrawPubdata) -> dict[str, str]:
    return {
        "chain_id": str(op.chain_id),
        "token": str(op.l1_token),
        "source_token": str(op.l2_token),
        "amount": str(op.amount),
        "fee": str(op.fee),
        "to": "0x" + op.owner.hex(),
        "ratio": str(op.withdraw_fee_ratio),
        "flag": str(op.flag),
        "call_hash": "0x" + op.call_hash.hex() if any(op.call_hash) else "",
    }


def _paid_to(
    deployment: Deployment,
    chain: PinnedChain,
    logs: Sequence[LogEntry],
    log: LogEntry,
    paid: events.Withdrawal,
) -> str:
    """Who got the money of a Withdrawal log, which does not name them: the Transfer before it, or the calldata."""
    pinned = deployment.tokens.get(paid.token_id)
    address = pinned.addresses.get(chain.id, "") if pinned else ""
    beside = [
        transfer
        for transfer in logs
        if transfer.tx_hash == log.tx_hash
        and transfer.log_index < log.log_index
        and transfer.address == address
        and len(transfer.topics) == 3
        and transfer.topics[0] == TRANSFER
        and transfer.topics[1][-40:] == chain.main_contract[2:]
        and transfer.data == f"0x{paid.amount:064x}"
    ]
    if beside:
        return "0x" + beside[-1].topics[2][-40:]
    if log.tx_to == chain.main_contract and log.tx_input:
        try:
            claim = decode_claim(bytes.fromhex(log.tx_input[2:]))
        except CodecError:
            return ""
        if claim.token_id == paid.token_id and claim.amount == paid.amount:
            return "0x" + claim.owner.hex()
    return ""
