"""Opening an account: the operator's answers, compared with what the wallet pinned."""

import asyncio
from collections.abc import Mapping, Sequence

from ashore.domain.errors import AshoreError
from ashore.net.errors import RpcError
from ashore.systems.base import Source
from ashore.systems.zklink.client.answers import AccountInfo, BadAnswer, ChainInfo, TokenInfo
from ashore.systems.zklink.client.broker import BrokerClient
from ashore.systems.zklink.client.operator import OperatorClient
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.system.brokers import broker_offers, fast_pairs, followed
from ashore.systems.zklink.system.offer import ChainOffer, SubAccountOffer, TokenOffer, ZkLinkOffer

ACCOUNT_NOT_FOUND = 201
INACTIVE = "0x" + "00" * 20
NOT_ACTIVATED = "This account is not activated: zkLink does not know its layer-2 key yet."
ANOTHER_KEY = "Another layer-2 key is registered for this account: zkLink would refuse what is signed here."
GATEWAY = (
    "This network takes withdrawals through its own application only, whose protocol is another one than zkLink’s. "
    "Withdraw there, then paste the hash on Ashore’s first page to follow it; money that waits stands under Unclaimed."
)
USD = 1
STABLECOINS = range(17, 32)
FEE_GAS = 100_000
FEE_GAS_ETHEREUM = 1_000_000
FEE_GAS_PRICE_WEI = 5 * 10**9
ETHEREUM_CHAIN = 4


async def open_account(
    deployment: Deployment, client: OperatorClient, source: Source, now: int, broker: BrokerClient | None = None
) -> ZkLinkOffer:
    """Ask the operator for chains, tokens, account, balances and reserves, and brokers what they ask.

    `now` in UTC milliseconds.

    Raises AshoreError where the account is unknown or the operator cannot be understood; NetError where it
    cannot be reached.
    """
    try:
        chains, tokens, account = await asyncio.gather(
            client.chains(), client.tokens(), client.account(source.address.lower())
        )
    except RpcError as error:
        if error.code == ACCOUNT_NOT_FOUND:
            raise AshoreError(
                "zkLink has no account for this address.", "Deposit once, or choose another account."
            ) from error
        raise
    known = {token.id: token for token in tokens}
    payable = [t for t in deployment.tokens if t in known and deployment.tokens[t].addresses]
    stable = [token for token in payable if token in STABLECOINS and USD in known]
    balances, reserves, usd_reserves = await asyncio.gather(
        client.balances(account.id), client.reserves(payable), client.reserves(stable, of_usd=True)
    )
    offered = token_offers(deployment, known)
    blocked = GATEWAY if not deployment.submits else _blocked(account, source)
    chain_offers = _chain_offers(deployment, chains, known)
    fast = fast_pairs(known, offered, chain_offers)
    if broker is None or not followed(deployment):
        broker, fast = None, frozenset()
    brokers = await broker_offers(deployment, broker, fast, offered, balances) if broker is not None else {}
    return ZkLinkOffer(
        source=source,
        opened_at=now,
        account_id=account.id,
        address=source.address.lower(),
        active=account.pub_key_hash != INACTIVE,
        own_key=account.pub_key_hash == source.key_hash.lower(),
        sub_accounts=_sub_accounts(account, balances),
        chains=chain_offers,
        tokens=offered,
        fees=fees_of(deployment, known, chains),
        reserves=_by_token_and_chain(reserves),
        usd_reserves=_by_token_and_chain(usd_reserves),
        fast=fast,
        brokers=brokers,
        blocked=blocked,
        notes=tuple(_unknown_tokens(offered, balances)),
        account_nonce=account.nonce,
        registered_key=account.pub_key_hash,
        key_chain=await _key_chain(client) if blocked in (NOT_ACTIVATED, ANOTHER_KEY) and source.key_hash else None,
    )


async def _key_chain(client: OperatorClient) -> int | None:
    """The chain that a change of key names; None where the node does not tell, and so takes none."""
    try:
        return await client.change_pubkey_chain()
    except (RpcError, BadAnswer):
        return None


def _by_token_and_chain(reserves: Mapping[int, Mapping[int, int]]) -> dict[tuple[int, int], int]:
    return {(token, chain): value for token, per in reserves.items() for chain, value in per.items()}


