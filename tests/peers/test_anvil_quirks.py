"""anvil 1.7.1 where it behaves otherwise than other nodes: what it does, and what the wallet makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ashore.domain.moves import Accepted, Refused, Unknown
from ashore.domain.observations import BlockObserved, BlocksTakenBack, FinalityAdvanced
from ashore.ethereum import blocks
from ashore.ethereum.errors import BadAnswer, WrongChain
from ashore.ethereum.fees import fees_at
from ashore.ethereum.transactions import transaction_hash
from ashore.net.errors import RpcError
from ashore.sandbox.evm.contracts import load_artifact
from peers.anvil_node import Anvil, AnvilChain, RefusedError
from peers.anvil_wallet import FRIEND, GWEI, Wallet, address_of, signed
from peers.anvil_world import NAME


@pytest.mark.parametrize(
    ("anvil", "behind"), [({}, 4), ({"epoch": None}, 64)], indirect=["anvil"], ids=["epochs of 2", "its own"]
)
async def test_final_is_two_epochs_back_and_the_genesis_before(wallet: Wallet, behind: int) -> None:
    wallet.chain.mine()
    assert (await wallet.quorum.finalized()).required().number == 0
    first = await wallet.poll()
    assert [each.number for each in first if isinstance(each, FinalityAdvanced)] == [0]
    wallet.chain.mine(behind + 2)
    tips = await wallet.quorum.tips()
    assert tips.head.required().number - tips.finalized.required().number == behind
    seen = await wallet.poll()
    assert [each.number for each in seen if isinstance(each, FinalityAdvanced)] == [3]


async def test_a_reorganisation_forgets_everything_and_is_noticed_by_looking(wallet: Wallet) -> None:
    """Nothing says `removed`, as other nodes do: only the blocks tell."""
    token = wallet.token()
    await wallet.poll()
    hook = wallet.anvil("eth_newFilter", {"address": address_of(token)})
    sent = wallet.mint(token)
    wallet.chain.mine()
    (seen,) = [each for each in await wallet.poll() if isinstance(each, BlockObserved)]
    assert [log.tx_hash for log in seen.logs] == [sent]
    assert len(wallet.anvil("eth_getFilterChanges", hook)) == 1
    gone = (await wallet.quorum.header_at(seen.block.hash)).required()

    wallet.chain.reorg(1)
    assert wallet.anvil("eth_getFilterChanges", hook) == []
    assert wallet.anvil("eth_getTransactionReceipt", sent) is None
    assert wallet.anvil("eth_getTransactionByHash", sent) is None
    assert wallet.anvil("eth_getBlockByHash", seen.block.hash, False) is None
    with pytest.raises(RefusedError) as refused:
        wallet.anvil("eth_getLogs", {"blockHash": seen.block.hash})
    assert (refused.value.code, refused.value.message) == (-32000, "unknown block")

    (back,) = [each for each in await wallet.poll() if isinstance(each, BlocksTakenBack)]
    assert back.hashes == (seen.block.hash,)
    assert (await wallet.quorum.header_at(seen.block.hash)).header is None
    with pytest.raises(BadAnswer):
        await blocks.fetch(wallet.quorum.endpoints[0], gone)
    wallet.mint(token)
    wallet.chain.mine()
    assert [each for each in await wallet.poll() if isinstance(each, BlockObserved)]


async def test_a_shorter_chain_takes_nothing_back_until_it_is_another(wallet: Wallet) -> None:
    token = wallet.token()
    saved = wallet.anvil("evm_snapshot")
    await wallet.poll()
    wallet.mint(token)
    wallet.chain.mine()
    (seen,) = [each for each in await wallet.poll() if isinstance(each, BlockObserved)]
    wallet.anvil("evm_revert", saved)
    assert wallet.chain.head.number == seen.block.number - 1
    assert [each for each in await wallet.poll() if isinstance(each, BlocksTakenBack | BlockObserved)] == []
    wallet.chain.mine(2)
    (back,) = [each for each in await wallet.poll() if isinstance(each, BlocksTakenBack)]
    assert back.hashes == (seen.block.hash,)


async def test_it_would_replace_what_it_called_final_and_is_not_followed(wallet: Wallet) -> None:
    wallet.chain.mine(3)
    await wallet.poll()
    wallet.chain.mine(7)
    await wallet.poll()
    assert wallet.state.finalized is not None
    followed = wallet.state
    wallet.chain.reorg(8)
    wallet.chain.mine()
    assert [each for each in await wallet.poll() if isinstance(each, BlocksTakenBack | FinalityAdvanced)] == []
    assert any("without the finalized block" in note for note in wallet.notes)
    assert wallet.state == followed


async def test_logs_beyond_its_head_are_refused_and_no_harm_is_done(wallet: Wallet) -> None:
    """Other nodes say that there are none. An endpoint that is a block behind refuses like that, and is asked again."""
    token = wallet.token()
    wallet.mint(token)
    head = wallet.chain.mine().number
    endpoint = wallet.quorum.endpoints[0]
    with pytest.raises(RpcError, match="BlockOutOfRange"):
        await endpoint.blocks_with_logs([address_of(token)], head + 1, head + 8)
    assert await endpoint.blocks_with_logs([address_of(token)], 0, head) == {head}


async def test_a_replacement_may_be_hardly_dearer_and_either_one_is_told_truly(wallet: Wallet) -> None:
    """Others ask for a tenth more of both fees; the wallet never takes a replacement for certain."""
    first, second = signed(0), signed(0, maxFeePerGas=3 * GWEI + 1)
    assert isinstance(await wallet.submit(first), Accepted)
    assert isinstance(await wallet.submit(second), Accepted)
    assert await wallet.where(first, 0) == await wallet.where(second, 0)
    wallet.chain.mine()
    gone = await wallet.where(first, 0)
    assert isinstance(gone, Refused)
    assert gone.code == "nonce-used"
    assert await wallet.where(second, 0) == Accepted(f"In block 1 of {NAME}.")


async def test_its_words_of_refusal_are_understood(wallet: Wallet) -> None:
    """Its code is -32003 where others say -32000; it names what it knows otherwise than geth does."""
    raw = signed(0)
    assert isinstance(await wallet.submit(raw), Accepted)
    with pytest.raises(RefusedError) as refused:
        wallet.anvil("eth_sendRawTransaction", "0x" + raw.hex())
    assert (refused.value.code, refused.value.message) == (-32003, "transaction already imported")
    assert isinstance(await wallet.submit(raw, False), Accepted)
    poor = await wallet.submit(signed(1, value=10**30))
    assert isinstance(poor, Refused)
    assert poor.code == "no-gas-money"
    cheap = await wallet.submit(signed(1, maxFeePerGas=1, maxPriorityFeePerGas=1))
    assert isinstance(cheap, Refused), "others would let it wait"
    assert "less than block base fee" in cheap.sentence
    wallet.chain.mine()
    again = await wallet.submit(raw, False)
    assert isinstance(again, Unknown), "its nonce is too low, for it is in a block"
    assert isinstance(await wallet.where(raw, 0), Accepted)


async def test_a_revert_comes_with_its_reason_as_from_geth(wallet: Wallet) -> None:
    token = wallet.token()
    data = load_artifact("SandboxToken").selectors["transfer(address,uint256)"] + FRIEND.rjust(32, b"\0") + b"\1" * 32
    with pytest.raises(RpcError) as refused:
        await wallet.quorum.call(address_of(token), data)
    assert refused.value.code == 3
    assert str(refused.value.data).startswith("0x")


async def test_fees_come_from_the_agreed_header_and_last_while_they_rise(wallet: Wallet) -> None:
    wallet.chain.mine(3)
    header = (await wallet.quorum.header_at("latest")).required()
    fees = await fees_at(wallet.quorum, header)
    assert (fees.base, fees.tip) == (header.base_fee, GWEI)
    raw = signed(0, maxFeePerGas=fees.max_fee, maxPriorityFeePerGas=fees.tip)
    assert isinstance(await wallet.submit(raw), Accepted)
    wallet.anvil("anvil_setNextBlockBaseFeePerGas", hex(2 * fees.base))
    wallet.chain.mine()
    receipt = wallet.anvil("eth_getTransactionReceipt", transaction_hash(raw))
    assert int(receipt["effectiveGasPrice"], 16) == 2 * fees.base + GWEI == fees.max_fee


async def test_what_the_next_block_is_too_dear_for_is_forgotten_and_sent_again(wallet: Wallet) -> None:
    """Other nodes keep it; the wallet cannot tell, and its bytes may go any number of times."""
    wallet.chain.mine()
    raw = signed(0)
    assert isinstance(await wallet.submit(raw), Accepted)
    wallet.anvil("anvil_setNextBlockBaseFeePerGas", hex(50 * GWEI))
    wallet.chain.mine()
    assert wallet.anvil("eth_getTransactionByHash", transaction_hash(raw)) is None
    waits = await wallet.where(raw, 0)
    assert isinstance(waits, Unknown)
    assert waits.resend_harmless
    wallet.anvil("anvil_setNextBlockBaseFeePerGas", hex(GWEI))
    wallet.chain.mine()
    assert isinstance(await wallet.submit(raw, False), Accepted)
    wallet.chain.mine()
    assert isinstance(await wallet.where(raw, 0), Accepted)


@pytest.mark.parametrize("hardfork", [None, "cancun"], ids=["with the same first block", "with another first block"])
async def test_another_anvil_among_three_is_noticed(wallet: Wallet, tmp_path: Path, hardfork: str | None) -> None:
    """What anvil puts into its first state is not in the first block's hash: two of them easily begin alike."""
    (tmp_path / "other").mkdir()
    with Anvil(tmp_path / "other", hardfork=hardfork) as other:
        wallet.chain.send_raw(signed(0))
        wallet.chain.mine(3)
        AnvilChain(other).mine(3)
        mixed = wallet.joined_by(other)
        agreed = await mixed.header_at("latest")
        assert agreed.agreeing == ("a", "b")
        assert agreed.required().hash == "0x" + wallet.chain.head.hash.hex()
        (note,) = agreed.notes
        if hardfork is None:
            assert "not as the others" in note
        else:
            assert "another chain" in note
            with pytest.raises(WrongChain):
                await mixed.endpoints[2].header(0)
