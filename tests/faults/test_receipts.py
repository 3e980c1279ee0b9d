"""Receipts of real voyages: written, read again, checked by whoever gets them, with every change of them told."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ashore
from ashore.crypto import rlp
from ashore.crypto.keccak import keccak256
from ashore.domain import receipt_file
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence
from ashore.domain.receipt import Receipt, ReceiptError, ReceiptStage, code_text, read_code
from ashore.domain.withdrawal import Status
from ashore.engine.receipt_checks import ALONE, IN_PRACTICE, NAMED_CONTRACTS, OWN_CONTRACTS, check_receipt
from ashore.engine.receipt_contracts import contracts_named_by
from ashore.engine.receipt_views import BlockStanding, ReceiptCheck, Verdict
from ashore.engine.wallet import Wallet
from ashore.ethereum.proofs import content_id
from faults.bench import RECIPIENT, Bench
from faults.lightning_bench import NODE_NAME, Purse
from faults.reddio_bench import RECEIVER, ReddioBench
from faults.test_reddio_claims import claimed, set_aside, waiting
from faults.worlds import Worlds

SLOTS = ("storedBlockHashes", "accepts", "pendingBalances", "pendingWithdrawWithCalls")
COVERED = {"event", "value", "acceptor", "slot"}
"""Facts of evidence that its proof shows."""


async def passed_on(wallet: Wallet, withdrawal: str) -> tuple[Receipt, ReceiptCheck]:
    """A receipt as somebody gets it who has the file alone, and what this wallet says of it."""
    receipt = await wallet.receipts.make(withdrawal)
    again = await wallet.receipts.read(await wallet.receipts.written(receipt))
    assert again == receipt
    found = await wallet.receipts.check(again)
    # Whoever has no wallet reads the same by the contracts that the receipt names.
    alone = check_receipt(again, contracts_named_by(again))
    assert alone.stages == found.stages
    assert (alone.verdict, alone.headline) == (found.verdict, found.headline)
    if receipt.proofs:
        assert NAMED_CONTRACTS in alone.notes
        assert OWN_CONTRACTS in found.notes
    assert (found.own_withdrawal, found.own_differs, alone.own_withdrawal) == (withdrawal, "", "")
    return again, found


async def test_a_receipt_over_two_chains_holds(two: Bench) -> None:
    there = await two.withdraw(chain="2")
    asked, found = await passed_on(two.wallet, there)
    assert (found.verdict, found.headline) == (Verdict.SAID, "It holds no proof. 1 step is only zkLink’s word.")
    await two.arrive()
    await two.look_until(lambda: two.voyage(there).withdrawal.is_open is False)
    receipt, found = await passed_on(two.wallet, there)
    assert found.verdict is Verdict.HOLDS
    assert found.headline == f"All {len(receipt.proofs)} proofs hold."
    assert (found.holding, found.failing, found.only_said, found.contradictions) == (len(receipt.proofs), 0, 0, ())
    assert all(stage.proven for stage in found.stages)
    assert found.arrival.startswith("Its last step is proven here")
    assert (
        found.stages[-1]
        .pieces[-1]
        .sentence.endswith(" It pays 25.00 USDC, and the token’s own log names the recipient.")
    )
    terms = replace(asked.terms, amount=asked.terms.amount * 2)
    other = await two.wallet.receipts.check(replace(receipt, terms=terms))
    assert other.own_differs == "This wallet has this withdrawal itself, to other terms than the receipt says."


async def test_a_receipt_of_reddio_and_that_of_its_claim_hold(vaults: ReddioBench) -> None:
    taken = await vaults.take_out("ETH", "0.5")
    await set_aside(vaults)
    (owed,) = await waiting(vaults)
    claim = await claimed(vaults, owed)
    await vaults.arrive()
    await vaults.look_until(lambda: not vaults.voyage(claim).withdrawal.is_open)
    for withdrawal in (taken, claim):
        receipt, found = await passed_on(vaults.wallet, withdrawal)
        assert found.verdict is Verdict.HOLDS, found
        assert found.holding == len(receipt.proofs) > 0
        assert (
            found.stages[-1]
            .pieces[-1]
            .sentence.endswith(f" It pays 500,000,000,000,000,000 base units of that asset to {RECEIVER}.")
        )
        for terms in (
            replace(receipt.terms, amount=receipt.terms.amount + 1),
            replace(receipt.terms, recipient="0x" + "12" * 20),
            replace(receipt.terms, destination="Lagoon"),
            replace(receipt.terms, details={**receipt.terms.details, "asset_id": "1", "asset_type": "2"}),
        ):
            assert check_receipt(replace(receipt, terms=terms), contracts_named_by(receipt)).verdict is Verdict.FAILS


async def test_nothing_is_made_of_what_is_not_there(bench: Bench) -> None:
    with pytest.raises(AshoreError, match="not in the journal"):
        await bench.wallet.receipts.make("nothing")


def verified(file: Path) -> subprocess.CompletedProcess[str]:
    """What another process says of a file: one that finds no display, no home and no network."""
    program = (
        "import socket, sys\n"
        "def refuse(*_): raise AssertionError('somebody is asked')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from ashore.__main__ import main\n"
        "code = main(sys.argv[1:])\n"
        "assert not [name for name in sys.modules if name.startswith(('PySide6', 'eth_account'))]\n"
        "sys.exit(code)"
    )
    return subprocess.run(
        [sys.executable, "-c", program, "verify-receipt", str(file)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(Path(ashore.__file__).parents[1]), "PYTHONIOENCODING": "utf-8", "HOME": "/nonexistent"},
        timeout=60,
        check=False,
    )


async def arrived(two: Bench) -> Receipt:
    """The receipt of a withdrawal that has arrived on the second chain, signed."""
    there = await two.withdraw(chain="2")
    await two.arrive()
    await two.look_until(lambda: not two.voyage(there).withdrawal.is_open)
    return await two.wallet.receipts.sign(await two.wallet.receipts.make(there))


async def test_another_process_says_whether_it_holds(two: Bench, tmp_path: Path) -> None:
    receipt = await arrived(two)
    file = tmp_path / f"voyage{receipt_file.SUFFIX}"
    file.write_bytes(await two.wallet.receipts.written(receipt))
    done = verified(file)
    assert (done.returncode, done.stderr) == (0, "")
    first, practice, *_ = done.stdout.splitlines()
    assert first == f"HOLDS: All {len(receipt.proofs)} proofs hold."
    assert practice == IN_PRACTICE
    assert "Signed by 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266, which the receipt calls" in done.stdout
    assert "● Paid out on Lagoon: proven here; its maker says irreversible" in done.stdout
    assert ALONE in done.stdout
    assert receipt_file.digest(receipt) in done.stdout

    file.write_text(receipt_file.write(replace(receipt, headline="\x1b[2J\u202eAll is well")))
    done = verified(file)
    assert done.returncode == 1
    assert done.stdout.startswith("DOES NOT HOLD: The signature is false.")
    assert not {"\x1b", "\u202e"} & set(done.stdout)
    for content in (b"", b"{}", b"[" * 100_000, b"\xff" * 1000):
        file.write_bytes(content)
        done = verified(file)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "ashore: This file is not a receipt of Ashore. Choose the file that Ashore has saved.\n"
    assert verified(tmp_path / "nothing").returncode == 2


async def test_another_process_says_of_a_voucher_whose_word_it_is(purse: Purse, tmp_path: Path) -> None:
    state = await purse.withdraw(await purse.voucher())
    assert state.status is Status.FINAL
    receipt = await purse.receipts.make(state.id)
    assert receipt.proofs == {}
    file = tmp_path / f"voucher{receipt_file.SUFFIX}"
    file.write_bytes(await purse.receipts.written(receipt))
    done = verified(file)
    assert (done.returncode, done.stderr) == (0, "")
    head = rf"NOTHING PROVEN: It holds no proof\. 5 steps are only the word of 127\.0\.0\.1:\d+ and {NODE_NAME}\.\n"
    assert re.match(head, done.stdout)
    assert f"Its last step is only {NODE_NAME}’s word." in done.stdout
    assert "proven here" not in done.stdout
    secrets = {purse.newest_invoice(), *(move.payload for move in state.moves.values() if move.payload)}
    assert not [secret for secret in secrets if secret in file.read_text() or secret in done.stdout]


async def test_every_change_of_a_signed_receipt_is_told(two: Bench) -> None:
    receipt = await arrived(two)
    content = receipt_file.write(receipt).encode()
    contracts = contracts_named_by(receipt)
    assert check_receipt(receipt, contracts).verdict is Verdict.HOLDS

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
    without = replace(receipt, practice="")
    with pytest.raises(ReceiptError, match="which contracts"):
        contracts_named_by(without)
    found = check_receipt(without, None, "Nobody knows them.")
    assert found.headline == f"Its {len(receipt.proofs)} proofs could not be read. Do not rely on this receipt."


def with_piece(receipt: Receipt, stage: ReceiptStage, piece: Evidence, other: Evidence) -> Receipt:
    """The receipt with another piece of evidence in the place of one."""
    evidence = tuple(other if each == piece else each for each in stage.evidence)
    stages = (replace(stage, evidence=evidence) if each.id == stage.id else each for each in receipt.stages)
    return replace(receipt, stages=tuple(stages))


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


async def test_endpoints_tell_a_block_that_was_made_up(two: Bench) -> None:
    receipt = replace(await arrived(two), signature=None)
    receipts = two.wallet.receipts
    checked = await receipts.check(receipt)
    total = len({piece.piece.block_hash for stage in checked.stages for piece in stage.pieces if piece.holds})
    await two.world.step("finalize")
    told = await receipts.ask(checked)
    assert told.verdict is Verdict.HOLDS
    assert told.headline == f"All {total} blocks are in the chain by this wallet’s own endpoints, and final."
    assert {answer.standing for answer in told.blocks} == {BlockStanding.FINAL}
    assert told.blocks[0].sentence == "Block 8 of Harbour: 3 of 3 endpoints have it, and it is final."

    stage, piece = next((s, p) for s in receipt.stages for p in s.evidence if s.id == "paid" and p.proof)
    document = json.loads(receipt.proofs[piece.proof])
    fields = rlp.decode(bytes.fromhex(document["header"][2:]))
    assert isinstance(fields, list)
    fields[12] = b"made up"  # extraData: whoever makes up a block chooses it
    header = rlp.encode(fields)
    document["header"] = "0x" + header.hex()
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    other = replace(piece, proof=content_id(text), block_hash="0x" + keccak256(header).hex())
    forged = with_piece(replace(receipt, proofs={**receipt.proofs, other.proof: text}), stage, piece, other)
    alone = await receipts.check(forged)
    assert alone.verdict is Verdict.HOLDS, "no proof tells by itself that its block is in the chain"
    assert ALONE in alone.notes
    told = await receipts.ask(alone)
    assert told.verdict is Verdict.FAILS
    assert told.headline == f"1 of {total} blocks is not in the chain. Do not rely on this receipt."
    two.wire.cut = {"/"}
    told = await receipts.ask(alone)
    assert (told.verdict, {each.standing for each in told.blocks}) == (Verdict.SAID, {BlockStanding.UNKNOWN})
    assert told.headline == f"{total} of {total} blocks could not be asked for; none is shown."


async def test_endpoints_tell_whether_a_block_is_final(bench: Bench) -> None:
    withdrawal = await bench.withdraw()
    await bench.operate("execute_l2", "seal", "commit")
    await bench.look()
    told = await bench.wallet.receipts.ask(
        await bench.wallet.receipts.check(await bench.wallet.receipts.make(withdrawal))
    )
    assert told.verdict is Verdict.HOLDS
    assert told.headline == "Its block is in the chain by this wallet’s own endpoints; it is not final yet."
    (block,) = told.blocks
    assert block.sentence.endswith("3 of 3 endpoints have it; it is not final yet.")


async def test_only_its_own_receipts_are_signed_and_found_again(two: Bench) -> None:
    receipts = two.wallet.receipts
    receipt = await arrived(two)
    found = await receipts.check(receipt)
    assert (found.signature.holds, found.signature.by_account) == (True, True)
    assert receipts.signer(receipt) == (None, "It is signed already.")
    bare = replace(receipt, signature=None)
    another = replace(bare, headline="A promise of somebody else.")
    account, _ = receipts.signer(another)
    assert account is not None
    with pytest.raises(AshoreError, match="Only a receipt that this wallet made itself"):
        await receipts.sign(another)
    assert (await receipts.sign(bare)).signature == receipt.signature
    code = read_code(code_text(receipts.code(receipt, found.digest)))
    assert receipts.named_by(code) == receipt.withdrawal
    assert receipts.named_by(replace(code, words="26.00 USDC from zkLink on Lagoon")) == ""
    assert receipts.named_by(replace(code, transaction="")) == ""
    await two.wallet.lock()
    assert receipts.signer(bare)[1] == "Ashore is locked. Unlock it to sign with Account 1."
    stranger = replace(bare, terms=replace(bare.terms, account="0x" + "12" * 20))
    assert receipts.signer(stranger)[0] is None


async def test_a_wallet_of_another_network_reads_it_by_its_own_words(
    two: Bench, worlds: Worlds, tmp_path: Path
) -> None:
    receipt = await arrived(two)
    app, world = worlds.open(tmp_path / "elsewhere")
    other = await Bench(world, app, tmp_path / "other").start()
    try:
        receipts = other.wallet.receipts
        found = await receipts.check(receipt)
        assert (found.verdict, found.own_withdrawal) == (Verdict.HOLDS, "")
        assert NAMED_CONTRACTS in found.notes
        told = await receipts.ask(found)
        assert told.verdict is Verdict.SAID
        assert told.blocks[0].sentence == "Block 8 of Harbour: this wallet has no endpoints of that chain."
        assert receipts.named_by(receipts.code(receipt, found.digest)) == ""
    finally:
        await other.aclose()
        world.close()
