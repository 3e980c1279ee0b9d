"""Following a real practice chain through endpoints that fail, lag and lie."""

import random

import pytest

from ashore.domain.evidence import Level
from ashore.ethereum import follower as follower_module
from ashore.sandbox.evm.faults import FaultKind

ZERO_HASH = "0x" + "00" * 32


WIRE = [FaultKind.DROP, FaultKind.TIMEOUT, FaultKind.GARBAGE, FaultKind.HTTP]


@pytest.mark.parametrize("kind", WIRE)
@pytest.mark.parametrize("name", ["a", "c"])
async def test_one_failing_endpoint_is_named_and_does_no_harm(bench, kind, name):
    await bench.poll()
    bench.fault(name, kind, status=429)
    bench.mint()
    await bench.poll()
    (block,) = bench.blocks()
    assert (block.level, block.agreeing, block.asked) == (Level.PROVEN, 2, 3)
    assert f"{name}:" in bench.notes
    assert bench.health.agreeing == 2


@pytest.mark.parametrize("kind", [FaultKind.FORGED_HEADER, FaultKind.FORGED_HEADER_REHASHED])
@pytest.mark.parametrize("name", ["a", "b"])
async def test_a_forged_header_is_outvoted_and_named(bench, kind, name):
    await bench.poll()
    bench.fault(name, kind)
    bench.mint()
    await bench.poll()
    (block,) = bench.blocks()
    assert (block.level, block.agreeing, block.block.hash) == (Level.PROVEN, 2, bench.head_hash())
    assert any(note.startswith(name) for note in bench.health.notes)


async def test_forged_logs_are_caught_by_the_root(bench):
    await bench.poll()
    bench.fault("ab", FaultKind.FORGED_LOG)
    bench.mint(77)
    await bench.poll()
    (block,) = bench.blocks()
    assert int(block.logs[0].data, 16) == 77
    assert "a, block" in bench.notes
    assert "b, block" in bench.notes


async def test_a_forged_status_is_caught_by_the_root(bench):
    await bench.poll()
    bench.fault("a", FaultKind.FORGED_STATUS)
    bench.mint()
    await bench.poll()
    assert bench.blocks()[0].level is Level.PROVEN
    assert "a, block" in bench.notes


@pytest.mark.parametrize("liars", ["a", "abc"])
async def test_hidden_logs_are_found_by_the_bloom(bench, liars):
    await bench.poll()
    bench.fault(liars, FaultKind.WITHHELD_LOGS, match="eth_getLogs")
    bench.mint(77)
    await bench.poll()
    (block,) = bench.blocks()
    assert int(block.logs[0].data, 16) == 77


async def test_in_a_full_bloom_hidden_logs_are_found_by_asking_k_endpoints(bench, monkeypatch):
    monkeypatch.setattr(follower_module, "_SPARSE", 0)
    await bench.poll()
    bench.fault("a", FaultKind.WITHHELD_LOGS)
    bench.mint(77)
    bench.transport.requests.clear()
    await bench.poll()
    assert int(bench.blocks()[0].logs[0].data, 16) == 77
    assert bench.transport.requests.total() == 3 + 2 + 2


async def test_where_all_withhold_the_receipts_following_waits(bench):
    await bench.poll()
    before = bench.state
    bench.fault("abc", FaultKind.WITHHELD_LOGS)
    bench.mint(77)
    bench.chain.mine(2)
    await bench.poll()
    assert bench.blocks() == []
    assert bench.state.last == before.last
    assert "following waits" in bench.notes
    bench.honest()
    await bench.poll()
    assert len(bench.blocks()) == 1
    assert bench.state.last.number == bench.chain.head.number


async def test_a_forged_transaction_is_caught_by_the_root(bench):
    """The liar shows another whole transaction in the place of the true one: both hash to their own hashes."""
    other = bench.mint(1)
    shown = bench.views["b"].answer(
        {"jsonrpc": "2.0", "id": 1, "method": "eth_getTransactionByHash", "params": ["0x" + other.hex()]}
    )["result"]
    await bench.poll()

    def alter(name, method, result):
        if name in "ab" and method == "eth_getBlockByHash" and result["transactions"]:
            result["transactions"] = [shown]
        return result

    bench.transport.alter = alter
    tx_hash = bench.mint(77)
    await bench.poll()
    assert bench.blocks()[0].logs[0].tx_hash == "0x" + tx_hash.hex()
    assert "a, block" in bench.notes
    assert "b, block" in bench.notes


