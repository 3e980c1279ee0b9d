"""Following a withdrawal that another wallet made: what the operator tells of it has to give the very hash.

The hash is the SHA-256 of what the sender signed, in the deployment's dialect. So the operator can keep a withdrawal to
itself, but not tell another recipient, amount, token or chain than the one that was signed.
"""

from collections.abc import Mapping
from dataclasses import replace

from ashore.crypto.keccak import keccak256
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind, SignedMove
from ashore.domain.untrusted import quoted, quoted_at_end
from ashore.domain.withdrawal import FOLLOWED
from ashore.net.errors import NetError, RpcError
from ashore.systems.base import Adoption
from ashore.systems.zklink.client.operator import OperatorClient
from ashore.systems.zklink.codec import CodecError, Profile, Withdraw, tx_hash, withdraw_from_json
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.system.followed_tracks import followed_track
from ashore.systems.zklink.system.plan import advance_words, is_fast, signed_fields, terms_of
from ashore.systems.zklink.system.tracks import REQUESTED

SOURCE = "zkLink"
CALL_HASH = "call_hash"
"""Detail of a withdrawal with a call attached: the Keccak of the call data, as lower-case hex."""

_NOT_FOLLOWED = "Nothing is followed."
_EVM_ADDRESS = 20
_KINDS = {
    "Deposit": "a deposit",
    "Transfer": "a transfer within layer 2",
    "FullExit": "a full exit that was asked for on L1",
    "ForcedExit": "a forced exit",
    "ChangePubKey": "a change of a layer-2 key",
    "OrderMatching": "a trade",
}
"""What else a hash can be of, by the operator's names (zkLinkProtocol/zklink_sdk, `types/src/tx_type`)."""


async def adopt(deployment: Deployment, client: OperatorClient, reference: str, now: int) -> Adoption:
    """Ask about the transaction with the hash `reference` (0x, 64 lower-case digits). `now` in UTC milliseconds.

    Raises AshoreError where the operator does not know it, tells another one, or tells of what cannot be followed.
    """
    try:
        told = await client.told(reference)
    except RpcError as error:
        said = f"zkLink’s node would not tell of this hash: {quoted_at_end(error.message)}"
        raise AshoreError(said, _NOT_FOLLOWED) from error
    except NetError as error:
        raise AshoreError(
            "zkLink’s node cannot be asked at the moment.", f"{_NOT_FOLLOWED} Try again in a while."
        ) from error
    if told is None:
        raise AshoreError(
            "zkLink’s node does not know this hash.",
            f"{_NOT_FOLLOWED} Check that it is whole and of this network; if it was sent just now, try again.",
        )
    tx = _read(deployment.dialect, told.form, reference)
    _refuse_unknown(deployment, tx)
    tx = _with_plain_recipient(tx)
    fields = signed_fields(deployment.dialect, tx, deployment.tokens[tx.l2_source_token].symbol)
    onwards = bool(tx.flag) and deployment.dialect is not Profile.V2
    fast, call = is_fast(fields), tx.call_data is not None
    track = followed_track(
        at_home=tx.to_chain_id == deployment.primary, fast=fast and not call and not onwards, call=call, onwards=onwards
    )
    words = {
        FOLLOWED: "yes",
        **({CALL_HASH: "0x" + keccak256(tx.call_data).hex()} if tx.call_data is not None else {}),
        **(advance_words(fields, deployment) if fast and not call else {}),
    }
    return Adoption(
        terms_of(deployment, tx, track, "", words),
        SignedMove(
            id="",
            kind=MoveKind.FOLLOWED,
            profile=deployment.id,
            locator=reference,
            payload="",
            scope=f"{tx.account_id}/{tx.sub_account_id}",
            nonce=tx.nonce,
        ),
        ((REQUESTED, Evidence("operator", Level.REPORTED, SOURCE, now, {"request": reference})),),
    )


def _read(dialect: Profile, form: Mapping[str, object], reference: str) -> Withdraw:
    """Read what was told, and check it against the hash. Raises AshoreError."""
    kind = form.get("type")
    if kind != "Withdraw":
        named = _KINDS.get(kind, quoted(kind)) if isinstance(kind, str) else "something else"
        raise AshoreError(
            f"zkLink says that this is {named}, not a withdrawal.", f"{_NOT_FOLLOWED} Ashore follows withdrawals."
        )
    try:
        tx = withdraw_from_json(form, dialect).tx
        named_hash = tx_hash(tx, dialect)
    except CodecError as error:
        raise AshoreError(
            "zkLink tells this withdrawal in a form that Ashore cannot read.", f"{error} {_NOT_FOLLOWED}"
        ) from error
    if named_hash != reference:
        raise AshoreError(
            "zkLink tells another withdrawal than the one you asked for.",
            "What it told does not give this hash, so it is not what was signed. " + _NOT_FOLLOWED,
        )
    return tx


def _refuse_unknown(deployment: Deployment, tx: Withdraw) -> None:
    """What the pinned profile does not name cannot be checked. Raises AshoreError."""
    advice = f"{_NOT_FOLLOWED} Look in the wallet that made it."
    chain = deployment.chains.get(tx.to_chain_id)
    if chain is None:
        raise AshoreError(
            f"It goes to a chain that Ashore does not know here: zkLink’s number {tx.to_chain_id}.", advice
        )
    for number, what in ((tx.l2_source_token, "takes"), (tx.l1_target_token, "pays")):
        if number not in deployment.tokens:
            raise AshoreError(f"It {what} a token that Ashore does not know here: zkLink’s number {number}.", advice)
    target = deployment.tokens[tx.l1_target_token]
    if chain.id not in target.addresses:
        raise AshoreError(f"It pays {target.symbol} on {chain.name}, and Ashore does not know it there.", advice)
    if any(tx.to[:-_EVM_ADDRESS]):
        raise AshoreError(
            "It goes to an address of 32 bytes, as Starknet has them.", f"{advice} Ashore watches Ethereum’s kind."
        )


def _with_plain_recipient(tx: Withdraw) -> Withdraw:
    """The same with the recipient in the 20 bytes of an Ethereum address."""
    return replace(tx, to=tx.to[-_EVM_ADDRESS:])
