"""The contracts of two chains of one network: what they say to each other, and what each of them refuses."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode

from ashore.crypto.keccak import keccak256
from ashore.sandbox.evm.blocks import Finality
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import ETH_TOKEN, Contract, Sender, load_artifact, mapping_slot
from ashore.sandbox.evm.errors import RevertedError
from unit.sandbox.evm.evm_helpers import GENESIS_TIME, OPERATOR_KEY, STRANGER, USER_KEY, Network, new_chain, withdrawal
from unit.sandbox.evm.test_evm_contracts import counters, events, reason, refuses
from unit.sandbox.evm.zklink_blocks import (
    EMPTY_KECCAK,
    STORED_BLOCK_TYPE,
    NewBlock,
    StoredBlock,
    WithdrawOperation,
    proof_for,
)
from unit.sandbox.evm.zklink_secondary_blocks import CompressedBlock, SecondaryBlock, sync_hash_after

GENESIS = SecondaryBlock(811, 40)
ROOT = b"\x02" * 32
PAID_ON_LAGOON = {"chain_id": 2, "amount": 2_500_000_000_000_000_001}
VECTORS = Path(__file__).parents[3] / "conformance" / "vectors" / "zklink.json"


@dataclass
class Lagoon:
    """The slave chain's contract with an 18-decimal token (17) and ether (33), both funded."""

    chain: DevChain
    operator: Sender
    zklink: Contract
    token: Contract
    gateway: Contract
    last: SecondaryBlock = GENESIS

    def commit(self, *blocks: CompressedBlock) -> list[SecondaryBlock]:
        stored, last = [], self.last
        for block in blocks:
            last = block.stored_after(last)
            stored.append(last)
        arguments = (self.last.as_abi(), [block.as_abi() for block in blocks])
        self.operator.transact(self.zklink, "commitCompressedBlocks", *arguments)
        self.last = last
        return stored

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        decoded = [self.zklink.event(log) for log in self.chain.head.logs]
        return [(one.name, dict(one.values)) for one in decoded if one is not None]

    def counters(self) -> tuple[int, int, int, int]:
        slots = ((51, 160), (52, 160), (53, 0), (50, 160))
        values = [(self.chain.storage(self.zklink.address, slot) >> bit) & 0xFFFFFFFF for slot, bit in slots]
        return (values[0], values[1], values[2], values[3])

    def settle(self, *withdrawals: WithdrawOperation) -> None:
        block = CompressedBlock(self.last.number + 1, ROOT, withdrawals)
        (stored,) = self.commit(block)
        self.operator.transact(self.zklink, "receiveBlockConfirmation", block.number)
        self.operator.transact(self.zklink, "executeCompressedBlocks", [block.execution(stored)])


@pytest.fixture(scope="module")
def deployed_lagoon(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Contract, Contract, Contract]:
    path = tmp_path_factory.mktemp("lagoon") / "chain.sqlite"
    chain = new_chain(path)
    operator = Sender(chain, OPERATOR_KEY)
    token = operator.deploy(load_artifact("SandboxToken"), "Practice Dollar", "pUSD", 18)
    zklink = operator.deploy(load_artifact("ZkLinkSecondary"), 2, GENESIS.number, GENESIS.sequence)
    gateway = operator.deploy(load_artifact("SandboxGateway"), 1_000)
    operator.transact(zklink, "setSyncService", 1, operator.address)
    operator.transact(zklink, "setGateway", gateway.address)
    operator.transact(zklink, "addToken", 17, token.address, 18)
    operator.transact(zklink, "addToken", 33, ETH_TOKEN, 18)
    operator.transact(token, "mint", zklink.address, 10**24)
    operator.transact(zklink, "depositETH", operator.address.rjust(32, b"\0"), 0, value=10**20)
    chain.close()
    return path, zklink, token, gateway


@pytest.fixture
def lagoon(deployed_lagoon: tuple[Path, Contract, Contract, Contract], tmp_path: Path) -> Iterator[Lagoon]:
    path, zklink, token, gateway = deployed_lagoon
    chain = new_chain(Path(shutil.copy(path, tmp_path / "lagoon.sqlite")), finality=Finality(2, 4))
    yield Lagoon(chain, Sender(chain, OPERATOR_KEY), zklink, token, gateway)
    chain.close()


