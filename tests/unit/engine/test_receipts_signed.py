"""Receipts of a whole wallet, signed by its account or by one of another wallet, and checked by who has the file."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from ashore.domain import receipt_file
from ashore.domain.errors import AshoreError
from ashore.domain.receipt import Receipt, ReceiptSignature
from ashore.domain.receipt_signature import text_of
from ashore.domain.withdrawal import Status, Withdrawal
from ashore.engine.receipt_checks import check_receipt
from ashore.engine.receipt_contracts import contracts_named_by
from ashore.engine.receipt_signatures import COMPARE
from ashore.engine.receipt_views import SignatureCheck, Verdict
from ashore.engine.receipts import MOST_LOOKED_FOR
from ashore.engine.views import Account
from ashore.keys.errors import Locked, Refused, SecretPasted
from ashore.store.journal import Journal
from unit.engine.test_elsewhere import ADDRESS, ElsewhereBench, files, signed


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[ElsewhereBench]:
    made = ElsewhereBench(tmp_path)
    await made.start()
    yield made
    await made.wallet.aclose()
    await made.node.http.aclose()


async def of_another_wallet(bench: ElsewhereBench) -> Receipt:
    """The receipt of a withdrawal that is under way, of the account that signs elsewhere."""
    await bench.added()
    review = await bench.review_elsewhere()
    withdrawal = await bench.wallet.confirm(await bench.wallet.check_signature(review, signed(review.texts[0])))
    await bench.until(lambda: bench.statuses() == [Status.UNDER_WAY])
    return await bench.wallet.receipts.make(withdrawal)


async def of_the_vault(bench: ElsewhereBench) -> Receipt:
    await bench.unlocked()
    withdrawal = await bench.wallet.confirm(await bench.review())
    await bench.until(lambda: bench.statuses() == [Status.UNDER_WAY])
    return await bench.wallet.receipts.make(withdrawal)


def told_by_the_file(receipt: Receipt) -> SignatureCheck:
    """What somebody finds who has nothing but the file."""
    again = receipt_file.read(receipt_file.write(receipt).encode())
    return check_receipt(again, contracts_named_by(again)).signature


def signer_of(bench: ElsewhereBench, receipt: Receipt) -> Account:
    account, why_none = bench.wallet.receipts.signer(receipt)
    assert account is not None, why_none
    return account


async def test_by_the_account_of_the_vault(bench: ElsewhereBench) -> None:
    receipt = await of_the_vault(bench)
    account = signer_of(bench, receipt)
    assert not account.elsewhere
    done = await bench.wallet.receipts.sign(receipt)
    told = told_by_the_file(done)
    assert (told.holds, told.by_account, told.address) == (True, True, account.address)
    assert account.address in told.sentence
    assert COMPARE in told.sentence
    assert bench.wallet.receipts.signer(done)[0] is None


async def test_by_an_account_of_another_wallet(bench: ElsewhereBench) -> None:
    receipt = await of_another_wallet(bench)
    assert signer_of(bench, receipt).elsewhere
    done = await bench.wallet.receipts.sign(receipt, f' "{signed(text_of(receipt))[2:]}" ')
    told = told_by_the_file(done)
    assert (told.holds, told.by_account, told.address) == (True, True, ADDRESS)


async def test_what_is_pasted_in_its_place_is_refused_with_what_it_is(bench: ElsewhereBench, tmp_path: Path) -> None:
    receipt = await of_another_wallet(bench)
    with pytest.raises(SecretPasted):
        await bench.wallet.receipts.sign(receipt, signed(bench.wallet.elsewhere.key_text))
    for pasted, said in (("", "Paste the signature"), (signed("another text"), "not a signature of")):
        with pytest.raises(Refused, match=said):
            await bench.wallet.receipts.sign(receipt, pasted)
    secret = signed(bench.wallet.elsewhere.key_text)[2:]
    assert not any(secret.encode() in each or bytes.fromhex(secret) in each for each in files(tmp_path))


async def test_nobody_is_made_to_vouch_for_what_another_wallet_wrote(bench: ElsewhereBench) -> None:
    """A receipt about this very account, with a sentence changed: whoever signs one vouches for all of it."""
    receipt = await of_the_vault(bench)
    for forged in (replace(receipt, headline="Paid twice."), replace(receipt, made_at=receipt.made_at + 1)):
        with pytest.raises(AshoreError, match="made itself"):
            await bench.wallet.receipts.sign(forged)


async def test_a_signed_receipt_that_was_changed_is_told_in_the_headline(bench: ElsewhereBench) -> None:
    done = await bench.wallet.receipts.sign(await of_the_vault(bench))
    found = await bench.wallet.receipts.check(replace(done, status="refused"))
    assert (found.verdict, found.signature.holds) == (Verdict.FAILS, False)
    assert "signature" in found.headline
    assert done.signature is not None
    renamed = replace(done, signature=ReceiptSignature(ADDRESS, done.signature.signature))
    assert told_by_the_file(renamed).holds is False


async def test_a_stranger_who_names_another_account_vouches_for_nothing(bench: ElsewhereBench) -> None:
    receipt = await of_the_vault(bench)
    true = ReceiptSignature(ADDRESS, signed(text_of(receipt)))
    told = told_by_the_file(replace(receipt, signature=true))
    assert (told.holds, told.by_account, told.address) == (True, False, ADDRESS)
    assert "not the account" in told.sentence


async def test_not_while_locked(bench: ElsewhereBench) -> None:
    receipt = await of_the_vault(bench)
    await bench.wallet.lock()
    account, why_none = bench.wallet.receipts.signer(receipt)
    assert account is None
    assert "locked" in why_none
    with pytest.raises((AshoreError, Locked)):
        await bench.wallet.receipts.sign(receipt)


async def test_a_strangers_names_are_not_looked_for_without_end(
    bench: ElsewhereBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is looked for in every row of the list, on the window's own loop."""
    receipt = await of_the_vault(bench)
    asked, whole = list[str](), Journal.with_locator

    def counted(journal: Journal, name: str) -> Withdrawal | None:
        asked.append(name)
        return whole(journal, name)

    monkeypatch.setattr(Journal, "with_locator", counted)
    (own,) = receipt.moves
    others = tuple(replace(own, name=f"0x{number:064x}") for number in range(59))
    found = await bench.wallet.receipts.check(replace(receipt, moves=(*others, own)))
    assert (found.own_withdrawal, asked) == (receipt.withdrawal, [])
    found = await bench.wallet.receipts.check(replace(receipt, withdrawal="x", moves=(own, *others)))
    assert found.own_withdrawal == receipt.withdrawal
    found = await bench.wallet.receipts.check(replace(receipt, withdrawal="x", moves=(*others, *others)))
    assert (found.own_withdrawal, len(asked)) == ("", 1 + MOST_LOOKED_FOR)
