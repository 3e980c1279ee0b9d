"""A deployment of zkLink as pinned data: contracts, tokens, decimals. The operator's answers are compared with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ashore.domain.errors import AshoreError
from ashore.systems.zklink.codec.l1.pubdata import PubdataLayout
from ashore.systems.zklink.codec.profiles import Profile

MAX_DECIMALS = 36


class DeploymentError(AshoreError):
    """A profile file that cannot be used."""


@dataclass(frozen=True, slots=True)
class PinnedChain:
    """A chain that a deployment pays out on. `name` is the wallet's name of the L1 chain and of its follower.

    `gas_symbol` is what gas is paid in there.
    """

    id: int
    name: str
    evm_chain_id: int
    genesis_hash: str
    main_contract: str
    endpoints: tuple[str, ...]
    block_time_s: int
    gas_symbol: str = "ETH"


@dataclass(frozen=True, slots=True)
class PinnedToken:
    """A token with its L1 address and decimals per zkLink chain id. A token without chains exists on layer 2 only."""

    id: int
    symbol: str
    addresses: Mapping[int, str]
    decimals: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment: its dialect, its operator, what it is connected to. `primary` is where blocks are proven.

    `layout` and `storage` name how its contracts write public data and lay out their storage.
    """

    id: str
    title: str
    network: str
    dialect: Profile
    operator_url: str
    primary: int
    chains: Mapping[int, PinnedChain]
    tokens: Mapping[int, PinnedToken]
    layout: PubdataLayout = PubdataLayout.CALL_HASH_LAST
    storage: str = "apex_mainnet"
    gateways: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Tokens that a gateway would take on to Ethereum, by the chain from which it leads: a layer 2 itself."""
    broker_url: str = ""
    """Where brokers tell what they ask for a payment in advance; empty where nobody does."""
    submits: bool = True
    """Whether its node takes requests in zkLink's own protocol; else an application's gateway stands before it."""

    def chain_named(self, name: str) -> PinnedChain:
        """The chain with the wallet's name `name`. Raises KeyError."""
        for chain in self.chains.values():
            if chain.name == name:
                return chain
        raise KeyError(name)


def deployment_from_json(raw: Mapping[str, object], base_url: str = "") -> Deployment:
    """Read a profile document; relative addresses are completed with `base_url`.

    Raises DeploymentError where a field is missing or has the wrong form.
    """
    try:
        chains = {chain.id: chain for chain in (_chain(c, base_url) for c in _list(raw["chains"]))}
        tokens = {token.id: token for token in (_token(t) for t in _list(raw["tokens"]))}
        network = str(raw["network"])
        dialect = Profile(str(raw["profile"]))
        primary = _known(int(str(raw.get("primary", next(iter(chains))))), chains)
        for chain in {chain for token in tokens.values() for chain in token.addresses}:
            _known(chain, chains)
        return Deployment(
            str(raw.get("id", f"zklink.{dialect}.{network}")),
            str(raw.get("title", "zkLink")),
            network,
            dialect,
            _absolute(str(raw["operator"]), base_url),
            primary,
            chains,
            tokens,
            PubdataLayout(str(raw.get("pubdata", PubdataLayout.CALL_HASH_LAST))),
            str(raw.get("storage", "apex_mainnet")),
            {
                _known(int(str(g["chain"])), chains): _numbers(g["tokens"])
                for g in map(_dict, _list(raw.get("gateways", [])))
            },
            _absolute(str(raw.get("broker", "")), base_url),
            raw.get("submits", True) is True,
        )
    except (KeyError, ValueError, TypeError, StopIteration, OverflowError) as error:
        raise DeploymentError("The network profile is damaged.", "Install Ashore again.") from error


def _chain(raw: object, base_url: str) -> PinnedChain:
    data = _dict(raw)
    return PinnedChain(
        int(str(data["zklink_chain_id"])),
        str(data["name"]),
        int(str(data["evm_chain_id"])),
        str(data["genesis_hash"]).lower(),
        _address(data["main_contract"]),
        tuple(_absolute(str(url), base_url) for url in _filled(data["endpoints"])),
        max(1, round(int(float(str(data.get("block_time_s", 12)))))),
        str(data.get("gas_symbol", "ETH")),
    )


def _token(raw: object) -> PinnedToken:
    data = _dict(raw)
    chains = {int(key): _dict(value) for key, value in _dict(data.get("chains", {})).items()}
    return PinnedToken(
        int(str(data["id"])),
        str(data["symbol"]),
        {key: _address(value["address"]) for key, value in chains.items()},
        {key: _decimals(value["decimals"]) for key, value in chains.items()},
    )


def _numbers(raw: object) -> frozenset[int]:
    return frozenset(int(str(number)) for number in _list(raw))


def _known(chain: int, chains: Mapping[int, PinnedChain]) -> int:
    if chain not in chains:
        raise ValueError("a chain that is not there")
    return chain


def _address(raw: object) -> str:
    text = str(raw).lower()
    if not text.startswith("0x") or len(bytes.fromhex(text[2:])) != 20:
        raise ValueError("not an address")
    return text


def _decimals(raw: object) -> int:
    value = int(str(raw))
    if not 0 <= value <= MAX_DECIMALS:
        raise ValueError("not a number of decimals")
    return value


def _absolute(url: str, base_url: str) -> str:
    return base_url.rstrip("/") + url if url.startswith("/") else url


def _dict(raw: object) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise TypeError("not an object")
    return raw


def _filled(raw: object) -> list[object]:
    found = _list(raw)
    if not found:
        raise ValueError("nothing in it")
    return found


def _list(raw: object) -> list[object]:
    if not isinstance(raw, list):
        raise TypeError("not a list")
    return raw
