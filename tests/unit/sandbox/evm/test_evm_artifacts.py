"""The compiled contracts look to a wallet exactly as the published ones do."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ashore.sandbox.evm.contracts import Contract, abi_types, event_topic, load_artifact
from unit.sandbox.evm.evm_helpers import withdrawal

VECTORS = Path(__file__).parents[3] / "conformance" / "vectors" / "zklink.json"

# What a wallet calls on any chain; the rest of the vectors' selectors are of other profiles.
SELECTORS = (
    "withdrawPendingBalance(address,uint16,uint128)",
    "getPendingBalance(bytes32,uint16)",
    "accepts(bytes32)",
    "tokens(uint16)",
    "tokenIds(address)",
    "storedBlockHashes(uint32)",
    "totalBlocksCommitted()",
    "totalBlocksProven()",
    "totalBlocksSynchronized()",
    "totalBlocksExecuted()",
    "exodusMode()",
    "pendingL1Withdraws(bytes32)",
    "pendingWithdrawWithCalls(bytes32)",
    "withdrawPendingBalanceWithCall(address,address,uint128,bytes,uint32,uint8,uint32,bool)",
    "acceptERC20(address,address,uint128,uint16,uint32,uint8,uint32)",
    "acceptETH(address,uint128,uint16,uint32,uint8,uint32)",
    "depositERC20(address,uint104,bytes32,uint8,bool)",
    "depositETH(bytes32,uint8)",
    "addToken(uint16,address,uint8)",
    "setValidator(address,bool)",
    "withdrawToL1(address,address,uint128,uint16,uint32,uint8,uint32)",
    "estimateWithdrawToL1Fee(address,address,uint128,uint16,uint32,uint8,uint32)",
    "setAuthPubkeyHash(bytes,uint32)",
    "authFacts(address,uint32)",
)
PRIMARY_SELECTORS = (
    "revertBlocks((uint32,uint64,bytes32,uint256,bytes32,bytes32,(uint8,bytes32)[])[])",
    "commitBlocks((uint32,uint64,bytes32,uint256,bytes32,bytes32,(uint8,bytes32)[]),"
    "(bytes32,bytes,uint256,(bytes,uint32)[],uint32)[])",
    "proveBlocks((uint32,uint64,bytes32,uint256,bytes32,bytes32,(uint8,bytes32)[])[],"
    "(uint256[],uint256[],uint256[],uint8[],uint256[16]))",
    "executeBlocks(((uint32,uint64,bytes32,uint256,bytes32,bytes32,(uint8,bytes32)[]),bytes[])[])",
    "confirmBlock((uint32,uint64,bytes32,uint256,bytes32,bytes32,(uint8,bytes32)[]))",
)
SECONDARY_SELECTORS = (
    "commitCompressedBlocks((uint32,uint32,uint64,bytes32,bytes32),(bytes32,bytes,(bytes,uint32)[],uint32)[])",
    "executeCompressedBlocks(((uint32,uint32,uint64,bytes32,bytes32),bytes[])[])",
    "sendSyncHash((uint32,uint32,uint64,bytes32,bytes32))",
)
CALLED = {
    "ZkLinkSandbox": SELECTORS + PRIMARY_SELECTORS,
    "ZkLinkSecondary": SELECTORS + SECONDARY_SELECTORS,
}
EVENTS = {
    "ZkLinkSandbox": {"BlockCommit", "BlockProven", "BlockSynced", "BlockExecuted", "ReceiveSlaverSyncHash"},
    "ZkLinkSecondary": {"BlockCommit", "BlockSynced", "BlockExecuted", "SendSlaverSyncHash"},
}
SLOTS = {
    "accepts": (0, 0),
    "totalBlocksExecuted": (50, 160),
    "gateway": (52, 0),
    "networkGovernor": (51, 0),
    "totalBlocksCommitted": (51, 160),
    "totalBlocksProven": (52, 160),
    "totalBlocksSynchronized": (53, 0),
    "exodusMode": (53, 32),
    "pendingBalances": (54, 0),
    "pendingL1Withdraws": (55, 0),
    "priorityRequests": (57, 0),
    "authFacts": (58, 0),
    "authFactsResetTimer": (59, 0),
    "storedBlockHashes": (60, 0),
    "synchronizedChains": (61, 0),
    "validators": (62, 0),
    "tokens": (63, 0),
    "tokenIds": (64, 0),
    "pendingWithdrawWithCalls": (67, 0),
}


@pytest.fixture(scope="module")
def vectors() -> Any:
    folder = os.environ.get("ASHORE_VECTORS")
    path = Path(folder) / "zklink.json" if folder else VECTORS
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "signature"),
    [(name, signature) for name, signatures in CALLED.items() for signature in signatures],
    ids=lambda text: str(text).partition("(")[0],
)
def test_selector_is_the_published_one(name: str, signature: str, vectors: Any) -> None:
    assert load_artifact(name).selectors[signature].hex() == vectors["l1_selectors"][signature][2:]


@pytest.mark.parametrize("name", CALLED)
def test_every_event_of_the_published_contract_has_its_topic_and_indexing(name: str, vectors: Any) -> None:
    events = [one for one in load_artifact(name).abi if one["type"] == "event"]
    for event in events:
        types = [
            kind + (" indexed" if one["indexed"] else "")
            for kind, one in zip(abi_types(event["inputs"]), event["inputs"], strict=True)
        ]
        signature = f"{event['name']}({','.join(types)})"
        assert "0x" + event_topic(event).hex() == vectors["l1_topics"][signature]
    assert EVENTS[name] <= {event["name"] for event in events}
    assert len(events) >= 15


@pytest.mark.parametrize("name", CALLED)
def test_storage_is_where_a_wallet_proves_it(name: str) -> None:
    layout = load_artifact(name).layout
    assert {name: layout[name] for name in SLOTS} == SLOTS


def test_calldata_is_that_of_the_vectors(vectors: Any) -> None:
    contract = Contract(bytes(20), load_artifact("ZkLinkSandbox"))
    checked = 0
    for vector in vectors["l1_calldata"]:
        name = vector["function"].partition("(")[0]
        if vector["function"] not in contract.artifact.selectors:
            continue
        types = abi_types(contract.artifact.entry("function", name)["inputs"])
        arguments = [_argument(kind, one) for kind, one in zip(types, vector["args"], strict=True)]
        assert "0x" + contract.calldata(name, *arguments).hex() == vector["calldata"]
        checked += 1
    assert checked >= 4


def _argument(kind: str, value: Any) -> Any:
    if kind.startswith("uint"):
        return int(value)
    return bytes.fromhex(value[2:]) if kind.startswith("bytes") else value


def test_withdraw_hash_is_that_of_the_vectors(vectors: Any) -> None:
    for vector in vectors["l1_withdraw_hash"]:
        if vector["profile"] != "x":
            continue
        operation = withdrawal(
            account_id=vector["account_id"],
            sub_account_id=vector["sub_account_id"],
            nonce=vector["nonce"],
            owner=bytes.fromhex(vector["owner"][2:]),
            ratio=vector["ratio"],
        )
        token = bytes.fromhex(vector["token"][2:])
        assert operation.withdraw_hash(token, int(vector["amount_l1"])).hex() == vector["hash"][2:]
