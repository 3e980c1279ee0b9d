"""Following a real practice chain through honest endpoints: logs, finality, reorganisations, absence."""

import json

import pytest

from ashore.domain.evidence import Level
from ashore.ethereum.follower import CHUNK, PROOFS_PER_POLL
from ashore.ethereum.follower_state import FollowerState, Known
from ashore.ethereum.proofs import ReceiptFacts, check, content_id
from ashore.sandbox.evm.blocks import Finality
from ashore.sandbox.evm.contracts import ETH_TOKEN, load_artifact
from ashore.sandbox.evm.faults import FaultKind
from unit.ethereum.chain_bench import Bench, batch_refused
from unit.sandbox.evm.zklink_blocks import StoredBlock

ZERO_HASH = "0x" + "00" * 32


async def test_a_log_is_observed_proven_and_its_proof_stands_alone(bench):
    await bench.poll()
    tx_hash = bench.mint(77)
    await bench.poll()
    (block,) = bench.blocks()
    assert block.level is Level.PROVEN
    assert (block.agreeing, block.asked) == (3, 3)
    assert (block.block.number, block.block.hash) == (bench.chain.head.number, bench.head_hash())
    (log,) = block.logs
    assert log.address == log.tx_to == bench.address
    assert log.tx_hash == "0x" + tx_hash.hex()
    assert int(log.data, 16) == 77
    assert bench.token.read_calldata(bytes.fromhex(log.tx_input[2:]))[0] == "mint"
    name = block.proofs[log.tx_index]
    document = block.proof_bodies[name]
    assert content_id(document) == name
    facts = check(document)
    assert isinstance(facts, ReceiptFacts)
    assert facts.block.hash == block.block.hash
    assert facts.receipt.logs[0].data == log.data
    assert facts.transaction is not None
    assert facts.transaction.hash == log.tx_hash


async def test_the_number_of_requests_is_flat(bench):
    await bench.poll()
    for minted, expected in ((0, 3), (1, 5), (30, 5)):
        for value in range(minted):
            bench.mint(value + 1, mine=False)
        if minted:
            bench.chain.mine()
        bench.transport.requests.clear()
        await bench.poll()
        assert bench.transport.requests.total() == expected
        assert sum(len(block.logs) for block in bench.blocks()) == minted
    bench.chain.mine()
    bench.transport.requests.clear()
    await bench.poll()
    assert bench.transport.requests.total() == 4


async def test_all_logs_of_a_transaction_come_with_the_watched_one(bench):
    bench.chain.automine = True
    genesis = StoredBlock.genesis(811, b"\x01" * 32)
    zklink = bench.operator.deploy(load_artifact("ZkLinkSandbox"), genesis.number, genesis.state_hash)
    bench.operator.transact(zklink, "addToken", 17, bench.token.address, 6)
    bench.operator.transact(zklink, "addToken", 18, ETH_TOKEN, 18)
    bench.operator.transact(bench.token, "mint", bench.operator.address, 1_000)
    bench.operator.transact(bench.token, "approve", zklink.address, 1_000)
    await bench.poll()
    bench.follower.watch(["0x" + zklink.address.hex()])
    bench.chain.automine = False
    bench.mint(1, mine=False)
    recipient = bench.operator.address.rjust(32, b"\0")
    bench.operator.transact(zklink, "depositERC20", bench.token.address, 50, recipient, 0, False, gas=400_000)
    bench.chain.mine()
    for _ in range(3):
        await bench.poll()
        if bench.blocks() and bench.blocks()[-1].block.hash == bench.head_hash():
            break
    block = bench.blocks()[-1]
    emitters = [log.address for log in block.logs]
    assert "0x" + zklink.address.hex() in emitters
    assert bench.address in emitters
    assert {log.tx_index for log in block.logs} == {1}, "the mint alone is of no interest"
    assert [log.log_index for log in block.logs] == list(range(1, 1 + len(block.logs)))


