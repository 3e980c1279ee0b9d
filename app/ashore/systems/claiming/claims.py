"""A claim: the L1 transaction that has owed money paid out to its owner, from whichever account has ether for gas.

What is the same in every system; each one's `PayingContract` knows the call itself. Source: EIP-1559 for the fees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ashore.domain.addresses import checksum
from ashore.domain.amounts import format_units
from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.domain.moves import MoveKind, SignedMove
from ashore.domain.withdrawal import GAS_MOST, LAST_STAGE, SAID_BY
from ashore.ethereum.fees import Fees, fees_at
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.transactions import UnsignedTransaction, raw_transaction, transaction_hash
from ashore.ethereum.wire import hexed
from ashore.keys.reading import Reading
from ashore.keys.transactions import TRANSACTION_KIND
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
    SigningRequest,
    Source,
    Unclaimed,
)
from ashore.systems.claiming.contract import PayingContract
from ashore.systems.claiming.gas import GAS_SYMBOL, ceiling, gas_words, tried
from ashore.systems.claiming.track import CLAIMED

LAST_WORD = "Once a block has taken it, it cannot be undone."

ELSEWHERE = "Any other account may send the call, from any wallet: you find it below."

PAYS = "claim.pays"
"""Detail of a claim: what the payout is made of, in words."""

LONGEST_NAME = 16
"""Characters of what is claimed that stand on a button."""

MOST_NUMBERS = 16
"""Transactions of one account that may wait at once; nodes keep no more of an account for sure."""


@dataclass(frozen=True, slots=True)
class PayerOffer:
    """An account that could pay the gas: its ether in wei, proven; and the number of its next transaction.

    `reserved` is how much of the ether, in wei, its own waiting transactions may still take; `ahead` counts those that
    come before.
    """

    index: int
    address: str
    label: str
    balance: int
    nonce: int
    reserved: int = 0
    ahead: int = 0

    @property
    def free(self) -> int:
        """Ether that nothing else may still take, in wei."""
        return max(0, self.balance - self.reserved)


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
class ClaimQuote(Quote):
    """A judged claim: who pays, and at most how much (wei for each unit of gas)."""

    payer: PayerOffer | None
    max_fee: int | None

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


async def fees_and_payers(quorum: Quorum, payers: Sequence[Payer]) -> tuple[Fees, tuple[PayerOffer, ...]]:
    """What gas costs, and what each payer has for it, as of one and the same header. Raises AshoreError."""
    header = (await quorum.header_at("latest")).required()
    fees = await fees_at(quorum, header)
    offered = []
    for payer in payers:
        account = (await quorum.storage_at(payer.address, (), header)).facts
        offered.append(payer_offer(payer, account.balance, account.nonce))
    return fees, tuple(offered)


def payer_offer(payer: Payer, balance: int, proven_nonce: int) -> PayerOffer:
    """The first number that neither the chain nor an own waiting transaction has used, and what those may take."""
    waiting = {nonce: most for nonce, most in payer.waiting if nonce >= proven_nonce}
    nonce = proven_nonce
    while nonce in waiting:
        nonce += 1
    return PayerOffer(
        payer.index, payer.address, payer.label, balance, nonce, sum(waiting.values()), nonce - proven_nonce
    )


def judge_claim(offer: ClaimOffer, draft: Draft) -> ClaimQuote:
    """Judge a draft with the fields `payer` (the account's index) and `max_fee` (gwei; empty for the usual)."""
    problems: dict[str, Problem] = {}
    owed, fees, gas_symbol = offer.owed, offer.fees, offer.gas_symbol
    if offer.under_way:
        problems["claim"] = Problem(
            "This money is being claimed already.", "Follow that claim, speed it up, or wait until it has ended."
        )
    elif offer.refused is not None:
        problems["claim"] = offer.refused
    max_fee = ceiling(draft.text("max_fee"), fees, problems, offer.gas, gas_symbol)
    payer = next((each for each in offer.payers if str(each.index) == draft.text("payer")), None)
    most = offer.gas * (max_fee or fees.max_fee)
    if payer is None:
        problems["payer"] = Problem("No account here can pay the gas.", ELSEWHERE)
    elif (told := payer_problem(payer, most, owed.chain, gas_symbol)) is not None:
        problems["payer"] = told
    likely = offer.likely or offer.gas
    expected = likely * min(fees.expected, max_fee or fees.expected)
    legs: tuple[Leg, ...] = ()
    if offer.gas:
        legs = (
            Leg(
                "Gas, probably",
                gas_words(expected, gas_symbol),
                f"{likely:,} units or fewer, from the account you choose",
            ),
            Leg("At most", gas_words(most, gas_symbol), f"a limit of {offer.gas:,} units, at the highest price"),
        )
    return ClaimQuote(
        offer=offer,
        draft=draft,
        problems=problems,
        legs=legs,
        receive=amount_text(owed),
        destination=owed.chain,
        usually="It is done as soon as a block takes it, and irreversible when that block is finalized.",
        payer=payer,
        max_fee=max_fee,
    )


def payer_problem(payer: PayerOffer, most: int, chain: str, gas_symbol: str) -> Problem | None:
    """What is wrong with letting this account pay; what is worth knowing about it."""
    if payer.ahead >= MOST_NUMBERS:
        return Problem(
            f"{payer.ahead} transactions of {payer.label} wait on {chain} already.",
            "Wait until a block has taken some, or choose another account.",
        )
    if payer.free < most:
        has, needs = gas_words(payer.free, gas_symbol, up=False), gas_words(most, gas_symbol)
        kept = " beside what its waiting transactions may cost" if payer.reserved else ""
        return Problem(
            f"{payer.label} has {has} on {chain}{kept}, and the gas may cost {needs}.",
            f"Choose another account. {ELSEWHERE}",
        )
    if payer.ahead:
        before = "a transaction" if payer.ahead == 1 else f"{payer.ahead} transactions"
        return Problem(
            f"It waits its turn: {before} of {payer.label} on {chain} has to be in a block first.",
            "Choose another account if this one is in a hurry.",
            Severity.NOTES,
        )
    return None


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
    tx = UnsignedTransaction(
        chain_id=owed.evm_chain_id,
        nonce=payer.nonce,
        tip=min(offer.fees.tip, quote.max_fee),
        max_fee=quote.max_fee,
        gas=offer.gas,
        to=bytes.fromhex(owed.contract[2:]),
        value=0,
        data=bytes.fromhex(owed.calldata[2:]),
    )
    terms = Terms(
        system=contract.system,
        network=contract.network,
        profile=contract.profile,
        track=str(contract.track.ref),
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
            "nonce": str(tx.nonce),
            GAS_MOST: str(tx.most),
            GAS_SYMBOL: offer.gas_symbol,
            PAYS: "; ".join(offer.pays),
        },
    )
    return Plan(
        profile=contract.profile,
        kind=MoveKind.CLAIM,
        request=SigningRequest(TRANSACTION_KIND, {"unsigned": hexed(tx.encoded())}, payer.index, expected_of(tx)),
        terms=terms,
        confirm=f"Claim {_short(owed.symbol)}" if owed.single else f"Claim {amount_text(owed)} on {owed.chain}",
        warnings=tuple(str(p) for p in quote.problems.values() if p.severity is Severity.WARNS),
        last_word=LAST_WORD,
    )


