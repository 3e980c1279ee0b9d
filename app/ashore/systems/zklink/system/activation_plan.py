"""From a ready activation to what is signed, from what was signed to what is sent, and what became of it.

Sources: zkLink SDK `change_pubkey.rs`; npm zklink-js-sdk `signChangePubKey` for the typed data of profile v2.
"""

import json
from collections.abc import Mapping

from ashore.domain.addresses import checksum
from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.domain.moves import Accepted, MoveKind, Outcome, Refused, SignedMove, Unknown
from ashore.domain.withdrawal import LAST_LEVEL, LAST_STAGE
from ashore.keys.reading import Reading
from ashore.net.errors import NetError
from ashore.systems.base import Plan, ReviewLine, Severity, SigningRequest
from ashore.systems.zklink.client.answers import BadAnswer
from ashore.systems.zklink.client.operator import OperatorClient
from ashore.systems.zklink.codec import (
    ChangePubKey,
    EcdsaAuth,
    change_pubkey_to_json,
    decode_change_pubkey,
    encode_change_pubkey,
    validate_change_pubkey,
)
from ashore.systems.zklink.codec.reading import AUTH_ECDSA, CHANGE_PUBKEY_KIND
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.system.activation import (
    FEE_NOTES,
    OLD_KEY,
    REPLACES,
    WHAT,
    ActivationOffer,
    ActivationQuote,
    fee_words,
)
from ashore.systems.zklink.system.activation_track import ACTIVATION, NEW_KEY, REGISTERED
from ashore.systems.zklink.system.offer import L2_DECIMALS, TokenOffer
from ashore.systems.zklink.system.plan import bytes_of, time_of


def activation_plan(deployment: Deployment, quote: ActivationQuote, ts: int) -> Plan:
    """Decide what would be signed; `ts` in unix seconds. Raises AshoreError where the quote is not ready."""
    offer = quote.offer
    assert isinstance(offer, ActivationOffer)
    account = offer.account
    if not quote.ready or quote.fee is None or quote.fee_token is None or account.key_chain is None:
        raise AshoreError("The activation is not ready yet.", "Correct what is marked. Nothing was signed.")
    tx = ChangePubKey(
        chain_id=account.key_chain,
        account_id=account.account_id,
        sub_account_id=quote.sub_account_id,
        new_pubkey_hash=bytes.fromhex(offer.source.key_hash[2:]),
        fee_token=quote.fee_token,
        fee=quote.fee,
        nonce=account.account_nonce,
        ts=ts,
    )
    wrong = validate_change_pubkey(tx, deployment.dialect)
    if wrong:
        raise AshoreError(wrong[0].sentence, "Nothing was signed.")
    warned = [str(p) for p in quote.problems.values() if p.severity is Severity.WARNS]
    return Plan(
        profile=deployment.id,
        kind=MoveKind.ACTIVATE,
        request=_request(deployment, tx, offer.source.account_index),
        terms=_terms(deployment, offer, tx),
        confirm="Replace the key of this account" if offer.replaces else "Activate this account",
        warnings=(*warned, REPLACES) if offer.replaces else tuple(warned),
    )


def _request(deployment: Deployment, tx: ChangePubKey, account_index: int) -> SigningRequest:
    preimage: dict[str, object] = {
        "profile": str(deployment.dialect),
        "core": encode_change_pubkey(tx).hex(),
        "auth": AUTH_ECDSA,
    }
    if deployment.dialect.signs_typed_data:
        chain = deployment.chains[tx.chain_id]
        preimage |= {"main_contract": chain.main_contract[2:], "layer_one_chain_id": chain.evm_chain_id}
    expect = {
        "chain_id": str(tx.chain_id),
        "account_id": str(tx.account_id),
        "sub_account_id": str(tx.sub_account_id),
        "new_pubkey_hash": "0x" + tx.new_pubkey_hash.hex(),
        "fee_token": str(tx.fee_token),
        "fee": str(tx.fee),
        "nonce": str(tx.nonce),
        "ts": str(tx.ts),
    }
    return SigningRequest(CHANGE_PUBKEY_KIND, preimage, account_index, expect)


