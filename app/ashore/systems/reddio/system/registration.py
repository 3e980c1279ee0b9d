"""Registering a Stark key: the transaction that ties it to an Ethereum address, for who wants the plain way.

Source: starkware-libs/starkex-contracts `Users.sol` (`registerEthAddress`): the Stark key signs the address, so that
anybody may send the call and nobody can have it registered for another. The contract computes on a curve for it, which
is why it takes some 1.5 million units of gas.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ashore.crypto.abi import decode_call, encode_call
from ashore.domain.addresses import checksum
from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.domain.moves import MoveKind
from ashore.domain.reverts import revert_reason
from ashore.domain.withdrawal import LAST_STAGE, SAID_BY
from ashore.ethereum.fees import Fees
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.transactions import UnsignedTransaction
from ashore.ethereum.wire import hexed
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
)
from ashore.systems.claiming.gas import tried
from ashore.systems.claiming.paying import (
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
from ashore.systems.reddio.codec import hex_of
from ashore.systems.reddio.codec.l1.calls import REGISTER_ETH_ADDRESS
from ashore.systems.reddio.codec.l1.refusals import revert_sentence
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.system.tracks import REGISTERED, REGISTRATION

LEAST_GAS, MOST_GAS = 1_000_000, 3_000_000
"""No endpoint's answer can set a gas limit below or above these."""
SIGNATURE_BYTES = 96
NOT_NEEDED = "Withdrawing to an Ethereum address needs no registration. It is of use for the plain way alone."
SEND_ETHER = "Send some ether to one of them."
UNDER_WAY = Problem(
    "This key is being registered already.", "Follow that registration, speed it up, or wait until it has ended."
)
USUALLY = "It is done as soon as a block takes it, and irreversible when that block is finalized."


@dataclass(frozen=True, slots=True)
class RegistrationOffer(Offer):
    """What a registration would cost now. `address` (lower-case hex) is what the key is registered for.

    `refused` says why the contract would not take the call, None where it would. `under_way` is the withdrawal id of a
    registration of the same key that has not ended.
    """

    address: str
    key: str
    stark_key: str
    calldata: bytes
    payers: tuple[PayerOffer, ...]
    fees: Fees
    gas: int
    gas_symbol: str
    chain: str
    refused: Problem | None = None
    likely: int = 0
    under_way: str = ""


@dataclass(frozen=True, slots=True)
class RegistrationQuote(PaidQuote):
    """A judged registration, and who pays for it."""

    @property
    def action(self) -> Action:
        """It registers."""
        return Action.REGISTER


async def open_registration(
    deployment: Deployment,
    quorum: Quorum,
    source: Source,
    key: tuple[str, str],
    signature: bytes,
    payers: Sequence[Payer],
    now: int,
    under_way: str = "",
) -> RegistrationOffer:
    """Read what a registration costs and who can pay it. `key` is name and Stark key, `signature` its 96 bytes over the
    account's address, `now` UTC milliseconds, `under_way` the id of another one of this key that has not ended.

    Raises AshoreError where endpoints do not agree, or nobody tells what gas costs.
    """
    name, stark_key = key
    if len(signature) != SIGNATURE_BYTES:
        raise AshoreError("The signer's answer is damaged.", "Nothing was sent. Lock and unlock, then try again.")
    address = bytes.fromhex(source.address.lower().removeprefix("0x"))
    calldata = encode_call(REGISTER_ETH_ADDRESS, (address, int(stark_key, 16), signature))
    fees, offered = await fees_and_payers(quorum, payers)
    sender = next((each.address for each in offered if each.free), source.address.lower())
    call = {"from": sender, "to": deployment.contract, "data": hexed(calldata)}
    trial = await tried(quorum, call, LEAST_GAS, MOST_GAS)
    refused = None
    if trial.refusal is not None:
        why = revert_sentence(revert_reason(trial.refusal.data, trial.refusal.message))
        refused = Problem(
            "Reddio’s contract would not take the registration now.",
            why or "The key may be registered already: open the account again. Nothing was signed.",
        )
    return RegistrationOffer(
        source=source,
        opened_at=now,
        address="0x" + address.hex(),
        key=name,
        stark_key=stark_key,
        calldata=calldata,
        payers=offered,
        fees=fees,
        gas=trial.gas,
        gas_symbol=deployment.chain.gas_symbol,
        chain=deployment.chain.name,
        refused=refused,
        likely=trial.likely,
        under_way=under_way,
    )


