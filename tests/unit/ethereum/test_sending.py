"""What three endpoints' answers to one signed transaction mean together, and what became of it."""

import pytest

from ashore.domain.moves import Accepted, NeverLeft, Refused, Unknown
from ashore.ethereum.quorum import Quorum, SendReport
from ashore.ethereum.sending import Fate, fate_of, locate, submit
from ashore.ethereum.transactions import transaction_hash
from ashore.sandbox.evm.faults import FaultKind
from unit.ethereum.chain_bench import Bench
from unit.sandbox.evm.evm_helpers import STRANGER, USER_KEY, address_of, signed

SENDER = "0x" + address_of(USER_KEY).hex()
WAITS = Unknown("The transaction waits to be taken into a block of practice.", resend_harmless=True)


async def where(bench: Bench, raw: bytes, nonce: int = 0) -> object:
    return await locate(bench.quorum, raw, SENDER, nonce)


async def test_it_is_taken_waits_and_is_in_a_block(bench: Bench) -> None:
    raw = signed(0)
    assert isinstance(await submit(bench.quorum, raw), Accepted)
    assert await where(bench, raw) == WAITS
    assert isinstance(await submit(bench.quorum, raw, False), Accepted), "they know it already"
    block = bench.chain.mine()
    assert await where(bench, raw) == Accepted(f"In block {block.number} of practice.")


async def test_a_repetition_of_what_is_in_a_block_is_no_refusal(bench: Bench) -> None:
    """The nodes say only that the nonce is too low; that may be by the very same transaction."""
    raw = signed(0)
    await submit(bench.quorum, raw)
    bench.chain.mine()
    again = await submit(bench.quorum, raw, False)
    assert isinstance(again, Unknown)
    assert again.refusal is not None
    assert "Nothing was sent" not in again.refusal.sentence
    assert isinstance(await where(bench, raw), Accepted)


async def test_the_first_refusal_is_one(bench: Bench) -> None:
    poor = signed(0, value=10**30)
    refused = await submit(bench.quorum, poor)
    assert isinstance(refused, Refused)
    assert refused.code == "no-gas-money"
    assert "No endpoint took the transaction." in refused.sentence
    assert "Nothing was sent" not in refused.sentence, "whoever was given the signed bytes has them"
    refused = await submit(bench.quorum, signed(0, gas=100))
    assert isinstance(refused, Refused)
    assert refused.code == "refused"
    assert "intrinsic gas too low" in refused.sentence


async def test_another_one_with_its_nonce_makes_it_dead(bench: Bench) -> None:
    raw, other = signed(0), signed(0, value=2)
    bench.chain.send_raw(other)
    bench.chain.mine()
    outcome = await where(bench, raw)
    assert isinstance(outcome, Refused)
    assert outcome.code == "nonce-used"
    assert isinstance(await where(bench, other), Accepted)


async def test_one_that_reverts_is_in_a_block_all_the_same(bench: Bench) -> None:
    raw = signed(0, to=bench.token.address, data=b"\x01\x02\x03\x04", value=0, gas=100_000)
    await submit(bench.quorum, raw)
    bench.chain.mine()
    mined = await fate_of(bench.quorum, [transaction_hash(raw)], SENDER, 0)
    assert mined is not None
    assert (mined.fate, mined.block_hash) == (Fate.REVERTED, bench.head_hash())


@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.GARBAGE])
async def test_lost_answers_leave_it_open(bench: Bench, kind: FaultKind) -> None:
    raw = signed(0)
    bench.fault("abc", kind, "eth_sendRawTransaction")
    lost = await submit(bench.quorum, raw)
    assert isinstance(lost, Unknown)
    assert lost.resend_harmless
    bench.honest()
    bench.fault("ab", FaultKind.DROP, "eth_getTransactionReceipt")
    assert await where(bench, raw) == Unknown("The endpoints of practice cannot be asked at the moment.")


async def test_what_nobody_could_be_given_never_left(bench: Bench) -> None:
    await bench.http.aclose()
    assert isinstance(await submit(bench.quorum, signed(0)), NeverLeft)


async def test_one_endpoint_alone_cannot_bury_it(bench: Bench) -> None:
    raw = signed(0, to=STRANGER)
    await submit(bench.quorum, raw)
    bench.chain.mine()
    bench.fault("a", FaultKind.STALE, "eth_.*", blocks=1)
    assert isinstance(await where(bench, raw), Accepted)


@pytest.mark.parametrize("blind", ["bc", "ac", "ab"])
async def test_a_receipt_that_anybody_shows_keeps_it_from_being_called_dead(bench: Bench, blind: str) -> None:
    """Nodes index transactions a little after their blocks, so two may not know what the third shows."""
    raw = signed(0)
    await submit(bench.quorum, raw)
    bench.chain.mine()
    bench.transport.alter = lambda name, method, result: (
        None if method == "eth_getTransactionReceipt" and name in blind else result
    )
    assert await where(bench, raw) == WAITS


async def test_one_that_took_it_does_not_speak_for_two_that_refuse(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def told(_self: Quorum, _raw: bytes) -> SendReport:
        return SendReport("0x", accepted=("a",), refused=(("b", -32000, "fee too low"), ("c", -32000, "fee too low")))

    monkeypatch.setattr(Quorum, "send_raw", told)
    outcome = await submit(bench.quorum, signed(0))
    assert isinstance(outcome, Unknown)
    assert outcome.resend_harmless
    assert "Only the endpoint a says that it took the transaction" in outcome.sentence
