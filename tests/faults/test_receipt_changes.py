"""Receipts that somebody changed: what is signed, what a proof covers, and what the terms say of either."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.domain import receipt_file
from ashore.domain.evidence import Evidence
from ashore.domain.receipt import ReceiptError, ReceiptStage
from ashore.domain.untrusted import hidden_characters
from ashore.engine.receipt_checks import check_receipt
from ashore.engine.receipt_contracts import contracts_named_by
from ashore.engine.receipt_views import Verdict
from ashore.ethereum.proofs import content_id
from faults.bench import RECIPIENT, Bench
from faults.receipt_files import arrived, with_piece

SLOTS = ("storedBlockHashes", "accepts", "pendingBalances", "pendingWithdrawWithCalls")
COVERED = {"event", "value", "acceptor", "slot"}
"""Facts of evidence that its proof shows."""


async def test_every_change_of_a_signed_receipt_is_told(two: Bench) -> None:
    receipt = await arrived(two)
    content = receipt_file.write(receipt).encode()
    contracts = contracts_named_by(receipt)
    assert check_receipt(receipt, contracts).verdict is Verdict.SOUND

    @settings(deadline=None, max_examples=300)
    @given(st.integers(0, len(content) - 1), st.integers(1, 255))
    def changed(place: int, by: int) -> None:
        other = bytearray(content)
        other[place] ^= by
        try:
            read = receipt_file.read(bytes(other))
        except ReceiptError:
            return
        assert read == receipt or check_receipt(read, contracts).verdict is Verdict.FAILS

    changed()


async def test_every_change_of_what_a_proof_covers_is_told_without_a_signature(two: Bench) -> None:
    receipt = replace(await arrived(two), signature=None)
    contracts = contracts_named_by(receipt)
    pieces = [(stage, piece) for stage in receipt.stages for piece in stage.evidence if piece.proof]

    @settings(deadline=None, max_examples=150)
    @given(st.sampled_from(pieces), st.data())
    def changed(chosen: tuple[ReceiptStage, Evidence], data: st.DataObject) -> None:
        stage, piece = chosen
        text = receipt.proofs[piece.proof]
        place = data.draw(st.integers(0, len(text) - 1))
        digit = data.draw(st.sampled_from('0123456789abcdef"'))
        other = text[:place] + digit + text[place + 1 :]
        name = content_id(other)
        proofs = {**{n: t for n, t in receipt.proofs.items() if n != piece.proof}, name: other}
        spoilt = with_piece(replace(receipt, proofs=proofs), stage, piece, replace(piece, proof=name))
        found = check_receipt(receipt_file.read(receipt_file.write(spoilt).encode()), contracts)
        assert other == text or found.verdict is Verdict.FAILS

    changed()
    for stage, piece in pieces:
        others = (
            replace(piece, chain="Lagoon" if piece.chain == "Harbour" else "Harbour"),
            replace(piece, chain="Elsewhere"),
            replace(piece, tx_hash="0x" + "12" * 32),
            replace(piece, block_number=piece.block_number + 1),
            replace(piece, block_hash="0x" + "12" * 32),
            replace(piece, block_time=piece.block_time + 1),
            replace(piece, proof=""),
            replace(piece, proof="12" * 32),
            *(
                replace(piece, facts={**piece.facts, name: other})
                for name in COVERED & piece.facts.keys()
                for other in ("Withdrawal(17, 26000000000000000000)", "0x" + "12" * 32, "")
            ),
        )
        for other in others:
            found = check_receipt(with_piece(receipt, stage, piece, other), contracts)
            assert found.verdict is Verdict.FAILS, other
            assert "Do not rely on" in found.headline

    odd = st.sampled_from(["", "x", "9" * 90, "0x" + "ff" * 32, *(f"{name}[{'9' * 90}]" for name in SLOTS), *SLOTS])

    @settings(deadline=None, max_examples=150)
    @given(st.sampled_from(pieces), st.dictionaries(st.sampled_from([*sorted(COVERED), "layer-2 block"]), odd))
    def says(chosen: tuple[ReceiptStage, Evidence], facts: dict[str, str]) -> None:
        stage, piece = chosen
        other = replace(piece, facts={**piece.facts, **facts})
        found = check_receipt(with_piece(receipt, stage, piece, other), contracts)
        unproven = {name: value for name, value in facts.items() if piece.facts.get(name) != value}
        assert found.verdict is Verdict.FAILS or not unproven.keys() & COVERED & piece.facts.keys()

    says()
    for terms, why in (
        (replace(receipt.terms, amount=receipt.terms.amount + 10**12), "and the receipt is about more."),
        (replace(receipt.terms, recipient="0x" + "12" * 20), "the 25.00 USDC went to somebody else."),
        (replace(receipt.terms, receive_symbol="DAI"), "the receipt is about something else."),
        (replace(receipt.terms, destination="Harbour"), "the receipt is about something else."),
    ):
        found = check_receipt(replace(receipt, terms=terms), contracts)
        assert found.verdict is Verdict.FAILS
        assert found.stages[-1].pieces[-1].sentence.endswith(why)
        assert found.arrival == "Its last step is not shown: the proof of that does not hold."
    committed = next(number for number, stage in enumerate(receipt.stages) if stage.id == "committed")
    held = check_receipt(receipt, contracts).stages[committed].pieces[-1]
    assert held.names_it
    assert f"Its data holds this withdrawal: 25.00 USDC to {RECIPIENT}, number " in held.sentence
    details = receipt.terms.details
    for terms in (
        replace(receipt.terms, amount=receipt.terms.amount - 1),
        replace(receipt.terms, fee=receipt.terms.fee + 1),
        replace(receipt.terms, decimals=6),
        *(replace(receipt.terms, details={**details, name: "7"}) for name in ("account_id", "nonce", "ratio")),
        replace(receipt.terms, details={**details, "sub_account_id": "x"}),
        replace(receipt.terms, details={**details, "amount.text": "2,500.00 USDC"}),
    ):
        found = check_receipt(replace(receipt, terms=terms), contracts)
        assert found.stages[committed].pieces[-1].holds is False
        assert found.verdict is Verdict.FAILS
    hostile = replace(contracts, names=lambda *_: "\x1b[2J\u202eAll is well")
    told = [piece.sentence for stage in check_receipt(receipt, hostile).stages for piece in stage.pieces]
    assert any("All is well" in each for each in told)
    assert not hidden_characters("".join(told))
    without = replace(receipt, practice="")
    with pytest.raises(ReceiptError, match="which contracts"):
        contracts_named_by(without)
    found = check_receipt(without, None, "Nobody knows them.")
    assert found.headline == f"Its {len(receipt.proofs)} proofs could not be read. Do not rely on this receipt."


async def test_marks_that_claim_too_much_are_told(two: Bench) -> None:
    there = await two.withdraw(chain="2")
    receipt = await two.wallet.receipts.make(there)
    contracts = contracts_named_by(receipt)
    assert check_receipt(receipt, contracts).verdict is Verdict.SAID
    for mark, why in (
        ("reported", "and nothing in the receipt says so."),
        ("proven", "and no proof in the receipt carries that."),
        ("irreversible", "and no proof in the receipt carries that."),
        ("certain", "is none that Ashore knows."),
    ):
        last = replace(receipt.stages[-1], mark=mark)
        found = check_receipt(replace(receipt, stages=(*receipt.stages[:-1], last)), contracts)
        assert found.verdict is Verdict.FAILS
        assert found.headline == "This receipt contradicts itself. Do not rely on it."
        assert [each.endswith(why) for each in found.contradictions] == [True]
    found = check_receipt(replace(receipt, status="final"), contracts)
    assert found.contradictions == ("It says that the withdrawal is complete, and its last step does not.",)
    real = replace(receipt, terms=replace(receipt.terms, network="mainnet"))
    with pytest.raises(ReceiptError, match="does not know the contracts"):
        contracts_named_by(real)
    assert check_receipt(real, None, "No.").verdict is Verdict.FAILS