@pytest.fixture
def harbour(network: Network) -> Network:
    """The master chain, which knows of a slave chain with the number 2."""
    network.operator.transact(network.zklink, "setSyncService", 2, network.operator.address)
    return network


def test_the_sync_hash_is_that_of_the_vectors() -> None:
    for vector in json.loads(VECTORS.read_text("utf-8"))["l1_sync_hash"]:
        previous, root, operations, expected = (
            bytes.fromhex(vector[key][2:]) for key in ("previous", "state_hash", "onchain_ops_hash", "sync_hash")
        )
        assert sync_hash_after(previous, vector["block_number"], root, operations) == expected


def test_a_slave_chain_counts_its_own_sequence_and_says_block_numbers(lagoon: Lagoon) -> None:
    assert lagoon.counters() == (40, 0, 811, 40)
    first = CompressedBlock(820, ROOT, [withdrawal(**PAID_ON_LAGOON)])
    second = CompressedBlock(825, b"\x03" * 32, [withdrawal(**PAID_ON_LAGOON, nonce=8)])
    stored = lagoon.commit(first, second)
    assert lagoon.events() == [("BlockCommit", {"blockNumber": 825})]
    assert lagoon.counters() == (42, 0, 811, 40)
    hashes = [lagoon.zklink.read(lagoon.chain, "storedBlockHashes", sequence) for sequence in (41, 42)]
    assert hashes == [one.hash() for one in stored]
    assert lagoon.chain.storage(lagoon.zklink.address, mapping_slot(60, 42)) == int.from_bytes(hashes[1], "big")

    lagoon.operator.transact(lagoon.zklink, "sendSyncHash", stored[1].as_abi())
    assert lagoon.events() == [("SendSlaverSyncHash", {"syncHash": stored[1].sync_hash})]
    executions = [first.execution(stored[0]), second.execution(stored[1])]
    refuses(reason("d1"), lambda: lagoon.operator.transact(lagoon.zklink, "executeCompressedBlocks", executions))

    lagoon.operator.transact(lagoon.zklink, "receiveBlockConfirmation", 826)
    assert lagoon.events() == [("BlockSynced", {"blockNumber": 826})]
    assert lagoon.counters() == (42, 0, 826, 40)
    lagoon.operator.transact(lagoon.zklink, "executeCompressedBlocks", executions)
    pending = {"tokenId": 17, "recipient": STRANGER.rjust(32, b"\0"), "amount": PAID_ON_LAGOON["amount"]}
    executed = ("BlockExecuted", {"blockNumber": 825})
    assert lagoon.events() == [("WithdrawalPending", pending), ("WithdrawalPending", pending), executed]
    assert lagoon.counters() == (42, 0, 826, 42)
    # All 18 decimals exist on this chain.
    key = withdrawal(**PAID_ON_LAGOON).withdraw_hash(lagoon.token.address, 2_500_000_000_000_000_001)
    assert lagoon.zklink.read(lagoon.chain, "accepts", key) == "0x" + STRANGER.hex()


def test_an_older_confirmation_says_nothing(lagoon: Lagoon) -> None:
    lagoon.operator.transact(lagoon.zklink, "receiveBlockConfirmation", 811)
    assert lagoon.events() == []
    assert lagoon.counters()[2] == 811


def test_committed_blocks_of_a_slave_chain_can_be_taken_back(lagoon: Lagoon) -> None:
    block = CompressedBlock(820, ROOT, [withdrawal(**PAID_ON_LAGOON)])
    (stored,) = lagoon.commit(block)
    lagoon.operator.transact(lagoon.zklink, "receiveBlockConfirmation", 821)
    revert = ("revertBlocks", GENESIS.as_abi(), [stored.as_abi()])
    refuses(reason("c1"), lambda: lagoon.operator.transact(lagoon.zklink, "revertBlocks", stored.as_abi(), revert[2]))
    lagoon.operator.transact(lagoon.zklink, *revert)
    assert lagoon.events() == [("BlocksRevert", {"totalBlocksExecuted": 40, "totalBlocksCommitted": 40})]
    assert lagoon.counters() == (40, 0, 811, 40)


