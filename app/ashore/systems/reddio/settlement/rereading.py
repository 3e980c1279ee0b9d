"""What a stored proof says of the contract, read anew and held against the evidence that rests on it."""

import re

from ashore.crypto.errors import CodecError
from ashore.domain.evidence import Evidence
from ashore.domain.withdrawal import RECEIPT
from ashore.ethereum.errors import InvalidProof
from ashore.ethereum.proofs import Facts, ReceiptFacts, StorageFacts
from ashore.systems.claiming.receipts import read_receipt_again
from ashore.systems.reddio.codec.l1 import events
from ashore.systems.reddio.codec.l1.storage import eth_key_slot, pending_withdrawal_slot
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.settlement.reconcile import PENDING
from ashore.systems.reddio.settlement.registered_keys import ETH_KEYS
from ashore.systems.reddio.settlement.sighting import event_text
from ashore.systems.stored_logs import read_log_again

_KEY_SLOT = re.compile(rf"{ETH_KEYS}\[0x([0-9a-f]{{1,64}})\]", re.ASCII)
_SLOT = re.compile(rf"{PENDING}\[0x([0-9a-f]{{1,64}})\]\[0x([0-9a-f]{{1,64}})\]", re.ASCII)


def read_again(deployment: Deployment, piece: Evidence, facts: Facts) -> str:
    """Say in words what the proven contents say of the contract.

    Raises InvalidProof where they do not say what `piece` does.
    """
    match facts:
        case ReceiptFacts() if piece.kind == RECEIPT:
            return read_receipt_again(piece, facts)
        case ReceiptFacts():
            return read_log_again("Reddio", deployment.contract, piece, facts, _told)
        case StorageFacts():
            return _slot(deployment.contract, piece, facts)
    raise InvalidProof("The stored proof is of another kind than the evidence.")


def _told(topics: tuple[str, ...], data: str) -> str:
    try:
        event = events.decode_log([bytes.fromhex(topic[2:]) for topic in topics], bytes.fromhex(data[2:]))
    except CodecError:
        return ""
    return "" if event is None else event_text(event)


def _slot(contract: str, piece: Evidence, facts: StorageFacts) -> str:
    key = _KEY_SLOT.fullmatch(piece.facts.get("slot", ""))
    if key is not None:
        return _registered(contract, int(key[1], 16), piece, facts)
    place, told = _SLOT.fullmatch(piece.facts.get("slot", "")), piece.facts.get("quanta", "")
    if place is None or not told.isdecimal():
        raise InvalidProof("The evidence names no place in the contract’s storage that Ashore knows.")
    slot = pending_withdrawal_slot(int(place[1], 16), int(place[2], 16))
    if facts.address != contract or facts.slots.get(slot) != int(told):
        raise InvalidProof("The stored proof shows another amount than the evidence.")
    return f"Reddio’s contract keeps {told} quanta for this owner and asset"


def _registered(contract: str, stark_key: int, piece: Evidence, facts: StorageFacts) -> str:
    stored = facts.slots.get(eth_key_slot(stark_key), 0)
    address = f"0x{stored:040x}"
    if facts.address != contract or not stored or address != piece.facts.get("registered for"):
        raise InvalidProof("The stored proof shows another address than the evidence.")
    return f"Reddio’s contract has this Stark key registered for {address}"
