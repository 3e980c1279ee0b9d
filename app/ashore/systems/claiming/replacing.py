"""Another transaction in the place of one that waits: the same call at a higher price, or nothing at all.

What waits is a claim or a registration. Both carry its own number, so that the chain takes one of them and never two.
Source: EIP-1559; the pools' rule for replacements (go-ethereum, `core/txpool`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ashore.domain.addresses import checksum
from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import GAS_MOST, PRICED_OUT, Withdrawal
from ashore.ethereum.fees import Fees, fees_at, least_to_replace
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.transactions import UnsignedTransaction, raw_transaction
from ashore.ethereum.wire import hexed
from ashore.keys.reading import Reading
from ashore.systems.base import (
    Action,
    Draft,
    Leg,
    Offer,
    Payer,
    Plan,
    Problem,
    Quote,
    ReviewLine,
    Severity,
    Source,
)
from ashore.systems.claiming.contract import PayingContract
from ashore.systems.claiming.gas import (
    GAS_PRICE,
    MOST_GAS,
    bounded,
    ceiling,
    gas_legs,
    gas_most,
    gas_words,
    gwei_words,
    likely_details,
    likely_lines,
    tried,
)
from ashore.systems.claiming.paying import signing_request

LEAST_TRANSFER_GAS = 21_000
REPLACES = "replaces"
"""Detail of what is planned in the place of another transaction: the kind of that one."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How a person speaks of what waits, by `noun` or as a `whole` with its `{amount}`; that only one takes effect.

    `first_wins` is said of a speed-up, `may_lose` of a cancellation, and `refused` where the contract would not take
    the call any more.
    """

    noun: str
    whole: str
    first_wins: str
    may_lose: str
    refused: Problem


_CHEAPER = "Cancelling costs less than a call without effect."
WAITING = {
    MoveKind.CLAIM: Waiting(
        "claim",
        "the claim of {amount}",
        "A block takes only one of them, whichever comes first; nothing can be paid out twice.",
        "It may lose the race: if a block takes the claim first, it is paid out all the same.",
        Problem(
            "The contract would not carry the claim out any more.",
            f"Somebody may have had it paid out. {_CHEAPER}",
        ),
    ),
    MoveKind.REGISTER: Waiting(
        "registration",
        "the registration",
        "A block takes only one of them, whichever comes first.",
        "It may lose the race: if a block takes the registration first, the key is registered all the same.",
        Problem(
            "The contract would not carry the registration out any more.",
            f"The key may be registered already. {_CHEAPER}",
        ),
    ),
}
"""What can be replaced, by the kind of the move that waits."""


def waiting(state: Withdrawal) -> Waiting:
    """How a person speaks of what waits there."""
    kind = state.request.kind if state.request is not None else MoveKind.CLAIM
    return WAITING.get(kind, WAITING[MoveKind.CLAIM])


@dataclass(frozen=True, slots=True)
class ReplacementOffer(Offer):
    """What takes the place of a waiting transaction, and what that costs.

    `outbid` has the highest prices that its transactions offered so far; `balance` is the payer's ether in wei, without
    what other waiting transactions may take; `refused` says that the contract would not take the call now.
    """

    state: Withdrawal
    cancel: bool
    outbid: UnsignedTransaction
    payer: Payer
    balance: int
    fees: Fees
    gas: int
    gas_symbol: str
    refused: bool = False
    likely: int = 0
    """What the endpoints estimate it to take; at least what it will."""

    @property
    def tip(self) -> int:
        """The tip that all pools take in its place, or the usual one where that is higher."""
        return max(least_to_replace(self.outbid.tip), self.fees.tip)

    @property
    def least_fee(self) -> int:
        """The lowest highest price that all pools take in its place."""
        return max(least_to_replace(self.outbid.max_fee), self.tip)

    @property
    def usual_fee(self) -> int:
        """The highest price that is offered where nobody names one."""
        return max(self.least_fee, 2 * self.fees.base + self.tip)


@dataclass(frozen=True, slots=True)
class ReplacementQuote(Quote):
    """A judged replacement; `max_fee` in wei for each unit of gas."""

    max_fee: int | None
    estimate: Mapping[str, str] = field(default_factory=dict)
    """What it probably takes, as details (see `likely_details`)."""

    @property
    def action(self) -> Action:
        """It replaces."""
        return Action.REPLACE


async def open_replacement(
    contract: PayingContract, quorum: Quorum, state: Withdrawal, payer: Payer, now: int, *, cancel: bool
) -> ReplacementOffer:
    """Read what a replacement costs now. `payer` is who pays already, `now` UTC milliseconds. Raises AshoreError."""
    if not state.may_be_replaced:
        raise AshoreError(f"This {waiting(state).noun} does not wait any more.", "Look at what is known of it.")
    rivals = [UnsignedTransaction.of_signed(raw_transaction(move.payload)) for move in state.rivals]
    first = rivals[0]
    header = (await quorum.header_at("latest")).required()
    fees = await fees_at(quorum, header)
    account = (await quorum.storage_at(payer.address, (), header)).facts
    if account.nonce > first.nonce:
        raise AshoreError(
            f"A block of {quorum.spec.name} has taken a transaction with this number.",
            "Wait a moment: Ashore is about to show which one.",
        )
    call = {"from": payer.address, "to": hexed(first.to), "data": hexed(first.data)}
    if cancel:
        call = {"from": payer.address, "to": payer.address}
    trial = await tried(quorum, call, LEAST_TRANSFER_GAS, max(MOST_GAS, first.gas))
    if cancel and trial.refusal is not None:
        raise AshoreError("The endpoints would not take a cancellation.", "Nothing was signed.")
    others = sum(most for nonce, most in payer.waiting if nonce != first.nonce)
    return ReplacementOffer(
        source=Source(state.terms.profile),
        opened_at=now,
        state=state,
        cancel=cancel,
        outbid=replace(first, tip=max(tx.tip for tx in rivals), max_fee=max(tx.max_fee for tx in rivals)),
        payer=payer,
        balance=max(0, account.balance - others),
        fees=fees,
        gas=trial.gas if cancel else first.gas,
        likely=min(trial.likely, first.gas),
        gas_symbol=contract.gas_symbol(state.terms.destination),
        refused=trial.refusal is not None,
    )


def judge_replacement(offer: ReplacementOffer, draft: Draft) -> ReplacementQuote:
    """Judge a draft with the field `max_fee` (gwei; empty for the usual)."""
    problems: dict[str, Problem] = {}
    terms, symbol, words = offer.state.terms, offer.gas_symbol, waiting(offer.state)
    if offer.refused:
        problems["claim"] = words.refused
    max_fee = _ceiling(offer, draft.text("max_fee"), problems)
    most = offer.gas * (max_fee or offer.usual_fee)
    if offer.balance < most:
        has, needs = gas_words(offer.balance, symbol, up=False), gas_words(most, symbol)
        problems["payer"] = Problem(
            f"{offer.payer.label} has {has} on {terms.destination} for this, and it may cost {needs}.",
            "Send some ether to it, or offer a lower price.",
        )
    likely = offer.likely or offer.gas
    highest = max_fee or offer.usual_fee
    prices = min(offer.fees.base + offer.tip, highest), highest
    legs = (
        *gas_legs(offer.gas, likely, prices, symbol, offer.payer.label),
        Leg("Until now, at most", gas_words(gas_most(offer.state), symbol), "for the one that waits"),
    )
    return ReplacementQuote(
        offer=offer,
        draft=draft,
        problems=problems,
        legs=legs,
        receive="nothing" if offer.cancel else terms.details["amount.text"],
        destination=terms.destination,
        usually=words.may_lose if offer.cancel else words.first_wins,
        max_fee=max_fee,
        estimate=likely_details(likely, likely * prices[0]),
    )


def _ceiling(offer: ReplacementOffer, text: str, problems: dict[str, Problem]) -> int | None:
    """The highest price in wei for each unit of gas; every pool has to take it in the place of the first."""
    gas, symbol = offer.gas, offer.gas_symbol
    if not text.strip():
        # What has to be outbid may have been absurd already.
        return bounded(offer.usual_fee, offer.fees, problems, gas, symbol)
    wei = ceiling(text, offer.fees, problems, gas, symbol)
    if wei is not None and wei < offer.least_fee:
        least, before = gwei_words(offer.least_fee), gwei_words(offer.outbid.max_fee)
        problems["max_fee"] = Problem(
            f"The one that waits offers {before}; endpoints let another take its place from {least} on.",
            f"Enter {least.removesuffix(' gwei')} or more.",
        )
        return None
    return wei


def replacement_plan(quote: ReplacementQuote) -> Plan:
    """Decide the transaction that would be signed. Raises AshoreError where the quote is not ready."""
    offer = quote.offer
    assert isinstance(offer, ReplacementOffer)
    if not quote.ready or quote.max_fee is None:
        raise AshoreError("This is not ready yet.", "Correct what is marked. Nothing was signed.")
    own = bytes.fromhex(offer.payer.address[2:])
    tx = replace(
        offer.outbid,
        tip=offer.tip,
        max_fee=quote.max_fee,
        gas=offer.gas,
        to=own if offer.cancel else offer.outbid.to,
        data=b"" if offer.cancel else offer.outbid.data,
    )
    before = gas_most(offer.state)
    words, first = waiting(offer.state), offer.state.request
    assert first is not None
    # The terms stay what they are; what it could cost until now stands beside what it can cost then.
    price = {GAS_MOST: str(before), GAS_PRICE: str(offer.outbid.max_fee)}
    details = {**offer.state.terms.details, **price, **quote.estimate}
    what = words.whole.format(amount=offer.state.terms.details["amount.text"])
    return Plan(
        profile=offer.state.terms.profile,
        kind=MoveKind.CANCEL if offer.cancel else MoveKind.REPLACE,
        request=signing_request(tx, offer.payer.index),
        terms=replace(offer.state.terms, details={**details, REPLACES: str(first.kind)}),
        confirm=f"Cancel {what}" if offer.cancel else f"Speed up {what}",
        warnings=tuple(str(p) for p in quote.problems.values() if p.severity is Severity.WARNS),
        withdrawal=offer.state.id,
        facts=((GAS_MOST, str(max(before, tx.most))), *quote.estimate.items(), (PRICED_OUT, "")),
        last_word=words.may_lose if offer.cancel else words.first_wins,
    )


def replacement_lines(
    contract: PayingContract, plan: Plan, reading: Reading, call: Callable[[Plan, Reading], tuple[ReviewLine, ...]]
) -> tuple[ReviewLine, ...]:
    """What the signer read, in words; `call` says it of the call that waits, where that is made again."""
    read, details = reading.fields, plan.terms.details
    noun = WAITING[MoveKind(details[REPLACES])].noun
    same_number = f"the {noun}’s own nonce: a block takes only one transaction with it"
    price = ReviewLine(
        "Price of gas, at most",
        gwei_words(int(read["maxFeePerGas"])),
        f"until now {gwei_words(int(details[GAS_PRICE]))}",
        signed=_signed(read, "maxFeePerGas", "maxPriorityFeePerGas"),
    )
    if plan.kind is not MoveKind.CANCEL:
        lines = [_beside(line, details, same_number) for line in call(plan, reading)]
        after = next(place for place, line in enumerate(lines, start=1) if line.label == _GAS)
        return (*lines[:after], price, *lines[after:])
    chain = contract.chain_name(int(read["chainId"]))
    most = gas_words(int(read["gas"]) * int(read["maxFeePerGas"]), contract.gas_symbol(chain))
    before = gas_words(int(details[GAS_MOST]), contract.gas_symbol(chain))
    uses_up = f"no ether is moved and nothing is called: it only uses the {noun}’s number up"
    return (
        ReviewLine("Does", "nothing", uses_up, signed=_signed(read, "value")),
        ReviewLine("Sent to", checksum(bytes.fromhex(read["to"][2:])), "the account itself", monospace=True),
        ReviewLine("Chain", chain, signed=_signed(read, "chainId")),
        ReviewLine(
            _GAS,
            most,
            f"what is not used is not paid; the {noun} may cost {before}",
            signed=_signed(read, "gas"),
        ),
        price,
        *likely_lines(details, contract.gas_symbol(chain)),
        ReviewLine("Paid by", checksum(bytes.fromhex(plan.terms.account[2:])), "its key signs this", monospace=True),
        ReviewLine("Number of the transaction", read["nonce"], same_number, signed=_signed(read, "nonce")),
    )


_GAS = "Gas, at most"


def _beside(line: ReviewLine, details: Mapping[str, str], same_number: str) -> ReviewLine:
    """A line of the call, with what is different now."""
    if line.label == "Number of the transaction":
        return replace(line, note=same_number)
    if line.label == _GAS:
        symbol = line.value.rpartition(" ")[2]
        before = gas_words(int(details[GAS_MOST]), symbol)
        signed = tuple((name, told) for name, told in line.signed if name == "gas")
        return replace(line, note=f"what is not used is not paid; until now {before}", signed=signed)
    return line


def _signed(read: Mapping[str, str], *names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, read[name]) for name in names)
