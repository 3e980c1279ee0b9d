"""A claim: the L1 transaction that has owed money paid out to its owner, from whichever account has ether for gas.

Source: zkLinkProtocol/zklink-contracts `withdrawPendingBalance`; EIP-1559 for the fees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ashore.domain.addresses import checksum
from ashore.domain.amounts import AmountError, display_units, format_units, parse_amount
from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.domain.moves import MoveKind, SignedMove
from ashore.domain.withdrawal import LAST_STAGE, SAID_BY
from ashore.ethereum.errors import BadAnswer
from ashore.ethereum.fees import Fees, fees_at
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.transactions import UnsignedTransaction, raw_transaction, transaction_hash
from ashore.ethereum.wire import hexed, quantity
from ashore.keys.reading import Reading
from ashore.keys.transactions import TRANSACTION_KIND
from ashore.net.errors import RpcError
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
from ashore.systems.zklink.codec.l1.calls import decode_claim
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.system.tracks import CLAIM, CLAIMED

WEI_DECIMALS, GWEI_DECIMALS = 18, 9
GAS_ROOM = 6, 5
"""The gas limit is six fifths of the estimate."""
LEAST_GAS, MOST_GAS = 90_000, 400_000
"""Claims take 48,000 to 72,000 units; no endpoint's answer can set a limit below or above these."""

GAS_MOST, GAS_SYMBOL = "gas.most", "gas.symbol"
"""Details of a claim: the most that its gas can cost, in wei, and what that is paid in."""
MOST_GWEI = 10_000 * 10**9


@dataclass(frozen=True, slots=True)
class PayerOffer:
    """An account that could pay the gas: its ether in wei, and the number of its next transaction, both proven."""

    index: int
    address: str
    label: str
    balance: int
    nonce: int


@dataclass(frozen=True, slots=True)
class ClaimOffer(Offer):
    """What a claim would cost now. `refused` is what the contract says to the call, empty where it would take it."""

    owed: Unclaimed
    payers: tuple[PayerOffer, ...]
    fees: Fees
    gas: int
    gas_symbol: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class ClaimQuote(Quote):
    """A judged claim: who pays, and at most how much (wei for each unit of gas)."""

    payer: PayerOffer | None
    max_fee: int | None

    @property
    def action(self) -> Action:
        """It claims."""
        return Action.CLAIM


async def open_claim(quorum: Quorum, owed: Unclaimed, payers: Sequence[Payer], gas_symbol: str, now: int) -> ClaimOffer:
    """Read what a claim costs and who can pay it. `gas_symbol` is what gas is paid in, `now` in UTC milliseconds.

    Raises AshoreError where endpoints do not agree, or nobody tells what gas costs.
    """
    header = (await quorum.header_at("latest")).required()
    fees = await fees_at(quorum, header)
    offered = []
    for payer in payers:
        account = (await quorum.storage_at(payer.address, (), header)).facts
        offered.append(PayerOffer(payer.index, payer.address, payer.label, account.balance, account.nonce))
    sender = next((each.address for each in offered if each.balance), owed.owner)
    gas, refused = await _tried(quorum, owed, sender)
    return ClaimOffer(Source(owed.profile), now, owed, tuple(offered), fees, gas, gas_symbol, refused)


