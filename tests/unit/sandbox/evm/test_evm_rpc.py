"""The JSON-RPC face: what it says can be checked with other tools, and it fails in geth's words."""

import json
from typing import Any

import pytest
import rlp
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from ashore.crypto.keccak import keccak256
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import mapping_slot
from ashore.sandbox.evm.faults import FaultSet
from ashore.sandbox.evm.methods import METHODS, Limits
from ashore.sandbox.evm.rpc import MAX_BATCH, RpcEndpoint
from unit.sandbox.evm.evm_helpers import (
    OPERATOR_KEY,
    STRANGER,
    USER_KEY,
    Network,
    address_of,
    new_chain,
    signed,
    withdrawal,
)

HEADER_BYTES = ["parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom"]
HEADER_NUMBERS = ["difficulty", "number", "gasLimit", "gasUsed", "timestamp"]
HEADER_END = ["extraData", "mixHash", "nonce"]
HEADER_NEW = ["withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash"]
NUMERIC = {*HEADER_NUMBERS, "baseFeePerGas", "blobGasUsed", "excessBlobGas"}
USER = "0x" + address_of(USER_KEY).hex()
_KEYS = ["from", "to", "data", "value", "gas", "fromBlock", "toBlock", "blockHash", "address", "topics", "blockNumber"]
_WORDS = ["latest", "0x0", USER, "0x"]
_FUZZED = new_chain()


def raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def number_bytes(text: str) -> bytes:
    value = int(text, 16)
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def header_hash(block: dict[str, Any]) -> str:
    order = [*HEADER_BYTES, *HEADER_NUMBERS, *HEADER_END, "baseFeePerGas", *HEADER_NEW]
    fields = [number_bytes(block[name]) if name in NUMERIC else raw(block[name]) for name in order]
    return "0x" + keccak256(rlp.encode(fields)).hex()


def ordered_root(items: list[bytes]) -> str:
    trie = HexaryTrie({})
    for index, item in enumerate(items):
        trie[rlp.encode(index)] = item
    return "0x" + trie.root_hash.hex()


def receipt_bytes(receipt: dict[str, Any]) -> bytes:
    logs = [[raw(log["address"]), [raw(topic) for topic in log["topics"]], raw(log["data"])] for log in receipt["logs"]]
    body = [
        number_bytes(receipt["status"]),
        number_bytes(receipt["cumulativeGasUsed"]),
        raw(receipt["logsBloom"]),
        logs,
    ]
    kind = int(receipt["type"], 16)
    return (bytes([kind]) if kind else b"") + rlp.encode(body)


