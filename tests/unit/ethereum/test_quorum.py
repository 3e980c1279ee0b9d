"""Reads by quorum, proven storage, and sending to all endpoints."""

import pytest

from ashore.ethereum.errors import NoAgreement
from ashore.ethereum.proofs import StorageFacts, check
from ashore.net.errors import RpcError
from ashore.sandbox.evm.contracts import mapping_slot
from ashore.sandbox.evm.faults import FaultKind
from unit.sandbox.evm.evm_helpers import STRANGER, address_of, signed

BALANCES = "balanceOf"


def balance_slot(bench):
    slot, _ = bench.token.artifact.layout[BALANCES]
    return mapping_slot(slot, STRANGER)


async def test_headers_by_height_hash_and_tag(bench):
    head = bench.chain.head
    by_height = await bench.quorum.header_at(head.number)
    by_hash = await bench.quorum.header_at("0x" + head.hash.hex())
    by_tag = await bench.quorum.header_at("latest")
    assert by_height.required() == by_hash.required() == by_tag.required()
    assert by_height.agreeing == ("a", "b", "c")
    assert (await bench.quorum.finalized()).required().number == bench.chain.finalized_number


async def test_a_block_that_is_not_there_is_not_agreed(bench):
    for block in (10**6, "0x" + "11" * 32):
        agreement = await bench.quorum.header_at(block)
        assert agreement.header is None
        assert len(agreement.notes) == 3
        with pytest.raises(NoAgreement):
            agreement.required()


async def test_dissent_is_named(bench):
    await bench.quorum.tips()
    bench.fault("b", FaultKind.FORGED_HEADER_REHASHED)
    agreement = await bench.quorum.header_at(3)
    assert agreement.agreeing == ("a", "c")
    assert any(note.startswith("b shows block 3 as 0x") for note in agreement.notes)


async def test_another_block_than_asked_for_is_no_answer(bench):
    other = bench.views["a"].answer(
        {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": ["0x2", False]}
    )["result"]

    def alter(name, method, result):
        return other if name in "ab" and method.startswith("eth_getBlockBy") else result

    await bench.quorum.tips()
    bench.transport.alter = alter
    assert (await bench.quorum.header_at(3)).header is None
    assert (await bench.quorum.header_at(bench.head_hash())).header is None


async def test_storage_is_proven_and_absence_is_zero(bench):
    bench.mint(5)
    header = (await bench.quorum.header_at("latest")).required()
    slot, absent = balance_slot(bench), 2**255 + 1
    proven = await bench.quorum.storage_at(bench.address, [slot, absent], header)
    assert proven.facts.slots == {slot: 5, absent: 0}
    facts = check(proven.document)
    assert isinstance(facts, StorageFacts)
    assert facts == proven.facts
    assert facts.nonce == 1


async def test_storage_of_an_account_that_does_not_exist_is_zero(bench):
    header = (await bench.quorum.header_at("latest")).required()
    proven = await bench.quorum.storage_at("0x" + "77" * 20, [1], header)
    assert proven.facts.slots == {1: 0}
    assert proven.facts.balance == 0


async def test_a_forged_storage_proof_is_passed_over(bench):
    bench.mint(5)
    header = (await bench.quorum.header_at("latest")).required()
    bench.fault("a", FaultKind.FORGED_PROOF)
    proven = await bench.quorum.storage_at(bench.address, [balance_slot(bench)], header)
    assert (proven.endpoint, proven.facts.slots) == ("b", {balance_slot(bench): 5})
    bench.fault("bc", FaultKind.FORGED_PROOF)
    with pytest.raises(NoAgreement):
        await bench.quorum.storage_at(bench.address, [balance_slot(bench)], header)


async def test_storage_under_another_block_is_not_proven(bench):
    bench.mint(5)
    old = (await bench.quorum.header_at("latest")).required()
    bench.mint(6)

    def alter(name, method, result):
        if method != "eth_getProof":
            return result
        question = {"jsonrpc": "2.0", "id": 1, "method": method}
        params = [bench.address, [f"0x{balance_slot(bench):064x}"], "latest"]
        return bench.views["a"].answer({**question, "params": params})["result"]

    bench.transport.alter = alter
    with pytest.raises(NoAgreement):
        await bench.quorum.storage_at(bench.address, [balance_slot(bench)], old)


async def test_a_hint_comes_from_whoever_answers(bench):
    bench.mint(5)
    bench.fault("a", FaultKind.DROP)
    calldata = bench.token.calldata("balanceOf", STRANGER)
    assert int.from_bytes(await bench.quorum.call(bench.address, calldata), "big") == 5
    _, name = await bench.quorum.get("eth_gasPrice")
    assert name == "b"


async def test_a_revert_is_an_answer_and_silence_is_not(bench):
    with pytest.raises(RpcError, match="revert"):
        await bench.quorum.call(bench.address, bench.token.calldata("transfer", STRANGER, 10**30))
    bench.fault("abc", FaultKind.DROP)
    with pytest.raises(NoAgreement):
        await bench.quorum.get("eth_gasPrice")


async def test_sending_reaches_all_endpoints_once(bench):
    report = await bench.quorum.send_raw(signed(0))
    assert report.verdict == "accepted"
    # The endpoints share one chain: the second and third already know the transaction.
    assert set(report.accepted) == {"a", "b", "c"}
    assert [view.calls["eth_sendRawTransaction"] for view in bench.views.values()] == [1, 1, 1]
    bench.chain.mine()
    assert bench.chain.transaction(bytes.fromhex(report.tx_hash[2:])) is not None


@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.TIMEOUT, FaultKind.GARBAGE, FaultKind.HTTP])
async def test_sending_into_silence_is_unknown_and_not_repeated(bench, kind):
    await bench.quorum.tips()
    bench.fault("abc", kind, match="eth_sendRawTransaction", status=503)
    report = await bench.quorum.send_raw(signed(0))
    assert report.verdict == "unknown"
    assert report.unknown == ("a", "b", "c")
    assert [view.calls["eth_sendRawTransaction"] for view in bench.views.values()] == [1, 1, 1]


async def test_one_unknown_outweighs_refusals(bench):
    await bench.quorum.tips()
    bench.fault("c", FaultKind.DROP, match="eth_sendRawTransaction")
    report = await bench.quorum.send_raw(signed(0, gas=1))
    assert [name for name, _, _ in report.refused] == ["a", "b"]
    assert report.verdict == "unknown"


async def test_a_refusal_by_all_is_a_refusal(bench):
    report = await bench.quorum.send_raw(signed(0, gas=1))
    assert report.verdict == "refused"
    assert len(report.refused) == 3
    name, code, message = report.refused[0]
    assert (name, code) == ("a", -32000)
    assert message


async def test_another_hash_than_ours_is_not_believed(bench):
    bench.transport.alter = lambda _name, method, result: (
        "0x" + "11" * 32 if method == "eth_sendRawTransaction" else result
    )
    report = await bench.quorum.send_raw(signed(0))
    # Whoever was first took it, under another name; the others may know it already by then.
    assert report.unknown


async def test_nothing_goes_to_an_endpoint_that_could_not_be_identified(bench):
    bench.fault("abc", FaultKind.GARBAGE, match="eth_chainId")
    report = await bench.quorum.send_raw(signed(0))
    assert report.verdict == "not sent"
    assert bench.chain.pending_count == 0
    assert bench.chain.pending_nonce(address_of(bytes.fromhex("22" * 32))) == 0
