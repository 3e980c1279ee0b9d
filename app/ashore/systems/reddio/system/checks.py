"""Judging a draft: every check that can be made before signing, each with its own sentence."""

from collections.abc import Mapping

from ashore.systems.base import ARRIVES, Draft, Leg
from ashore.systems.reddio.codec import AssetKind
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.system.check_amount import judge_amount, maximum_of
from ashore.systems.reddio.system.check_asset import judge_asset, judge_key, judge_way
from ashore.systems.reddio.system.check_expiration import judge_expiration
from ashore.systems.reddio.system.check_recipient import judge_recipient
from ashore.systems.reddio.system.judgement import Judgement, gas_cost
from ashore.systems.reddio.system.offer import PLAIN_WAY, TO_VAULT, Holding, ReddioOffer, ReddioQuote

LAYER_2 = "Reddio"
"""Where a transfer between vaults ends: it is no chain."""

CLAIM_GAS = {
    AssetKind.ETH: 85_000,
    AssetKind.ERC20: 100_000,
    AssetKind.ERC721: 100_000,
    AssetKind.ERC721M: 130_000,
    AssetKind.ERC721MC: 170_000,
}
"""Gas of a claim, in round figures above what StarkEx 4.5 was seen to take with ordinary tokens and owners that had
none before: a hint for the form. What a claim really takes is simulated when it is made."""


def judge(deployment: Deployment, offer: ReddioOffer, draft: Draft, used: Mapping[str, int], now: int) -> ReddioQuote:
    """Judge `draft` against `offer`, without asking anybody.

    `used` tells how often a recipient (lower-case hex) was used before; `now` is UTC milliseconds.
    """
    found = Judgement(deployment, offer, draft, used, now)
    if offer.blocked:
        found.block("account", offer.blocked)
    way = judge_way(found)
    account = judge_key(found, way)
    holding = judge_asset(found, way, account)
    amount = judge_amount(found, holding)
    recipient = judge_recipient(found, way, account)
    expiration = judge_expiration(found, signed=way != PLAIN_WAY)
    return ReddioQuote(
        offer=offer,
        draft=draft,
        problems=found.problems,
        legs=_legs(found, way, holding, amount.base),
        receive="" if holding is None or amount.base is None else holding.text(amount.base),
        destination=LAYER_2 if way == TO_VAULT else deployment.chain.name,
        usually="",
        way=way,
        account=account,
        holding=holding,
        amount=amount.base,
        quanta=amount.quanta,
        recipient=recipient,
        expiration_hours=expiration,
        maximum=maximum_of(holding),
        nearest=amount.nearest,
    )


def _legs(found: Judgement, way: str, holding: Holding | None, base: int | None) -> tuple[Leg, ...]:
    if holding is None or base is None:
        return ()
    text = holding.text(base)
    sent = Leg("You send", text, "from your balance on Reddio")
    free = Leg("Reddio’s fee", "none", "Reddio takes none for this")
    if way == TO_VAULT:
        return sent, free, Leg(ARRIVES, text, "on Reddio, not on Ethereum")
    chain = found.deployment.chain
    gas = CLAIM_GAS[holding.asset.kind]
    price = found.offer.gas_price
    cost = f"{gas_cost(gas, price, chain.gas_symbol)} or less" if price else f"{gas:,} units of gas or fewer"
    claim = Leg(
        f"Claim on {chain.name}", cost, "gas that you pay later, when you claim" + (" (at today’s price)" * bool(price))
    )
    return sent, free, claim, Leg(ARRIVES, text, f"on {chain.name}")
