"""What a stored proof says of zkLink's contract, read anew and held against the evidence that rests on it."""

import re

from ashore.crypto.storage_slots import mapping_slot
from ashore.domain.amounts import rescale_down
from ashore.domain.evidence import Evidence
from ashore.domain.withdrawal import RECEIPT
from ashore.ethereum.errors import InvalidProof
from ashore.ethereum.proofs import Facts, ReceiptFacts, StorageFacts
from ashore.systems.claiming.receipts import read_receipt_again
from ashore.systems.stored_logs import read_log_again
from ashore.systems.zklink.codec import CodecError
from ashore.systems.zklink.codec.l1 import events
from ashore.systems.zklink.codec.l1.storage import (
    STORAGE_LAYOUTS,
    accepts_slot,
    pending_balance_slot,
    stored_block_hash_slot,
)
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.acceptances import accept_text
from ashore.systems.zklink.system.offer import L2_DECIMALS

_SLOT = "storedBlockHashes["
_ACCEPTS = "accepts["
_PENDING = "pendingBalances["
_KEPT = "pendingWithdrawWithCalls["
_PLACE = re.compile(r"\[(0x[0-9a-f]{40})\]\[(\d{1,5})\]")
_HASH = re.compile(r"0x[0-9a-f]{64}", re.ASCII)


def read_again(deployment: Deployment, piece: Evidence, facts: Facts) -> str:
    """Say in words what the proven contents say of zkLink's contract.

    Raises InvalidProof where they do not say what `piece` does.
    """
    contract = deployment.chain_named(piece.chain).main_contract
    match facts:
        case ReceiptFacts() if piece.kind == RECEIPT:
            return read_receipt_again(piece, facts)
        case ReceiptFacts():
            return read_log_again("zkLink", contract, piece, facts, _told)
        case StorageFacts():
            return _slot(deployment, contract, piece, facts)
    raise InvalidProof("The stored proof is of another kind than the evidence.")


def _told(topics: tuple[str, ...], data: str) -> str:
    """A log as the evidence writes it, empty where it is none that evidence is made of."""
    try:
        event = events.decode_log([bytes.fromhex(topic[2:]) for topic in topics], bytes.fromhex(data[2:]))
    except CodecError:
        return ""
    match event:
        case events.Withdrawal():
            return f"Withdrawal({event.token_id}, {event.amount})"
        case events.Accepted():
            return accept_text(event)
        case events.WithdrawalCall() | events.WithdrawalL1():
            return f"{type(event).__name__}(0x{event.withdraw_hash.hex()})"
        case events.BlockCommit() | events.BlockProven() | events.BlockSynced() | events.BlockExecuted():
            return f"{type(event).__name__}({event.block_number})"
    return ""


def _slot(deployment: Deployment, contract: str, piece: Evidence, facts: StorageFacts) -> str:
    name = piece.facts.get("slot", "")
    if name.startswith(_ACCEPTS):
        return _accepted(deployment, contract, piece, facts)
    if name.startswith(_PENDING):
        return _emptied(deployment, contract, piece, facts)
    if name.startswith(_KEPT):
        return _kept(deployment, contract, name, facts)
    value = piece.facts.get("value", "")
    number = name.removeprefix(_SLOT).removesuffix("]")
    if not name.startswith(_SLOT) or not number.isdecimal():
        raise InvalidProof("The evidence names no place in the contract’s storage that Ashore knows.")
    slot = stored_block_hash_slot(STORAGE_LAYOUTS[deployment.storage], int(number))
    if facts.address != contract or slot not in facts.slots or f"0x{facts.slots[slot]:064x}" != value:
        raise InvalidProof(f"The stored proof shows another value for layer-2 block {int(number):,}.")
    block = piece.facts.get("layer-2 block", number)
    if block != number:  # a secondary chain counts them anew: which one that is, no storage tells
        return f"zkLink’s contract stores the shown hash under number {int(number):,}, for layer-2 block {int(block):,}"
    return f"zkLink’s contract stores the shown hash of layer-2 block {int(block):,}"


def _accepted(deployment: Deployment, contract: str, piece: Evidence, facts: StorageFacts) -> str:
    named = piece.facts["slot"].removeprefix(_ACCEPTS).removesuffix("]")
    layout = STORAGE_LAYOUTS[deployment.storage]
    if layout.accepts_by_account or not _HASH.fullmatch(named):
        raise InvalidProof("The evidence names no place in the contract’s storage that Ashore knows.")
    slot, stored = accepts_slot(layout, bytes.fromhex(named[2:]), 0), piece.facts.get("acceptor", "")
    if facts.address != contract or slot not in facts.slots or f"0x{facts.slots[slot]:040x}" != stored:
        raise InvalidProof("The stored proof shows that another was paid for this withdrawal.")
    return f"zkLink’s contract stores {stored} as the one who was paid for this withdrawal"


def _kept(deployment: Deployment, contract: str, name: str, facts: StorageFacts) -> str:
    named, at = name.removeprefix(_KEPT).removesuffix("]"), STORAGE_LAYOUTS[deployment.storage]
    if at.pending_withdraw_with_calls is None or not _HASH.fullmatch(named):
        raise InvalidProof("The evidence names no place in the contract’s storage that Ashore knows.")
    slot = mapping_slot(bytes.fromhex(named[2:]), at.pending_withdraw_with_calls)
    if facts.address != contract or facts.slots.get(slot) != 1:
        raise InvalidProof("The stored proof does not show that the contract keeps this withdrawal.")
    return "zkLink’s contract keeps this withdrawal with its call, and has not paid it out"


def _emptied(deployment: Deployment, contract: str, piece: Evidence, facts: StorageFacts) -> str:
    place = _PLACE.fullmatch(piece.facts["slot"].removeprefix(_PENDING.rstrip("[")))
    if place is None:
        raise InvalidProof("The evidence names no place in the contract’s storage that Ashore knows.")
    owner, token = place[1], int(place[2])
    slot = pending_balance_slot(STORAGE_LAYOUTS[deployment.storage], bytes.fromhex(owner[2:]), token)
    pinned = deployment.tokens.get(token)
    decimals = pinned.decimals.get(deployment.chain_named(piece.chain).id) if pinned is not None else None
    owed = facts.slots.get(slot)
    # What lies below the token's own units stays for ever.
    nothing = owed is not None and decimals is not None and not rescale_down(owed, L2_DECIMALS, decimals)
    if facts.address != contract or not nothing:
        raise InvalidProof("The stored proof shows that the contract still owes something.")
    return f"zkLink’s contract owes nothing of this token to {owner} any more"
