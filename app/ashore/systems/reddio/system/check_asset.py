"""Which way, which Stark key and which asset a draft is about."""

from ashore.systems.reddio.codec import AssetKind, CodecError
from ashore.systems.reddio.codec.numbers import read_hex
from ashore.systems.reddio.system.judgement import Judgement, gas_cost
from ashore.systems.reddio.system.offer import PLAIN_WAY, TO_ETHEREUM, WAYS, Holding, StarkAccount

REGISTRATION_GAS = 1_560_000
"""What `registerEthAddress` takes at most, as far as was seen (1,532,653 to 1,561,054, by the price of modexp)."""


def judge_way(found: Judgement) -> str:
    """What is asked for, a withdrawal to an Ethereum address where the draft names nothing."""
    way = found.text("way") or TO_ETHEREUM
    if way in WAYS:
        return way
    found.block("way", "Reddio knows no such way.", "Choose one from the list.")
    return TO_ETHEREUM


def judge_key(found: Judgement, way: str) -> StarkAccount | None:
    """The Stark key that it comes from; held to its registration where the money would wait under the key itself."""
    account = found.offer.account(found.text("key"))
    if account is None:
        found.block("key", "This account has no such Stark key.", "Choose one from the list.")
        return None
    if account.problem:
        found.block("key", account.problem)
    if way == PLAIN_WAY:
        _judge_registration(found, account)
    return account


def _judge_registration(found: Judgement, account: StarkAccount) -> None:
    offer = found.offer
    chain = found.deployment.chain
    address = offer.registered.get(account.stark_key)
    if not offer.registry_known:
        found.block(
            "way",
            f"Nobody could prove whether this Stark key is registered on {chain.name}.",
            "Open the account again, or withdraw to an Ethereum address, which needs no registration.",
        )
    elif address is None:
        found.block(
            "way",
            f"This Stark key is not registered on {chain.name}: it would wait there, and nobody could claim "
            f"it before it is. A registration takes about {REGISTRATION_GAS:,} gas{_price(found)}.",
            "Withdraw to an Ethereum address instead, which needs none; or register the key first.",
        )
    elif address != offer.address:
        found.warn(
            "way",
            f"This Stark key is registered for another address than this account’s: {address}. It is paid there.",
            "Withdraw to an Ethereum address to say yourself where it goes.",
        )


def _price(found: Judgement) -> str:
    if not found.offer.gas_price:
        return ""
    cost = gas_cost(REGISTRATION_GAS, found.offer.gas_price, found.deployment.chain.gas_symbol)
    return f" (now some {cost})"


def judge_asset(found: Judgement, way: str, account: StarkAccount | None) -> Holding | None:
    """The asset, as this Stark key holds it."""
    text = found.text("asset")
    if not text:
        found.block("asset", "Choose what you want to bring out.")
        return None
    try:
        asset_id = read_hex(text, "asset")
    except CodecError as error:
        found.block("asset", str(error), "Choose one from the list.")
        return None
    if account is None:
        return None
    holding = found.offer.holding(account.name, f"{asset_id:#x}")
    if holding is None:
        found.block("asset", "This Stark key holds no such asset.", _elsewhere(found, asset_id))
        return None
    if holding.problem:
        found.block("asset", holding.problem)
    elif holding.unnamed and way == PLAIN_WAY:
        found.block("asset", holding.unnamed)
    elif holding.asset.kind is AssetKind.ERC721M and holding.asset.token_id == 0:
        found.warn(
            "asset",
            "Token number 0 of a mintable collection: with Reddio’s own sample contract its claim fails.",
            "Ask who made the collection before you bring it out.",
        )
    return holding


def _elsewhere(found: Judgement, asset_id: int) -> str:
    others = [h.key for h in found.offer.holdings if h.asset.asset_id == asset_id]
    return "It is under another Stark key of this account: choose that one." if others else "Choose one from the list."
