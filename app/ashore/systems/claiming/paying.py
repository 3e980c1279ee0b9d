"""Who pays for a transaction, and at most how much: the same for a claim, a registration, and what replaces them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ashore.domain.addresses import checksum
from ashore.domain.moves import SignedMove
from ashore.domain.withdrawal import GAS_MOST
from ashore.ethereum.fees import Fees, fees_at
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.transactions import UnsignedTransaction, raw_transaction, transaction_hash
from ashore.ethereum.wire import hexed
from ashore.keys.reading import Reading
from ashore.keys.transactions import TRANSACTION_KIND
from ashore.systems.base import Draft, Leg, Payer, Plan, Problem, Quote, ReviewLine, Severity, SigningRequest
from ashore.systems.claiming.gas import GAS_SYMBOL, ceiling, gas_legs, gas_words, likely_details, likely_lines

ELSEWHERE = "Any other account may send the call, from any wallet: you find it below."

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
class Price:
    """What a call costs now: `gas` is its limit, `likely` what the endpoints estimate; `no_payer` what to do where no
    account can pay it."""

    payers: tuple[PayerOffer, ...]
    fees: Fees
    gas: int
    likely: int
    chain: str
    gas_symbol: str
    no_payer: str


@dataclass(frozen=True, slots=True)
class Paid:
    """Who pays, at most how much (wei for each unit of gas), both in words, and the estimate as details."""

    payer: PayerOffer | None
    max_fee: int | None
    legs: tuple[Leg, ...]
    estimate: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a contract (lower-case hex), and its limit of gas."""

    evm_chain_id: int
    contract: str
    data: bytes
    gas: int


@dataclass(frozen=True, slots=True)
class PaidQuote(Quote):
    """A judged call of a contract: who pays, and at most how much (wei for each unit of gas)."""

    payer: PayerOffer | None
    max_fee: int | None
    estimate: Mapping[str, str] = field(default_factory=dict)
    """What it probably takes, as details (see `likely_details`)."""


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


def judge_price(price: Price, draft: Draft, problems: dict[str, Problem]) -> Paid:
    """Judge the fields `payer` (the account's index) and `max_fee` (gwei; empty for the usual)."""
    fees, gas, symbol = price.fees, price.gas, price.gas_symbol
    max_fee = ceiling(draft.text("max_fee"), fees, problems, gas, symbol)
    payer = next((each for each in price.payers if str(each.index) == draft.text("payer")), None)
    most = gas * (max_fee or fees.max_fee)
    if payer is None:
        problems["payer"] = Problem("No account here can pay the gas.", price.no_payer)
    elif (told := _payer_problem(payer, most, price)) is not None:
        problems["payer"] = told
    likely, highest = price.likely or gas, max_fee or fees.max_fee
    prices = min(fees.expected, highest), highest
    legs = gas_legs(gas, likely, prices, symbol, "the account you choose")
    return Paid(payer, max_fee, legs, likely_details(likely, likely * prices[0]))


def _payer_problem(payer: PayerOffer, most: int, price: Price) -> Problem | None:
    """What is wrong with letting this account pay up to `most` wei; what is worth knowing about it."""
    chain, gas_symbol = price.chain, price.gas_symbol
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
            f"Choose another account. {price.no_payer}".strip(),
        )
    if payer.ahead:
        before = "a transaction" if payer.ahead == 1 else f"{payer.ahead} transactions"
        return Problem(
            f"It waits its turn: {before} of {payer.label} on {chain} has to be in a block first.",
            "Choose another account if this one is in a hurry.",
            Severity.NOTES,
        )
    return None


def transaction_of(call: Call, payer: PayerOffer, fees: Fees, max_fee: int) -> UnsignedTransaction:
    """The transaction that makes a call and sends no ether along; `max_fee` in wei for each unit of gas."""
    return UnsignedTransaction(
        chain_id=call.evm_chain_id,
        nonce=payer.nonce,
        tip=min(fees.tip, max_fee),
        max_fee=max_fee,
        gas=call.gas,
        to=bytes.fromhex(call.contract[2:]),
        value=0,
        data=call.data,
    )


def transaction_details(tx: UnsignedTransaction, gas_symbol: str, estimate: Mapping[str, str]) -> dict[str, str]:
    """What the terms keep of a transaction: its number, the most it may cost in wei, and what it probably takes."""
    return {"nonce": str(tx.nonce), GAS_MOST: str(tx.most), GAS_SYMBOL: gas_symbol, **estimate}


def signing_request(tx: UnsignedTransaction, payer: int) -> SigningRequest:
    """What the signer is asked for: the account at that place signs this very transaction."""
    return SigningRequest(TRANSACTION_KIND, {"unsigned": hexed(tx.encoded())}, payer, _expected_of(tx))


def _expected_of(tx: UnsignedTransaction) -> dict[str, str]:
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


def transaction_lines(
    plan: Plan, reading: Reading, chain: str, gas_symbol: str, function: str
) -> tuple[ReviewLine, ...]:
    """What the signer read of a call of a contract's `function`, but for what the call itself says."""
    read = reading.fields
    most = int(read["gas"]) * int(read["maxFeePerGas"])

    def signed(*names: str) -> tuple[tuple[str, str], ...]:
        return tuple((name, read[name]) for name in names)

    return (
        ReviewLine("Chain", chain, signed=signed("chainId")),
        ReviewLine(
            "Contract",
            checksum(bytes.fromhex(read["to"][2:])),
            f"its function {function}; no ether is sent along",
            monospace=True,
            signed=signed("value"),
        ),
        ReviewLine(
            "Gas, at most",
            gas_words(most, gas_symbol),
            "what is not used is not paid",
            signed=signed("gas", "maxFeePerGas", "maxPriorityFeePerGas"),
        ),
        *likely_lines(plan.terms.details, gas_symbol),
        ReviewLine("Paid by", checksum(bytes.fromhex(plan.terms.account[2:])), "its key signs this", monospace=True),
        ReviewLine("Number of the transaction", read["nonce"], "its nonce", signed=signed("nonce")),
    )


def assemble_transaction(plan: Plan, signed: Mapping[str, object], move_id: str) -> SignedMove:
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
