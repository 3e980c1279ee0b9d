"""A claim: the L1 transaction that has owed money paid out to its owner, from whichever account has ether for gas.

What is the same in every system; each one's `PayingContract` knows the call itself. Source: EIP-1559 for the fees.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ashore.domain.amounts import format_units
from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import LAST_STAGE, SAID_BY
from ashore.ethereum.fees import Fees
from ashore.ethereum.quorum import Quorum
from ashore.keys.reading import Reading
from ashore.systems.base import (
    Action,
    Draft,
    Offer,
    Payer,
    Plan,
    Problem,
    ReviewLine,
    Severity,
    Source,
    Unclaimed,
)
from ashore.systems.claiming.contract import PayingContract
from ashore.systems.claiming.gas import tried
from ashore.systems.claiming.paying import (
    ELSEWHERE,
    Call,
    PaidQuote,
    PayerOffer,
    Price,
    fees_and_payers,
    judge_price,
    signing_request,
    transaction_details,
    transaction_lines,
    transaction_of,
)
from ashore.systems.claiming.track import CLAIMED

LAST_WORD = "Once a block has taken it, it cannot be undone."

PAYS = "claim.pays"
"""Detail of a claim: what the payout is made of, in words."""

LONGEST_NAME = 16
"""Characters of what is claimed that stand on a button."""


@dataclass(frozen=True, slots=True)
class ClaimOffer(Offer):
    """What a claim would cost now, and what it pays.

    `refused` says why the contract would not take the call, None where it would; `pays` in words what the payout is
    made of. `under_way` is the withdrawal id of a claim of the same money that has not ended.
    """

    owed: Unclaimed
    payers: tuple[PayerOffer, ...]
    fees: Fees
    gas: int
    gas_symbol: str
    refused: Problem | None = None
    pays: tuple[str, ...] = ()
    under_way: str = ""
    likely: int = 0
    """What the endpoints estimate it to take, before any room; at least what it will."""


@dataclass(frozen=True, slots=True)
class ClaimQuote(PaidQuote):
    """A judged claim, and who pays for it."""

    @property
    def action(self) -> Action:
        """It claims."""
        return Action.CLAIM


async def open_claim(
    contract: PayingContract, quorum: Quorum, owed: Unclaimed, payers: Sequence[Payer], now: int
) -> ClaimOffer:
    """Read what a claim costs and who can pay it. `now` in UTC milliseconds.

    Raises AshoreError where endpoints do not agree, or nobody tells what gas costs.
    """
    fees, offered = await fees_and_payers(quorum, payers)
    sender = next((each.address for each in offered if each.free), owed.owner)
    call = {"from": sender, "to": owed.contract, "data": owed.calldata}
    trial = await tried(quorum, call, most=contract.most_gas(owed))
    refused = None if trial.refusal is None else contract.refusal_of(owed, trial.refusal)
    gas_symbol = contract.gas_symbol(owed.chain)
    source, likely = Source(owed.profile), trial.likely
    return ClaimOffer(source, now, owed, offered, fees, trial.gas, gas_symbol, refused, likely=likely)


def judge_claim(offer: ClaimOffer, draft: Draft) -> ClaimQuote:
    """Judge a draft with the fields `payer` (the account's index) and `max_fee` (gwei; empty for the usual)."""
    problems: dict[str, Problem] = {}
    owed = offer.owed
    if offer.under_way:
        problems["claim"] = Problem(
            "It is being claimed already.", "Follow that claim, speed it up, or wait until it has ended."
        )
    elif offer.refused is not None:
        problems["claim"] = offer.refused
    price = Price(offer.payers, offer.fees, offer.gas, offer.likely, owed.chain, offer.gas_symbol, ELSEWHERE)
    paid = judge_price(price, draft, problems)
    return ClaimQuote(
        offer=offer,
        draft=draft,
        problems=problems,
        legs=paid.legs,
        receive=amount_text(owed),
        destination=owed.chain,
        usually="It is done as soon as a block takes it, and irreversible when that block is finalized.",
        payer=paid.payer,
        max_fee=paid.max_fee,
        estimate=paid.estimate,
    )


def amount_text(owed: Unclaimed) -> str:
    """What is paid out, with its unit; a single token by its name."""
    if owed.single:
        return owed.symbol
    return f"{format_units(owed.amount, owed.decimals, least_fraction=2)} {owed.symbol}"


def _short(text: str) -> str:
    """What a button can hold: a token's number may have 78 digits, which the review shows in full."""
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 5]}…{text[-4:]}"


def claim_plan(contract: PayingContract, quote: ClaimQuote) -> Plan:
    """Decide the transaction that would be signed. Raises AshoreError where the quote is not ready."""
    offer, payer = quote.offer, quote.payer
    assert isinstance(offer, ClaimOffer)
    if not quote.ready or payer is None or quote.max_fee is None:
        raise AshoreError("The claim is not ready yet.", "Correct what is marked. Nothing was signed.")
    owed = offer.owed
    if not owed.amount:
        raise AshoreError("Nothing that the token can express waits here.", "Nothing was signed.")
    call = Call(owed.evm_chain_id, owed.contract, bytes.fromhex(owed.calldata[2:]), offer.gas)
    tx = transaction_of(call, payer, offer.fees, quote.max_fee)
    head = contract.head
    terms = Terms(
        system=head.system,
        network=head.network,
        profile=head.profile,
        track=str(head.track.ref),
        account=payer.address,
        symbol=owed.symbol,
        decimals=owed.decimals,
        amount=owed.amount,
        fee=0,
        recipient=owed.owner,
        destination=owed.chain,
        receive_symbol=owed.symbol,
        details={
            LAST_STAGE: CLAIMED,
            SAID_BY: f"An endpoint of {owed.chain}",
            "amount.text": amount_text(owed),
            **owed.details,
            "target_token": owed.name[-1],
            **transaction_details(tx, offer.gas_symbol, quote.estimate),
            PAYS: "; ".join(offer.pays),
        },
    )
    return Plan(
        profile=head.profile,
        kind=MoveKind.CLAIM,
        request=signing_request(tx, payer.index),
        terms=terms,
        confirm=f"Claim {_short(owed.symbol)}" if owed.single else f"Claim {amount_text(owed)} on {owed.chain}",
        warnings=tuple(str(p) for p in quote.problems.values() if p.severity is Severity.WARNS),
        last_word=LAST_WORD,
    )


def claim_lines(contract: PayingContract, plan: Plan, reading: Reading) -> tuple[ReviewLine, ...]:
    """What the signer read, in words: the call is decoded from the bytes that it read, not from the form."""
    read, pays = reading.fields, plan.terms.details.get(PAYS, "")
    chain = contract.chain_name(int(read["chainId"]))
    call = contract.payout(plan, bytes.fromhex(read["data"][2:]), chain)
    return (
        call.amount,
        *(() if call.token is None else (call.token,)),
        *((ReviewLine("What it pays", pays, "as Ashore tells your withdrawals apart", reckoned=True),) if pays else ()),
        call.owner,
        *transaction_lines(plan, reading, chain, contract.gas_symbol(chain), call.function),
    )
