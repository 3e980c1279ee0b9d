"""Receipts of real voyages: written, read again, checked by whoever gets them, with every change of them told."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import ashore
from ashore.crypto import rlp
from ashore.crypto.keccak import keccak256
from ashore.domain import receipt_file
from ashore.domain.errors import AshoreError
from ashore.domain.receipt import Receipt, ReceiptError, code_text, read_code
from ashore.domain.withdrawal import Status
from ashore.engine.receipt_blocks import NOT_REACHED, OTHER_PRACTICE
from ashore.engine.receipt_checks import ALONE, IN_PRACTICE, NAMED_CONTRACTS, PRACTICE_CONTRACTS, check_receipt
from ashore.engine.receipt_contracts import contracts_named_by
from ashore.engine.receipt_views import BlockStanding, ReceiptCheck, Verdict
from ashore.engine.wallet import Wallet
from ashore.ethereum.proofs import content_id
from ashore.store.names import VOUCHER_FIRST, VOUCHER_LINK
from faults.bench import Bench
from faults.lightning_bench import NODE_NAME, Purse
from faults.receipt_files import arrived, taken_and_claimed, unbound, with_piece
from faults.reddio_bench import RECEIVER, ReddioBench
from faults.worlds import Worlds

NO_RECEIPT = "ashore: This is not a receipt of Ashore. Take the whole file that Ashore has saved, or all of its text.\n"


async def passed_on(wallet: Wallet, withdrawal: str) -> tuple[Receipt, ReceiptCheck]:
    """A receipt as somebody gets it who has the file alone, and what this wallet says of it."""
    receipt = await wallet.receipts.make(withdrawal)
    again = await wallet.receipts.read(await wallet.receipts.written(receipt))
    assert again == receipt
    found = await wallet.receipts.check(again)
    # Whoever has no wallet reads the same by the contracts that the receipt names.
    alone = check_receipt(again, contracts_named_by(again))
    assert alone.stages == unbound(found.stages)
    assert (alone.verdict, alone.headline) == (found.verdict, found.headline)
    if receipt.proofs:
        assert NAMED_CONTRACTS in alone.notes
        assert PRACTICE_CONTRACTS in found.notes
    assert (found.own_withdrawal, found.own_differs, alone.own_withdrawal) == (withdrawal, "", "")
    return again, found


def sound(receipt: Receipt) -> str:
    return (
        f"All {len(receipt.proofs)} proofs are sound in themselves. "
        "Whether their blocks are in the chain is not known: nobody was asked."
    )


async def test_a_receipt_over_two_chains_holds(two: Bench) -> None:
    there = await two.withdraw(chain="2")
    asked, found = await passed_on(two.wallet, there)
    assert (found.verdict, found.headline) == (Verdict.SAID, "It holds no proof. 1 step is only zkLink’s word.")
    await two.arrive()
    await two.look_until(lambda: two.voyage(there).withdrawal.is_open is False)
    receipt, found = await passed_on(two.wallet, there)
    assert found.verdict is Verdict.SOUND
    assert found.headline == sound(receipt)
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
    assert other.own_differs == "This wallet has this withdrawal itself, to other terms than the receipt says: amount."


async def test_a_receipt_of_reddio_and_that_of_its_claim_hold(vaults: ReddioBench) -> None:
    for withdrawal in await taken_and_claimed(vaults):
        receipt, found = await passed_on(vaults.wallet, withdrawal)
        assert found.verdict is Verdict.SOUND, found
        assert found.holding == len(receipt.proofs) > 0
        assert found.stages[-1].pieces[-1].sentence.endswith(f" It pays 0.50 ETH to {RECEIVER}.")
        for terms in (
            replace(receipt.terms, amount=receipt.terms.amount + 1),
            replace(receipt.terms, recipient="0x" + "12" * 20),
            replace(receipt.terms, destination="Lagoon"),
            replace(receipt.terms, details={**receipt.terms.details, "asset_id": "1", "asset_type": "2"}),
        ):
            assert check_receipt(replace(receipt, terms=terms), contracts_named_by(receipt)).verdict is Verdict.FAILS


async def test_nothing_is_made_of_what_is_not_there(bench: Bench) -> None:
    receipt = await bench.wallet.receipts.make(await bench.withdraw())
    for spoilt in (
        replace(receipt, proofs={"12" * 32: "x" * receipt_file.MAX_BYTES}),
        replace(receipt, proofs={"12" * 32: "x"}),
        replace(receipt, stages=receipt.stages * 20),
        replace(receipt, headline="x" * 5_000),
    ):
        with pytest.raises(ReceiptError):
            await bench.wallet.receipts.written(spoilt)
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


async def test_another_process_says_whether_it_holds(two: Bench, tmp_path: Path) -> None:
    receipt = await arrived(two)
    file = tmp_path / f"voyage{receipt_file.SUFFIX}"
    file.write_bytes(await two.wallet.receipts.written(receipt))
    done = verified(file)
    assert (done.returncode, done.stderr) == (0, "")
    first, practice, *_ = done.stdout.splitlines()
    assert first == f"SOUND IN ITSELF: {sound(receipt)}"
    assert practice == IN_PRACTICE
    assert "Signed by 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266, which the receipt calls" in done.stdout
    assert "◐ Paid out on Lagoon: sound in itself; its maker says irreversible\n    20" in done.stdout
    assert "UTC, the time of its block\n" in done.stdout
    assert "  Fee        1.60 USDC\n" in done.stdout
    assert "is its maker’s word" in done.stdout
    assert not {"●", "◉"} & set(done.stdout), "no file shows by itself that its blocks are in the chain"
    assert not re.search("holds|proven here", done.stdout.replace("holds this withdrawal", ""), re.IGNORECASE)
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
        assert done.stderr == NO_RECEIPT
    assert verified(tmp_path / "nothing").returncode == 2
    whole = receipt_file.write(receipt)
    for text, why in (
        (whole[: len(whole) // 2], "This receipt is cut off: its end is missing."),
        (whole.replace('"decimals":', '"decimals":"', 1), "This receipt was damaged or changed: it is not as"),
        (whole.replace('"made_at":', '"made_at":"x","made":', 1), "This receipt was damaged or changed: it is not as"),
        (whole.replace("0x", "0X", 1), ""),
    ):
        file.write_text(text)
        done = verified(file)
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout.startswith(f"DOES NOT HOLD: {why}")


async def test_another_process_says_of_a_voucher_whose_word_it_is(purse: Purse, tmp_path: Path) -> None:
    state = await purse.withdraw(await purse.voucher())
    assert state.status is Status.FINAL
    receipt = await purse.receipts.make(state.id)
    assert receipt.proofs == {}
    file = tmp_path / f"voucher{receipt_file.SUFFIX}"
    file.write_bytes(await purse.receipts.written(receipt))
    done = verified(file)
    assert (done.returncode, done.stderr) == (0, "")
    head = rf"NOTHING PROVEN: It holds no proof\. 5 steps are only the word of “127\.0\.0\.1:\d+” and “{NODE_NAME}”\.\n"
    assert re.match(head, done.stdout)
    assert f"Its last step is only “{NODE_NAME}”’s word." in done.stdout
    assert "proven here" not in done.stdout
    secrets = {purse.newest_invoice(), *(move.payload for move in state.moves.values() if move.payload)}
    link = state.terms.details[VOUCHER_LINK]
    assert not [each for each in (link, VOUCHER_LINK, VOUCHER_FIRST) if each in file.read_text()]
    found = await purse.receipts.check(receipt)
    assert (found.own_withdrawal, found.own_differs) == (state.id, ""), "what is kept back is no difference"
    assert not [secret for secret in secrets if secret in file.read_text() or secret in done.stdout]


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
    assert alone.verdict is Verdict.SOUND, "no proof tells by itself that its block is in the chain"
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


async def test_a_block_beyond_the_end_of_the_chain_is_called_that(bench: Bench, worlds: Worlds, tmp_path: Path) -> None:
    withdrawal = await bench.withdraw()
    await bench.arrive()
    await bench.look_until(lambda: not bench.voyage(withdrawal).withdrawal.is_open)
    receipt = await bench.wallet.receipts.make(withdrawal)
    app, world = worlds.open(tmp_path / "elsewhere")
    other = await Bench(world, app, tmp_path / "other").start()
    try:
        receipts = other.wallet.receipts
        found = await receipts.check(receipt)
        assert PRACTICE_CONTRACTS in found.notes
        told = await receipts.ask(found)
        assert told.verdict is not Verdict.HOLDS
        beyond = [block for block in told.blocks if block.beyond]
        assert beyond, told
        for block in beyond:
            assert block.standing is BlockStanding.UNKNOWN
            assert block.sentence.endswith(f": {NOT_REACHED[0].lower()}{NOT_REACHED[1:]}")
        assert told.headline.endswith(OTHER_PRACTICE)
    finally:
        await other.aclose()
        world.close()


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
        assert (found.verdict, found.own_withdrawal) == (Verdict.SOUND, "")
        assert NAMED_CONTRACTS in found.notes
        told = await receipts.ask(found)
        assert told.verdict is Verdict.SAID
        assert told.blocks[0].sentence == "Block 8 of Harbour: this wallet has no endpoints of that chain."
        assert receipts.named_by(receipts.code(receipt, found.digest)) == ""
    finally:
        await other.aclose()
        world.close()