async def test_a_followed_block_that_is_not_the_finalized_one_is_not_called_final(bench):
    await bench.poll()
    bench.chain.mine(4)
    await bench.poll()
    bench.chain.mine(1)
    height = bench.chain.finalized_number
    ring = tuple(Known(each.number, ZERO_HASH) if each.number == height else each for each in bench.state.ring)
    bench.state = FollowerState(bench.state.chain, ring, None, bench.state.finalized)
    await bench.poll()
    assert bench.finality() == []
    assert "is not the one that was followed" in bench.notes


async def test_finality_follows_the_chain_and_never_goes_back(bench):
    await bench.poll()
    (first,) = bench.finality()
    assert first.number == bench.chain.finalized_number
    bench.chain.mine(3)
    await bench.poll()
    (second,) = bench.finality()
    assert second.number == first.number + 3
    assert second.hash == "0x" + bench.chain.block(second.number).hash.hex()
    bench.fault("abc", FaultKind.STALE, blocks=2)
    await bench.poll()
    assert bench.finality() == []
    assert bench.state.finalized.number == second.number


async def test_late_finality_is_noted(bench):
    await bench.poll()
    bench.chain.set_finality(Finality(2, 1_000))
    bench.chain.mine(450)
    for _ in range(5):
        await bench.poll()
    assert "more than is usual" in bench.notes


@pytest.mark.parametrize("dropped", [False, True])
@pytest.mark.parametrize("depth", [1, 2, 3])
async def test_a_reorganisation_takes_blocks_back(bench, depth, dropped):
    await bench.poll()
    tx_hash = bench.mint(77)
    bench.chain.mine(depth - 1)
    await bench.poll()
    old = bench.blocks()[0].block
    followed = bench.state
    bench.chain.reorg(depth, drop=[tx_hash] if dropped else [])
    await bench.poll()
    (taken,) = bench.taken_back()
    assert taken.common_ancestor == old.number - 1
    assert set(taken.hashes) == {each.hash for each in followed.ring if each.number >= old.number}
    assert old.hash in taken.hashes
    assert bench.found.index(taken) == 0, "what was taken back comes before what replaces it"
    if dropped:
        assert bench.blocks() == []
    else:
        (again,) = bench.blocks()
        assert again.block.hash != old.hash
        assert again.logs[0].tx_hash == "0x" + tx_hash.hex()
    assert bench.state.last.hash == bench.head_hash()
    await bench.poll()
    assert bench.taken_back() == []


async def test_beyond_the_ring_following_goes_back_to_the_finalized_block(bench):
    await bench.poll()
    bench.chain.mine(3)
    await bench.poll()
    last, final = bench.state.last, bench.state.finalized
    foreign = tuple(Known(number, "0x" + f"{number:064x}") for number in range(last.number - 1, last.number + 1))
    bench.state = FollowerState(bench.state.chain, foreign, None, final)
    bench.mint(77)
    await bench.poll()
    (taken,) = bench.taken_back()
    assert taken.hashes == tuple(each.hash for each in foreign)
    assert taken.common_ancestor == final.number
    assert bench.state.ring == (final,)
    await bench.poll()
    assert len(bench.blocks()) == 1
    assert bench.state.last.hash == bench.head_hash()


async def test_without_the_finalized_block_nothing_is_taken_back(bench):
    await bench.poll()
    last = bench.state.last
    false = Known(last.number, ZERO_HASH)
    bench.state = FollowerState(bench.state.chain, (false,), None, false)
    bench.mint()
    await bench.poll()
    assert bench.taken_back() == []
    assert bench.blocks() == []
    assert bench.state.last == false
    assert "without the finalized block" in bench.notes


async def test_a_long_absence_is_caught_up_in_bounded_chunks(bench):
    await bench.poll()
    first = bench.state.last.number
    bench.mint(1)
    bench.chain.mine(2 * CHUNK)
    bench.mint(2)
    seen = []
    for polls in range(1, 10):
        await bench.poll()
        seen += [int(block.logs[0].data, 16) for block in bench.blocks()]
        assert bench.state.last.number - first <= polls * CHUNK
        if bench.state.last.hash == bench.head_hash():
            break
    assert seen == [1, 2]
    assert polls == 3


async def test_finality_during_catching_up_reaches_only_what_was_followed(bench):
    await bench.poll()
    bench.chain.mine(CHUNK + 50)
    await bench.poll()
    (final,) = bench.finality()
    assert (final.number, final.hash) == (bench.state.last.number, bench.state.last.hash)
    assert final.number < bench.chain.finalized_number


