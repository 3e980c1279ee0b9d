"""Receipts of something else than was paid, over proofs that hold and blocks that are final: none of them is green."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ashore.domain.events import Terms
from ashore.domain.evidence import Evidence, Level
from ashore.domain.receipt import Receipt, ReceiptStage, receipt_words
from ashore.domain.receipt_file import read, write
from ashore.domain.untrusted import quoted
from ashore.domain.withdrawal import RECEIPT, Status
from ashore.engine.receipt_views import ReceiptCheck, Verdict, is_green
from ashore.ethereum.proofs import check
from ashore.systems.reddio.system.tracks import REGISTRATION
from faults.bench import Bench
from faults.receipt_files import arrived, taken_and_claimed
from faults.reddio_bench import ReddioBench

STRANGER = "0x" + "12" * 20
MUCH = "1,000,000.00 USDC"


async def found(bench: Bench | ReddioBench, receipt: Receipt) -> tuple[bool, ReceiptCheck]:
    """Whether a file is green here, with the endpoints asked, and what was found of it."""
    receipts = bench.wallet.receipts
    found = await receipts.check(read(write(receipt).encode()))
    return is_green(found, await receipts.ask(found)), found


async def stranger_s(bench: Bench | ReddioBench, withdrawal: str) -> Receipt:
    """A receipt as of another wallet: without a signature, and without names of moves that this one knows."""
    await bench.world.step("finalize")
    return replace(await bench.wallet.receipts.make(withdrawal), signature=None, moves=())


def proven_by(receipt: Receipt, event: str) -> Evidence:
    """A piece of its evidence whose proof shows that event."""
    pieces = (piece for stage in receipt.stages for piece in stage.evidence if piece.proof)
    return next(piece for piece in pieces if piece.facts.get("event", "").startswith(f"{event}("))


def ended_by(receipt: Receipt, terms: Terms, *pieces: Evidence) -> Receipt:
    """A receipt of which only the last stage has anything: paid out for good, it rests on those pieces."""
    *others, last = receipt.stages
    bare = (replace(stage, mark="awaited", evidence=()) for stage in others)
    stages = (*bare, replace(last, mark="irreversible", evidence=pieces))
    proofs = {piece.proof: receipt.proofs[piece.proof] for piece in pieces}
    return replace(receipt, terms=terms, stages=stages, status="final", proofs=proofs)


async def test_only_the_payout_itself_is_green(two: Bench) -> None:
    signed = await arrived(two)
    receipt = await stranger_s(two, signed.withdrawal)
    terms, paid = receipt.terms, proven_by(receipt, "Withdrawal")
    green, honest = await found(two, receipt)
    assert green, honest
    assert [stage.stage.id for stage in honest.stages if stage.paying] == ["paid"]
    assert (await found(two, ended_by(receipt, terms, paid)))[0], "the payout alone is enough"
    assert not is_green(honest, None), "nobody was asked"

    words = {**terms.details, "amount.text": MUCH}
    victim = replace(terms, recipient=STRANGER, amount=terms.amount * 40_000, details=words)
    committed, executed = proven_by(receipt, "BlockCommit"), proven_by(receipt, "BlockExecuted")
    assert check(receipt.proofs[committed.proof]).block is not None
    transaction = replace(committed, kind=RECEIPT, facts={"outcome": "carried out"})
    others = replace(paid, facts={**paid.facts, "together with": "log 1 of block 2"})
    much = replace(terms, amount=terms.amount * 40_000)
    registration = replace(terms, track=f"{REGISTRATION.ref.id}@1", details=words, amount=0)
    single = replace(terms, details={**words, "token_id": "1"})
    beside = replace(receipt.stages[-1], id="other", evidence=(paid,))
    forged = {
        "an old batch as a payout": ended_by(receipt, victim, executed),
        "the same for the own recipient": ended_by(receipt, much, executed),
        "another log as a payout": ended_by(receipt, victim, proven_by(receipt, "BlockSynced")),
        "any transaction as a payout": ended_by(receipt, victim, transaction),
        "a transaction under the name of sending": replace(
            ended_by(receipt, victim, transaction),
            last_stage="sent",
            stages=(replace(receipt.stages[-1], id="sent", evidence=(transaction,)),),
        ),
        "a part of what it says": ended_by(receipt, much, others),
        "a part, and no more than that": ended_by(receipt, terms, others),
        "more than was paid": ended_by(receipt, much, paid),
        "less than was paid": ended_by(receipt, replace(terms, amount=terms.amount - 10**18), paid),
        "dust that no token has": ended_by(receipt, replace(terms, amount=terms.amount + 1), paid),
        "other decimals": ended_by(receipt, replace(terms, decimals=0), paid),
        "units of nothing": ended_by(receipt, replace(terms, decimals=200), paid),
        "a stranger": ended_by(receipt, replace(terms, recipient=STRANGER), paid),
        "another token": ended_by(receipt, replace(terms, receive_symbol="DAI"), paid),
        "another system": ended_by(receipt, replace(terms, system="Reddio"), paid),
        "another chain": ended_by(receipt, replace(terms, destination="Harbour"), paid),
        "a single token, in its maker's words": ended_by(receipt, single, paid),
        "a registration, in its maker's words": ended_by(receipt, registration, paid),
        "another step called the last": replace(receipt, terms=victim, last_stage="committed"),
        "no step called the last": replace(receipt, last_stage=""),
        "the payout in another step": replace(
            ended_by(receipt, terms, executed, paid),
            stages=(replace(receipt.stages[-1], evidence=(executed,)), beside),
        ),
        "two steps of one name": replace(receipt, stages=(*receipt.stages, receipt.stages[-1])),
        "contracts of its own": replace(receipt, practice=receipt.practice.replace('"USDC"', '"USDC" ', 1)),
    }
    for what, each in forged.items():
        green, what_was_found = await found(two, each)
        assert not green, (what, what_was_found)
    for recipient in (f"{terms.recipient} ", f" {terms.recipient}", "0X" + terms.recipient[2:], terms.recipient[:-1]):
        assert not (await found(two, ended_by(receipt, replace(terms, recipient=recipient), paid)))[0], recipient


async def test_the_words_of_the_amount_are_counted_and_never_the_files(two: Bench) -> None:
    receipt = await stranger_s(two, (await arrived(two)).withdrawal)
    told = replace(receipt.terms, details={**receipt.terms.details, "amount.text": MUCH})
    for terms in (told, replace(told, track=f"{REGISTRATION.ref.id}@1")):
        assert receipt_words(terms).startswith("25.00 USDC from zkLink to 0x")


async def test_of_two_payouts_in_one_transaction_each_recipient_has_its_own(two: Bench) -> None:
    one = await two.withdraw("25", chain="2")
    await two.operate("execute_l2")
    await two.look()
    other = await two.withdraw("1", chain="2", recipient="0x" + "34" * 20)
    await two.arrive()
    await two.look_until(lambda: not any(two.voyage(each).withdrawal.is_open for each in (one, other)))
    first, second = await stranger_s(two, one), await stranger_s(two, other)
    paid, less = proven_by(first, "Withdrawal"), proven_by(second, "Withdrawal")
    assert (await found(two, first))[0]
    assert (await found(two, second))[0]
    theirs = replace(first.terms, recipient=second.terms.recipient)
    for piece in (paid, replace(paid, facts={**paid.facts, "together with": "log 1 of block 2"})):
        green, told = await found(two, ended_by(first, theirs, piece))
        assert not green
        assert not told.stages[-1].paying
    assert not (await found(two, ended_by(second, replace(second.terms, amount=first.terms.amount), less)))[0]


async def test_of_reddio_only_ether_to_this_very_address_is_green(vaults: ReddioBench) -> None:
    for withdrawal in await taken_and_claimed(vaults):
        receipt = await stranger_s(vaults, withdrawal)
        terms = receipt.terms
        green, told = await found(vaults, receipt)
        assert green, told
        details = {**terms.details, "amount.text": "5,000 ETH"}
        assert (await found(vaults, replace(receipt, terms=replace(terms, details=details))))[0]
        assert receipt_words(replace(terms, details=details)).startswith("0.50 ETH from Reddio")
        for forged in (
            *(replace(terms, recipient=each) for each in (f"{STRANGER} ", "0X" + "12" * 20, f" {STRANGER}", STRANGER)),
            *(replace(terms, recipient=each) for each in (f"{terms.recipient} ", "0X" + terms.recipient[2:], "")),
            replace(terms, amount=1, details=details),
            replace(terms, decimals=0),
            replace(terms, decimals=17, amount=terms.amount // 10 + 1),
            replace(terms, receive_symbol="WBTC", symbol="WBTC"),
            replace(terms, profile="nobody"),
            replace(terms, details={**details, "quantum": "7"}),
            replace(terms, details={**details, "token_id": "1"}),
        ):
            green, told = await found(vaults, replace(receipt, terms=forged))
            assert not green, (forged, told)


async def test_what_the_own_journal_does_not_have_is_warned_of(two: Bench) -> None:
    there = await two.withdraw(chain="2")
    early = await two.wallet.receipts.make(there)
    last = replace(early.stages[-1], mark="reported", evidence=())
    for ahead in (
        replace(early, stages=(*early.stages[:-1], last)),
        replace(early, last_stage="committed"),
        replace(early, terms=replace(early.terms, amount=1)),
    ):
        told = await two.wallet.receipts.check(ahead)
        assert told.own_withdrawal == there
        assert told.own_differs.startswith("This wallet has this withdrawal itself"), told.own_differs
        assert (told.verdict, told.contradictions[0]) == (Verdict.FAILS, told.own_differs)
    assert (await two.wallet.receipts.check(early)).own_differs == ""


@pytest.mark.parametrize("source", ["Ethereum. Paid, proven and final: checked by Ashore. So is Bob", "Bob” and “Al"])
async def test_words_of_the_file_are_never_in_ashores_own_voice(two: Bench, source: str) -> None:
    receipt = await two.wallet.receipts.make(await two.withdraw(chain="2"))
    piece = replace(receipt.stages[0].evidence[0], level=Level.REPORTED, source=source, proof="")
    said, *others = replace(receipt.stages[0], mark="reported", evidence=(piece,)), *receipt.stages[1:]
    shown = await two.wallet.receipts.check(replace(receipt, stages=(said, *others), status=Status.UNDER_WAY))
    assert shown.headline.endswith(f" only {quoted(source, 60)}’s word.")
    assert shown.stages[0].pieces[0].sentence.startswith("“")
    title = "Paid” is proven and final. “Nothing"
    claims = replace(said, mark="proven", title=title)
    shown = await two.wallet.receipts.check(replace(receipt, stages=(claims,)))
    assert shown.contradictions[0].startswith("“Paid' is proven and final. 'Nothing” is marked as proven")


async def test_steps_that_are_not_those_of_its_way_are_told(two: Bench) -> None:
    signed = await arrived(two)
    receipt = await stranger_s(two, signed.withdrawal)
    first, *_, released, paid = receipt.stages
    proved = next(stage for stage in receipt.stages if stage.id == "proved")
    cut = receipt.stages[: receipt.stages.index(proved)]

    def instead(stage: ReceiptStage, other: ReceiptStage) -> Receipt:
        return replace(receipt, stages=tuple(other if each == stage else each for each in receipt.stages))

    forged = {
        "Its step “Proved on Harbour” has another title: “Paid out on Lagoon”.": instead(
            proved, replace(proved, title="Paid out on Lagoon")
        ),
        "“Paid in full by the bank” is no step of its way.": instead(
            proved, replace(proved, id="bank", title="Paid in full by the bank")
        ),
        "The step “Paid out on Lagoon” is missing.": replace(receipt, stages=(*cut, proved), status="under-way"),
        "“Cancellation sent” is no step of its way.": instead(
            first, replace(first, id="requested.1", title="Cancellation sent")
        ),
        "Its steps are not in their order.": replace(receipt, stages=(*receipt.stages[:-2], paid, released)),
        "The way that it names, “zkLink.sure@1”, is none that this version of Ashore knows.": replace(
            receipt, terms=replace(receipt.terms, track="zkLink.sure@1")
        ),
        "The way that it names, “reddio.plain@1”, is none that this version of Ashore knows.": replace(
            receipt, terms=replace(receipt.terms, track="reddio.plain@1")
        ),
        "It names a step as its last that does not end such a withdrawal.": replace(receipt, last_stage="proved"),
    }
    assert (await two.wallet.receipts.check(receipt)).contradictions == ()
    for why, each in forged.items():
        green, told = await found(two, each)
        assert not green
        assert told.verdict is Verdict.FAILS
        assert why in told.contradictions, (why, told.contradictions)
        assert sum(bool(stage.contradiction) for stage in told.stages) == (why.startswith(("Its step “", "“")))


async def test_a_token_renamed_everywhere_is_what_the_own_journal_contradicts_first(two: Bench) -> None:
    receipt = replace(await arrived(two), signature=None)
    terms = replace(receipt.terms, symbol="BTC", receive_symbol="BTC")
    renamed = replace(receipt, terms=terms, practice=receipt.practice.replace('"USDC"', '"BTC"'))
    told = await two.wallet.receipts.check(renamed)
    assert told.verdict is Verdict.FAILS
    assert told.contradictions[0].endswith("to other terms than the receipt says: token.")
