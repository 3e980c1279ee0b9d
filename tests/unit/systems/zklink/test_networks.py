"""Networks as data: every file can be read, names its sources, and opens no money that nobody has pinned."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.resources import resource_path
from ashore.sandbox.clock import ClockMode
from ashore.sandbox.world import World, WorldConfig
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.deployment import DeploymentError
from ashore.systems.zklink.networks import Network, read_network, read_networks
from unit.domain.trying import tried
from unit.systems.zklink.client.test_answers import anything, paths, replaced
from unit.systems.zklink.test_deployment import RIGHT

FOLDER = resource_path("networks")
DOCUMENTS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
EVM = {1: 137, 2: 43114, 3: 56, 4: 1, 5: 324, 7: 59144, 9: 42161, 10: 10, 11: 8453, 15: 204}
"""docs.zk.link, networks/mainnet_networks.md; of Scroll and Polygon zkEVM it states none."""


def test_each_dialect_has_a_file_of_its_own() -> None:
    networks = read_networks(FOLDER)
    assert {str(network.dialect) for network in networks} == {*Profile} == DOCUMENTS.keys()
    assert len({network.id for network in networks}) == len(networks)
    assert [network.dialect for network in networks if not network.submits] == [Profile.X_APEX]
    for network in networks:
        assert network.sources, network.id
        assert all(each.source.split(",")[0].split()[-1] for each in network.sources)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_chains_are_those_that_the_docs_name(name: str) -> None:
    network = read_network(DOCUMENTS[name])
    assert network.chains[4] == "Ethereum"
    told = {each["zklink_chain_id"]: each.get("evm_chain_id") for each in DOCUMENTS[name]["chains"]}
    assert {number: evm for number, evm in told.items() if evm is not None} == EVM
    assert told.keys() - EVM.keys() == {6, 8}


def test_contracts_are_pinned_only_where_a_source_states_them() -> None:
    for network in read_networks(FOLDER):
        stated = any(each.fact == "main contracts" for each in network.sources)
        assert bool(network.contracts) is stated, network.id
    zkex = read_network(DOCUMENTS["v2"]).contracts
    assert zkex[4] == "0x629d74d459f072914f0b2aab9f7232fa36c1baed"
    assert zkex[3] == "0xb86934fa6e53e15320911485c775d4ba4020fa5a"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_has_gaps_opens_no_money_and_says_why(name: str) -> None:
    network = read_network(DOCUMENTS[name])
    assert network.missing
    with pytest.raises(DeploymentError, match="cannot be opened for money: no public source states") as caught:
        network.deployment()
    assert network.title in caught.value.sentence


@pytest.mark.parametrize("chains", [1, 2])
@pytest.mark.parametrize("dialect", list(Profile))
def test_the_practice_network_obeys_the_same_form(dialect: Profile, chains: int, tmp_path: Path) -> None:
    world = World(WorldConfig(data_dir=tmp_path, clock=ClockMode.STEP, profile=dialect, chains=chains))
    try:
        network = read_network(world.profile())
    finally:
        world.close()
    assert network.missing == ()
    deployment = network.deployment("http://127.0.0.1:1")
    assert (deployment.id, deployment.dialect, deployment.submits) == (network.id, dialect, True)


@pytest.mark.parametrize(
    "change",
    [
        {"profile": "x"},
        {"pubdata": "elsewhere"},
        {"pubdata": "no-call-hash"},
        {"storage": "mine"},
        {"primary": 9},
        {"chains": []},
        {"chains": [RIGHT["chains"][0], RIGHT["chains"][0]]},
        {"submits": "no"},
        {"sources": [{"fact": "x"}]},
        {"contract": "0x"},
        {"tokens": [{"id": 17, "symbol": "USDC", "chains": {"4": {}}}]},
    ],
)
def test_a_damaged_document(change: dict[str, Any]) -> None:
    with pytest.raises(DeploymentError):
        read_network({**RIGHT, **change})


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("{")
    with pytest.raises(DeploymentError, match=r"mine\.json"):
        read_networks(tmp_path)
    (tmp_path / "mine.json").write_text(" " * 300_000)
    with pytest.raises(DeploymentError, match=r"mine\.json"):
        read_networks(tmp_path)


@given(st.data())
def test_whatever_is_wrong_is_said(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(paths(RIGHT)[1:]))
    read = tried(read_network, replaced(RIGHT, path, data.draw(anything)))
    assert isinstance(read, Network | DeploymentError)