def expected_of(tx: UnsignedTransaction) -> dict[str, str]:
    """Every field as the signer has to read it."""
    return {
        "chainId": str(tx.chain_id),
        "nonce": str(tx.nonce),
        "maxPriorityFeePerGas": str(tx.tip),
        "maxFeePerGas": str(tx.max_fee),
        "gas": str(tx.gas),
        "value": str(tx.value),
        "to": hexed(tx.to),
        "data": hexed(tx.data),
    }


def claim_lines(contract: PayingContract, plan: Plan, reading: Reading) -> tuple[ReviewLine, ...]:
    """What the signer read, in words: the call is decoded from the bytes that it read, not from the form."""
    read, pays = reading.fields, plan.terms.details.get(PAYS, "")
    chain = contract.chain_name(int(read["chainId"]))
    call = contract.payout(plan, bytes.fromhex(read["data"][2:]), chain)
    most = int(read["gas"]) * int(read["maxFeePerGas"])

    def signed(*names: str) -> tuple[tuple[str, str], ...]:
        return tuple((name, read[name]) for name in names)

    return (
        call.amount,
        *(() if call.token is None else (call.token,)),
        *((ReviewLine("What it pays", pays, "as Ashore tells your withdrawals apart", reckoned=True),) if pays else ()),
        call.owner,
        ReviewLine("Chain", chain, signed=signed("chainId")),
        ReviewLine(
            "Contract",
            checksum(bytes.fromhex(read["to"][2:])),
            f"its function {call.function}; no ether is sent along",
            monospace=True,
            signed=signed("value"),
        ),
        ReviewLine(
            "Gas, at most",
            gas_words(most, contract.gas_symbol(chain)),
            "what is not used is not paid",
            signed=signed("gas", "maxFeePerGas", "maxPriorityFeePerGas"),
        ),
        ReviewLine("Paid by", checksum(bytes.fromhex(plan.terms.account[2:])), "its key signs this", monospace=True),
        ReviewLine("Number of the transaction", read["nonce"], "its nonce", signed=signed("nonce")),
    )


def assemble_claim(plan: Plan, signed: Mapping[str, object], move_id: str) -> SignedMove:
    """The raw transaction as it is sent. Raises AshoreError where the signer's answer is none."""
    raw = raw_transaction(signed.get("transaction"))
    return SignedMove(
        id=move_id,
        kind=plan.kind,
        profile=plan.profile,
        locator=transaction_hash(raw),
        payload=hexed(raw),
        scope=f"{plan.terms.destination}/{plan.terms.account}",
        nonce=int(plan.terms.details["nonce"]),
    )
