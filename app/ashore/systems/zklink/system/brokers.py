"""Who would pay a withdrawal in advance: asked when the form opens, for what the account can withdraw at all.

Nobody needs a broker, so none is waited for long, and whatever it answers costs no more than the choice of being fast.
"""

import asyncio
from collections.abc import Iterable, Mapping

from ashore.domain.errors import AshoreError
from ashore.systems.zklink.client.answers import TokenInfo
from ashore.systems.zklink.client.broker import BrokerClient
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.system.offer import L2_DECIMALS, BrokerOffer, ChainOffer, TokenOffer

MOST_ASKED = 24
"""Pairs of token and chain that brokers are asked about at one opening."""
PATIENCE_S = 3.0


def followed(deployment: Deployment) -> bool:
    """Whether Ashore can recognise a broker's payment there: v2's contracts log it in a form that it does not read."""
    return deployment.dialect is not Profile.V2


def fast_pairs(
    known: Mapping[int, TokenInfo], tokens: Mapping[int, TokenOffer], chains: Mapping[int, ChainOffer]
) -> frozenset[tuple[int, int]]:
    """Target tokens, each with a chain, that zkLink lets a broker pay there."""
    return frozenset(
        (token.id, chain.id)
        for token in tokens.values()
        for chain in chains.values()
        if not chain.problem and chain.id in token.decimals and chain.id in known[token.id].fast
    )


async def broker_offers(
    deployment: Deployment,
    broker: BrokerClient,
    pairs: Iterable[tuple[int, int]],
    tokens: Mapping[int, TokenOffer],
    balances: Mapping[int, Mapping[int, int]],
) -> dict[tuple[int, int], BrokerOffer]:
    """What brokers ask for the pairs that a balance could be paid out as. One that does not answer offers nothing."""
    held = {token for of_sub in balances.values() for token, value in of_sub.items() if value and token in tokens}
    targets = {target for token in held for target in tokens[token].targets}
    asked = [pair for pair in sorted(pairs) if pair[0] in targets][:MOST_ASKED]
    found: dict[tuple[int, int], BrokerOffer] = {}

    async def ask(token: int, chain: int) -> None:
        try:
            price = await broker.price(deployment.chains[chain].evm_chain_id, token)
        except AshoreError:
            return
        if price is not None:
            most = price.most * 10**L2_DECIMALS // 10 ** deployment.tokens[token].decimals[chain]
            found[token, chain] = BrokerOffer(price.ratio, most)

    try:
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
            for pair in asked:
                tasks.create_task(ask(*pair))
    except TimeoutError:
        pass  # who answered by then is offered
    return found
