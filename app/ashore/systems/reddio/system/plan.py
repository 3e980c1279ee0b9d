"""From a ready quote to what is signed, from what was signed to what is sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from ashore.crypto.stark import Signature
from ashore.domain.addresses import checksum
from ashore.domain.amounts import display_units, format_units
from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.domain.moves import MoveKind, SignedMove
from ashore.domain.stages import Track
from ashore.domain.withdrawal import LAST_LEVEL, LAST_STAGE
from ashore.keys.reading import Reading
from ashore.systems.base import Plan, Problem, Severity, SigningRequest
from ashore.systems.claiming.track import CLAIMED
from ashore.systems.reddio.codec import (
    Asset,
    AssetKind,
    CodecError,
    Transfer,
    decode_core,
    hex_of,
    preimage_of,
    read_transfer,
    read_withdrawal_to,
    transfer_body,
    validate_transfer,
    validate_withdrawal_to,
    withdrawal_body,
    withdrawal_to_body,
)
from ashore.systems.reddio.codec.assets import ADDRESS_BYTES
from ashore.systems.reddio.codec.reading import PLAIN_WITHDRAWAL_KIND, TRANSFER_KIND, WITHDRAWAL_TO_KIND
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.system.checks import LAYER_2
from ashore.systems.reddio.system.offer import PLAIN_WAY, TO_VAULT, Holding, ReddioOffer, ReddioQuote, StarkAccount
from ashore.systems.reddio.system.tracks import PLAIN, SETTLED, TRANSFER, WITHDRAWAL

TRY_AGAIN = "Nothing was sent. Lock and unlock, then try again."
NOT_CANCELLED = "It cannot be cancelled after this."
CLAIM_YOURSELF = "Once {chain} has checked its batch, you claim it yourself and pay the gas; nobody sends it on."
LOST_ANSWER = (
    "Nobody signs this request. If its answer is lost, Ashore cannot prove that Reddio has it; it never sends it twice."
)


class NotReady(AshoreError):
    """A quote that still has problems was to be signed."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What Reddio gave a request: its vaults and its number. Of a plain one only `nonce`, the last number in its book
    before, which tells the request from older ones."""

    nonce: int
    vault: int = 0
    receiver_vault: int = 0


@dataclass(frozen=True, slots=True)
class Ready:
    """All parts of a quote that can be signed."""

    quote: ReddioQuote
    offer: ReddioOffer
    account: StarkAccount
    holding: Holding
    amount: int
    quanta: int
    recipient: int

    @property
    def asset(self) -> Asset:
        """What is asked for."""
        return self.holding.asset

    @property
    def recipient_text(self) -> str:
        """The receiver as terms have it: a lower-case address, or a Stark key."""
        if self.quote.way == TO_VAULT:
            return hex_of(self.recipient)
        return "0x" + self.recipient.to_bytes(ADDRESS_BYTES, "big").hex()

    @property
    def recipient_asked(self) -> str:
        """The receiver as Reddio is asked for its vault, an address with its checksum."""
        return full_recipient(self.recipient_text)


def ready(quote: ReddioQuote) -> Ready:
    """The parts of a quote. Raises NotReady where something is missing or wrong."""
    account, holding = quote.account, quote.holding
    offer, amount, quanta, recipient = quote.offer, quote.amount, quote.quanta, quote.recipient
    assert isinstance(offer, ReddioOffer)
    complete = None not in (account, holding, amount, quanta, recipient)
    if not quote.ready or not complete or (quote.way != PLAIN_WAY and quote.expiration_hours is None):
        raise NotReady("The form is not complete yet.", "Correct the fields that are marked.")
    assert account is not None
    assert holding is not None
    assert amount is not None
    assert quanta is not None
    assert recipient is not None
    return Ready(quote, offer, account, holding, amount, quanta, recipient)


def plan_of(deployment: Deployment, quote: ReddioQuote, numbers: Numbers, now_s: int) -> Plan:
    """Decide what would be signed. `now_s` is UTC seconds. Raises NotReady."""
    parts = ready(quote)
    if quote.way == PLAIN_WAY:
        kind, track = PLAIN_WITHDRAWAL_KIND, PLAIN
        body = withdrawal_body(parts.asset, int(parts.account.stark_key, 16), parts.quanta)
        preimage: dict[str, object] = dict(body)
        expect = {name: str(value) for name, value in body.items()}
    else:
        to_vault = quote.way == TO_VAULT
        kind, track = (TRANSFER_KIND, TRANSFER) if to_vault else (WITHDRAWAL_TO_KIND, WITHDRAWAL)
        transfer = _transfer(parts, numbers)
        problems = (validate_transfer if to_vault else validate_withdrawal_to)(transfer, now_s)
        if problems:
            raise NotReady(problems[0].sentence, "Nothing was signed. Open the account again.")
        preimage = preimage_of(transfer, parts.asset, parts.account.name, int(parts.account.stark_key, 16))
        expect = _expected(parts, transfer)
    chain = deployment.chain.name
    text = parts.holding.text(parts.amount)
    return Plan(
        profile=deployment.id,
        kind=MoveKind.REQUEST,
        request=SigningRequest(kind, preimage, parts.offer.source.account_index, expect),
        terms=_terms(deployment, parts, numbers, track),
        confirm=f"Transfer {text} to the vault" if quote.way == TO_VAULT else f"Withdraw {text} to {chain}",
        warnings=(*_warned(quote.problems), *_said_before(quote.way, chain)),
    )


def _warned(problems: Mapping[str, Problem]) -> list[str]:
    return [str(problem) for problem in problems.values() if problem.severity is Severity.WARNS]


def _said_before(way: str, chain: str) -> tuple[str, ...]:
    if way == TO_VAULT:
        return (NOT_CANCELLED,)
    claim = CLAIM_YOURSELF.format(chain=chain)
    return (claim, NOT_CANCELLED) if way != PLAIN_WAY else (claim, LOST_ANSWER, NOT_CANCELLED)


def _transfer(parts: Ready, numbers: Numbers) -> Transfer:
    assert parts.quote.expiration_hours is not None
    return Transfer(
        asset_id=parts.asset.asset_id,
        receiver=parts.recipient,
        sender_vault_id=numbers.vault,
        receiver_vault_id=numbers.receiver_vault,
        amount=parts.quanta,
        nonce=numbers.nonce,
        expiration_hours=parts.quote.expiration_hours,
    )


def _expected(parts: Ready, transfer: Transfer) -> dict[str, str]:
    """Every field as a signer has to read it."""
    asset = parts.asset
    return {
        "receiver": parts.recipient_text,
        "asset_id": hex_of(asset.asset_id),
        "asset_kind": str(asset.kind),
        "contract": "0x" + asset.token.hex() if asset.token else "",
        "quantum": str(asset.quantum),
        "token_id": "" if asset.token_id is None else str(asset.token_id),
        "token_url": asset.token_url or "",
        "amount": str(parts.amount),
        "amount_quanta": str(parts.quanta),
        "sender_vault_id": str(transfer.sender_vault_id),
        "receiver_vault_id": str(transfer.receiver_vault_id),
        "nonce": str(transfer.nonce),
        "expiration_hours": str(transfer.expiration_hours),
        "key": parts.account.name,
        "stark_key": parts.account.stark_key,
    }


def _terms(deployment: Deployment, parts: Ready, numbers: Numbers, track: Track) -> Terms:
    quote, holding, asset = parts.quote, parts.holding, parts.asset
    to_vault = quote.way == TO_VAULT
    owner = parts.account.stark_key if quote.way == PLAIN_WAY else hex_of(parts.recipient)
    symbol = holding.title
    return Terms(
        system="Reddio",
        network=deployment.network,
        profile=deployment.id,
        track=str(track.ref),
        account=parts.offer.address,
        symbol=symbol,
        decimals=holding.decimals,
        amount=parts.amount,
        fee=0,
        recipient=parts.recipient_text,
        destination=LAYER_2 if to_vault else deployment.chain.name,
        receive_symbol=symbol,
        details={
            LAST_STAGE: SETTLED if to_vault else CLAIMED,
            **({LAST_LEVEL: "reported"} if to_vault else {}),
            "amount.text": amount_text(holding, parts.amount),
            "owner_key": str(int(owner, 16)),
            "asset_id": str(asset.asset_id),
            "asset_type": str(asset.asset_type),
            "quanta": str(parts.quanta),
            "quantum": str(asset.quantum),
            "nonce": str(numbers.nonce),
            "vault_id": str(numbers.vault),
            "receiver_vault_id": str(numbers.receiver_vault),
            "expiration_hours": "" if quote.expiration_hours is None else str(quote.expiration_hours),
            "token_id": "" if asset.token_id is None else str(asset.token_id),
            "kind": str(asset.kind),
            "contract": "0x" + asset.token.hex() if asset.token else "",
            "token_url": asset.token_url or "",
            "stark_key": parts.account.stark_key,
            "key": parts.account.name,
        },
    )


def amount_text(holding: Holding, base: int) -> str:
    """An amount in base units with its unit; of a single token its title."""
    if not holding.asset.kind.is_fungible:
        return holding.title
    return f"{format_units(base, holding.decimals, least_fraction=2)} {holding.symbol}"


def units_text(plan: Plan, base: int) -> str:
    """An amount in base units as the review shows it, with the decimals that L1 was asked for."""
    terms = plan.terms
    return f"{display_units(base, terms.decimals)} {terms.symbol}" if not terms.details["token_id"] else terms.symbol


def assemble(plan: Plan, reading: Reading, signed: Mapping[str, object], move_id: str) -> SignedMove:
    """Make the exact body that will be sent from what the signer returned.

    Raises AshoreError where the signer's answer does not have its form, or its signature is not the key's.
    """
    assert isinstance(plan.request, SigningRequest)
    details = plan.terms.details
    if plan.request.kind == PLAIN_WITHDRAWAL_KIND:
        body: Mapping[str, object] = plan.request.preimage
        scope = f"plain/{details['stark_key']}"
    else:
        body = _signed_body(plan.request, plan.terms, signed)
        scope = details["stark_key"]
    return SignedMove(
        id=move_id,
        kind=plan.kind,
        profile=plan.profile,
        locator=reading.identifier,
        payload=json.dumps(body, separators=(",", ":"), sort_keys=True),
        scope=scope,
        nonce=int(details["nonce"]),
    )


def _signed_body(request: SigningRequest, terms: Terms, signed: Mapping[str, object]) -> dict[str, object]:
    layer2 = signed.get("l2")
    if not isinstance(layer2, Mapping) or layer2.get("stark_key") != terms.details["stark_key"]:
        raise AshoreError("The signer's answer is incomplete.", TRY_AGAIN)
    to_vault = request.kind == TRANSFER_KIND
    try:
        transfer = decode_core(bytes.fromhex(str(request.preimage["core"])))
        signature = Signature(int(str(layer2["r"]), 16), int(str(layer2["s"]), 16))
        make = transfer_body if to_vault else withdrawal_to_body
        body = make(transfer, asset_of(terms), int(terms.details["stark_key"], 16), signature)
        told = (read_transfer if to_vault else read_withdrawal_to)(body)
    except (CodecError, ValueError, KeyError) as error:
        raise AshoreError("The signer's answer is damaged.", TRY_AGAIN) from error
    if not told.is_signed or told.transfer != transfer or not told.is_of(asset_of(terms)):
        raise AshoreError("The signer's signature is not the key's.", "Nothing was sent. Please report this.")
    return body


def asset_of(terms: Terms) -> Asset:
    """The asset that terms are about. Raises CodecError where their parts do not fit each other."""
    details = terms.details
    kind = AssetKind(details["kind"])
    return Asset(
        kind,
        bytes.fromhex(details["contract"].removeprefix("0x")),
        int(details["quantum"]),
        int(details["token_id"]) if details["token_id"] else None,
        details["token_url"] if kind is AssetKind.ERC721MC else None,
    )


def full_recipient(text: str) -> str:
    """A receiver as a person compares it: an address with its checksum, a Stark key as it is."""
    return checksum(bytes.fromhex(text[2:])) if len(text) == 2 + 2 * ADDRESS_BYTES else text
