"""The embedded chain: admission, mining, finality, reorganisations, determinism, and a kill in the middle."""

import contextlib
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ashore
from ashore.sandbox.evm.admission import decode_transaction
from ashore.sandbox.evm.blocks import Finality
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import Sender, load_artifact
from ashore.sandbox.evm.errors import ChainError, RevertedError, UnknownBlockError
from unit.sandbox.evm.evm_helpers import (
    CHAIN_ID,
    GENESIS_TIME,
    OPERATOR_KEY,
    STRANGER,
    USER_KEY,
    ManualClock,
    address_of,
    new_chain,
    signed,
)

USER = address_of(USER_KEY)
GENESIS_HASH = "dc484154193a913f7cbe5101b1dcba4d3a493950d4fa26d910bf40e9c2b454fc"


def test_genesis_and_blocks_are_the_same_every_time() -> None:
    hashes = []
    for _ in range(2):
        clock = ManualClock()
        chain = new_chain(clock=clock)
        found = [chain.head.hash]
        for nonce in range(3):
            clock.now += 12
            chain.send_raw(signed(nonce))
            found.append(chain.head.hash)
        hashes.append(found)
    assert hashes[0] == hashes[1]
    assert hashes[0][0].hex() == GENESIS_HASH


def test_another_clock_gives_other_blocks(clock: ManualClock, chain: DevChain) -> None:
    other = new_chain(clock=lambda: GENESIS_TIME + 60)
    assert chain.head.hash == other.head.hash
    clock.now += 12
    assert chain.mine().hash != other.mine().hash


def test_time_comes_from_the_clock_and_never_stands_still(clock: ManualClock, chain: DevChain) -> None:
    clock.now += 100
    assert chain.mine().header.timestamp == GENESIS_TIME + 100
    assert chain.mine().header.timestamp == GENESIS_TIME + 101


def test_a_transaction_is_mined_at_once(chain: DevChain) -> None:
    sent = chain.send_raw(signed(0))
    found = chain.transaction(sent)
    assert found is not None
    block, index = found
    assert (block.number, index, block.succeeded(index)) == (1, 0, True)
    assert (chain.balance(STRANGER), chain.balance(STRANGER, 0)) == (1, 0)
    assert (chain.nonce(USER), chain.pending_nonce(USER)) == (1, 1)
    assert block.header.gas_limit == 30_000_000


def test_the_gas_limit_does_not_drift(chain: DevChain) -> None:
    chain.mine(20)
    assert chain.head.header.gas_limit == 30_000_000


def test_without_automining_transactions_wait_in_nonce_order(chain: DevChain) -> None:
    chain.automine = False
    second, first, gap = chain.send_raw(signed(1)), chain.send_raw(signed(0)), chain.send_raw(signed(3))
    assert chain.pending_nonce(USER) == 2
    assert chain.pending_transaction(first) is not None
    block = chain.mine()
    assert [one.hash for one in block.transactions] == [first, second]
    assert chain.pending_transaction(gap) is not None
    chain.send_raw(signed(2))
    assert len(chain.mine().transactions) == 2


def test_a_full_block_leaves_the_rest_for_the_next() -> None:
    chain = new_chain(automine=False)
    for nonce in range(3):
        chain.send_raw(signed(nonce, gas=12_000_000, value=0))
    assert [len(chain.mine().transactions) for _ in range(3)] == [2, 1, 0]


def test_what_cannot_pay_the_base_fee_stays_pending(chain: DevChain) -> None:
    chain.automine = False
    sent = chain.send_raw(signed(0, maxFeePerGas=1, maxPriorityFeePerGas=1))
    assert chain.mine().transactions == ()
    assert chain.pending_transaction(sent) is not None


def test_what_became_unaffordable_stays_pending(chain: DevChain) -> None:
    chain.automine = False
    most = chain.balance(USER) - 21_000 * 10**10
    chain.send_raw(signed(0, value=most))
    later = chain.send_raw(signed(1, value=most))
    assert len(chain.mine().transactions) == 1
    assert chain.pending_transaction(later) is not None
    assert chain.mine().transactions == ()


