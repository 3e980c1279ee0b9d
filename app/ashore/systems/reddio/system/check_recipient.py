"""Who gets it: an Ethereum address, or another user's Stark key."""

from ashore.crypto.stark import is_stark_key
from ashore.domain.addresses import AddressError, checksum, lookalike, parse_evm_address
from ashore.domain.hex_groups import grouped
from ashore.systems.reddio.codec import CodecError, hex_of
from ashore.systems.reddio.codec.limits import MAX_ADDRESS
from ashore.systems.reddio.codec.numbers import read_hex
from ashore.systems.reddio.codec.recognition import Kind, recognise
from ashore.systems.reddio.system.judgement import Judgement
from ashore.systems.reddio.system.offer import PLAIN_WAY, TO_VAULT, StarkAccount

_FORM = "One starts with 0x, then has up to 63 hex digits. Copy it again."


def judge_recipient(found: Judgement, way: str, account: StarkAccount | None) -> int | None:
    """The receiver as a number: an address, a Stark key, or for the plain way the address that L1 names."""
    if way == PLAIN_WAY:
        return _registered(found, account)
    return _vault(found, account) if way == TO_VAULT else _address(found)


def _registered(found: Judgement, account: StarkAccount | None) -> int | None:
    if found.text("recipient"):
        found.hint("recipient", "Not used: this way pays the address for which the Stark key is registered.")
    address = found.offer.registered.get(account.stark_key) if account is not None else None
    return int(address, 16) if address else None


def _address(found: Judgement) -> int | None:
    text = found.draft.text("recipient")
    known = recognise(text)
    if known is not None and known.kind is Kind.STARK_KEY:
        found.block(
            "recipient",
            "This has the form of a Stark key, not of an Ethereum address: what goes there stays on Reddio.",
            "Enter an address with 40 digits after 0x, or choose “Transfer to a vault”.",
        )
        return None
    if known is not None and known.kind is Kind.NO_STARK_KEY:
        found.block("recipient", "This is no Ethereum address: it is longer.", "Enter one with 40 digits after 0x.")
        return None
    try:
        address = parse_evm_address(text)
    except AddressError as error:
        found.block("recipient", error.sentence, error.advice)
        return None
    shown = "0x" + address.hex()
    contracts = {found.deployment.contract: "Reddio’s own contract"}
    for holding in found.offer.holdings:
        if holding.asset.token:
            contracts.setdefault("0x" + holding.asset.token.hex(), f"the contract of {holding.title}")
    if shown in contracts:
        found.block("recipient", f"That is {contracts[shown]}: what is sent there is lost.", "Enter your own address.")
        return None
    _known_address(found, address, shown)
    return int.from_bytes(address, "big")


def _known_address(found: Judgement, address: bytes, shown: str) -> None:
    own = bytes.fromhex(found.offer.address.removeprefix("0x"))
    mine = dict(found.offer.source.own)
    typed = found.text("recipient")[2:]
    if address == own:
        found.hint("recipient", "This is the account’s own address.")
    elif shown in mine:
        found.hint("recipient", f"Your own address: {mine[shown]}.")
    elif shown in found.used:
        found.hint("recipient", _experience(found.used[shown]))
    else:
        known = [own, *(bytes.fromhex(k[2:]) for k in (*found.used, *mine) if len(k) == 42)]
        near = [k for k in known if lookalike(address, k)]
        if near:
            found.warn(
                "recipient",
                f"This address is new, and looks like {grouped(checksum(near[0]))}, which you know, but is another.",
                "Compare every group before you go on.",
            )
        elif typed in (typed.lower(), typed.upper()):
            found.hint("recipient", "A new address without a checksum: compare every group.")
        else:
            found.hint("recipient", "A new address: compare it with its source before you go on.")


def _experience(times: int) -> str:
    if not times:
        return "Entered before, but nothing has arrived there yet: compare it."
    return f"Used {times} time{'s' if times > 1 else ''} before."


def _by_word(times: int) -> str:
    """The same of a vault: what reached one, Reddio alone can say."""
    if not times:
        return "Entered before, but Reddio has not said yet that anything is there: compare it."
    return f"Used {times} time{'s' if times > 1 else ''} before, by Reddio’s word."


def _vault(found: Judgement, account: StarkAccount | None) -> int | None:
    text = found.text("recipient")
    if not text:
        found.block("recipient", "Enter the receiver’s Stark key.", "It starts with 0x, then has up to 63 hex digits.")
        return None
    try:
        key = read_hex(text.removeprefix("starkkey:").removeprefix("stark:"), "Stark key")
    except CodecError:
        found.block("recipient", "This is not a Stark key: it is no number in hex, or too large a one.", _FORM)
        return None
    if key <= MAX_ADDRESS:
        found.block(
            "recipient",
            "This is not a Stark key: it has the length of an Ethereum address.",
            "To bring money out to an address, choose “Withdraw to Ethereum”.",
        )
        return None
    if not is_stark_key(key):
        found.block("recipient", "This is not a Stark key: a digit is wrong or missing.", _FORM)
        return None
    return _known_vault(found, key, account)


def _known_vault(found: Judgement, key: int, account: StarkAccount | None) -> int | None:
    shown = hex_of(key)
    if account is not None and shown == account.stark_key:
        found.block("recipient", "This is the key that it comes from: nothing would move.", "Enter another key.")
        return None
    if shown in {own.stark_key for own in found.offer.accounts}:
        found.hint("recipient", "Another Stark key of this account.")
    elif shown in found.used:
        found.hint("recipient", _by_word(found.used[shown]))
    else:
        found.warn(
            "recipient",
            "A Stark key has no checksum, and a transfer cannot be taken back: compare every digit.",
            "It stays on Reddio; whoever has this key decides about it.",
        )
    return key