def test_every_refusal_of_a_slave_chain(lagoon: Lagoon) -> None:
    block = CompressedBlock(820, ROOT, [withdrawal(**PAID_ON_LAGOON)])
    wrong = SecondaryBlock(820, 41)

    def calls(function: str, *arguments: Any) -> Callable[[], Any]:
        return lambda: lagoon.operator.transact(lagoon.zklink, function, *arguments)

    refuses(reason("f0"), calls("commitCompressedBlocks", GENESIS.as_abi(), []))
    refuses(reason("f1"), calls("commitCompressedBlocks", wrong.as_abi(), [block.as_abi()]))
    late = CompressedBlock(811, ROOT, block.withdrawals)
    refuses(reason("g0"), calls("commitCompressedBlocks", GENESIS.as_abi(), [late.as_abi()]))
    refuses(reason("h0"), calls("commitCompressedBlocks", GENESIS.as_abi(), [(ROOT, bytes(22), [], 820)]))
    refuses(reason("k2"), calls("commitCompressedBlocks", GENESIS.as_abi(), [(ROOT, bytes(46), [(b"", 0)], 820)]))
    (stored,) = lagoon.commit(block)
    refuses(reason("j1"), calls("sendSyncHash", wrong.as_abi()))
    calls("receiveBlockConfirmation", 820)()
    refuses(reason("j0"), calls("sendSyncHash", stored.as_abi()))
    refuses(reason("d0"), calls("executeCompressedBlocks", []))
    refuses(reason("d2"), calls("executeCompressedBlocks", [(SecondaryBlock(820, 42).as_abi(), [])]))
    refuses(reason("m0"), calls("executeCompressedBlocks", [(wrong.as_abi(), [])]))
    refuses(reason("m3"), calls("executeCompressedBlocks", [(stored.as_abi(), [])]))
    user = Sender(lagoon.chain, USER_KEY)
    refuses(reason("6"), lambda: user.transact(lagoon.zklink, "receiveBlockConfirmation", 900))
    refuses(reason("4"), lambda: user.transact(lagoon.zklink, "sendSyncHash", stored.as_abi()))


def stored_with(stored: StoredBlock, sync_hash: bytes) -> tuple[Any, ...]:
    """A master chain's stored block with the sync hash of chain 2."""
    return (*stored.as_abi()[:6], [(2, sync_hash)])


def test_the_master_chain_confirms_only_what_the_slave_chain_has_too(harbour: Network) -> None:
    operator, zklink, chain = harbour.operator, harbour.zklink, harbour.chain
    mine, theirs = withdrawal(), withdrawal(**PAID_ON_LAGOON)
    first = NewBlock(812, ROOT, GENESIS_TIME, [mine, theirs])
    own_only = keccak256(EMPTY_KECCAK + mine.public_data())
    stored = StoredBlock(812, own_only, GENESIS_TIME, ROOT, first.stored_after(harbour.last).commitment)
    sync_hash = sync_hash_after(EMPTY_KECCAK, 812, ROOT, keccak256(EMPTY_KECCAK + theirs.public_data()))
    # The second block does not touch the slave chain: its sync hash stays.
    second = NewBlock(813, b"\x03" * 32, GENESIS_TIME)
    after = second.stored_after(stored)
    operator.transact(zklink, "commitBlocks", harbour.last.as_abi(), [first.as_abi(), second.as_abi()])
    told = [stored_with(stored, sync_hash), stored_with(after, sync_hash)]
    hashes = [zklink.read(chain, "storedBlockHashes", number) for number in (812, 813)]
    assert hashes == [keccak256(encode([STORED_BLOCK_TYPE], [one])) for one in told]

    refuses(reason("n0"), lambda: operator.transact(zklink, "confirmBlock", told[1]))
    operator.transact(zklink, "proveBlocks", told, proof_for([stored, after]))
    refuses(reason("n0"), lambda: operator.transact(zklink, "confirmBlock", told[1]))
    operator.transact(zklink, "receiveSyncHash", 2, ROOT)
    assert zklink.read(chain, "isBlockConfirmable", told[1]) is False
    operator.transact(zklink, "receiveSyncHash", 2, sync_hash)
    assert events(harbour) == [("ReceiveSlaverSyncHash", {"chainId": 2, "syncHash": sync_hash})]
    operator.transact(zklink, "confirmBlock", told[1])
    assert events(harbour) == [("BlockSynced", {"blockNumber": 813})]

    executions = [(told[0], [mine.public_data()]), (told[1], [])]
    operator.transact(zklink, "executeBlocks", executions)
    assert [name for name, _ in events(harbour)] == ["WithdrawalPending", "BlockExecuted"]
    assert counters(harbour) == (813, 813, 813, 813)
    user = Sender(chain, USER_KEY)
    refuses(reason("6"), lambda: user.transact(zklink, "receiveSyncHash", 2, sync_hash))