@pytest.mark.parametrize(
    ("fee", "tip", "accepted"),
    [(110, 110, True), (105, 110, False), (110, 109, False), (200, 100, False), (109, 200, False)],
)
def test_a_replacement_must_raise_both_fees_by_a_tenth(chain: DevChain, fee: int, tip: int, accepted: bool) -> None:
    chain.automine = False
    old = chain.send_raw(signed(0, maxFeePerGas=10**10, maxPriorityFeePerGas=10**9))
    new = signed(0, maxFeePerGas=10**8 * fee, maxPriorityFeePerGas=10**7 * tip, value=2)
    if not accepted:
        with pytest.raises(ChainError, match="replacement transaction underpriced"):
            chain.send_raw(new)
        assert chain.pending_transaction(old) is not None
        return
    replacement = chain.send_raw(new)
    assert chain.pending_transaction(old) is None
    assert [one.hash for one in chain.mine().transactions] == [replacement]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (signed(0, chainId=1), "invalid chain id for signer"),
        (signed(0, gas=20_999), "intrinsic gas too low"),
        (signed(0, gas=30_000_001), "exceeds block gas limit"),
        (signed(0, value=10**22), "insufficient funds"),
        (signed(0, maxFeePerGas=1, maxPriorityFeePerGas=2), "higher than max fee"),
        (b"", "rlp"),
        (b"\x02\xc0", "rlp"),
        (b"\x02" + b"\xff" * 40, "rlp"),
        (signed(0)[:-1] + b"", "rlp"),
        (b"\0" * 200_000, "oversized"),
        (b"\x03" + signed(0)[1:], "rlp"),
        (b"\x7f" + signed(0)[1:], "rlp"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_nonsense_is_refused(chain: DevChain, raw: bytes, words: str) -> None:
    with pytest.raises(ChainError, match=words):
        chain.send_raw(raw)
    assert chain.head.number == 0


@given(place=st.integers(0, 200), byte=st.integers(0, 255), cut=st.integers(0, 150), start=st.integers(0, 3))
@settings(max_examples=150)
def test_damaged_transactions_are_refused_or_another_accounts(place: int, byte: int, cut: int, start: int) -> None:
    raw = bytearray(signed(0))
    raw[place % len(raw)] = byte
    damaged = bytes(raw)[start if start > 1 else 0 : len(raw) - (cut if start else 0)]
    with contextlib.suppress(ChainError):
        transaction = decode_transaction(damaged)
        assert damaged == signed(0) or transaction.sender != USER


def test_the_same_transaction_again_is_known_or_too_late(chain: DevChain) -> None:
    chain.automine = False
    chain.send_raw(signed(0))
    with pytest.raises(ChainError, match="already known"):
        chain.send_raw(signed(0))
    chain.mine()
    with pytest.raises(ChainError, match="nonce too low: next nonce 1, tx nonce 0"):
        chain.send_raw(signed(0))


def test_a_foreign_signature_value_is_refused(chain: DevChain) -> None:
    import rlp
    from eth.constants import SECPK1_N

    fields = rlp.decode(signed(0)[1:])
    parity, s = int.from_bytes(fields[-3], "big"), int.from_bytes(fields[-1], "big")
    fields[-3], fields[-1] = (b"" if parity else b"\1"), (SECPK1_N - s).to_bytes(32, "big")
    with pytest.raises(ChainError, match="v, r, s"):
        chain.send_raw(b"\x02" + rlp.encode(fields))


def test_legacy_and_access_list_transactions_are_taken(chain: DevChain) -> None:
    legacy = {"type": None, "maxFeePerGas": None, "maxPriorityFeePerGas": None, "gasPrice": 10**10}
    chain.send_raw(_without_none(0, legacy))
    chain.send_raw(_without_none(1, legacy | {"type": 1, "accessList": [], "gas": 30_000}))
    assert chain.nonce(USER) == 2


def _without_none(nonce: int, changes: dict[str, object]) -> bytes:
    from eth_account import Account

    fields = {"chainId": CHAIN_ID, "nonce": nonce, "gas": 21_000, "to": "0x" + STRANGER.hex(), "value": 1, "data": b""}
    fields |= {key: value for key, value in changes.items() if value is not None}
    return bytes(Account.from_key(USER_KEY).sign_transaction(fields).raw_transaction)


def test_finality_trails_and_never_goes_back(chain: DevChain) -> None:
    assert (chain.safe_number, chain.finalized_number) == (0, 0)
    chain.mine(10)
    assert (chain.safe_number, chain.finalized_number) == (8, 6)
    chain.set_finality(Finality(32, 64))
    chain.mine(2)
    assert (chain.safe_number, chain.finalized_number) == (6, 6)
    chain.set_finality(Finality(0, 1))
    assert (chain.safe_number, chain.finalized_number) == (12, 11)


def test_a_reorganisation_replaces_blocks_and_keeps_transactions(chain: DevChain) -> None:
    kept, dropped = chain.send_raw(signed(0)), chain.send_raw(signed(0, key=OPERATOR_KEY))
    old = [chain.block(number) for number in (1, 2)]
    head = chain.reorg(2, drop={dropped})
    assert head.number == 3
    assert chain.transaction(dropped) is None
    place = chain.transaction(kept)
    assert place is not None
    assert place[0].number == 2
    for block in old:
        assert block is not None
        assert chain.block_by_hash(block.hash) is None
    parents = [chain.block(number) for number in range(4)]
    for parent, child in pairwise(parents):
        assert parent is not None
        assert child is not None
        assert child.header.parent_hash == parent.hash
    assert (chain.nonce(USER), chain.nonce(address_of(OPERATOR_KEY))) == (1, 0)
    # What was dropped may come again.
    chain.send_raw(signed(0, key=OPERATOR_KEY))
    assert chain.transaction(dropped) is not None


def test_even_empty_blocks_of_the_same_second_get_other_hashes(chain: DevChain) -> None:
    first = chain.mine().hash
    chain.reorg(1)
    second = chain.block(1)
    assert second is not None
    assert second.hash != first


def test_finalized_blocks_cannot_be_replaced(chain: DevChain) -> None:
    chain.mine(6)
    with pytest.raises(ChainError, match="finalized"):
        chain.reorg(5)
    with pytest.raises(ChainError):
        chain.reorg(0)
    chain.reorg(4)
    assert chain.head.number == 7


def test_unknown_blocks_are_unknown(chain: DevChain) -> None:
    assert chain.block(1) is None
    assert chain.block(-1) is None
    assert chain.block_by_hash(bytes(32)) is None
    assert chain.block_by_hash(b"short") is None
    with pytest.raises(UnknownBlockError):
        chain.balance(USER, 1)


def test_calls_do_not_change_the_chain(chain: DevChain) -> None:
    operator = Sender(chain, OPERATOR_KEY)
    token = operator.deploy(load_artifact("SandboxToken"), "Practice Dollar", "pUSD", 6)
    before = chain.head.hash
    chain.call(USER, token.address, token.calldata("mint", USER, 5))
    assert token.read(chain, "balanceOf", USER) == 0
    with pytest.raises(RevertedError):
        chain.call(USER, token.address, token.calldata("transfer", STRANGER, 5))
    with pytest.raises(ChainError, match=r"(?i)gas"):
        chain.call(USER, token.address, token.calldata("mint", USER, 5), gas=22_000)
    assert chain.head.hash == before


def test_the_gas_estimate_is_enough_and_tight(chain: DevChain) -> None:
    operator = Sender(chain, OPERATOR_KEY)
    token = operator.deploy(load_artifact("SandboxToken"), "Practice Dollar", "pUSD", 6)
    data = token.calldata("mint", USER, 5)
    gas = chain.estimate_gas(operator.address, token.address, data)
    chain.call(operator.address, token.address, data, gas=gas)
    operator.transact(token, "mint", USER, 5)
    used = chain.head.gas_used_by(0)
    assert used <= gas <= used * 102 // 100


def test_a_gas_estimate_is_computed_once_a_block_and_anew_after_the_next(chain: DevChain) -> None:
    operator = Sender(chain, OPERATOR_KEY)
    token = operator.deploy(load_artifact("SandboxToken"), "Practice Dollar", "pUSD", 6)
    data = token.calldata("mint", USER, 5)
    first = chain.estimate_gas(operator.address, token.address, data)
    assert chain.estimate_gas(operator.address, token.address, data) == first
    assert chain.estimate_gas(operator.address, token.address, token.calldata("mint", USER, 6)) in (first, first + 12)
    operator.transact(token, "mint", USER, 5)
    later = chain.estimate_gas(operator.address, token.address, data)
    assert later < first - 10_000, "the balance is not written for the first time any more"
    chain.reorg(1, {chain.head.transactions[0].hash})
    assert chain.estimate_gas(operator.address, token.address, data) == first


def all_hashes(chain: DevChain) -> list[bytes]:
    return [block.hash for number in range(chain.head.number + 1) if (block := chain.block(number))]


def test_a_stored_chain_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    chain = new_chain(path)
    sent = chain.send_raw(signed(0))
    chain.mine(5)
    chain.reorg(2)
    chain.automine = False
    waiting = chain.send_raw(signed(1))
    hashes = all_hashes(chain)
    finalized = chain.finalized_number
    chain.close()

    again = new_chain(path, automine=False)
    assert all_hashes(again) == hashes
    assert again.finalized_number == finalized
    found = again.transaction(sent)
    assert found is not None
    assert found[0].receipts[0].gas_used == 21_000
    assert [one.hash for one in again.mine().transactions] == [waiting]
    again.close()


def test_a_stored_chain_of_another_id_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    new_chain(path).close()
    with pytest.raises(ChainError, match="another chain id"):
        DevChain(chain_id=1, alloc={}, genesis_time=0, clock=lambda: 0, path=path)


_VICTIM = """
import sys
from pathlib import Path
from unit.sandbox.evm.evm_helpers import new_chain, signed
chain = new_chain(Path(sys.argv[1]))
nonce = 0
while True:
    sent = chain.send_raw(signed(nonce))
    print(sent.hex(), chain.head.hash.hex(), flush=True)
    nonce += 1
    if nonce % 4 == 0:
        chain.reorg(2)
        print("head", chain.head.hash.hex(), flush=True)
"""


@pytest.mark.parametrize("lines", [1, 6])
def test_what_was_mined_survives_a_kill(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "chain.sqlite"
    folders = [str(Path(ashore.__file__).parents[1]), str(Path(__file__).parents[3])]
    with subprocess.Popen(
        [sys.executable, "-c", _VICTIM, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
    ) as victim:
        assert victim.stdout is not None
        told = [victim.stdout.readline().split() for _ in range(lines)]
        victim.send_signal(signal.SIGKILL)
        told += [words for line in victim.stdout if len(words := line.split()) == 2 and len(words[1]) == 64]
    chain = new_chain(path)
    for sent, _ in told:
        if sent != "head":
            assert chain.transaction(bytes.fromhex(sent)) is not None
    last = chain.block_by_hash(bytes.fromhex(told[-1][1]))
    assert last is None or last.number >= chain.head.number - 4
    # Every block is whole: header, transactions and receipts load, and each names its parent.
    for number in range(1, chain.head.number + 1):
        block, parent = chain.block(number), chain.block(number - 1)
        assert block is not None
        assert parent is not None
        assert block.header.parent_hash == parent.hash
        assert len(block.receipts) == len(block.transactions)
    chain.send_raw(signed(chain.nonce(USER)))
    chain.close()


def test_many_threads_may_use_it(chain: DevChain) -> None:
    def use(key: bytes) -> None:
        for nonce in range(5):
            chain.send_raw(signed(nonce, key=key))
            chain.prove(STRANGER, [0])
            chain.balance(STRANGER)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(use, (USER_KEY, OPERATOR_KEY)))
    assert (chain.head.number, chain.balance(STRANGER)) == (10, 10)