async def test_headers_between_followed_and_agreed_ones_are_linked(bench):
    await bench.poll()
    bench.mint(77)
    bench.chain.mine(3)

    def alter(name, method, result):
        if name == "a" and isinstance(result, dict) and result.get("number") == hex(bench.chain.head.number - 2):
            genesis = bench.views["a"].answer(
                {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": ["0x0", False]}
            )
            return genesis["result"]
        return result

    bench.transport.alter = alter
    await bench.poll()
    assert bench.state.last.hash == bench.head_hash()
    assert [known.number for known in bench.state.ring] == list(
        range(bench.state.ring[0].number, bench.chain.head.number + 1)
    )
    assert bench.transport.requests["b"] > bench.transport.requests["c"]


async def test_a_finalized_block_beyond_its_own_head_is_no_claim(bench):
    await bench.poll()
    bench.chain.mine(2)
    earlier = {
        view: view.answer({"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": ["0x1", False]})
        for view in bench.views.values()
    }

    def alter(name, method, result):
        if isinstance(result, dict) and result.get("number") == hex(bench.chain.head.number):
            return earlier[bench.views[name]]["result"]
        return result

    bench.transport.alter = alter
    await bench.poll()
    assert bench.finality() == []
    assert "beyond its own head" in bench.notes


async def test_one_liar_and_one_down_leave_nothing_agreed(bench):
    await bench.poll()
    bench.fault("a", FaultKind.FORGED_HEADER_REHASHED)
    bench.fault("c", FaultKind.DROP)
    bench.mint(77)
    await bench.poll()
    assert all(block.level is Level.SEEN for block in bench.blocks())
    assert bench.health.agreeing == 1
    assert "not as the others" in bench.notes


async def test_an_endpoint_far_ahead_is_asked_for_the_common_height(bench):
    await bench.poll()
    bench.fault("bc", FaultKind.STALE, blocks=2)
    bench.mint(77)
    bench.chain.mine(2)
    await bench.poll()
    assert bench.health.head == bench.chain.head.number - 2
    assert bench.health.agreeing == 3
    assert bench.blocks()[0].level is Level.PROVEN


async def test_a_stale_endpoint_is_no_dissent(bench):
    await bench.poll()
    bench.fault("a", FaultKind.STALE, blocks=3)
    bench.mint()
    await bench.poll()
    (block,) = bench.blocks()
    assert (block.agreeing, block.level) == (2, Level.PROVEN)
    assert bench.taken_back() == []


async def test_two_stale_endpoints_hold_the_head_back_without_a_reorganisation(bench):
    await bench.poll()
    bench.chain.mine(3)
    await bench.poll()
    last = bench.state.last
    bench.fault("ab", FaultKind.STALE, blocks=3)
    await bench.poll()
    assert bench.taken_back() == []
    assert bench.state.last == last


async def test_a_forged_finalized_block_does_not_count(bench):
    await bench.poll()
    bench.fault("a", FaultKind.FORGED_FINALIZED)
    bench.mint()
    bench.chain.mine(2)
    await bench.poll()
    (final,) = bench.finality()
    assert final.number == bench.chain.finalized_number < bench.chain.head.number
    assert final.agreeing >= 2


async def test_a_reorganisation_that_only_one_endpoint_shows_changes_nothing(bench):
    await bench.poll()
    bench.mint()
    await bench.poll()
    last = bench.state.last
    bench.fault("b", FaultKind.FORGED_HEADER_REHASHED)
    await bench.poll()
    assert bench.taken_back() == []
    assert bench.state.last == last


@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.HTTP])
async def test_with_two_of_three_down_it_is_seen_never_proven(bench, kind):
    await bench.poll()
    state = bench.state
    bench.fault("ab", kind, status=503)
    bench.mint(77)
    await bench.poll()
    (block,) = bench.blocks()
    assert (block.level, block.agreeing, block.asked) == (Level.SEEN, 1, 3)
    assert block.proofs == {}
    assert int(block.logs[0].data, 16) == 77
    assert bench.finality() == []
    assert bench.state == state
    assert bench.health.agreeing == 1
    await bench.poll()
    assert bench.blocks() == [], "shown once"
    bench.honest()
    bench.clock.now += 1_000
    await bench.poll()
    assert bench.blocks()[0].level is Level.PROVEN


async def test_with_all_down_there_is_only_a_health_report(bench):
    await bench.poll()
    bench.fault("abc", FaultKind.DROP)
    await bench.poll()
    assert bench.found == (bench.health,)
    assert bench.health.agreeing == 0


async def test_a_dead_endpoint_rests_and_comes_back(bench):
    await bench.poll()
    bench.fault("a", FaultKind.DROP)
    for _ in range(4):
        await bench.poll()
    bench.transport.requests.clear()
    bench.honest()
    await bench.poll()
    assert bench.transport.requests["a"] == 0
    assert "left alone" in bench.notes
    bench.clock.now += 120
    await bench.poll()
    assert bench.health.agreeing == 3


async def test_an_endpoint_of_another_chain_never_counts(bench):
    bench.fault("a", FaultKind.FORGED_CHAIN_ID, match="eth_chainId")
    await bench.poll()
    bench.honest()
    bench.mint()
    await bench.poll()
    assert bench.blocks()[0].agreeing == 2
    assert "a: a serves another chain" in bench.notes


JUNK = (None, [], {}, "", "0x", "0x00", -1, 1e308, True, "x" * 3_000, "0x" + "ff" * 40, [[[]]], {"hash": 5})


def spoilt(value, rng):
    """A copy of a JSON value with junk at one random place."""
    if rng.random() < 0.15 or not isinstance(value, dict | list) or not value:
        return rng.choice(JUNK)
    copy = dict(value) if isinstance(value, dict) else list(value)
    place = rng.choice(sorted(copy)) if isinstance(copy, dict) else rng.randrange(len(copy))
    copy[place] = spoilt(copy[place], rng)
    return copy


@pytest.mark.parametrize("seed", range(6))
async def test_junk_from_all_endpoints_never_breaks_a_poll_nor_proves_anything_false(bench, seed):
    rng = random.Random(seed)
    bench.transport.alter = lambda _name, _method, result: spoilt(result, rng) if rng.random() < 0.25 else result
    truth = {}
    for value in range(1, 26):
        bench.mint(value)
        truth[bench.head_hash()] = value
        await bench.poll()
        bench.clock.now += 100
        for block in bench.blocks():
            if block.level is Level.PROVEN:
                assert truth[block.block.hash] == int(block.logs[0].data, 16)
        assert all(bench.chain.finalized_number >= final.number for final in bench.finality())
        assert all(len(note) <= 240 for note in bench.health.notes)
