"""The compiled exchange looks to a wallet exactly as StarkExchange 4.5 does."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from eth_utils.address import to_checksum_address

from ashore.sandbox.evm.blocks import LogEntry
from ashore.sandbox.evm.contracts import Contract, abi_types, event_topic, load_artifact
from ashore.systems.reddio.codec import asset_info
from ashore.systems.reddio.codec.assets import AssetKind
from ashore.systems.reddio.codec.l1.facts import state_transition_fact, verifier_fact

VECTORS = Path(__file__).parents[3] / "conformance" / "vectors" / "reddio.json"
ELSEWHERE = {
    "isValid(bytes32)": "SandboxFactRegistry",
    "gpsContract()": "SandboxVerifierAdapter",
    "programHash()": "SandboxVerifierAdapter",
    "mintFor(address,uint256,bytes)": "SandboxNft",
}
LEFT_OUT = {"escape(uint256,uint256,uint256,uint256)"}
SLOTS = {
    "escapeVerifier": (4, 0),
    "stateFrozen": (4, 160),
    "pendingWithdrawals": (8, 0),
    "sequenceNumber": (12, 0),
    "validiumVaultRoot": (13, 0),
    "orderRoot": (15, 0),
    "assetTypeToQuantum": (22, 0),
    "ethKeys": (24, 0),
    "lastBatchId": (29, 0),
    "rollupVaultRoot": (37, 0),
}


def load_vectors() -> dict[str, Any]:
    folder = os.environ.get("ASHORE_VECTORS")
    path = Path(folder) / "reddio.json" if folder else VECTORS
    found = json.loads(path.read_text("utf-8"))
    assert isinstance(found, dict)
    return found


CASES = load_vectors()


@pytest.fixture
def exchange() -> Contract:
    return Contract(b"\x11" * 20, load_artifact("StarkExSandbox"))


@pytest.mark.parametrize(
    "signature", sorted(set(CASES["l1_selectors"]) - LEFT_OUT), ids=lambda one: one.partition("(")[0]
)
def test_selector_is_the_published_one(signature: str) -> None:
    artifact = load_artifact(ELSEWHERE.get(signature, "StarkExSandbox"))
    assert "0x" + artifact.selectors[signature].hex() == CASES["l1_selectors"][signature]


@pytest.mark.parametrize("signature", sorted(CASES["l1_topics"]), ids=lambda one: one.partition("(")[0])
def test_event_has_its_topic_and_no_indexed_parameter(signature: str) -> None:
    name = "SandboxFactRegistry" if signature.startswith("LogMemoryPagesHashes") else "StarkExSandbox"
    entry = load_artifact(name).entry("event", signature.partition("(")[0])
    assert f"{entry['name']}({','.join(abi_types(entry['inputs']))})" == signature
    assert "0x" + event_topic(entry).hex() == CASES["l1_topics"][signature]
    assert not any(one["indexed"] for one in entry["inputs"])


def test_storage_is_where_a_wallet_proves_it(exchange: Contract) -> None:
    assert {name: exchange.artifact.layout[name] for name in SLOTS} == SLOTS


@pytest.mark.parametrize("case", CASES["l1_calldata"], ids=lambda case: case["function"].partition("(")[0])
def test_calldata_is_that_of_the_vectors(exchange: Contract, case: dict[str, Any]) -> None:
    name = case["function"].partition("(")[0]
    types = abi_types(exchange.artifact.entry("function", name)["inputs"])
    arguments = [_argument(kind, one) for kind, one in zip(types, case["args"], strict=True)]
    assert "0x" + exchange.calldata(name, *arguments).hex() == case["calldata"]


@pytest.mark.parametrize("case", CASES["l1_logs"], ids=lambda case: case["event"].partition("(")[0])
def test_logs_are_those_of_the_vectors(exchange: Contract, case: dict[str, Any]) -> None:
    topics = tuple(bytes.fromhex(one[2:]) for one in case["topics"])
    event = exchange.event(LogEntry(exchange.address, topics, bytes.fromhex(case["data"][2:]), 0, 0))
    assert event is not None
    values = [to_checksum_address(one) if _is_address(one) else one for one in event.values.values()]
    assert [f"0x{one.hex()}" if isinstance(one, bytes) else str(one) for one in values] == case["values"]


@pytest.mark.parametrize("case", CASES["l1_state_transition_fact"])
def test_the_fact_of_the_vectors_is_the_codecs(case: dict[str, Any]) -> None:
    words = [int(one) for one in case["public_input"]]
    assert "0x" + state_transition_fact(words).hex() == case["fact"]


def test_the_asset_infos_begin_with_what_the_contract_compares() -> None:
    assert asset_info(AssetKind.ETH, b"").hex() == "8322fff2"
    known = {"ERC20": "f47261b0", "ERC721": "02571792", "ERC721M": "b8b86672"}
    assert {kind: asset_info(AssetKind(kind), bytes(20))[:4].hex() for kind in known} == known
    assert len(verifier_fact(1, bytes(32))) == 32


def _argument(kind: str, value: Any) -> Any:
    if kind.endswith("[]"):
        return [int(one) for one in value]
    if kind.startswith("uint"):
        return int(value)
    return bytes.fromhex(value[2:]) if kind.startswith("bytes") else value


def _is_address(value: object) -> bool:
    return isinstance(value, str) and len(value) == 42