def _terms(deployment: Deployment, offer: ActivationOffer, tx: ChangePubKey) -> Terms:
    account, token = offer.account, deployment.tokens[tx.fee_token]
    return Terms(
        system="zkLink",
        network=deployment.network,
        profile=deployment.id,
        track=str(ACTIVATION.ref),
        account=account.address,
        symbol=token.symbol,
        decimals=L2_DECIMALS,
        amount=0,
        fee=tx.fee,
        recipient=account.address,
        destination="zkLink",
        receive_symbol=token.symbol,
        details={
            LAST_STAGE: REGISTERED,
            LAST_LEVEL: "reported",
            "amount.text": "New key" if offer.replaces else "Activation",
            "account_id": str(tx.account_id),
            "sub_account_id": str(tx.sub_account_id),
            "fee_token": str(tx.fee_token),
            "nonce": str(tx.nonce),
            "ts": str(tx.ts),
            NEW_KEY: "0x" + tx.new_pubkey_hash.hex(),
            **({OLD_KEY: account.registered_key} if offer.replaces else {}),
        },
    )


def activation_lines(deployment: Deployment, plan: Plan, reading: Reading) -> tuple[ReviewLine, ...]:
    """What the signer read, in words. Only the account's address and its former key are the plan's."""
    read = reading.fields
    token, chain = deployment.tokens[int(read["fee_token"])], deployment.chains[int(read["chain_id"])]
    fee = int(read["fee"])
    old = plan.terms.details.get(OLD_KEY)

    def signed(*names: str) -> tuple[tuple[str, str], ...]:
        return tuple((name, read[name]) for name in names)

    lines = [
        ReviewLine("Registers", WHAT, "zkLink will take what is signed here for this account, and nothing else"),
        ReviewLine("Key", read["new_pubkey_hash"], "the hash of its public part", monospace=True),
        ReviewLine(
            "For your account",
            checksum(bytes.fromhex(plan.terms.account[2:])),
            "its Ethereum key signs this, too",
            monospace=True,
            signed=signed("account_id"),
        ),
        ReviewLine(
            "Fee",
            fee_words(fee, TokenOffer(token.id, token.symbol, {}, ())),
            FEE_NOTES[bool(fee)],
            signed=signed("fee", "fee_token", "sub_account_id"),
        ),
        ReviewLine(
            "Number of the change",
            read["nonce"],
            "the account’s own nonce: zkLink takes each once",
            signed=signed("nonce"),
        ),
        ReviewLine("Named chain", chain.name, "zkLink asks for it; nothing is sent there", signed=signed("chain_id")),
        ReviewLine("Time of the request", time_of(int(read["ts"])), "makes it unique", signed=signed("ts")),
    ]
    if old:
        lines.insert(2, ReviewLine("In place of", old, "the key that zkLink names now", monospace=True))
    return tuple(lines)


def assemble_activation(
    deployment: Deployment, plan: Plan, reading: Reading, signed: Mapping[str, object], move_id: str
) -> SignedMove:
    """The exact parameters of sendTransaction. Raises AshoreError where the signer's answer does not have its form."""
    assert isinstance(plan.request, SigningRequest)
    tx = decode_change_pubkey(bytes.fromhex(str(plan.request.preimage["core"])))
    layer2, ethereum = signed.get("l2"), signed.get("ethereum")
    if not isinstance(layer2, Mapping) or not isinstance(ethereum, list) or len(ethereum) != 1:
        raise AshoreError("The signer's answer is incomplete.", "Nothing was sent. Lock and unlock, then try again.")
    form = change_pubkey_to_json(
        tx,
        deployment.dialect,
        EcdsaAuth(bytes_of(ethereum[0])),
        bytes_of(layer2.get("pub_key")),
        bytes_of(layer2.get("signature")),
        account=bytes.fromhex(plan.terms.account[2:]),
    )
    return SignedMove(
        id=move_id,
        kind=plan.kind,
        profile=plan.profile,
        locator=reading.identifier,
        payload=json.dumps([form, None, None], separators=(",", ":"), sort_keys=True),
        scope=f"{tx.account_id}/key",
        nonce=tx.nonce,
    )


async def locate_activation(client: OperatorClient, move: SignedMove) -> Outcome:
    """Ask the node whether it knows the change of key, and where it does not, which key and nonce the account has."""
    try:
        if await client.transaction(move.locator) is not None:
            return Accepted("zkLink’s node knows the request.")
        account = await client.account(int(move.scope.partition("/")[0]))
    except (NetError, BadAnswer):
        return Unknown("zkLink’s node cannot be asked at the moment.")
    if account.nonce <= move.nonce:
        return Unknown("zkLink’s node does not know the request.", resend_harmless=True)
    if account.pub_key_hash == json.loads(move.payload)[0]["newPkHash"]:
        return Accepted("zkLink’s node names this wallet’s key for the account.")
    dead = Refused(
        "nonce-used",
        "Another change of key used this nonce, so this one can never take effect. Nothing was taken for it.",
        "Open the form again if you still want to use this wallet’s key.",
    )
    return Unknown("zkLink’s node does not know the request, though its nonce is used.", refusal=dead)