async def _tried(quorum: Quorum, owed: Unclaimed, sender: str) -> tuple[int, str]:
    """The gas limit that the call needs, or why the contract refuses it. Nothing is sent.

    The greatest of plausible answers counts, for too little burns the gas: it takes an endpoint that lies upwards to
    raise the limit, and what is not used is not paid. Raises AshoreError where endpoints differ on whether it works.
    """
    call = {"from": sender, "to": owed.contract, "data": owed.calldata}
    told = []
    for answer in (await quorum.ask_each("eth_estimateGas", [call])).values():
        try:
            told.append(quantity(answer, "an amount of gas"))
        except BadAnswer:
            continue
    plausible = [gas for gas in told if gas <= MOST_GAS]
    if len(plausible) >= quorum.k:
        return max(LEAST_GAS, min(MOST_GAS, max(plausible) * GAS_ROOM[0] // GAS_ROOM[1])), ""
    try:
        await quorum.get("eth_call", [call, "latest"])
    except RpcError as refusal:
        return 0, refusal.sentence
    raise AshoreError("The endpoints do not agree on how much gas it takes.", "Try again in a moment.")


def judge_claim(offer: ClaimOffer, draft: Draft) -> ClaimQuote:
    """Judge a draft with the fields `payer` (the account's index) and `max_fee` (gwei; empty for the usual)."""
    problems: dict[str, Problem] = {}
    owed, fees, gas_symbol = offer.owed, offer.fees, offer.gas_symbol
    if offer.refused:
        problems["claim"] = Problem("The contract would refuse this call now.", offer.refused)
    max_fee = _max_fee(draft.text("max_fee"), fees, problems)
    payer = next((each for each in offer.payers if str(each.index) == draft.text("payer")), None)
    most = offer.gas * (max_fee or fees.max_fee)
    if payer is None:
        problems["payer"] = Problem("No account here can pay the gas.", "Send the call from any other wallet.")
    elif payer.balance < most:
        has = gas_words(payer.balance, gas_symbol, up=False)
        needs = gas_words(most, gas_symbol)
        problems["payer"] = Problem(
            f"{payer.label} has {has} on {owed.chain}, and the gas may cost {needs}.",
            "Choose another account, or send the call from any other wallet.",
        )
    expected = offer.gas * min(fees.expected, max_fee or fees.expected)
    legs = (
        Leg("Gas, probably", gas_words(expected, gas_symbol), "paid by the account you choose"),
        Leg("At most", gas_words(most, gas_symbol), f"{offer.gas:,} units of gas"),
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


def _max_fee(text: str, fees: Fees, problems: dict[str, Problem]) -> int | None:
    """The ceiling in wei for each unit of gas."""
    if not text.strip():
        return fees.max_fee
    try:
        wei = parse_amount(text, GWEI_DECIMALS)
    except AmountError as error:
        problems["max_fee"] = Problem(error.sentence, error.advice)
        return None
    least = fees.base + 1
    if wei < least:
        now = format_units(least, GWEI_DECIMALS)
        problems["max_fee"] = Problem(f"No block would take it: gas costs {now} gwei now.", "Raise it.")
        return None
    if wei > max(MOST_GWEI, 100 * fees.max_fee):
        problems["max_fee"] = Problem("That is far more than gas ever costs.", "Leave it empty for the usual price.")
        return None
    if wei < fees.base * 9 // 8:
        problems["max_fee"] = Problem(
            "It may wait long: the price rises by up to an eighth with each full block.", severity=Severity.WARNS
        )
    return wei


def gas_words(wei: int, symbol: str, *, up: bool = True) -> str:
    """An amount of ether in three digits that count, rounded up for a cost, and down for what somebody has."""
    step = 10 ** max(0, len(str(wei)) - 3)
    shown = -(-wei // step) * step if up else wei // step * step
    return f"{display_units(shown, WEI_DECIMALS)} {symbol}"


def amount_text(owed: Unclaimed) -> str:
    """What is paid out, with its unit."""
    return f"{format_units(owed.amount, owed.decimals, least_fraction=2)} {owed.symbol}"


def claim_plan(deployment: Deployment, quote: ClaimQuote) -> Plan:
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
    expect = {
        "chainId": str(tx.chain_id),
        "nonce": str(tx.nonce),
        "maxPriorityFeePerGas": str(tx.tip),
        "maxFeePerGas": str(tx.max_fee),
        "gas": str(tx.gas),
        "value": "0",
        "to": owed.contract,
        "data": owed.calldata,
    }
    terms = Terms(
        system="zkLink",
        network=deployment.network,
        profile=deployment.id,
        track=str(CLAIM.ref),
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
            "target_token": str(owed.token_id),
            "nonce": str(tx.nonce),
            GAS_MOST: str(tx.most),
            GAS_SYMBOL: deployment.chain_named(owed.chain).gas_symbol,
        },
    )
    return Plan(
        profile=deployment.id,
        kind=MoveKind.CLAIM,
        request=SigningRequest(TRANSACTION_KIND, {"unsigned": hexed(tx.encoded())}, payer.index, expect),
        terms=terms,
        confirm=f"Claim {amount_text(owed)} on {owed.chain}",
        warnings=tuple(str(p) for p in quote.problems.values() if p.severity is Severity.WARNS),
    )


def claim_lines(deployment: Deployment, plan: Plan, reading: Reading) -> tuple[ReviewLine, ...]:
    """What the signer read, in words: the call is decoded from the bytes that it read, not from the form."""
    read = reading.fields
    claim = decode_claim(bytes.fromhex(read["data"][2:]))
    chain = next(each for each in deployment.chains.values() if str(each.evm_chain_id) == read["chainId"])
    token = deployment.tokens[claim.token_id]
    paid = f"{display_units(claim.amount, token.decimals[chain.id])} {token.symbol}"
    most = int(read["gas"]) * int(read["maxFeePerGas"])

    def signed(*names: str) -> tuple[tuple[str, str], ...]:
        return tuple((name, read[name]) for name in names)

    return (
        ReviewLine("Amount", paid, f"paid out on {chain.name} by zkLink’s contract"),
        ReviewLine("Goes to", checksum(claim.owner), "its owner, whoever sends this", monospace=True),
        ReviewLine("Chain", chain.name, signed=signed("chainId")),
        ReviewLine(
            "Contract",
            checksum(bytes.fromhex(read["to"][2:])),
            "its function withdrawPendingBalance; no ether is sent along",
            monospace=True,
            signed=signed("value"),
        ),
        ReviewLine(
            "Gas, at most",
            gas_words(most, chain.gas_symbol),
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
