"""A profile is used whole or not at all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.deployment import Deployment, DeploymentError, deployment_from_json
from unit.domain.trying import tried
from unit.systems.zklink.client.test_answers import anything, paths, replaced

RIGHT: dict[str, Any] = {
    "network": "sandbox",
    "profile": "x-apex",
    "chains": [
        {
            "zklink_chain_id": 1,
            "name": "Harbour",
            "evm_chain_id": 31337,
            "genesis_hash": "0x" + "AB" * 32,
            "main_contract": "0x" + "A1" * 20,
            "endpoints": ["/l1/1/a", "https://elsewhere.example/rpc"],
            "block_time_s": 1.0,
        }
    ],
    "tokens": [
        {"id": 1, "symbol": "USD", "chains": {}},
        {"id": 17, "symbol": "USDC", "chains": {"1": {"address": "0x" + "B1" * 20, "decimals": 6}}},
    ],
    "operator": "/zklink",
}


def test_a_right_profile() -> None:
    deployment = deployment_from_json(RIGHT, "http://127.0.0.1:7/")
    assert (deployment.id, deployment.dialect, deployment.primary) == ("zklink.x-apex.sandbox", Profile.X_APEX, 1)
    assert deployment.operator_url == "http://127.0.0.1:7/zklink"
    chain = deployment.chain_named("Harbour")
    assert chain.endpoints == ("http://127.0.0.1:7/l1/1/a", "https://elsewhere.example/rpc")
    assert chain.main_contract == "0x" + "a1" * 20, "compared in lower case"
    assert deployment.tokens[17].addresses == {1: "0x" + "b1" * 20}
    with pytest.raises(KeyError):
        deployment.chain_named("Strait")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("chains",), []),
        (("chains", 0, "main_contract"), "0x12"),
        (("chains", 0, "main_contract"), "A1" * 20),
        (("chains", 0, "block_time_s"), "inf"),
        (("chains", 0, "endpoints"), []),
        (("tokens", 1, "chains", "1", "decimals"), -1),
        (("tokens", 1, "chains", "1", "decimals"), 37),
        (("tokens", 1, "chains", "1", "address"), ""),
        (("tokens", 1, "chains"), {"2": {"address": "0x" + "b1" * 20, "decimals": 6}}),
        (("profile",), "x"),
        (("operator",), None),
    ],
)
def test_a_damaged_profile(path: tuple[Any, ...], value: object) -> None:
    if path == ("operator",):
        raw = {name: item for name, item in RIGHT.items() if name != "operator"}
    else:
        raw = replaced(RIGHT, path, value)
    with pytest.raises(DeploymentError):
        deployment_from_json(raw)
    with pytest.raises(DeploymentError):
        deployment_from_json({**RIGHT, "primary": 2})


@given(st.data())
def test_whatever_is_wrong_is_said(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(paths(RIGHT)[1:]))
    read = tried(deployment_from_json, replaced(RIGHT, path, data.draw(anything)))
    assert isinstance(read, Deployment | DeploymentError)
