"""Whether an address can be paid, and what the wallet knows of it."""

from ashore.domain.addresses import AddressError, checksum, lookalike, parse_evm_address
from ashore.domain.hex_groups import grouped
from ashore.systems.base import Severity
from ashore.systems.zklink.system.judgement import Judgement


def judge_recipient(found: Judgement) -> bytes | None:
    """The 20-byte address that is paid."""
    try:
        address = parse_evm_address(found.draft.text("recipient"))
    except AddressError as error:
        found.block("recipient", error.sentence, error.advice)
        return None
    shown = "0x" + address.hex()
    contracts = {c.main_contract: f"zkLink’s own contract on {c.name}" for c in found.deployment.chains.values()}
    for token in found.deployment.tokens.values():
        for contract in token.addresses.values():
            contracts.setdefault(contract, f"the contract of the token {token.symbol}")
    if shown in contracts:
        found.block("recipient", f"That is {contracts[shown]}: money sent there is lost.", "Enter your own address.")
        return None
    _known_recipient(found, address, shown)
    return address


def _known_recipient(found: Judgement, address: bytes, shown: str) -> None:
    times = found.used.get(shown, 0)
    own = bytes.fromhex(found.offer.address[2:])
    mine = dict(found.offer.source.own)
    typed = found.draft.text("recipient").strip(" ")[2:]
    unchecked = typed in (typed.lower(), typed.upper())
    if address == own:
        found.hint("recipient", "This is the account’s own address.")
    elif shown in mine:
        found.hint("recipient", f"Your own address: {mine[shown]}.")
    elif times:
        found.hint("recipient", f"Used {times} time{'s' if times > 1 else ''} before.")
    elif shown in found.used:
        found.hint("recipient", "Entered before, but nothing has arrived there yet: compare it.")
    else:
        known = [own, *(bytes.fromhex(each[2:]) for each in (*found.used, *mine) if len(each) == len(shown))]
        near = [each for each in known if lookalike(address, each)]
        if near:
            found.hint(
                "recipient",
                f"This address is new, and looks like {grouped(checksum(near[0]))}, which you know, but is another.",
                "Compare every group before you go on.",
                Severity.WARNS,
            )
        elif unchecked:
            found.hint("recipient", "A new address without a checksum: compare every group.")
        else:
            found.hint("recipient", "A new address: compare it with its source before you go on.")