def test_onwards_to_layer_one_by_the_gateway(lagoon: Lagoon) -> None:
    operation = withdrawal(chain_id=2, l1_token=33, l2_token=33, amount=10**18, to_l1=True)
    lagoon.settle(operation)
    key = operation.withdraw_hash(ETH_TOKEN, 10**18)
    user = Sender(lagoon.chain, USER_KEY)
    call = (STRANGER, ETH_TOKEN, 10**18, 0, 5, 1, 7)
    assert lagoon.zklink.read(lagoon.chain, "estimateWithdrawToL1Fee", *call) == 1_000
    refuses(reason("M1"), lambda: user.transact(lagoon.zklink, "withdrawToL1", *call, value=999))
    user.transact(lagoon.zklink, "withdrawToL1", *call, value=5_000)
    assert lagoon.events() == [("WithdrawalL1", {"withdrawHash": key})]
    assert lagoon.chain.balance(lagoon.gateway.address) == 10**18 + 1_000
    assert lagoon.zklink.read(lagoon.chain, "pendingL1Withdraws", key) is False
    refuses(reason("M0"), lambda: user.transact(lagoon.zklink, "withdrawToL1", *call, value=5_000))

    tokens = withdrawal(**PAID_ON_LAGOON, nonce=8, to_l1=True)
    lagoon.settle(tokens)
    call = (STRANGER, lagoon.token.address, PAID_ON_LAGOON["amount"], 0, 5, 1, 8)
    user.transact(lagoon.zklink, "withdrawToL1", *call, value=1_000)
    assert lagoon.token.read(lagoon.chain, "balanceOf", lagoon.gateway.address) == PAID_ON_LAGOON["amount"]


def test_the_gateway_pays_once_and_by_its_keeper_alone(network: Network) -> None:
    gateway = network.operator.deploy(load_artifact("SandboxGateway"), 0)
    network.operator.transact(network.token, "mint", gateway.address, 10)
    pay = ("pay", STRANGER, network.token.address, 7, ROOT)
    refuses(reason("keeper"), lambda: Sender(network.chain, USER_KEY).transact(gateway, *pay))
    network.operator.transact(gateway, *pay)
    assert network.token.read(network.chain, "balanceOf", STRANGER) == 7
    refuses(reason("paid"), lambda: network.operator.transact(gateway, *pay))


def test_a_key_is_authorised_on_the_chain(network: Network, clock: Any) -> None:
    user = Sender(network.chain, USER_KEY)
    first, second = b"\x0a" * 20, b"\x0b" * 20

    def fact() -> Any:
        return network.zklink.read(network.chain, "authFacts", user.address, 3)

    refuses(reason("B0"), lambda: user.transact(network.zklink, "setAuthPubkeyHash", b"\x0a" * 19, 3))
    user.transact(network.zklink, "setAuthPubkeyHash", first, 3)
    assert [name for name, _ in events(network)] == ["FactAuth"]
    assert fact() == keccak256(first)
    user.transact(network.zklink, "setAuthPubkeyHash", second, 3)
    assert [name for name, _ in events(network)] == ["FactAuthResetTime"]
    with pytest.raises(RevertedError):
        user.transact(network.zklink, "setAuthPubkeyHash", second, 3)
    assert fact() == keccak256(first)
    clock.now = network.chain.head.header.timestamp + 86_400
    network.chain.mine()
    user.transact(network.zklink, "setAuthPubkeyHash", second, 3)
    assert fact() == keccak256(second)
