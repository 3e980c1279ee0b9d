"""What a pasted text is in the world of Ethereum: an address to withdraw to, a hash to look up, or something named.

Source: EIP-55 (checksum), EIP-681 and EIP-831 (`ethereum:` payment links), CAIP-10, ERC-3770, ICAP (domain/evm_links),
the explorers of known chains (domain/evm_chains). Asks nothing, and never raises.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from ashore.domain.addresses import AddressError, checksum, parse_evm_address
from ashore.domain.errors import AshoreError
from ashore.domain.evm_chains import ExplorerPage, chain_words, read_explorer_link
from ashore.domain.evm_links import EvmTarget, NamedTarget, is_name, read_target
from ashore.domain.hex_groups import shortened

_MAX_TEXT = 4096
_HASH = re.compile(r"(?:0x)?([0-9a-f]{64})", re.IGNORECASE | re.ASCII)
_SIGNATURE = re.compile(r"(?:0x)?(?:[0-9a-f]{128}|[0-9a-f]{130})", re.IGNORECASE | re.ASCII)
_STARKNET = re.compile(r"0x[0-9a-f]{61,63}", re.IGNORECASE | re.ASCII)
_BARE_ADDRESS = re.compile(r"[0-9a-f]{40}", re.IGNORECASE | re.ASCII)
_EXPLORER = re.compile(r"/(?:tx|address|token|block)/0x[0-9a-f]", re.IGNORECASE | re.ASCII)
_HOSTS = ("zk.link", "zklink.org", "zklink.io", "zklinklabs.com")


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
    """What a text is.

    `recipient` (20 bytes) is there for RECIPIENT, and with it `chain_id` (EIP-155) where the text names a chain. `hash`
    (64 hex digits, lower case) is there for HASH; a `chain_id` with it says that it is a transaction on that chain.
    """

    kind: Kind
    sentence: str
    advice: str = ""
    recipient: bytes = b""
    hash: str = ""
    chain_id: int | None = None


def recognise(text: str) -> Recognition | None:
    """Say what a text from outside is, or None where it does not belong to Ethereum, zkLink or their kin."""
    stripped = text.strip()
    if not stripped or len(stripped) > _MAX_TEXT:
        return None
    lowered = stripped.lower()
    if (digits := _by_length(stripped)) is not None:
        return digits
    if lowered.startswith(("http:", "https:")):
        return _web_page(stripped)
    try:
        target = read_target(stripped)
    except NamedTarget as error:
        return Recognition(Kind.NAME, error.sentence, error.advice)
    except AshoreError as error:
        return Recognition(Kind.DAMAGED, error.sentence, error.advice)
    return _of_target(target) if target is not None else _plain(stripped, lowered)


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


def _of_target(target: EvmTarget) -> Recognition:
    """Say who receives, and name what else the text asks for: the form is not filled in with that."""
    named = chain_words(target.chain_id) if target.chain_id is not None else ""
    asks = f"It asks for {target.asks}{f' on {named}' if named else ''}. " if target.asks else ""
    chain = f"It names {named}. " if named and not asks else ""
    take = "the address and, where it is offered, the chain are" if named else "the address is"
    choose = "token and amount" if named else "chain, token and amount"
    return Recognition(
        Kind.RECIPIENT,
        f"This holds an Ethereum address: {shortened(checksum(target.recipient))}.",
        f"{asks}{chain}Only {take} taken over: choose {choose} yourself.",
        recipient=target.recipient,
        chain_id=target.chain_id,
    )


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
        return _address(text)
    if _BARE_ADDRESS.fullmatch(text):
        return Recognition(
            Kind.DAMAGED,
            "This has the length of an Ethereum address, but no 0x before it.",
            "Copy the whole address, with 0x. It may also be something else.",
        )
    if is_name(text):
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
    error = NamedTarget()
    return Recognition(Kind.NAME, error.sentence, error.advice)


def _address(text: str, advice: str = "", chain_id: int | None = None) -> Recognition:
    try:
        recipient = parse_evm_address(text)
    except AddressError as error:
        return Recognition(Kind.DAMAGED, error.sentence, error.advice)
    return Recognition(Kind.RECIPIENT, "This is an Ethereum address.", advice, recipient=recipient, chain_id=chain_id)


def _web_page(text: str) -> Recognition | None:
    known = read_explorer_link(text)
    if known is not None:
        return _of_explorer(known)
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return None
    if any(host == own or host.endswith("." + own) for own in _HOSTS):
        return Recognition(
            Kind.ZKLINK_LINK,
            "This is a page of zkLink.",
            "Ashore does not open it. Paste the address to withdraw to, or the hash of a withdrawal.",
        )
    if _EXPLORER.search(parts.path) is None:
        return None
    return Recognition(
        Kind.EXPLORER,
        "This is a page of a block explorer.",
        "Ashore does not open it. To withdraw to an address, paste the address alone.",
    )


def _of_explorer(page: ExplorerPage) -> Recognition:
    if page.hash:
        return Recognition(
            Kind.HASH,
            f"This is a transaction’s page on {page.host}, which Ashore does not open.",
            "If a withdrawal made here has that transaction, Ashore finds it.",
            hash=page.hash.removeprefix("0x"),
            chain_id=page.chain_id,
        )
    return _address(
        page.address,
        f"It stands in a link of {page.host}, which Ashore does not open. Make sure that it is the receiver’s.",
        page.chain_id,
    )
