"""anvil 1.7.1: its headers, roots and storage proofs, recomputed by the wallet; what is odd about them."""

from __future__ import annotations

import hashlib

import pytest
from eth_account import Account

from ashore.crypto import rlp
from ashore.crypto.mpt import EMPTY_ROOT, OrderedTrie
from ashore.domain.observations import BlockObserved
from ashore.ethereum import blocks
from ashore.ethereum.errors import BadAnswer, NoAgreement
from ashore.ethereum.headers import _FIELDS as HEADER_FIELDS
from ashore.ethereum.headers import Header
from ashore.ethereum.receipts import encode_transaction
from ashore.ethereum.transactions import transaction_hash
from ashore.sandbox import genesis
from ashore.sandbox.evm.contracts import created_address
from peers.anvil_node import CHAIN_ID, Anvil, AnvilChain, RefusedError
from peers.anvil_wallet import GWEI, PAYER, TO, Wallet, address_of, signed


@pytest.mark.parametrize(
    ("anvil", "fields"),
    [
        ({"hardfork": "london"}, 16),
        ({"hardfork": "shanghai"}, 17),
        ({"hardfork": "cancun"}, 20),
        ({"hardfork": "prague"}, 21),
        ({}, 21),
    ],
    indirect=["anvil"],
    ids=["london", "shanghai", "cancun", "prague", "osaka, its own"],
)
async def test_headers_of_every_fork_hash_to_their_hashes(wallet: Wallet, fields: int) -> None:
    wallet.chain.send_raw(signed(0))
    wallet.chain.mine(2)
    for number in (1, 2):
        agreed = await wallet.quorum.header_at(number)
        shown = wallet.anvil("eth_getBlockByNumber", hex(number), False)
        assert (agreed.required().hash, agreed.agreeing) == (shown["hash"], ("a", "b", "c"))
        assert sum(name in shown for name, _length in HEADER_FIELDS) == fields


@pytest.mark.parametrize("anvil", [{"hardfork": "london"}], indirect=True)
async def test_a_genesis_that_is_no_header_is_pinned_all_the_same(wallet: Wallet) -> None:
    """Before Shanghai anvil gives it two fields of a later fork; its hash is what the profile names."""
    genesis_block = wallet.anvil("eth_getBlockByNumber", "0x0", False)
    assert "blobGasUsed" in genesis_block
    assert "withdrawalsRoot" not in genesis_block
    with pytest.raises(BadAnswer):
        await wallet.quorum.endpoints[0].header(0)
    wallet.chain.mine()
    assert (await wallet.quorum.header_at("latest")).required().parent_hash == genesis_block["hash"]


async def test_transactions_of_every_kind_rebuild_the_block_s_roots(wallet: Wallet) -> None:
    authority = Account.from_key(genesis.private_key(2))
    place = authority.sign_authorization({"chainId": CHAIN_ID, "address": TO, "nonce": 0})
    touched = {"address": TO, "storageKeys": ["0x" + "01" * 32]}
    no_fees = {"maxFeePerGas": None, "maxPriorityFeePerGas": None}
    kinds = [
        signed(0, type=None, gasPrice=3 * GWEI, **no_fees),
        signed(1, type=1, gasPrice=3 * GWEI, accessList=[touched], **no_fees),
        signed(2, data=b"\0\1", value=0),
        signed(3, type=4, authorizationList=[place]),
        signed(4, to=None, data=b"\x60\x00\x60\x00\xfd"),
    ]
    for raw in kinds:
        wallet.chain.send_raw(raw)
    wallet.chain.mine()
    header = (await wallet.quorum.header_at("latest")).required()
    proven = await blocks.prove(await blocks.fetch(wallet.quorum.endpoints[0], header))
    assert [each.hash for each in proven.transactions] == [transaction_hash(raw) for raw in kinds]
    assert [each.type for each in proven.receipts] == [0, 1, 2, 4, 2]
    assert [each.succeeded for each in proven.receipts] == [True] * 4 + [False]
    assert (proven.receipt_trie.root, proven.transaction_trie.root) == (header.receipts_root, header.transactions_root)  # type: ignore[union-attr]


