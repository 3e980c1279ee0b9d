"""From what Reddio says that a key holds to what Ashore believes of it: computed here, and held against Ethereum."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ashore.systems.reddio.client.answers import Balance, ContractInfo
from ashore.systems.reddio.codec import Asset, AssetKind, CodecError
from ashore.systems.reddio.codec.assets import asset_type
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.system.offer import Holding
from ashore.systems.reddio.system.on_l1 import TokenFacts

ETHER_DECIMALS = 18
SEVERAL = (
    "Reddio keeps this token in several assets, and a plain request does not say which one it is for. Withdraw to an "
    "Ethereum address instead: that names it."
)
STOP = "Do not go on; nothing was sent."


@dataclass(frozen=True, slots=True)
class Held:
    """A row of Reddio's balances with the asset that Ashore computed of it; `wrong` says what does not fit already.

    `unnamed` says why a plain request, which has a token's contract and no asset id, might take another asset.
    """

    asset: Asset
    told: Balance
    key: str
    stark_key: str
    wrong: str = ""
    unnamed: str = ""


def held(row: Balance, info: ContractInfo | None, key: str, stark_key: str) -> Held | None:
    """Compute the asset of a row; None where no asset can be made of it. `info` fills in what the row leaves out."""
    quantum = row.quantum or (info.quantum if info is not None else None) or 1
    try:
        asset = Asset(
            row.kind,
            row.contract,
            quantum if row.kind.is_fungible else 1,
            row.token_id,
            row.token_uri if row.kind is AssetKind.ERC721MC else None,
        )
    except CodecError:
        return None
    several = info is not None and asset.kind.is_fungible and info.quantum != asset.quantum
    return Held(asset, row, key, stark_key, _disagreement(asset, row, info), SEVERAL if several else "")


def _disagreement(asset: Asset, row: Balance, info: ContractInfo | None) -> str:
    if asset.asset_id != row.asset_id:
        return f"Reddio gives this asset another number than its contract and kind make. {STOP}"
    if info is None:
        return ""
    # One token may be registered in several quanta: what Reddio tells of a contract is then another type of it.
    told = asset_type(asset.kind, asset.token, info.quantum if asset.kind.is_fungible else 1)
    if info.asset_type not in (None, told):
        return f"Reddio’s answers about this asset do not fit together. {STOP}"
    if row.decimals is not None and asset.kind.is_fungible and row.decimals != info.decimals:
        return f"Reddio names two numbers of decimals for this asset. {STOP}"
    return ""


def holding_of(
    deployment: Deployment,
    it: Held,
    info: ContractInfo | None,
    quanta: Mapping[int, int],
    tokens: Mapping[bytes, TokenFacts],
) -> Holding:
    """What is offered of it: decimals and symbol are the token's own, and everything that differs is a problem."""
    chain, asset, row = deployment.chain, it.asset, it.told
    facts = tokens.get(asset.token)
    if asset.kind is AssetKind.ETH:
        facts = TokenFacts(ETHER_DECIMALS, chain.gas_symbol)
    told_symbol = row.symbol or (info.symbol if info is not None else "")
    told_decimals = row.decimals if row.decimals is not None else info.decimals if info is not None else None
    decimals = (facts.decimals if facts is not None else None) or 0
    return Holding(
        asset=asset,
        symbol=(facts.symbol if facts is not None else None) or told_symbol,
        name=info.name if info is not None else "",
        decimals=decimals if asset.kind.is_fungible else 0,
        key=it.key,
        stark_key=it.stark_key,
        available=row.available,
        frozen=row.frozen,
        withdraw_frozen=row.withdraw_frozen,
        token_uri=row.token_uri,
        unnamed=it.unnamed,
        problem=it.wrong or _problem(chain.name, asset, told_decimals, quanta, facts),
    )


def _problem(
    chain: str, asset: Asset, told_decimals: int | None, quanta: Mapping[int, int], facts: TokenFacts | None
) -> str:
    if quanta.get(asset.asset_type, 0) != asset.quantum:
        return f"Reddio’s contract on {chain} does not know this asset: nobody could claim it. {STOP}"
    if not asset.kind.is_fungible:
        return ""
    if facts is None:
        return f"Nobody on {chain} could say what this token is. Open the account again."
    if facts.decimals is None:
        return f"The token’s contract on {chain} does not say how many decimals it has. {STOP}"
    if told_decimals is not None and told_decimals != facts.decimals:
        return (
            f"Reddio says that this asset has {told_decimals} decimals, and its contract on {chain} {facts.decimals}. "
            f"{STOP}"
        )
    return ""


def merged(pages: Sequence[Sequence[Balance]]) -> list[Balance]:
    """Rows of several versions of the API, each asset once: the first one's amounts, with an NFT's data of the others.

    The data's address counts only from a row of the same asset id, which is made of it where it matters.
    """
    found: dict[int, Balance] = {}
    for rows in pages:
        for row in rows:
            known = found.get(row.asset_id)
            if known is None:
                found[row.asset_id] = row
            elif not known.token_uri and row.token_uri and not known.kind.is_fungible:
                found[row.asset_id] = replace(known, token_uri=row.token_uri)
    return list(found.values())
