"""Ethereum's chains by their number: names that people know, and the explorers that show them. Asks nobody.

Source: EIP-155 (the number), ERC-3770 (the short names), ethereum-lists/chains (both, and the explorers).
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_PAGE = re.compile(r"/(?:tx/(?P<hash>0x[0-9a-fA-F]{64})|address/(?P<address>0x[0-9a-fA-F]{40}))/?", re.ASCII)


@dataclass(frozen=True, slots=True)
class EvmChain:
    """A public chain. `coin` is what its native money is called; `explorers` are hosts; the first is linked to."""

    name: str
    coin: str
    short_names: tuple[str, ...]
    explorers: tuple[str, ...]


EVM_CHAINS: dict[int, EvmChain] = {
    1: EvmChain("Ethereum", "ETH", ("eth",), ("etherscan.io", "eth.blockscout.com")),
    10: EvmChain("Optimism", "ETH", ("oeth",), ("optimistic.etherscan.io", "explorer.optimism.io")),
    56: EvmChain("BNB Smart Chain", "BNB", ("bnb",), ("bscscan.com",)),
    100: EvmChain("Gnosis", "xDAI", ("gno",), ("gnosisscan.io", "gnosis.blockscout.com")),
    137: EvmChain("Polygon", "POL", ("pol", "matic"), ("polygonscan.com", "polygon.blockscout.com")),
    204: EvmChain("opBNB", "BNB", ("obnb",), ("opbnbscan.com", "opbnb.bscscan.com")),
    324: EvmChain("zkSync Era", "ETH", ("zksync",), ("explorer.zksync.io", "era.zksync.network")),
    1101: EvmChain("Polygon zkEVM", "ETH", ("zkevm",), ("zkevm.polygonscan.com",)),
    5000: EvmChain("Mantle", "MNT", ("mantle",), ("mantlescan.xyz", "explorer.mantle.xyz")),
    8453: EvmChain("Base", "ETH", ("base",), ("basescan.org", "base.blockscout.com")),
    42161: EvmChain("Arbitrum One", "ETH", ("arb1",), ("arbiscan.io", "arbitrum.blockscout.com")),
    42170: EvmChain("Arbitrum Nova", "ETH", ("arb-nova",), ("nova.arbiscan.io",)),
    43114: EvmChain("Avalanche", "AVAX", ("avax",), ("snowtrace.io", "snowscan.xyz")),
    59144: EvmChain("Linea", "ETH", ("linea",), ("lineascan.build",)),
    81457: EvmChain("Blast", "ETH", ("blastmainnet",), ("blastscan.io",)),
    534352: EvmChain("Scroll", "ETH", ("scr",), ("scrollscan.com",)),
    810180: EvmChain("zkLink Nova", "ETH", (), ("explorer.zklink.io",)),
    5: EvmChain("the test network Goerli", "test ETH", ("gor",), ("goerli.etherscan.io",)),
    17000: EvmChain("the test network Holesky", "test ETH", ("holesky",), ("holesky.etherscan.io",)),
    421614: EvmChain("the test network Arbitrum Sepolia", "test ETH", ("arb-sep",), ("sepolia.arbiscan.io",)),
    11155111: EvmChain("the test network Sepolia", "test ETH", ("sep",), ("sepolia.etherscan.io",)),
}
"""Where a testnet is named, its money is called so too: nobody shall take it for the real one."""

ZKLINK_EXPLORER = "scan.zk.link"
"""The explorer of zkLink's layer 2 itself, which is no chain of Ethereum."""

CHAIN_OF_SHORT_NAME = {short: number for number, chain in EVM_CHAINS.items() for short in chain.short_names}
_CHAIN_OF_HOST = {host: number for number, chain in EVM_CHAINS.items() for host in chain.explorers}


@dataclass(frozen=True, slots=True)
class ExplorerPage:
    """What a link of a known explorer shows: an address or a transaction's hash, both 0x and hex digits.

    `chain_id` is None for the explorer of zkLink's layer 2.
    """

    host: str
    chain_id: int | None
    address: str = ""
    hash: str = ""


def chain_words(chain_id: int) -> str:
    """Name a chain by its number, and by what people call it where that is known."""
    chain = EVM_CHAINS.get(chain_id)
    return f"{chain.name} (chain {chain_id})" if chain is not None else f"chain {chain_id}"


def transaction_link(chain_id: int, transaction: str) -> str:
    """Return the page of a transaction (0x and 64 hex digits) on a known explorer; empty where none is known."""
    chain = EVM_CHAINS.get(chain_id)
    known = _PAGE.fullmatch(f"/tx/{transaction}") is not None
    return f"https://{chain.explorers[0]}/tx/{transaction}" if chain is not None and known else ""


def read_explorer_link(link: str) -> ExplorerPage | None:
    """Return what a link shows where its host is a known explorer and its path an address or a transaction's."""
    try:
        parts = urlsplit(link)
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return None
    if parts.scheme not in ("https", "http") or "@" in parts.netloc or "\\" in link or port is not None:
        return None
    if host not in _CHAIN_OF_HOST and host != ZKLINK_EXPLORER:
        return None
    page, chain_id = _PAGE.fullmatch(parts.path), _CHAIN_OF_HOST.get(host)
    if page is None:
        return None
    return ExplorerPage(host, chain_id, page["address"] or "", (page["hash"] or "").lower())
