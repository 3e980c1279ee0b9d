"""Networks of Reddio as public sources state them: data, of which whatever nobody states is missing.

A wallet opens money only where everything is pinned. So a network with gaps can be named and looked at, and says what
it lacks; nothing is guessed or taken from an operator instead.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ashore.domain.errors import AshoreError
from ashore.systems.reddio.deployment import Deployment, DeploymentError, deployment_from_json

MAX_FILE_BYTES = 64 * 1024
_KNOWN = frozenset({"id", "title", "network", "api", "contract", "key_chain_id", "chain", "sources", "confirmed"})
_NOBODY = "https://nobody.invalid"
"""Stands in for whoever can be asked, so that everything else in a document is held to its form."""


@dataclass(frozen=True, slots=True)
class Network:
    """What is stated of a network. `sources` are facts, each with the public source that states it.

    `missing` are parts of a sentence, empty where money can be opened there.
    """

    id: str
    title: str
    chain: str
    contract: str
    key_chain_id: int
    sources: tuple[tuple[str, str], ...]
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
    if not isinstance(document, dict) or not document.keys() <= _KNOWN or not isinstance(document.get("chain"), dict):
        raise DeploymentError("The network profile is damaged.", "Install Ashore again.")
    chain: Mapping[str, object] = document["chain"]
    pinned = deployment_from_json({**document, "chain": {"endpoints": [_NOBODY], **chain}})
    missing = []
    if not chain.get("endpoints"):
        missing.append(f"who can be asked about {pinned.chain.name}")
    if document.get("confirmed") is not True:
        missing.append("that the deployed contract has the storage of the version that Ashore reads")
    return Network(
        pinned.id,
        pinned.title,
        pinned.chain.name,
        pinned.contract,
        pinned.key_chain_id,
        tuple(_sources(document.get("sources", []))),
        tuple(missing),
        document,
    )


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


def _sources(raw: object) -> list[tuple[str, str]]:
    if not isinstance(raw, list):
        raise DeploymentError("The network profile is damaged.", "Install Ashore again.")
    found = []
    for each in raw:
        if not isinstance(each, dict) or each.keys() != {"fact", "from"} or not all(each.values()):
            raise DeploymentError("The network profile is damaged.", "Install Ashore again.")
        found.append((str(each["fact"]), str(each["from"])))
    return found
