"""A deployment of Reddio is read from its document, and anything damaged is refused with a sentence."""

from typing import Any

import pytest

from ashore.systems.reddio.deployment import DeploymentError, deployment_from_json, of_practice

DOCUMENT: dict[str, Any] = {
    "id": "reddio.sandbox",
    "title": "Reddio",
    "network": "sandbox",
    "api": "/reddio",
    "contract": "0x" + "5E" * 20,
    "key_chain_id": 11155111,
    "chain": {
        "name": "Harbour",
        "evm_chain_id": 31337,
        "genesis_hash": "0x" + "01" * 32,
        "endpoints": ["/1/a", "https://node.example/rpc"],
        "block_time_s": 1,
        "gas_symbol": "ETH",
    },
}


def test_a_profile_is_read_and_its_addresses_are_completed() -> None:
    found = deployment_from_json(DOCUMENT, "http://127.0.0.1:8080/")
    assert found.api_url == "http://127.0.0.1:8080/reddio"
    assert found.contract == "0x" + "5e" * 20
    assert found.chain.endpoints == ("http://127.0.0.1:8080/1/a", "https://node.example/rpc")
    assert (found.key_chain_id, found.chain.block_time_s, found.chain.gas_symbol) == (11155111, 1, "ETH")


def test_a_practice_network_may_have_none() -> None:
    assert of_practice({"tokens": []}, "") is None
    assert of_practice({"reddio": DOCUMENT}, "http://127.0.0.1") is not None


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("contract", "0x5e"),
        ("contract", "5e" * 20),
        ("contract", "0x" + "zz" * 20),
        ("key_chain_id", 0),
        ("key_chain_id", True),
        ("key_chain_id", 1.5),
        ("api", ""),
        ("chain", []),
        ("chain", {**DOCUMENT["chain"], "endpoints": []}),
        ("chain", {**DOCUMENT["chain"], "endpoints": [1]}),
        ("chain", {**DOCUMENT["chain"], "genesis_hash": "0x01"}),
        ("chain", {**DOCUMENT["chain"], "name": None}),
        ("chain", {**DOCUMENT["chain"], "block_time_s": "soon"}),
    ],
)
def test_a_damaged_one_is_refused(part: str, value: object) -> None:
    with pytest.raises(DeploymentError):
        deployment_from_json({**DOCUMENT, part: value})
    without = {name: told for name, told in DOCUMENT.items() if name != part}
    with pytest.raises(DeploymentError):
        deployment_from_json(without)
    with pytest.raises(DeploymentError):
        deployment_from_json("reddio")
