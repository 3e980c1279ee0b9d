"""Opening an account: what Reddio says lies under each of its Stark keys, held against Ethereum."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ashore.domain.errors import AshoreError
from ashore.ethereum.quorum import Quorum
from ashore.net.errors import NetError
from ashore.systems.base import Source
from ashore.systems.reddio.client.answers import Balance, ContractInfo
from ashore.systems.reddio.client.api import ReddioClient
from ashore.systems.reddio.client.envelope import ApiError, BadAnswer
from ashore.systems.reddio.codec import AssetKind, ErrorCode
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.system.assets import Held, held, holding_of, merged
from ashore.systems.reddio.system.offer import Holding, ReddioOffer, StarkAccount
from ashore.systems.reddio.system.on_l1 import ContractFacts, Tokens, contract_facts, gas_price

MAX_CONTRACTS = 200
"""Contracts that are asked about at one opening; what is of any other one is not offered, but counted."""
UNKNOWN_ACCOUNT = frozenset({ErrorCode.NO_SUCH_ACCOUNT_ID, ErrorCode.STARK_KEY_INVALID})
FROZEN = (
    "Reddio’s contract on {chain} is frozen: it takes no state update any more, so nothing that is requested now could "
    "arrive. What waits there already can still be claimed: look under Unclaimed."
)
ANOTHER_CONTRACT = "Reddio names another contract than the one that Ashore knows. Do not go on; nothing was sent."
UNPROVEN = (
    "Nobody on {chain} could prove what Reddio’s contract stores, so nothing that Reddio says can be checked. "
    "Wait until its endpoints answer, then open the account again."
)

_Place = tuple[AssetKind, bytes]


@dataclass(frozen=True, slots=True)
class _Found:
    """What Reddio answered about one Stark key; `failed` where it did not."""

    name: str
    stark_key: str
    rows: tuple[Balance, ...] = ()
    strange: int = 0
    failed: AshoreError | None = None


async def open_account(
    deployment: Deployment, client: ReddioClient, quorum: Quorum, tokens: Tokens, source: Source, now: int
) -> ReddioOffer:
    """Ask Reddio for the balances of every Stark key, and Ethereum for all that can be checked of them.

    `now` in UTC milliseconds. Raises AshoreError where no Stark key is known or Reddio cannot be understood, and
    NetError where it cannot be reached.
    """
    if not source.stark_keys:
        raise AshoreError(
            "Ashore has no Stark key of this account, and so cannot ask for its balance.",
            "Unlock Ashore. The key of an account that signs elsewhere is made by the wallet that holds it.",
        )
    found, named = await asyncio.gather(
        asyncio.gather(*(_balances(client, name, key) for name, key in source.stark_keys)), _contracts(client)
    )
    if (failed := _all_failed(found)) is not None:
        raise failed
    infos = await _infos(client, [row for each in found for row in each.rows])
    computed, strange = _computed(found, infos)
    facts = await _facts(deployment, quorum, source, computed)
    told = await tokens.facts_of(it.asset.token for it in computed if it.asset.token)
    quanta = facts.quanta if facts is not None else {}
    holdings = tuple(
        holding_of(deployment, it, infos.get((it.asset.kind, it.asset.token)), quanta, told) for it in computed
    )
    return ReddioOffer(
        source=source,
        opened_at=now,
        address=source.address.lower(),
        chain=deployment.chain,
        holdings=holdings,
        accounts=_accounts(found, holdings),
        registered=facts.registered if facts is not None else {},
        registry_known=facts is not None,
        blocked=_blocked(deployment, facts, named),
        notes=_notes(found, strange),
        gas_price=await gas_price(quorum, facts.header) if facts is not None else 0,
    )


async def _balances(client: ReddioClient, name: str, stark_key: str) -> _Found:
    """What lies under one key. Version 3 is asked for what it knows of NFTs; that it may not be there costs nothing."""
    try:
        first = await client.balances(stark_key)
    except ApiError as error:
        if error.code in UNKNOWN_ACCOUNT:
            return _Found(name, stark_key)
        return _Found(name, stark_key, failed=error)
    except (NetError, BadAnswer) as error:
        return _Found(name, stark_key, failed=error)
    try:
        third = (await client.balances(stark_key, version=3)).rows
    except (NetError, ApiError, BadAnswer):
        third = ()
    return _Found(name, stark_key, tuple(merged([first.rows, third])), first.strange)


async def _contracts(client: ReddioClient) -> Mapping[str, str]:
    try:
        return await client.contracts()
    except (NetError, ApiError, BadAnswer):
        return {}  # a cross-check that is not always there: the contract is pinned


def _all_failed(found: Sequence[_Found]) -> AshoreError | None:
    return found[0].failed if found[0].failed is not None and all(each.failed for each in found) else None


async def _infos(client: ReddioClient, rows: Sequence[Balance]) -> Mapping[_Place, ContractInfo]:
    """What Reddio says of each contract; one that it does not describe is left out, and L1 alone counts."""
    places = _places(rows)

    async def ask(kind: AssetKind, contract: bytes) -> ContractInfo | None:
        try:
            return await client.contract_info(kind, contract)
        except (NetError, ApiError, BadAnswer):
            return None

    told = await asyncio.gather(*(ask(kind, contract) for kind, contract in places))
    return {place: info for place, info in zip(places, told, strict=True) if info is not None}


def _places(rows: Sequence[Balance]) -> Sequence[_Place]:
    """The first contracts of a list: one that names thousands does not make the wallet ask for ever."""
    return list(dict.fromkeys((row.kind, row.contract) for row in rows))[:MAX_CONTRACTS]


def _computed(found: Sequence[_Found], infos: Mapping[_Place, ContractInfo]) -> tuple[list[Held], int]:
    computed: list[Held] = []
    strange = 0
    known = _places([row for each in found for row in each.rows])
    for each in found:
        strange += each.strange
        for row in each.rows:
            if not (row.available or row.frozen or row.withdraw_frozen):
                continue
            if (row.kind, row.contract) not in known:
                strange += 1
                continue
            it = held(row, infos.get((row.kind, row.contract)), each.name, each.stark_key)
            if it is None:
                strange += 1
            else:
                computed.append(it)
    return computed, strange


async def _facts(
    deployment: Deployment, quorum: Quorum, source: Source, computed: Sequence[Held]
) -> ContractFacts | None:
    keys = [key for _, key in source.stark_keys]
    types = list(dict.fromkeys(it.asset.asset_type for it in computed))
    try:
        return await contract_facts(quorum, deployment.contract, keys, types)
    except AshoreError:
        return None


def _accounts(found: Sequence[_Found], holdings: Sequence[Holding]) -> tuple[StarkAccount, ...]:
    return tuple(
        StarkAccount(
            each.name,
            each.stark_key,
            standard=place == 0,
            holdings=None if each.failed else sum(1 for holding in holdings if holding.key == each.name),
            problem="" if each.failed is None else f"Reddio did not tell its balance: {each.failed.sentence}",
        )
        for place, each in enumerate(found)
    )


def _blocked(deployment: Deployment, facts: ContractFacts | None, named: Mapping[str, str]) -> str:
    if named.get(deployment.network, deployment.contract) != deployment.contract:
        return ANOTHER_CONTRACT
    if facts is None:
        return UNPROVEN.format(chain=deployment.chain.name)
    return FROZEN.format(chain=deployment.chain.name) if facts.frozen else ""


def _notes(found: Sequence[_Found], strange: int) -> tuple[str, ...]:
    notes = []
    if strange:
        things = "one more asset" if strange == 1 else f"{strange} more assets"
        notes.append(f"Reddio lists {things} that Ashore cannot check.")
    others = sum(1 for each in found[1:] if each.rows)
    if others:
        keys = "another Stark key" if others == 1 else f"{others} other Stark keys"
        notes.append(f"There is money under {keys} of this account, as older clients of Reddio made them.")
    return tuple(notes)
