"""Proof documents hold offline, and nothing can be changed in them."""

import json

import pytest

from ashore.crypto.mpt import OrderedTrie
from ashore.ethereum import blocks
from ashore.ethereum.errors import BadAnswer, InvalidProof
from ashore.ethereum.headers import Header
from ashore.ethereum.proofs import (
    ReceiptFacts,
    TransactionFacts,
    check,
    content_id,
    receipt_document,
    storage_document,
    transaction_document,
)
from ashore.ethereum.receipts import encode_transaction


@pytest.fixture
async def proven(bench):
    for value in range(5):
        bench.mint(value + 1, mine=False)
    bench.chain.mine()
    header = (await bench.quorum.header_at("latest")).required()
    return await blocks.prove(await blocks.fetch(bench.quorum.endpoints[0], header))


async def test_each_receipt_and_transaction_has_its_document(proven):
    for index in range(5):
        facts = check(receipt_document(proven.header, proven.receipt_trie, index, proven.transaction_trie))
        assert isinstance(facts, ReceiptFacts)
        assert (facts.index, facts.block) == (index, proven.header)
        assert int(facts.receipt.logs[0].data, 16) == index + 1
        assert facts.transaction == proven.transactions[index]
        alone = check(transaction_document(proven.header, proven.transaction_trie, index))
        assert alone == TransactionFacts(proven.header, index, proven.transactions[index])
        bare = check(receipt_document(proven.header, proven.receipt_trie, index))
        assert isinstance(bare, ReceiptFacts)
        assert bare.transaction is None


async def test_the_text_is_canonical_and_named_by_its_content(proven):
    name, text = proven.document(2)
    assert name == content_id(text)
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    assert proven.document(2) == (name, text)
    for other in (text + " ", text.replace(",", ", ", 1), " " + text):
        with pytest.raises(InvalidProof):
            check(other)


def changed(text, **parts):
    value = {**json.loads(text), **parts}
    value = {key: each for key, each in value.items() if each is not None}
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


async def test_nothing_in_a_document_can_be_changed(proven):
    _, text = proven.document(2)
    parts = json.loads(text)
    other = json.loads(proven.document(3)[1])
    altered = [
        changed(text, index=3),
        changed(text, index=-1),
        changed(text, index=True),
        changed(text, index="2"),
        changed(text, nodes=other["nodes"]),
        changed(text, nodes=parts["nodes"][:-1]),
        changed(text, nodes=[]),
        changed(text, nodes=None),
        changed(text, transaction=other["transaction"]),
        changed(text, v=2),
        changed(text, kind="transaction"),
        changed(text, kind="storage"),
        changed(text, kind=["receipt"]),
        changed(text, extra=1),
        changed(text, header=parts["header"][:-2]),
        changed(text, header=parts["header"].upper()),
        "",
        "{}",
        "[]",
        "null",
        "[" * 5_000,
        '{"v":1}',
    ]
    for document in altered:
        with pytest.raises(InvalidProof):
            check(document)


async def test_every_single_digit_counts(proven):
    _, text = proven.document(0)
    truth = check(text)
    start = text.index('"nodes"')
    for place in range(start, len(text), 37):
        if text[place] in "0123456789abcdef":
            digit = "0" if text[place] != "0" else "1"
            with pytest.raises(InvalidProof):
                check(text[:place] + digit + text[place + 1 :])
    for place in range(text.index('"header"') + 14, text.index('"index"') - 3, 61):
        digit = "0" if text[place] != "0" else "1"
        try:
            facts = check(text[:place] + digit + text[place + 1 :])
        except InvalidProof:
            continue
        # A field that carries no proof changes the header's hash, and so names another block.
        assert facts.block.hash != truth.block.hash


async def test_a_block_proves_absence_of_a_transaction_beyond_its_end(proven):
    values = [b"\x01"] * 3
    document = transaction_document(proven.header, OrderedTrie(values), 1)
    with pytest.raises(InvalidProof):
        check(document)


async def test_receipt_and_transaction_have_the_same_type(bench):
    bench.mint()
    header = (await bench.quorum.header_at("latest")).required()
    contents = await blocks.fetch(bench.quorum.endpoints[0], header)
    transaction = encode_transaction(contents.transactions[0])
    forged = blocks.Contents(header, [{**contents.receipts[0], "type": "0x1"}], contents.transactions)
    with pytest.raises(BadAnswer):
        await blocks.prove(forged)
    assert transaction[0] == 2


def test_a_storage_answer_of_the_wrong_shape_is_refused():
    header = Header("0x", 1, "0x", 0, b"", b"", b"", 0, 0, None, b"")
    for answer in (None, [], {}, {"storageProof": [{"key": "0x1", "proof": []}]}, {"storageProof": [5]}):
        with pytest.raises(BadAnswer):
            storage_document(header, "0x" + "11" * 20, answer, [1])
