"""Networks as public sources state them: data, of which whatever nobody states is missing.

A wallet opens money only where everything is pinned that an operator's answers are compared with. So a network with
gaps can be named and looked at, and says what it lacks; nothing is guessed or taken from an operator instead.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ashore.domain.errors import AshoreError
from ashore.systems.zklink.codec.l1.pubdata import PubdataLayout
from ashore.systems.zklink.codec.l1.storage import STORAGE_LAYOUTS
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.codec.validation import MAX_CHAIN_ID, MAX_TOKEN_ID
from ashore.systems.zklink.deployment import Deployment, DeploymentError, deployment_from_json

MAX_FILE_BYTES = 256 * 1024
_KNOWN = frozenset(
    {
        *("id", "title", "network", "profile", "submits", "pubdata", "storage", "primary", "operator", "broker"),
        *("chains", "tokens", "gateways", "sources", "lightning"),
    }
)
_OF_CHAIN = frozenset(
    {
        *("zklink_chain_id", "name", "evm_chain_id", "genesis_hash", "main_contract", "endpoints", "block_time_s"),
        *("gas_symbol", "finality"),
    }
)
_NEEDED_OF_CHAIN = ("evm_chain_id", "genesis_hash", "main_contract", "endpoints")
_WORDS = {
    "evm_chain_id": "its number among Ethereum’s chains",
    "genesis_hash": "its first block",
    "main_contract": "zkLink’s contract",
    "endpoints": "who can be asked",
}


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact of a network, and the public source that states it."""

    fact: str
    source: str


@dataclass(frozen=True, slots=True)
class Network:
    """What is stated of a network. `missing` are sentences, empty where money can be opened there.

    `chains` are names by zkLink's number; `contracts` the main contracts that a source states, in lower-case hex;
    `submits`: its node takes requests in zkLink's own protocol.
    """

    id: str
    title: str
    dialect: Profile
    submits: bool
    chains: Mapping[int, str]
    contracts: Mapping[int, str]
    sources: tuple[Stated, ...]
    missing: tuple[str, ...]
    _document: Mapping[str, object]

    def deployment(self, base_url: str = "") -> Deployment:
        """The same, pinned, to open money with. Raises DeploymentError that names what no source states."""
        if self.missing:
            raise DeploymentError(
                f"{self.title} cannot be opened for money: no public source states {self.missing[0]}.",
                "Ashore takes nothing of this from an operator’s word.",
            )
        return deployment_from_json(self._document, base_url)


def read_network(document: object) -> Network:
    """Read a network's document, complete or not. Raises DeploymentError where something in it is wrong."""
    try:
        return _network(document)
    except (KeyError, ValueError, TypeError) as error:
        raise DeploymentError("The network profile is damaged.", "Install Ashore again.") from error


def read_networks(folder: Path) -> tuple[Network, ...]:
    """Every network of a folder of JSON files, by name. Raises DeploymentError."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            # What is cut off here is no JSON any more.
            with path.open("rb") as file:
                found.append(read_network(json.loads(file.read(MAX_FILE_BYTES))))
        except (OSError, ValueError, AshoreError) as error:
            raise DeploymentError(f"The network profile {path.name} is damaged.", "Install Ashore again.") from error
    return tuple(found)


def _network(document: object) -> Network:
    raw = _object(document, _KNOWN)
    dialect, layout = Profile(_text(raw["profile"])), PubdataLayout(_text(raw.get("pubdata", "call-hash-last")))
    storage = raw.get("storage", None if "sources" in raw else "apex_mainnet")
    if storage is not None and storage not in STORAGE_LAYOUTS:
        raise ValueError("an unknown layout of storage")
    if dialect.is_x and layout is PubdataLayout.NO_CALL_HASH:
        raise ValueError("a call can be attached, and its public data has no place for it")
    chains = [_object(each, _OF_CHAIN) for each in _list(raw["chains"])]
    numbers = [_number(each["zklink_chain_id"], MAX_CHAIN_ID) for each in chains]
    names = [_text(each["name"]) for each in chains]
    if not chains or len({*numbers}) < len(chains) or len({*names}) < len(chains):
        raise ValueError("chains that are not told apart")
    contracts = {n: _hex(c["main_contract"], 20) for n, c in zip(numbers, chains, strict=True) if "main_contract" in c}
    for chain in chains:
        _number(chain.get("evm_chain_id", 0), 2**63)
        _hex(chain.get("genesis_hash", "0x" + "00" * 32), 32)
    for token in _list(raw.get("tokens", [])):
        places = _object(_object(token, frozenset({"id", "symbol", "chains"}))["chains"], None)
        _number(_object(token, None)["id"], MAX_TOKEN_ID)
        if not {int(place) for place in places} <= set(numbers):
            raise ValueError("a token on a chain that is not there")
    primary = raw.get("primary", numbers[0] if len(numbers) == 1 else None)
    if primary is not None and primary not in numbers:
        raise ValueError("batches are proven on a chain that is not there")
    return Network(
        id=_text(raw.get("id", f"zklink.{dialect}.{raw['network']}")),
        title=_text(raw.get("title", "zkLink")),
        dialect=dialect,
        submits=_flag(raw.get("submits", True)),
        chains=dict(zip(numbers, names, strict=True)),
        contracts=contracts,
        sources=tuple(_stated(each) for each in _list(raw.get("sources", []))),
        missing=tuple(_missing(raw, chains, storage, primary)),
        _document=raw,
    )


def _missing(
    raw: Mapping[str, object], chains: list[Mapping[str, object]], storage: object, primary: object
) -> list[str]:
    told = [
        f"{_WORDS[name]} for {chain['name']}" for chain in chains for name in _NEEDED_OF_CHAIN if not chain.get(name)
    ]
    tokens = [_object(token, None) for token in _list(raw.get("tokens", []))]
    if not any(token["chains"] for token in tokens):
        told.append("any token’s contract and decimals")
    if "operator" not in raw:
        told.append("who operates it")
    if storage is None:
        told.append("how its contracts lay out their storage")
    if primary is None:
        told.append("on which chain its batches are proven")
    return told


def _stated(raw: object) -> Stated:
    data = _object(raw, frozenset({"fact", "from"}))
    return Stated(_text(data["fact"]), _text(data["from"]))


def _object(raw: object, known: frozenset[str] | None) -> Mapping[str, object]:
    if not isinstance(raw, dict) or (known is not None and not raw.keys() <= known):
        raise TypeError("not an object of this kind")
    return raw


def _list(raw: object) -> list[object]:
    if not isinstance(raw, list):
        raise TypeError("not a list")
    return raw


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise TypeError("not a text")
    return raw


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise TypeError("not a yes or no")
    return raw


def _number(raw: object, highest: int) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 <= raw <= highest:
        raise TypeError("not a number in its range")
    return raw


def _hex(raw: object, length: int) -> str:
    text = _text(raw).lower()
    if not text.startswith("0x") or len(bytes.fromhex(text[2:])) != length or len(text) != 2 + 2 * length:
        raise ValueError("not hex of its length")
    return text