class Client:
    def __init__(self, chain: DevChain, limits: Limits | None = None) -> None:
        self.endpoint = RpcEndpoint("a", chain, FaultSet(lambda: 0.0), limits)

    def __call__(self, method: str, *params: Any) -> Any:
        answer = self.raw(method, *params)
        assert "error" not in answer, answer
        return answer["result"]

    def raw(self, method: str, *params: Any) -> Any:
        # Through JSON and back, as a real client would see it.
        request = json.loads(json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": list(params)}))
        self.endpoint.meet(request)
        return json.loads(json.dumps(self.endpoint.answer(request)))

    def error(self, method: str, *params: Any) -> Any:
        answer = self.raw(method, *params)
        assert answer["id"] == 7
        return answer["error"]


@pytest.fixture
def rpc(request: pytest.FixtureRequest) -> Client:
    """A client of the network's chain where a test has a network, else of the bare chain."""
    if "network" in request.fixturenames:
        return Client(request.getfixturevalue("network").chain)
    return Client(request.getfixturevalue("chain"))


def test_headers_hash_to_what_they_claim(network: Network, rpc: Client) -> None:
    network.settle(withdrawal())
    for number in range(network.chain.head.number + 1):
        block = rpc("eth_getBlockByNumber", hex(number), False)
        assert header_hash(block) == block["hash"]
        assert rpc("eth_getBlockByHash", block["hash"], False) == block


def test_receipts_rebuild_the_receipts_root(network: Network, rpc: Client) -> None:
    network.chain.automine = False
    user = signed(0)
    network.chain.send_raw(user)
    network.operator.transact(network.token, "mint", STRANGER, 5)
    network.operator.send(network.token.address, b"nonsense", gas=100_000)
    network.chain.mine()
    block = rpc("eth_getBlockByNumber", "latest", True)
    receipts = rpc("eth_getBlockReceipts", block["hash"])
    assert len(receipts) == 3
    assert ordered_root([receipt_bytes(receipt) for receipt in receipts]) == block["receiptsRoot"]
    assert [receipt["status"] for receipt in receipts] == ["0x1", "0x1", "0x0"]
    assert rpc("eth_getBlockReceipts", block["number"]) == receipts
    assert rpc("eth_getTransactionReceipt", receipts[1]["transactionHash"]) == receipts[1]
    assert [transaction["hash"] for transaction in block["transactions"]] == [
        receipt["transactionHash"] for receipt in receipts
    ]
    assert sum(int(receipt["gasUsed"], 16) for receipt in receipts) == int(block["gasUsed"], 16)


def test_raw_transactions_rebuild_the_transactions_root(chain: DevChain, rpc: Client) -> None:
    sent = signed(0)
    assert rpc("eth_sendRawTransaction", "0x" + sent.hex()) == "0x" + keccak256(sent).hex()
    assert ordered_root([sent]) == rpc("eth_getBlockByNumber", "latest")["transactionsRoot"]


def test_a_transaction_tells_its_signature(chain: DevChain, rpc: Client) -> None:
    sent = rpc("eth_sendRawTransaction", "0x" + signed(0).hex())
    told = rpc("eth_getTransactionByHash", sent)
    assert told["from"] == Account.from_key(USER_KEY).address
    fields = [31337, 0, told["maxPriorityFeePerGas"], told["maxFeePerGas"], told["gas"]]
    numbers = [number_bytes(value) if isinstance(value, str) else value for value in fields]
    to_end = [raw(told["to"]), number_bytes(told["value"]), raw(told["input"]), []]
    signature = [number_bytes(told[name]) for name in ("yParity", "r", "s")]
    assert b"\x02" + rlp.encode([*numbers, *to_end, *signature]) == signed(0)


def test_proofs_hold_against_the_state_root(network: Network, rpc: Client) -> None:
    stored = network.settle(withdrawal())
    number = hex(network.chain.head.number)
    network.chain.mine(3)
    keys = [50, 51, 52, 53, mapping_slot(60, 812), mapping_slot(60, 999)]
    zklink = "0x" + network.zklink.address.hex()
    proof = rpc("eth_getProof", zklink, [f"0x{key:064x}" for key in keys], number)
    state_root = raw(rpc("eth_getBlockByNumber", number)["stateRoot"])
    nodes = [rlp.decode(raw(node)) for node in proof["accountProof"]]
    account = rlp.decode(HexaryTrie.get_from_proof(state_root, keccak256(network.zklink.address), nodes))
    assert account[2] == raw(proof["storageHash"])
    values = []
    for key, slot in zip(keys, proof["storageProof"], strict=True):
        nodes = [rlp.decode(raw(node)) for node in slot["proof"]]
        value = HexaryTrie.get_from_proof(account[2], keccak256(key.to_bytes(32, "big")), nodes)
        values.append(int.from_bytes(rlp.decode(value), "big") if value else 0)
        assert values[-1] == int(slot["value"], 16)
        assert raw(rpc("eth_getStorageAt", zklink, slot["key"], number)) == values[-1].to_bytes(32, "big")
    assert values[4:] == [int.from_bytes(stored.hash(), "big"), 0]


def test_the_absence_of_an_account_is_proven(chain: DevChain, rpc: Client) -> None:
    proof = rpc("eth_getProof", "0x" + "77" * 20, ["0x0"], "latest")
    root = raw(rpc("eth_getBlockByNumber", "latest")["stateRoot"])
    nodes = [rlp.decode(raw(node)) for node in proof["accountProof"]]
    assert HexaryTrie.get_from_proof(root, keccak256(b"\x77" * 20), nodes) == b""
    assert (proof["balance"], proof["nonce"], proof["storageProof"][0]["value"]) == ("0x0", "0x0", "0x0")


def test_old_states_can_no_longer_be_proven(chain: DevChain) -> None:
    rpc = Client(chain, Limits(proof_age=2))
    chain.mine(5)
    assert rpc("eth_getProof", USER, [], "0x3")["nonce"] == "0x0"
    assert "proof window" in rpc.error("eth_getProof", USER, [], "0x2")["message"]
    assert rpc("eth_getBalance", USER, "0x2") != "0x0"


def test_logs_are_found_by_address_topic_and_block(network: Network, rpc: Client) -> None:
    network.settle(withdrawal())
    zklink, token = "0x" + network.zklink.address.hex(), "0x" + network.token.address.hex()
    everything = rpc("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
    ours = rpc("eth_getLogs", {"address": zklink, "fromBlock": "earliest"})
    assert ours == [log for log in everything if log["address"] == zklink]
    commit = "0x81a92942d0f9c33b897a438384c9c3d88be397776138efa3ba1a4fc8b6268424"
    numbers = [f"0x{number:064x}" for number in (811, 812, 813)]
    (found,) = rpc("eth_getLogs", {"address": [zklink, token], "topics": [commit, numbers], "fromBlock": "0x0"})
    assert found["topics"] == [commit, numbers[1]]
    by_block = rpc("eth_getLogs", {"blockHash": found["blockHash"], "topics": [None, numbers[1]]})
    assert by_block == [found]
    assert rpc("eth_getLogs", {"fromBlock": "0x0", "topics": [[commit, "0x" + "0" * 64]]}) == [found]
    assert rpc("eth_getLogs", {"fromBlock": "0x0", "topics": [commit, numbers[0]]}) == []
    assert rpc("eth_getLogs", {"fromBlock": "0x0", "topics": [commit, None, None]}) == []
    receipt = rpc("eth_getTransactionReceipt", found["transactionHash"])
    assert found in receipt["logs"]


def test_log_searches_have_limits(network: Network) -> None:
    rpc = Client(network.chain, Limits(log_range=3))
    assert rpc.error("eth_getLogs", {"fromBlock": "0x0", "toBlock": "0x3"})["code"] == -32005
    assert isinstance(rpc("eth_getLogs", {"fromBlock": "0x1", "toBlock": "0x3"}), list)
    assert rpc.error("eth_getLogs", {"fromBlock": "0x3", "toBlock": "0x1"})["code"] == -32000
    unknown = rpc.error("eth_getLogs", {"blockHash": "0x" + "00" * 32})
    assert unknown == {"code": -32000, "message": "unknown block"}


def test_tags_resolve(chain: DevChain, rpc: Client) -> None:
    chain.mine(10)
    numbers = {
        tag: int(rpc("eth_getBlockByNumber", tag)["number"], 16)
        for tag in ("latest", "pending", "safe", "finalized", "earliest")
    }
    assert numbers == {"latest": 10, "pending": 10, "safe": 8, "finalized": 6, "earliest": 0}
    assert rpc("eth_getBlockByNumber", "0xb") is None
    assert rpc("eth_getBlockByHash", "0x" + "00" * 32) is None
    assert rpc("eth_blockNumber") == "0xa"


def test_state_is_read_at_any_block(chain: DevChain, rpc: Client) -> None:
    chain.send_raw(signed(0))
    stranger = "0x" + STRANGER.hex()
    assert [rpc("eth_getBalance", stranger, tag) for tag in ("0x0", "latest")] == ["0x0", "0x1"]
    by_hash = {"blockHash": rpc("eth_getBlockByNumber", "0x0")["hash"]}
    assert rpc("eth_getBalance", stranger, by_hash) == "0x0"
    assert rpc("eth_getBalance", stranger, {"blockNumber": "0x1"}) == "0x1"
    assert rpc("eth_getTransactionCount", USER, "latest") == "0x1"
    assert rpc("eth_getCode", stranger, "latest") == "0x"
    assert rpc.error("eth_getBalance", stranger, "0x9") == {"code": -32000, "message": "header not found"}
    assert rpc.error("eth_getBalance", stranger, {"blockHash": "0x" + "00" * 32})["code"] == -32000


def test_pending_transactions_show(chain: DevChain, rpc: Client) -> None:
    chain.automine = False
    sent = rpc("eth_sendRawTransaction", "0x" + signed(0).hex())
    told = rpc("eth_getTransactionByHash", sent)
    assert (told["hash"], told["blockHash"], told["blockNumber"]) == (sent, None, None)
    assert rpc("eth_getTransactionReceipt", sent) is None
    counts = [rpc("eth_getTransactionCount", USER, tag) for tag in ("latest", "pending")]
    assert counts == ["0x0", "0x1"]
    assert rpc.error("eth_sendRawTransaction", "0x" + signed(0).hex()) == {"code": -32000, "message": "already known"}


def test_reverts_carry_their_data(network: Network, rpc: Client) -> None:
    call = {
        "from": USER,
        "to": "0x" + network.zklink.address.hex(),
        "data": "0x" + network.zklink.calldata("withdrawPendingBalance", STRANGER, 99, 1).hex(),
    }
    for method in ("eth_call", "eth_estimateGas"):
        error = rpc.error(method, call, "latest")
        assert (error["code"], error["message"]) == (3, "execution reverted: b0")
        assert error["data"].startswith("0x08c379a0")
    call["data"] = "0x" + network.zklink.calldata("withdrawPendingBalance", STRANGER, 17, 1).hex()
    error = rpc.error("eth_call", call, "latest")
    assert (error["code"], error["message"]) == (3, "execution reverted")
    assert error["data"] == "0x4e487b71" + "11".rjust(64, "0")


def test_calls_and_estimates(network: Network, rpc: Client) -> None:
    call = {"to": "0x" + network.token.address.hex(), "input": "0x" + network.token.calldata("decimals").hex()}
    assert int(rpc("eth_call", call, "latest"), 16) == 6
    assert int(rpc("eth_estimateGas", {"from": USER, "to": USER, "value": "0x1"}), 16) == 21_000
    assert rpc.error("eth_call", call | {"gas": "0x5300"}, "latest")["code"] == -32000


def test_fees_have_a_history(chain: DevChain, rpc: Client) -> None:
    chain.automine = False
    for nonce, tip in enumerate((1, 2, 3)):
        chain.send_raw(signed(nonce, maxPriorityFeePerGas=tip * 10**9))
    chain.mine()
    chain.mine(2)
    history = rpc("eth_feeHistory", "0x3", "latest", [0, 50, 100])
    assert history["oldestBlock"] == "0x1"
    assert (len(history["baseFeePerGas"]), len(history["gasUsedRatio"])) == (4, 3)
    assert [int(tip, 16) // 10**9 for tip in history["reward"][0]] == [1, 2, 3]
    assert history["reward"][1] == ["0x0"] * 3
    blocks = [rpc("eth_getBlockByNumber", hex(number)) for number in (1, 2, 3)]
    assert history["baseFeePerGas"][:3] == [block["baseFeePerGas"] for block in blocks]
    chain.mine()
    assert history["baseFeePerGas"][3] == rpc("eth_getBlockByNumber", "latest")["baseFeePerGas"]
    assert "reward" not in rpc("eth_feeHistory", 2, "latest")
    assert int(rpc("eth_gasPrice"), 16) > 10**9
    assert rpc("eth_maxPriorityFeePerGas") == hex(10**9)


def test_it_says_who_it_is(rpc: Client) -> None:
    assert (rpc("eth_chainId"), rpc("net_version"), rpc("eth_syncing")) == ("0x7a69", "31337", False)
    assert "Ashore" in rpc("web3_clientVersion")


def test_calls_are_counted(rpc: Client) -> None:
    for _ in range(3):
        rpc("eth_blockNumber")
    rpc.error("eth_nothing")
    assert rpc.endpoint.calls == {"eth_blockNumber": 3, "unknown": 1}


def test_batches(rpc: Client) -> None:
    batch = [{"jsonrpc": "2.0", "id": number, "method": "eth_blockNumber"} for number in (1, 2)]
    answers = rpc.endpoint.answer([*batch, 5, {"method": "eth_blockNumber"}])
    assert [answer["id"] for answer in answers] == [1, 2, None]
    assert answers[2]["error"]["code"] == -32600
    assert rpc.endpoint.answer([])["error"]["code"] == -32600
    assert rpc.endpoint.answer(batch * MAX_BATCH)["error"]["code"] == -32600
    assert rpc.endpoint.answer({"jsonrpc": "2.0", "method": "eth_blockNumber"}) is None


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("eth_nothing", [], -32601),
        ("__init__", [], -32601),
        ("eth_getBalance", [], -32602),
        ("eth_getBalance", ["0x12", "latest"], -32602),
        ("eth_getBalance", [USER, "newest"], -32602),
        ("eth_getBalance", [USER, "0x01"], -32602),
        ("eth_getBalance", [USER, -1], -32602),
        ("eth_getBalance", [USER, {}], -32602),
        ("eth_getBalance", [USER, []], -32602),
        ("eth_getBalance", [USER, "latest", 1], -32602),
        ("eth_getProof", [USER, "0x0", "latest"], -32602),
        ("eth_getProof", [USER, ["0x0"] * 1025, "latest"], -32602),
        ("eth_getProof", [USER, ["0x" + "1" * 65], "latest"], -32602),
        ("eth_getLogs", ["all"], -32602),
        ("eth_getLogs", [{"topics": [[]] * 5}], -32602),
        ("eth_getLogs", [{"topics": ["0x1"]}], -32602),
        ("eth_getLogs", [{"address": 5}], -32602),
        ("eth_getLogs", [{"address": [USER] * 1001}], -32602),
        ("eth_call", [None], -32602),
        ("eth_call", [{"value": "1"}], -32602),
        ("eth_sendRawTransaction", ["0xzz"], -32602),
        ("eth_sendRawTransaction", ["0x"], -32000),
        ("eth_feeHistory", ["0x1", "latest", [101]], -32602),
        ("eth_feeHistory", ["0x1", "latest", ["50"]], -32602),
        ("eth_feeHistory", [True, "latest"], -32602),
        ("eth_getTransactionReceipt", ["0x12"], -32602),
    ],
)
def test_nonsense_gets_a_code(rpc: Client, method: str, params: list[Any], code: int) -> None:
    assert rpc.error(method, *params)["code"] == code


def test_odd_envelopes_are_refused(rpc: Client) -> None:
    for request in (None, 5, "x", {}, {"method": 5}, {"method": "eth_blockNumber", "id": {}}):
        assert rpc.endpoint.answer(request)["error"]["code"] == -32600
    answer = rpc.endpoint.answer({"method": "eth_blockNumber", "id": 1, "params": {}})
    assert answer["error"]["code"] == -32602


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["latest", "0x0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.sampled_from(_KEYS), inner, max_size=3),
    max_leaves=6,
)


@given(method=st.sampled_from(sorted(METHODS)), params=st.lists(_json, max_size=4))
@settings(max_examples=300)
def test_no_parameters_break_it(method: str, params: list[Any]) -> None:
    answer = Client(_FUZZED).raw(method, *params)
    assert ("result" in answer) is ("error" not in answer)


def test_a_reorganised_transaction_is_gone(chain: DevChain, rpc: Client) -> None:
    sent = chain.send_raw(signed(0, key=OPERATOR_KEY))
    old = rpc("eth_getBlockByNumber", "latest")["hash"]
    chain.reorg(1, drop={sent})
    assert rpc("eth_getTransactionReceipt", "0x" + sent.hex()) is None
    assert rpc("eth_getTransactionByHash", "0x" + sent.hex()) is None
    assert rpc("eth_getBlockByHash", old) is None
    assert rpc.error("eth_getLogs", {"blockHash": old})["message"] == "unknown block"