def _blocked(account: AccountInfo, source: Source) -> str:
    if account.address[-40:] != source.address.lower()[-40:]:
        return "zkLink answered with another account than the one asked for. Nothing can be withdrawn safely."
    if account.pub_key_hash == INACTIVE:
        return NOT_ACTIVATED
    if account.pub_key_hash != source.key_hash.lower():
        return ANOTHER_KEY
    return ""


def _sub_accounts(account: AccountInfo, balances: Mapping[int, Mapping[int, int]]) -> dict[int, SubAccountOffer]:
    ids = sorted({0, *balances, *account.sub_account_nonces})
    return {
        i: SubAccountOffer(i, account.sub_account_nonces.get(i, 0), dict(balances.get(i, {}))) for i in ids if i < 32
    }


def _chain_offers(
    deployment: Deployment, chains: Sequence[ChainInfo], known: Mapping[int, TokenInfo]
) -> dict[int, ChainOffer]:
    told = {chain.id: chain for chain in chains}
    offers = {}
    for pinned in deployment.chains.values():
        info = told.get(pinned.id)
        problem = ""
        if info is None:
            problem = f"zkLink does not list {pinned.name} at the moment."
        elif info.evm_chain_id != pinned.evm_chain_id:
            problem = (
                f"zkLink means another chain by {pinned.name}: number {info.evm_chain_id}, and Ashore knows it as "
                f"{pinned.evm_chain_id}. Do not go on; nothing was sent."
            )
        elif info.main_contract[-40:] != pinned.main_contract[-40:]:
            problem = (
                f"zkLink names another contract for {pinned.name} than the one Ashore knows. "
                "Do not go on; nothing was sent."
            )
        else:
            problem = _token_disagreement(deployment, pinned.id, known)
        offers[pinned.id] = ChainOffer(pinned.id, pinned.name, pinned.evm_chain_id, problem)
    return offers


def _token_disagreement(deployment: Deployment, chain: int, known: Mapping[int, TokenInfo]) -> str:
    name = deployment.chains[chain].name
    for token in deployment.tokens.values():
        info = known.get(token.id)
        if info is None or chain not in token.addresses or chain not in info.chains:
            continue
        address, decimals = info.chains[chain]
        if address[-40:] != token.addresses[chain][-40:] or decimals != token.decimals[chain]:
            return (
                f"zkLink describes {token.symbol} on {name} otherwise than Ashore knows it. "
                "Do not go on; nothing was sent."
            )
    return ""


def token_offers(deployment: Deployment, known: Mapping[int, TokenInfo]) -> dict[int, TokenOffer]:
    """Tokens that are both pinned and listed, with what each may be paid out as (USD as any stablecoin)."""
    both = [t for t in deployment.tokens.values() if t.id in known and known[t.id].symbol == t.symbol]
    offers = {}
    for token in both:
        if token.id == USD:
            targets = tuple(t.id for t in both if t.id in STABLECOINS and t.addresses)
        else:
            targets = (token.id,) if token.addresses else ()
        decimals = {c: d for c, d in token.decimals.items() if c in known[token.id].chains}
        offers[token.id] = TokenOffer(token.id, token.symbol, decimals, targets, dict(token.addresses))
    return offers


def _unknown_tokens(offered: Mapping[int, TokenOffer], balances: Mapping[int, Mapping[int, int]]) -> list[str]:
    held = {token for per in balances.values() for token, value in per.items() if value}
    strange = sorted(held - set(offered))
    return [f"This account also holds token {i}, which Ashore does not know." for i in strange]


def fees_of(
    deployment: Deployment, known: Mapping[int, TokenInfo], chains: Sequence[ChainInfo]
) -> dict[tuple[int, int], int]:
    """The fee that the published client computes: a fixed gas price and amount, turned into the token by prices.

    Source: zkLinkProtocol/dex-simple-demo `transactionFees.ts`.
    """
    fees = {}
    for chain in chains:
        if chain.id not in deployment.chains or chain.gas_token not in known:
            continue
        gas = FEE_GAS_ETHEREUM if chain.id == ETHEREUM_CHAIN else FEE_GAS
        cost = gas * FEE_GAS_PRICE_WEI * known[chain.gas_token].price
        for token in known.values():
            if token.price and cost:
                fees[chain.id, token.id] = -(-cost // token.price)
    return fees