async def test_a_block_with_blobs_is_not_called_proven(wallet: Wallet) -> None:
    """anvil keeps a transaction in its trie as it was sent, with the blobs, which belong into no block (EIP-4844)."""
    commitment = b"\xc0" + bytes(47)  # to a blob of zeros
    versioned = b"\x01" + hashlib.sha256(commitment).digest()[1:]
    raw = signed(0, type=3, maxFeePerBlobGas=GWEI, blobVersionedHashes=[versioned], accessList=[])
    sent = b"\x03" + rlp.encode([rlp.decode(raw[1:]), [bytes(131_072)], [commitment], [commitment]])
    assert "0x" + wallet.chain.send_raw(sent).hex() == transaction_hash(raw)
    wallet.chain.mine()
    header = (await wallet.quorum.header_at("latest")).required()
    contents = await blocks.fetch(wallet.quorum.endpoints[0], header)
    assert encode_transaction(contents.transactions[0]) == raw
    assert header.transactions_root == OrderedTrie([sent]).root != OrderedTrie([raw]).root
    with pytest.raises(BadAnswer, match="not those of the block"):
        await blocks.prove(contents)
    wallet.follower.watch([TO])
    assert [each for each in await wallet.poll() if isinstance(each, BlockObserved)] == []
    wallet.chain.mine()
    await wallet.poll()
    assert wallet.state.last is not None
    assert wallet.state.last.number == 2, "a block without anything to prove is no obstacle"


async def test_a_changed_receipt_rebuilds_another_root(wallet: Wallet) -> None:
    wallet.chain.send_raw(signed(0))
    wallet.chain.mine()
    header = (await wallet.quorum.header_at("latest")).required()
    contents = await blocks.fetch(wallet.quorum.endpoints[0], header)
    contents.receipts[0]["status"] = "0x0"
    with pytest.raises(BadAnswer):
        await blocks.prove(contents)


async def test_storage_keys_have_to_be_padded_and_are(wallet: Wallet) -> None:
    with pytest.raises(RefusedError, match="invalid string length"):
        wallet.anvil("eth_getProof", PAYER, ["0x32"], "latest")
    token = wallet.token()
    header = (await wallet.quorum.header_at("latest")).required()
    slots = (0, 5, 50, 2**256 - 1)
    proven = await wallet.quorum.storage_at(address_of(token), slots, header)
    assert dict(proven.facts.slots) == {
        slot: int(wallet.anvil("eth_getStorageAt", address_of(token), f"0x{slot:064x}", "latest"), 16) for slot in slots
    }
    assert any(proven.facts.slots.values())


async def test_accounts_of_every_kind_are_proven(wallet: Wallet) -> None:
    """For a storage without anything anvil sends one empty node, where others send none."""
    wallet.chain.send_raw(signed(0))
    wallet.chain.mine()
    header = (await wallet.quorum.header_at("latest")).required()
    answer = wallet.anvil("eth_getProof", PAYER, [f"0x{7:064x}"], "latest")
    assert answer["storageProof"][0]["proof"] == ["0x80"]
    payer = (await wallet.quorum.storage_at(PAYER, (7,), header)).facts
    assert (payer.nonce, payer.slots[7]) == (1, 0)
    assert payer.balance == wallet.chain.balance(genesis.address(0))
    nobody = (await wallet.quorum.storage_at("0x" + "ab" * 20, (7,), header)).facts
    assert (nobody.nonce, nobody.balance, nobody.slots[7]) == (0, 0, 0)


async def test_old_states_are_proven_too(wallet: Wallet) -> None:
    wallet.chain.mine()
    wallet.chain.send_raw(signed(0))
    wallet.chain.mine(40)
    before, after = [(await wallet.quorum.header_at(number)).required() for number in (1, 2)]
    assert (await wallet.quorum.storage_at(PAYER, (), before)).facts.nonce == 0
    assert (await wallet.quorum.storage_at(PAYER, (), after)).facts.nonce == 1


async def test_what_the_genesis_holds_is_not_in_its_state_root_and_not_believed(wallet: Wallet) -> None:
    """anvil pays its accounts without writing the genesis header's root anew."""
    header = (await wallet.quorum.header_at(0)).required()
    assert header.state_root == EMPTY_ROOT
    assert int(wallet.anvil("eth_getBalance", PAYER, "0x0"), 16) > 0
    with pytest.raises(NoAgreement):
        await wallet.quorum.storage_at(PAYER, (), header)
    wallet.chain.mine()
    later = (await wallet.quorum.header_at("latest")).required()
    assert (await wallet.quorum.storage_at(PAYER, (), later)).facts.balance > 0


def test_a_contract_s_address_is_where_anvil_puts_it(anvil: Anvil) -> None:
    chain = AnvilChain(anvil)
    chain.send_raw(signed(0, to=None, data=b"\x60\x00\x60\x00\xf3"))
    block = chain.mine()
    receipt = anvil("eth_getTransactionReceipt", "0x" + block.transactions[0].hash.hex())
    assert receipt["contractAddress"] == "0x" + created_address(genesis.address(0), 0).hex()


def test_a_header_with_one_bit_changed_is_none(anvil: Anvil) -> None:
    block = anvil("eth_getBlockByNumber", "0x0", False)
    assert Header.from_rpc(block).number == 0
    with pytest.raises(BadAnswer):
        Header.from_rpc({**block, "gasLimit": hex(int(block["gasLimit"], 16) ^ 1)})