async def test_many_blocks_with_logs_are_proven_over_several_polls(bench):
    await bench.poll()
    count = PROOFS_PER_POLL + 3
    for value in range(count):
        bench.mint(value + 1)
    await bench.poll()
    assert len(bench.blocks()) == PROOFS_PER_POLL
    await bench.poll()
    assert len(bench.blocks()) == 3


async def test_a_poll_that_was_not_committed_is_repeated_alike(bench):
    await bench.poll()
    bench.mint()
    first = await bench.follower.poll(bench.state)
    second = await bench.follower.poll(bench.state)
    assert first == second


async def test_rewinding_looks_again_for_contracts_watched_since(bench):
    bench.follower.watch([])
    start = bench.chain.head.number
    bench.mint(77)
    bench.chain.mine(6)
    await bench.poll()
    assert bench.blocks() == []
    bench.follower.watch([bench.address])
    bench.state = bench.state.rewound(start)
    await bench.poll()
    assert int(bench.blocks()[0].logs[0].data, 16) == 77
    assert bench.state.last.hash == bench.head_hash()


async def test_starting_at_a_height_of_the_past(bench):
    bench.mint(77)
    height = bench.chain.head.number
    bench.chain.mine(8)
    bench.state = FollowerState(bench.spec.name, start=height)
    await bench.poll()
    assert bench.blocks()[0].block.number == height


async def test_small_log_windows_are_learnt():
    bench = Bench(max_log_range=5)
    await bench.poll()
    bench.mint(1)
    bench.chain.mine(40)
    bench.mint(2)
    await bench.poll()
    assert [int(block.logs[0].data, 16) for block in bench.blocks()] == [1, 2]
    bench.chain.close()


async def test_endpoints_without_batches(bench):
    bench.transport.intercept = batch_refused
    await bench.poll()
    bench.mint(77)
    await bench.poll()
    assert bench.blocks()[0].level is Level.PROVEN


async def test_endpoints_without_block_receipts(bench):
    def intercept(_name, body):
        if not isinstance(body, list) or all(call["method"] != "eth_getBlockReceipts" for call in body):
            return None
        chain_answers = bench.views["a"].answer(body)
        refusal = {"code": -32601, "message": "no such method"}
        return [
            {"jsonrpc": "2.0", "id": call["id"], "error": refusal}
            if call["method"] == "eth_getBlockReceipts"
            else answer
            for call, answer in zip(body, chain_answers, strict=True)
        ]

    bench.transport.intercept = intercept
    await bench.poll()
    for value in range(3):
        bench.mint(value + 1, mine=False)
    bench.chain.mine()
    await bench.poll()
    assert [int(log.data, 16) for log in bench.blocks()[0].logs] == [1, 2, 3]
    assert bench.blocks()[0].level is Level.PROVEN


async def test_a_single_endpoint_shows_but_proves_nothing():
    bench = Bench(k=1, names="a")
    await bench.poll()
    bench.mint(77)
    bench.chain.mine(5)
    await bench.poll()
    assert bench.blocks()[0].level is Level.SEEN
    assert bench.finality() == []
    bench.chain.close()


def test_the_state_survives_as_text():
    state = FollowerState("x", (Known(4, ZERO_HASH), Known(5, ZERO_HASH)), None, Known(4, ZERO_HASH))
    assert FollowerState.from_json(state.to_json()) == state
    assert FollowerState.from_json(FollowerState("x", start=3).to_json()) == FollowerState("x", start=3)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "nonsense",
        '{"v":2,"chain":"x","ring":[],"start":null,"finalized":null}',
        '{"v":1,"chain":"x","ring":[[1,"0x00"]],"start":null,"finalized":null}',
        json.dumps({"v": 1, "chain": "x", "ring": [[1, ZERO_HASH], [3, ZERO_HASH]], "start": None, "finalized": None}),
        '{"v":1,"chain":"x","ring":[],"start":"1","finalized":null}',
    ],
)
def test_a_damaged_state_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        FollowerState.from_json(text)
