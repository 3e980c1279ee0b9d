"""Opening an account: what Reddio says lies under each of its Stark keys, held against Ethereum."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

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
from ashore.systems.reddio.system.hurry import Hurry
from ashore.systems.reddio.system.offer import Holding, ReddioOffer, StarkAccount
from ashore.systems.reddio.system.on_l1 import ContractFacts, TokenFacts, Tokens, contract_facts, gas_price

MAX_HOLDINGS = 5_000
"""Assets that are looked at in one opening, those with amounts first: anybody can send single tokens to a Stark key."""
MAX_CONTRACTS = 1_024
"""Contracts that Ethereum is asked about."""
MAX_DESCRIBED = 200
"""Contracts that Reddio, and the token itself, is asked to describe; without that a single token can still be had."""
AT_ONCE = 8
"""Of these, how many at once."""
OPENING_S = 60.0
REDDIO_S = 40.0
"""Seconds that all of it may take, and how many of them Reddio may: Ethereum has its say in any case."""
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
TOO_SLOW = (
    "Reddio or {chain} took too long to tell everything, so something may be missing here. Open the account again."
)

_Place = tuple[AssetKind, bytes]


@dataclass
class _Found:
    """What Reddio answered about one Stark key so far; `failed` where it did not."""

    name: str
    stark_key: str
    rows: list[Balance] = field(default_factory=list)
    strange: int = 0
    failed: AshoreError | None = None
    later: list[Balance] = field(default_factory=list)
    """The rows of version 3 of the list."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the balances, and the name and the hex of the key that it is under."""

    balance: Balance
    key: str
    stark_key: str

    @property
    def place(self) -> _Place:
        """Kind and contract of the asset."""
        return self.balance.kind, self.balance.contract


async def open_account(
    deployment: Deployment,
    client: ReddioClient,
    quorum: Quorum,
    tokens: Tokens,
    source: Source,
    now: int,
    seconds: tuple[float, float] = (REDDIO_S, OPENING_S),
) -> ReddioOffer:
    """Ask Reddio for the balances of every Stark key, and Ethereum for all that can be checked of them.

    `now` in UTC milliseconds. It ends within the second of these `seconds`, Reddio's part within the first, with what
    was told until then. Raises AshoreError where no Stark key is known or Reddio cannot be understood, and NetError
    where it cannot be reached.
    """
    if not source.stark_keys:
        raise AshoreError(
            "Ashore has no Stark key of this account, and so cannot ask for its balance.",
            "Unlock Ashore. The key of an account that signs elsewhere is made by the wallet that holds it.",
        )
    hurry, whole = (Hurry(each) for each in seconds)
    found, named = await asyncio.gather(
        asyncio.gather(*(_balances(client, name, key, hurry) for name, key in source.stark_keys)),
        hurry.within(_contracts(client), {}),
    )
    if (failed := _all_failed(found)) is not None:
        raise failed
    # Sorting and hashing thousands of assets would hold the window up: it is done beside it.
    rows, passed_over = await asyncio.to_thread(_rows, found)
    infos = await _infos(client, [row.place for row in rows], hurry)
    computed = await asyncio.to_thread(_computed, rows, infos)
    facts = await whole.within(_facts(deployment, quorum, source, computed), None)
    quanta = facts.quanta if facts is not None else {}
    told = await _told(tokens, computed, quanta, whole)
    holdings = await asyncio.to_thread(
        lambda: tuple(
            holding_of(deployment, it, infos.get((it.asset.kind, it.asset.token)), quanta, told) for it in computed
        )
    )
    strange = sum(each.strange for each in found) + len(rows) - len(computed)
    slow = TOO_SLOW.format(chain=deployment.chain.name) if hurry.late or whole.late else ""
    price = await whole.within(gas_price(quorum, facts.header), 0) if facts is not None else 0
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
        notes=_notes(found, strange, passed_over, slow),
        gas_price=price,
        contract=deployment.contract,
    )


async def _balances(client: ReddioClient, name: str, stark_key: str, hurry: Hurry) -> _Found:
    """What lies under one key, as far as it was told in time.

    Version 3 is asked for what it knows of NFTs; that it may not be there costs nothing.
    """
    found = _Found(name, stark_key)
    in_time = await hurry.within(_read(client, found), otherwise=False)
    if not in_time and not found.rows:
        found.failed = AshoreError("It took too long.", "Open the account again.")
    return found


