"""The networks of Reddio are data with their sources, and none of them opens money while something is missing."""

import json
from typing import Any

import pytest

from ashore.resources import resource_path
from ashore.systems.reddio.codec import CHAIN_IDS
from ashore.systems.reddio.deployment import DeploymentError
from ashore.systems.reddio.networks import Network, read_network, read_networks

FOLDER = resource_path("networks", "reddio")
NETWORKS = {network.id: network for network in read_networks(FOLDER)}


def document(name: str = "mainnet") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def test_the_known_networks_are_there() -> None:
    assert set(NETWORKS) == {"reddio.mainnet", "reddio.goerli", "reddio.sepolia"}
    assert {network.key_chain_id for network in NETWORKS.values()} == set(CHAIN_IDS)
    assert NETWORKS["reddio.mainnet"].contract == "0xb62bcd40a24985f560b5a9745d478791d8f1945c"


@pytest.mark.parametrize("network", NETWORKS.values(), ids=lambda network: network.id)
def test_each_names_its_sources_and_opens_no_money(network: Network) -> None:
    assert len(network.sources) >= 5
    assert network.missing
    with pytest.raises(DeploymentError, match="cannot be opened for money"):
        network.deployment()


def test_a_complete_one_opens() -> None:
    told = document()
    told["chain"]["endpoints"] = ["https://a.example/", "https://b.example/"]
    assert read_network(told).missing, "the deployed contract is not confirmed"
    found = read_network({**told, "confirmed": True})
    assert not found.missing
    assert found.deployment().chain.endpoints == ("https://a.example/", "https://b.example/")


@pytest.mark.parametrize(
    "change",
    [{"contract": "0x12"}, {"more": 1}, {"chain": []}, {"sources": [1]}, {"sources": [{"fact": "a"}]}, {"sources": 1}],
)
def test_a_damaged_one_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(DeploymentError):
        read_network({**document(), **change})
