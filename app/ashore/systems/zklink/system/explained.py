"""What stands behind a refusal: which fee, nonce or chain would do. Asked for once, right after the refusal."""

import asyncio
import json
from dataclasses import replace

from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind, Outcome, Refused, SignedMove
from ashore.systems.zklink.client.operator import OperatorClient
from ashore.systems.zklink.codec import FEE, CodecError, Withdraw, withdraw_from_json
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.system.judgement import money
from ashore.systems.zklink.system.offer import TokenOffer
from ashore.systems.zklink.system.opening import fees_of
from ashore.systems.zklink.system.refusals import NOT_TAKEN
from ashore.systems.zklink.system.reserves import elsewhere

ASKING_S = 5.0
"""A refusal is not held back for longer."""
NONCE, FEE_TOO_LOW, RESERVE = "205", "207", "208"


async def explained(deployment: Deployment, client: OperatorClient, move: SignedMove, outcome: Outcome) -> Outcome:
    """The same refusal, with the numbers where the node tells them; every other outcome as it is. Never raises."""
    if not isinstance(outcome, Refused):
        return outcome
    try:
        async with asyncio.timeout(ASKING_S):
            if outcome.code == NONCE:
                return await _nonce(client, move, outcome)
            if move.kind is not MoveKind.REQUEST or outcome.code not in (FEE_TOO_LOW, RESERVE):
                return outcome
            tx = withdraw_from_json(json.loads(move.payload)[0], deployment.dialect).tx
            ask = _fee if outcome.code == FEE_TOO_LOW else _reserve
            return await ask(deployment, client, tx, outcome)
    except (AshoreError, CodecError, TimeoutError):
        return outcome  # what the refusal means is known without the numbers


async def _nonce(client: OperatorClient, move: SignedMove, refused: Refused) -> Refused:
    account_id, _, part = move.scope.partition("/")
    account = await client.account(int(account_id))
    of_a_key = move.kind is MoveKind.ACTIVATE
    expected = account.nonce if of_a_key else account.sub_account_nonces.get(int(part), 0)
    if expected == move.nonce:
        return refused  # it has moved on, or says two things
    whose = "this account" if of_a_key else f"sub-account {part}"
    what = "another change of key" if of_a_key else "another request"
    sentence = (
        f"zkLink expects nonce {expected} of {whose} now, and this one has {move.nonce}: {what} was made meanwhile."
    )
    return replace(refused, sentence=f"{sentence} {NOT_TAKEN}")


async def _fee(deployment: Deployment, client: OperatorClient, tx: Withdraw, refused: Refused) -> Refused:
    chains, tokens = await asyncio.gather(client.chains(), client.tokens())
    fee = fees_of(deployment, {token.id: token for token in tokens}, chains).get((tx.to_chain_id, tx.l2_source_token))
    if fee is None or not tx.fee < fee <= FEE.max_value:
        return refused
    pinned = deployment.tokens[tx.l2_source_token]
    token = TokenOffer(pinned.id, pinned.symbol, {}, ())
    asked = money(FEE.closest_packable_up(fee), token)
    sentence = f"The fee is lower than zkLink asks now: {money(tx.fee, token)} instead of {asked}."
    return replace(refused, sentence=f"{sentence} {NOT_TAKEN}")


async def _reserve(deployment: Deployment, client: OperatorClient, tx: Withdraw, refused: Refused) -> Refused:
    converts = tx.l2_source_token != tx.l1_target_token
    reserves = (await client.reserves([tx.l1_target_token], of_usd=converts)).get(tx.l1_target_token, {})
    told = {chain.id for chain in await client.chains()}
    names = {chain.id: chain.name for chain in deployment.chains.values() if chain.id in told}
    decimals = deployment.tokens[tx.l1_target_token].decimals
    there = deployment.chains[tx.to_chain_id].name
    sentence = f"{there} cannot pay this amount out at the moment."
    advice = elsewhere(tx.amount, tx.to_chain_id, names, decimals, reserves)
    return replace(refused, sentence=f"{sentence} {NOT_TAKEN}", advice=advice)
