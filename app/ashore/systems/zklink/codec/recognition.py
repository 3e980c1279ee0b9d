"""What a pasted text is in the world of Ethereum: an address to withdraw to, a hash to look up, or something named.

Source: EIP-55 (checksum), EIP-681 (`ethereum:` payment links), CAIP-10 (`eip155:chain:address`). Asks nothing, and
never raises.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit

from ashore.domain.addresses import AddressError, parse_evm_address

_MAX_TEXT = 4096
_HASH = re.compile(r"(?:0x)?([0-9a-f]{64})", re.IGNORECASE | re.ASCII)
_SIGNATURE = re.compile(r"(?:0x)?(?:[0-9a-f]{128}|[0-9a-f]{130})", re.IGNORECASE | re.ASCII)
_STARKNET = re.compile(r"0x[0-9a-f]{61,63}", re.IGNORECASE | re.ASCII)
_BARE_ADDRESS = re.compile(r"[0-9a-f]{40}", re.IGNORECASE | re.ASCII)
_LINK = re.compile(
    r"ethereum:(?:pay-)?(?P<target>[^@/?]*)(?:@(?P<chain>[0-9]+))?(?:/(?P<function>[^?]*))?(?:\?(?P<query>.*))?",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
_ACCOUNT_ID = re.compile(r"eip155:[0-9]{1,32}:(?P<target>0x[0-9a-f]*)", re.IGNORECASE | re.ASCII)
_NAME = re.compile(r"[^\s:/?#@]+\.(eth|zk|stark)", re.IGNORECASE)
_EXPLORER = re.compile(r"/(?P<what>tx|address|token|block)/(?P<value>0x[0-9a-f]+)", re.IGNORECASE | re.ASCII)


class Kind(StrEnum):
    """The kind of a text."""

    RECIPIENT = "recipient"
    HASH = "hash"
    NAME = "name"
    STARKNET = "starknet"
    ZKLINK_LINK = "zklink-link"
    EXPLORER = "explorer"
    SIGNATURE = "signature"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a text is. `recipient` (20 bytes) is there for RECIPIENT, `hash` (64 hex digits, lower case) for HASH."""

    kind: Kind
    sentence: str
    advice: str = ""
    recipient: bytes = b""
    hash: str = ""


def recognise(text: str) -> Recognition | None:
    """Say what a text from outside is, or None where it does not belong to Ethereum, zkLink or their kin."""
    stripped = text.strip()
    if not stripped or len(stripped) > _MAX_TEXT:
        return None
    lowered = stripped.lower()
    if (digits := _by_length(stripped)) is not None:
        return digits
    if lowered.startswith("ethereum:"):
        return _payment_link(stripped)
    if lowered.startswith("eip155:"):
        account = _ACCOUNT_ID.fullmatch(stripped)
        return _address(account["target"], _TAKEN_FROM_LINK) if account else _damaged_link()
    if lowered.startswith(("http:", "https:")):
        return _explorer(stripped)
    return _plain(stripped, lowered)


def _by_length(text: str) -> Recognition | None:
    hashed = _HASH.fullmatch(text)
    if hashed is not None:
        return _hash(hashed[1])
    if _SIGNATURE.fullmatch(text):
        return Recognition(
            Kind.SIGNATURE,
            "This has the length of a signature.",
            "Paste it where Ashore shows the text that was signed. The one of a key text is a secret: clear it here.",
        )
    return None


_TAKEN_FROM_LINK = "Only the address is taken over: choose chain, token and amount yourself."


def _plain(text: str, lowered: str) -> Recognition | None:
    if lowered.startswith("starknet:") or _STARKNET.fullmatch(text):
        return Recognition(
            Kind.STARKNET, "This belongs to Starknet.", "Ashore withdraws to Ethereum’s kind of address: 0x, 40 digits."
        )
    if lowered.startswith("zklink:"):
        return Recognition(
            Kind.ZKLINK_LINK, "This is a link of zkLink.", "Ashore does not know its form. Paste the address alone."
        )
    if lowered.startswith("0x"):
        return _address(text, "")
    if _BARE_ADDRESS.fullmatch(text):
        return Recognition(
            Kind.DAMAGED,
            "This has the length of an Ethereum address, but no 0x before it.",
            "Copy the whole address, with 0x. It may also be something else.",
        )
    if _NAME.fullmatch(text):
        return _name()
    return None


def _hash(digits: str) -> Recognition:
    return Recognition(
        Kind.HASH,
        "This is a hash or a key: 64 digits.",
        "If it is the hash of a withdrawal made here, Ashore finds it. If it is a key, clear it.",
        hash=digits.lower(),
    )


def _name() -> Recognition:
    return Recognition(
        Kind.NAME,
        "This is a name, and Ashore does not look names up: the answer could be anybody’s.",
        "Paste the address that it stands for, with 0x.",
    )


def _address(text: str, advice: str) -> Recognition:
    try:
        recipient = parse_evm_address(text)
    except AddressError as error:
        return Recognition(Kind.DAMAGED, error.sentence, error.advice)
    return Recognition(Kind.RECIPIENT, "This is an Ethereum address.", advice, recipient=recipient)


def _payment_link(text: str) -> Recognition:
    link = _LINK.fullmatch(text)
    if link is None:
        return _damaged_link()
    target, function = link["target"], (link["function"] or "").lower()
    if function == "transfer":
        # For a token the target is its contract; the receiver stands in the query.
        receivers = [value for name, value in parse_qsl(link["query"] or "") if name == "address"]
        target = receivers[0] if len(receivers) == 1 else ""
    elif function:
        return _damaged_link()
    if _NAME.fullmatch(target):
        return _name()
    return _address(target, _TAKEN_FROM_LINK) if target[:2].lower() == "0x" else _damaged_link()


def _damaged_link() -> Recognition:
    return Recognition(
        Kind.DAMAGED, "This Ethereum link names no receiving address.", "Paste the receiving address, starting with 0x."
    )


def _explorer(text: str) -> Recognition | None:
    try:
        path = urlsplit(text).path
    except ValueError:
        return None
    found = _EXPLORER.search(path)
    if found is None:
        return None
    if found["what"].lower() == "tx" and (hashed := _HASH.fullmatch(found["value"])):
        return _hash(hashed[1])
    return Recognition(
        Kind.EXPLORER,
        "This is a page of a block explorer.",
        "Ashore does not open it. To withdraw to an address, paste the address alone.",
    )