async def _read(client: ReddioClient, found: _Found) -> bool:
    """Read all pages of a key into `found`. Returns True: nothing was cut short."""
    try:
        async for page in client.balances(found.stark_key):
            found.rows += page.rows
            found.strange += page.strange
    except (NetError, ApiError, BadAnswer) as error:
        found.rows.clear()
        if not isinstance(error, ApiError) or error.code not in UNKNOWN_ACCOUNT:
            found.failed = error
        return True
    try:
        async for page in client.balances(found.stark_key, version=3):
            found.later += page.rows
    except (NetError, ApiError, BadAnswer):
        found.later.clear()
    return True


async def _contracts(client: ReddioClient) -> Mapping[str, str]:
    try:
        return await client.contracts()
    except (NetError, ApiError, BadAnswer):
        return {}  # a cross-check that is not always there: the contract is pinned


def _all_failed(found: Sequence[_Found]) -> AshoreError | None:
    return found[0].failed if found[0].failed is not None and all(each.failed for each in found) else None


async def _infos(client: ReddioClient, places: Iterable[_Place], hurry: Hurry) -> Mapping[_Place, ContractInfo]:
    """What Reddio says of the first contracts; one that it does not describe is left out, and L1 alone counts."""
    asked, free = list(dict.fromkeys(places))[:MAX_DESCRIBED], asyncio.Semaphore(AT_ONCE)

    async def ask(kind: AssetKind, contract: bytes) -> ContractInfo | None:
        async with free:
            await asyncio.sleep(0)  # what is answered at once gives the window its turn, too
            try:
                return await hurry.within(client.contract_info(kind, contract), None)
            except (NetError, ApiError, BadAnswer):
                return None

    told = await asyncio.gather(*(ask(kind, contract) for kind, contract in asked))
    return {place: info for place, info in zip(asked, told, strict=True) if info is not None}


def _rows(found: Sequence[_Found]) -> tuple[list[_Row], int]:
    """What is held, with amounts first, and how many assets are passed over: no list makes the wallet ask for ever."""
    every = [
        _Row(row, each.name, each.stark_key)
        for each in found
        for row in merged([each.rows, each.later])
        if row.available or row.frozen or row.withdraw_frozen
    ]
    # Ether first, as nobody can invent it; then what has amounts.
    every.sort(key=lambda row: (row.balance.kind is not AssetKind.ETH, not row.balance.kind.is_fungible))
    places = set(list(dict.fromkeys(row.place for row in every))[:MAX_CONTRACTS])
    kept = [row for row in every if row.place in places][:MAX_HOLDINGS]
    return kept, len(every) - len(kept)


def _computed(rows: Sequence[_Row], infos: Mapping[_Place, ContractInfo]) -> list[Held]:
    """The assets of these rows, without those that none can be made of."""
    made = (held(row.balance, infos.get(row.place), row.key, row.stark_key) for row in rows)
    return [it for it in made if it is not None]


async def _told(
    tokens: Tokens, computed: Sequence[Held], quanta: Mapping[int, int], whole: Hurry
) -> Mapping[bytes, TokenFacts]:
    """What the first contracts that Ethereum knows say of themselves. What is registered there, nobody invented."""
    known = (it.asset.token for it in computed if it.asset.token and quanta.get(it.asset.asset_type))
    asked = list(dict.fromkeys(known))[:MAX_DESCRIBED]
    told = await whole.within(tokens.facts_of(asked), None)
    return tokens.known if told is None else told


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


def _notes(found: Sequence[_Found], strange: int, passed_over: int, slow: str) -> tuple[str, ...]:
    notes = [slow] if slow else []
    if strange:
        things = "one more asset" if strange == 1 else f"{strange:,} more assets"
        notes.append(f"Reddio lists {things} that Ashore cannot check.")
    if passed_over:
        notes.append(
            f"Reddio lists very many assets: {passed_over:,} more are not shown here. What has amounts comes first; "
            "withdraw some of the tokens, then the others come up."
        )
    others = sum(1 for each in found[1:] if each.rows or each.later)
    if others:
        keys = "another Stark key" if others == 1 else f"{others} other Stark keys"
        notes.append(f"Something lies under {keys} of this account, as older clients of Reddio made them.")
    return tuple(notes)