def judge_registration(offer: RegistrationOffer, draft: Draft) -> RegistrationQuote:
    """Judge a draft with the fields `payer` (the account's index) and `max_fee` (gwei; empty for the usual)."""
    problems: dict[str, Problem] = {}
    if offer.under_way:
        problems["claim"] = UNDER_WAY
    elif offer.refused is not None:
        problems["claim"] = offer.refused
    price = Price(offer.payers, offer.fees, offer.gas, offer.likely, offer.chain, offer.gas_symbol, SEND_ETHER)
    paid = judge_price(price, draft, problems)
    return RegistrationQuote(
        offer=offer,
        draft=draft,
        problems=problems,
        legs=paid.legs,
        receive="no money: the key is tied to your address",
        destination=offer.chain,
        usually=USUALLY,
        payer=paid.payer,
        max_fee=paid.max_fee,
        estimate=paid.estimate,
    )


def registration_plan(deployment: Deployment, quote: RegistrationQuote) -> Plan:
    """Decide the transaction that would be signed. Raises AshoreError where the quote is not ready."""
    offer, payer = quote.offer, quote.payer
    assert isinstance(offer, RegistrationOffer)
    if not quote.ready or payer is None or quote.max_fee is None:
        raise AshoreError("The registration is not ready yet.", "Correct what is marked. Nothing was signed.")
    call = Call(deployment.chain.evm_chain_id, deployment.contract, offer.calldata, offer.gas)
    tx = transaction_of(call, payer, offer.fees, quote.max_fee)
    warned = [str(problem) for problem in quote.problems.values() if problem.severity is Severity.WARNS]
    return Plan(
        profile=deployment.id,
        kind=MoveKind.REGISTER,
        request=signing_request(tx, payer.index),
        terms=_terms(deployment, quote, payer, tx),
        confirm=f"Register the Stark key on {offer.chain}",
        warnings=(*warned, NOT_NEEDED),
        last_word="A Stark key is registered once and for ever.",
    )


def _terms(deployment: Deployment, quote: RegistrationQuote, payer: PayerOffer, tx: UnsignedTransaction) -> Terms:
    offer = quote.offer
    assert isinstance(offer, RegistrationOffer)
    return Terms(
        system="Reddio",
        network=deployment.network,
        profile=deployment.id,
        track=str(REGISTRATION.ref),
        account=payer.address,
        symbol=offer.gas_symbol,
        decimals=18,
        amount=0,
        fee=0,
        recipient=offer.address,
        destination=offer.chain,
        receive_symbol=offer.gas_symbol,
        details={
            LAST_STAGE: REGISTERED,
            SAID_BY: f"An endpoint of {offer.chain}",
            "amount.text": "Stark key",
            "stark_key": offer.stark_key,
            "key": offer.key,
            **transaction_details(tx, offer.gas_symbol, quote.estimate),
        },
    )


def registration_lines(deployment: Deployment, plan: Plan, reading: Reading) -> tuple[ReviewLine, ...]:
    """What the signer read, in words: the call is decoded from the bytes that it read, not from the form.

    Raises AshoreError where it is not this registration.
    """
    address, stark_key, _ = decode_call(REGISTER_ETH_ADDRESS, bytes.fromhex(reading.fields["data"][2:]))
    assert isinstance(address, bytes)
    assert isinstance(stark_key, int)
    told = "0x" + address.hex(), hex_of(stark_key), reading.fields["to"].lower()
    if told != (plan.terms.recipient, plan.terms.details["stark_key"], deployment.contract):
        raise AshoreError("What is to be signed is not this registration.", "Nothing was signed.")
    chain = deployment.chain
    return (
        ReviewLine("Registers", told[1], "your Stark key, which signed for the address below", monospace=True),
        ReviewLine(
            "For the address",
            checksum(address),
            "what is withdrawn to the key itself can be claimed for this address alone",
            monospace=True,
        ),
        *transaction_lines(plan, reading, chain.name, chain.gas_symbol, "registerEthAddress"),
    )
