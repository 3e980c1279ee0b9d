"""A withdrawal from commit to payout on the practice contract, and everything that the contract refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from eth.vm.forks.london.transactions import UnsignedDynamicFeeTransaction
from eth_keys.datatypes import PrivateKey
from eth_typing import Address

from ashore.crypto.keccak import keccak256
from ashore.sandbox import genesis
from ashore.sandbox.evm.admission import decode_transaction, signed_by
from ashore.sandbox.evm.contracts import Sender, load_artifact, mapping_slot, mined
from ashore.sandbox.evm.errors import ChainError, RevertedError
from unit.sandbox.evm.evm_helpers import OPERATOR_KEY, STRANGER, USER_KEY, Network, withdrawal
from unit.sandbox.evm.zklink_blocks import NewBlock, StoredBlock, proof_for

OWNER_KEY = STRANGER.rjust(32, b"\0")
PANIC_OVERFLOW = bytes.fromhex("4e487b71") + (0x11).to_bytes(32, "big")


def reason(code: str) -> bytes:
    """The revert data of `require(..., code)`."""
    text = code.encode()
    return (
        bytes.fromhex("08c379a0")
        + (32).to_bytes(32, "big")
        + len(text).to_bytes(32, "big")
        + text.ljust((len(text) + 31) // 32 * 32, b"\0")
    )


def refuses(data: bytes, action: Callable[[], Any]) -> None:
    with pytest.raises(RevertedError) as caught:
        action()
    assert caught.value.data == data


def events(network: Network) -> list[tuple[str, dict[str, Any]]]:
    """What the zkLink contract said in the newest block."""
    decoded = [network.zklink.event(log) for log in network.chain.head.logs]
    return [(one.name, dict(one.values)) for one in decoded if one is not None]


def counters(network: Network) -> tuple[int, int, int, int]:
    read = [network.chain.storage(network.zklink.address, slot) for slot in (51, 52, 53, 50)]
    shifts = (160, 160, 0, 160)
    committed, proven, synced, executed = (
        (word >> shift) & 0xFFFFFFFF for word, shift in zip(read, shifts, strict=True)
    )
    return committed, proven, synced, executed


def test_a_withdrawal_goes_through_every_stage(network: Network) -> None:
    zklink, operator = network.zklink, network.operator
    operation = withdrawal()
    assert counters(network) == (811, 811, 811, 811)

    block, stored = network.commit(operation)
    assert events(network) == [("BlockCommit", {"blockNumber": 812})]
    assert zklink.read(network.chain, "storedBlockHashes", 812) == stored.hash()
    assert counters(network) == (812, 811, 811, 811)

    operator.transact(zklink, "proveBlocks", [stored.as_abi()], proof_for([stored]))
    assert events(network) == [("BlockProven", {"blockNumber": 812})]
    assert counters(network) == (812, 812, 811, 811)

    refuses(reason("d1"), lambda: operator.transact(zklink, "executeBlocks", [block.execution(stored)]))
    operator.transact(zklink, "confirmBlock", stored.as_abi())
    assert events(network) == [("BlockSynced", {"blockNumber": 812})]
    assert counters(network) == (812, 812, 812, 811)

    operator.transact(zklink, "executeBlocks", [block.execution(stored)])
    pending = {"tokenId": 17, "recipient": OWNER_KEY, "amount": operation.amount}
    assert events(network) == [("WithdrawalPending", pending), ("BlockExecuted", {"blockNumber": 812})]
    assert counters(network) == (812, 812, 812, 812)
    assert zklink.read(network.chain, "getPendingBalance", OWNER_KEY, 17) == operation.amount
    accepted = zklink.read(network.chain, "accepts", operation.withdraw_hash(network.token.address, 25_500_000))
    assert accepted == "0x" + STRANGER.hex()

    # Anyone may send the claim; the owner is paid.
    Sender(network.chain, USER_KEY).transact(zklink, "withdrawPendingBalance", STRANGER, 17, 25_500_000)
    assert events(network) == [("Withdrawal", {"tokenId": 17, "amount": 25_500_000})]
    assert network.token.read(network.chain, "balanceOf", STRANGER) == 25_500_000
    assert zklink.read(network.chain, "getPendingBalance", OWNER_KEY, 17) == 0


def test_what_a_wallet_proves_is_in_its_slots(network: Network) -> None:
    operation = withdrawal()
    stored = network.settle(operation)
    chain, address = network.chain, network.zklink.address
    accept_key = operation.withdraw_hash(network.token.address, 25_500_000)
    assert chain.storage(address, mapping_slot(60, 812)) == int.from_bytes(stored.hash(), "big")
    assert chain.storage(address, mapping_slot(0, accept_key)) == int.from_bytes(STRANGER, "big")
    assert chain.storage(address, mapping_slot(54, OWNER_KEY, 17)) == operation.amount
    registered = chain.storage(address, mapping_slot(63, 17))
    assert registered == 1 | int.from_bytes(network.token.address, "big") << 16 | 6 << 176
    assert chain.storage(address, mapping_slot(64, network.token.address)) == 17


def test_ether_is_paid_out_too(network: Network) -> None:
    network.settle(withdrawal(l1_token=18, amount=3 * 10**18))
    network.operator.transact(network.zklink, "withdrawPendingBalance", STRANGER, 18, 3 * 10**18)
    assert network.chain.balance(STRANGER) == 3 * 10**18


def test_ether_to_a_refusing_contract_stays_pending(network: Network) -> None:
    refusing = network.operator.deploy(load_artifact("RefusingWallet")).address
    network.settle(withdrawal(l1_token=18, amount=10**18, owner=refusing))
    claim = ("withdrawPendingBalance", refusing, 18, 10**18)
    refuses(reason("b1"), lambda: network.operator.transact(network.zklink, *claim))
    assert network.zklink.read(network.chain, "getPendingBalance", refusing.rjust(32, b"\0"), 18) == 10**18


def test_a_claim_of_too_much_or_of_nothing_known_is_refused(network: Network) -> None:
    network.settle(withdrawal())
    claim = "withdrawPendingBalance"
    refuses(PANIC_OVERFLOW, lambda: network.operator.transact(network.zklink, claim, STRANGER, 17, 25_500_001))
    refuses(PANIC_OVERFLOW, lambda: network.operator.transact(network.zklink, claim, bytes(19) + b"\1", 17, 1))
    refuses(reason("b0"), lambda: network.operator.transact(network.zklink, claim, STRANGER, 99, 1))


def test_dust_below_the_tokens_decimals_stays(network: Network) -> None:
    network.settle(withdrawal(amount=1_000_000_500_000_000_000))
    network.operator.transact(network.zklink, "withdrawPendingBalance", STRANGER, 17, 1_000_000)
    assert network.zklink.read(network.chain, "getPendingBalance", OWNER_KEY, 17) == 500_000_000_000


def test_payouts_of_one_owner_and_token_add_up(network: Network) -> None:
    network.settle(withdrawal(nonce=7), withdrawal(nonce=8))
    network.settle(withdrawal(nonce=9))
    network.operator.transact(network.zklink, "withdrawPendingBalance", STRANGER, 17, 3 * 25_500_000)
    assert network.token.read(network.chain, "balanceOf", STRANGER) == 3 * 25_500_000


def test_a_batch_says_only_its_last_block(network: Network) -> None:
    first = NewBlock(812, b"\x02" * 32, 1, [withdrawal()])
    middle = first.stored_after(network.last)
    second = NewBlock(813, b"\x03" * 32, 2)
    network.operator.transact(network.zklink, "commitBlocks", network.last.as_abi(), [first.as_abi(), second.as_abi()])
    assert events(network) == [("BlockCommit", {"blockNumber": 813})]
    hashes = [network.zklink.read(network.chain, "storedBlockHashes", number) for number in (812, 813)]
    assert hashes == [middle.hash(), second.stored_after(middle).hash()]


def test_committed_and_proven_blocks_can_be_taken_back(network: Network) -> None:
    _, stored = network.commit(withdrawal())
    network.operator.transact(network.zklink, "proveBlocks", [stored.as_abi()], proof_for([stored]))
    network.operator.transact(network.zklink, "confirmBlock", stored.as_abi())
    network.operator.transact(network.zklink, "revertBlocks", [stored.as_abi()])
    assert events(network) == [("BlocksRevert", {"totalBlocksExecuted": 811, "totalBlocksCommitted": 811})]
    assert counters(network) == (811, 811, 811, 811)
    assert network.zklink.read(network.chain, "storedBlockHashes", 812) == bytes(32)


def test_executed_blocks_cannot_be_taken_back(network: Network) -> None:
    stored = network.settle(withdrawal())
    network.operator.transact(network.zklink, "revertBlocks", [stored.as_abi()])
    assert counters(network) == (812, 812, 812, 812)


def test_a_broker_that_paid_gets_the_pending_balance(network: Network) -> None:
    broker = network.operator
    operation = withdrawal(ratio=50)
    broker.transact(network.token, "mint", broker.address, 10**9)
    broker.transact(network.token, "approve", network.zklink.address, 10**9)
    accept = ("acceptERC20", STRANGER, network.token.address, 25_500_000, 50, 5, 1, 7)
    broker.transact(network.zklink, *accept)
    ((name, values),) = events(network)
    assert (name, values["amountReceive"]) == ("Accept", 25_372_500)
    assert network.token.read(network.chain, "balanceOf", STRANGER) == 25_372_500
    refuses(reason("H4"), lambda: broker.transact(network.zklink, *accept))

    network.settle(operation)
    key = broker.address.rjust(32, b"\0")
    assert network.zklink.read(network.chain, "getPendingBalance", key, 17) == operation.amount
    assert network.zklink.read(network.chain, "getPendingBalance", OWNER_KEY, 17) == 0
    refuses(reason("H4"), lambda: broker.transact(network.zklink, *accept))


def test_a_broker_may_pay_ether_and_gets_the_change_back(network: Network) -> None:
    user = Sender(network.chain, USER_KEY)
    before = network.chain.balance(network.zklink.address)
    user.transact(network.zklink, "acceptETH", STRANGER, 10**18, 100, 5, 1, 7, value=10**18)
    assert network.chain.balance(STRANGER) == 99 * 10**16
    assert network.chain.balance(network.zklink.address) == before


@pytest.mark.parametrize(
    ("code", "receiver", "ratio"), [("H1", bytes(20), 0), ("H2", None, 0), ("H3", STRANGER, 10_000)]
)
def test_a_brokers_nonsense_is_refused(network: Network, code: str, receiver: bytes | None, ratio: int) -> None:
    to = network.operator.address if receiver is None else receiver
    accept = ("acceptERC20", to, network.token.address, 1, ratio, 5, 1, 7)
    refuses(reason(code), lambda: network.operator.transact(network.zklink, *accept))


def test_call_data_withdrawals_are_paid_by_their_own_door(network: Network) -> None:
    data = b"\xde\xad\xbe\xef"
    network.settle(withdrawal(data_hash=keccak256(data)))
    assert network.zklink.read(network.chain, "getPendingBalance", OWNER_KEY, 17) == 0
    claim = ("withdrawPendingBalanceWithCall", STRANGER, network.token.address, 25_500_000, data, 5, 1, 7, False)
    network.operator.transact(network.zklink, *claim)
    assert events(network)[0][0] == "WithdrawalCall"
    assert network.token.read(network.chain, "balanceOf", STRANGER) == 25_500_000
    refuses(reason("z0"), lambda: network.operator.transact(network.zklink, *claim))


def test_withdrawals_onwards_to_layer_one_are_only_noted(network: Network) -> None:
    operation = withdrawal(to_l1=True)
    network.settle(operation)
    key = operation.withdraw_hash(network.token.address, 25_500_000)
    assert events(network)[0] == ("WithdrawalPendingL1", {"withdrawHash": key})
    assert network.zklink.read(network.chain, "pendingL1Withdraws", key) is True
    assert network.zklink.read(network.chain, "accepts", key) == "0x" + bytes(20).hex()


def test_a_token_may_refuse_the_recipient(network: Network) -> None:
    network.settle(withdrawal())
    network.operator.transact(network.token, "setRefused", STRANGER, True)
    claim = ("withdrawPendingBalance", STRANGER, 17, 25_500_000)
    refuses(reason("ERC20: recipient refused"), lambda: network.operator.transact(network.zklink, *claim))
    assert network.zklink.read(network.chain, "getPendingBalance", OWNER_KEY, 17) == withdrawal().amount


def test_deposits_fund_the_contract_and_say_so(network: Network) -> None:
    operator = network.operator
    operator.transact(network.token, "mint", operator.address, 5_000_000)
    operator.transact(network.token, "approve", network.zklink.address, 5_000_000)
    operator.transact(network.zklink, "depositERC20", network.token.address, 5_000_000, OWNER_KEY, 2, False)
    ((name, values),) = events(network)
    assert (name, values["serialId"], values["opType"]) == ("NewPriorityRequest", 1, 1)
    expected = "0101000000000200110011" + (5 * 10**18).to_bytes(16, "big").hex() + OWNER_KEY.hex()
    assert values["pubData"].hex() == expected
    refusals = {
        "e0": (network.token.address, 0, OWNER_KEY, 0, False),
        "e1": (network.token.address, 1, bytes(32), 0, False),
        "e2": (network.token.address, 1, OWNER_KEY, 32, False),
        "e3": (STRANGER, 1, OWNER_KEY, 0, False),
        "e5": (network.token.address, 1, OWNER_KEY, 0, True),
    }
    for code, arguments in refusals.items():
        refuses(reason(code), lambda given=arguments: operator.transact(network.zklink, "depositERC20", *given))


def test_every_refusal_of_commit(network: Network) -> None:
    last = network.last.as_abi()

    def commit(*blocks: Any, on: Any = last) -> Callable[[], Any]:
        return lambda: network.operator.transact(network.zklink, "commitBlocks", on, list(blocks))

    def fresh(number: int = 812, data: bytes = b"", timestamp: int = 5, offsets: tuple[int, ...] = ()) -> Any:
        return (b"\x02" * 32, data, timestamp, [(b"", offset) for offset in offsets], number)

    good = withdrawal().public_data()
    refuses(reason("f0"), commit())
    refuses(reason("f1"), commit(fresh(), on=StoredBlock.genesis(811, b"\x09" * 32).as_abi()))
    refuses(reason("g0"), commit(fresh(813)))
    refuses(reason("g2"), commit(fresh(), fresh(813, timestamp=4)))
    refuses(reason("h0"), commit(fresh(data=bytes(22))))
    refuses(reason("h1"), commit(fresh(data=good, offsets=(115,))))
    refuses(reason("h2"), commit(fresh(data=good, offsets=(1,))))
    refuses(reason("h3"), commit(fresh(data=good, offsets=(0, 0))))
    refuses(reason("i2"), commit(fresh(data=withdrawal(chain_id=2).public_data(), offsets=(0,))))
    refuses(reason("k2"), commit(fresh(data=b"\x07" + good[1:], offsets=(0,))))


def test_every_refusal_of_prove_and_confirm(network: Network) -> None:
    operator, zklink = network.operator, network.zklink
    _, first = network.commit(withdrawal())
    _, second = network.commit()

    def prove(block: StoredBlock, proof: Any) -> Callable[[], Any]:
        return lambda: operator.transact(zklink, "proveBlocks", [block.as_abi()], proof)

    refuses(reason("x0"), prove(second, proof_for([second])))
    refuses(reason("x1"), prove(first, proof_for([second])))

    def confirm(block: StoredBlock) -> Callable[[], Any]:
        return lambda: operator.transact(zklink, "confirmBlock", block.as_abi())

    refuses(reason("n0"), confirm(first))
    operator.transact(zklink, "proveBlocks", [b.as_abi() for b in (first, second)], proof_for([first, second]))
    refuses(reason("n0"), confirm(StoredBlock.genesis(813, bytes(32))))
    confirm(second)()
    refuses(reason("n0"), confirm(first))


def test_every_refusal_of_execute(network: Network) -> None:
    operator, zklink = network.operator, network.zklink
    block, stored = network.commit(withdrawal(), withdrawal(nonce=8))
    operator.transact(zklink, "proveBlocks", [stored.as_abi()], proof_for([stored]))
    operator.transact(zklink, "confirmBlock", stored.as_abi())

    def execute(*blocks: Any) -> Callable[[], Any]:
        return lambda: operator.transact(zklink, "executeBlocks", list(blocks))

    refuses(reason("d0"), execute())
    refuses(reason("d2"), execute((StoredBlock.genesis(813, bytes(32)).as_abi(), [])))
    refuses(reason("m0"), execute((StoredBlock.genesis(812, bytes(32)).as_abi(), [])))
    refuses(reason("m2"), execute((stored.as_abi(), [b"\x07" + bytes(114)])))
    refuses(reason("m3"), execute((stored.as_abi(), [withdrawal().public_data()])))
    refuses(reason("o0"), execute((stored.as_abi(), [withdrawal(l1_token=99).public_data()])))
    execute(block.execution(stored))()


def test_strangers_cannot_operate(network: Network) -> None:
    user = Sender(network.chain, USER_KEY)
    refuses(reason("4"), lambda: user.transact(network.zklink, "commitBlocks", network.last.as_abi(), []))
    refuses(reason("4"), lambda: user.transact(network.zklink, "executeBlocks", []))
    refuses(reason("4"), lambda: user.transact(network.zklink, "revertBlocks", []))
    refuses(reason("3"), lambda: user.transact(network.zklink, "addToken", 1, STRANGER, 6))
    network.operator.transact(network.zklink, "setValidator", user.address, True)
    user.transact(network.zklink, "revertBlocks", [])


def test_exodus_mode_stops_the_operator(network: Network) -> None:
    assert network.zklink.read(network.chain, "exodusMode") is False
    network.operator.transact(network.zklink, "enterExodusMode")
    assert events(network) == [("ExodusMode", {})]
    assert network.zklink.read(network.chain, "exodusMode") is True
    refuses(reason("0"), lambda: network.operator.transact(network.zklink, "executeBlocks", []))


def test_calldata_reads_back(network: Network) -> None:
    block, _ = network.commit(withdrawal())
    (transaction,) = network.chain.head.transactions
    name, (_, blocks) = network.zklink.read_calldata(bytes(transaction.data))
    assert (name, blocks[0][0], blocks[0][1]) == ("commitBlocks", block.state_hash, block.public_data())


def test_a_transaction_that_is_mined_and_fails_is_told_apart(network: Network) -> None:
    claim = network.zklink.calldata("withdrawPendingBalance", STRANGER, 17, 1)
    sent = network.operator.send(network.zklink.address, claim, gas=100_000)
    block, index = mined(network.chain, sent)
    assert not block.succeeded(index)
    with pytest.raises(ChainError, match="not mined"):
        mined(network.chain, bytes(32))


def test_the_sender_does_not_print_its_key(network: Network) -> None:
    assert OPERATOR_KEY.hex() not in repr(network.operator)


def test_what_a_sender_signs_bears_its_own_signature() -> None:
    """The chain takes its word for who signed, so that the beginning of a practice network costs less."""
    key = PrivateKey(genesis.private_key(0))
    unsigned = UnsignedDynamicFeeTransaction(31_337, 7, 1, 2, 21_000, Address(b"\x11" * 20), 5, b"", ())
    made = signed_by(key, unsigned)
    read = decode_transaction(made.encode())
    assert "sender" in vars(made)
    assert bytes(read.sender) == bytes(made.sender) == genesis.address(0)
    assert read.hash == made.hash


def test_a_word_is_read_as_it_is_after_each_block_and_each_reorganisation(network: Network) -> None:
    operation = withdrawal()
    chain, place = network.chain, (network.zklink.address, mapping_slot(54, OWNER_KEY, 17))
    assert chain.storage(*place) == 0
    network.settle(operation)
    number, executing = chain.head.number, [one.hash for one in chain.head.transactions]
    assert chain.storage(*place) == operation.amount
    chain.reorg(1, executing)
    assert chain.head.number > number
    assert chain.storage(*place) == chain.storage(*place, number) == chain.storage(*place, number - 1) == 0
    chain.mine()
    assert chain.storage(*place) == 0
