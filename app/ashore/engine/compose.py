"""Puts a wallet together for a network: the one place that knows all parts."""

import os
import random
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from ashore import entry
from ashore.engine.boundaries import Probe, no_probe
from ashore.engine.compose_lightning import (
    KeptPlaces,
    PracticeLightning,
    WalletClients,
    practice_balances,
    practice_lnurl,
    practice_opened,
    practice_service,
    practice_wallets,
)
from ashore.engine.compose_reddio import practice_pictures, reddio_profile, reddio_purse, reddio_system
from ashore.engine.earlier_claims import EarlierClaims
from ashore.engine.ether import EtherBalances
from ashore.engine.kept_balances import KeptBalances
from ashore.engine.known_tracks import TRACKS
from ashore.engine.ledger import Ledger
from ashore.engine.opened_offers import OpenedOffers
from ashore.engine.parts import Clock, Parts
from ashore.engine.practice import SandboxControl
from ashore.engine.practice_vouchers import PracticeVouchers
from ashore.engine.receipt_contracts import PRACTICE as PRACTICE_NETWORK
from ashore.engine.receipt_contracts import contracts_of, practice_text
from ashore.engine.receiving import ConnectedWallets
from ashore.engine.registering import Registrar
from ashore.engine.unclaimed import Purse
from ashore.engine.views import NetworkInfo, ProfileInfo
from ashore.engine.voucher_rests import VoucherRests
from ashore.engine.wallet import Wallet
from ashore.engine.watcher import ChainWatch, OperatorWatch
from ashore.ethereum.follower import ChainFollower
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.spec import ChainSpec
from ashore.keys.signer import Signer
from ashore.net.http import HttpClient, Purpose
from ashore.net.jsonrpc import JsonRpcClient
from ashore.net.pacing import MonotonicClock, RateLimit, SystemClock
from ashore.store.database import Database
from ashore.store.journal import Journal
from ashore.store.keep import Keep
from ashore.systems.base import WithdrawalSystem
from ashore.systems.claiming.fates import Fates
from ashore.systems.claiming.receipts import Receipts
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.reddio.deployment import Deployment as ReddioDeployment
from ashore.systems.reddio.deployment import PinnedChain as ReddioChain
from ashore.systems.zklink.client.broker import BrokerClient
from ashore.systems.zklink.client.operator import EFFECTFUL, OperatorClient
from ashore.systems.zklink.deployment import Deployment, PinnedChain
from ashore.systems.zklink.settlement.acceptors import Acceptors
from ashore.systems.zklink.settlement.book import Book
from ashore.systems.zklink.settlement.emptied import Emptied
from ashore.systems.zklink.settlement.interpreter import Interpreter
from ashore.systems.zklink.settlement.kept_calls import KeptCalls
from ashore.systems.zklink.settlement.past import Past
from ashore.systems.zklink.settlement.pending import PendingBalances
from ashore.systems.zklink.settlement.roots import Roots
from ashore.systems.zklink.system.withdrawals import ZkLinkSystem

PRACTICE_PASSWORD = b"practice"
"""Public on purpose: the practice vault holds a phrase that everybody knows."""

SANDBOX = NetworkInfo(
    "sandbox",
    "SANDBOX",
    "A practice network on this computer. Nothing here has any value, and nothing real can be reached from here.",
)
OPERATOR = Purpose("operator", 4 << 20, total_seconds=20.0, retries=1)
PRACTICE_RATE = RateLimit(per_second=400.0, burst=400)
PATIENCE_BLOCKS = 10
"""L1 blocks, two minutes on Ethereum: how long a refusal of a repetition has to stand before it is believed."""

LONGEST_POLL_S = 12.0
LIGHTNING_INTERVAL_S = 3.0
"""How often a wallet is asked about open invoices; that it speaks by itself is the quicker way."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a wallet takes from outside: time, randomness, the network, where files are."""

    http: HttpClient
    clock: Clock
    pacing: MonotonicClock
    probe: Probe = no_probe
    signer_command: Sequence[str] = ()


def practice_client(transport: object = None) -> HttpClient:
    """An HTTP client for the practice network: loopback needs no sparing."""
    return HttpClient(SystemClock(), random.Random(), transport=transport, rate=PRACTICE_RATE)  # type: ignore[arg-type]  # noqa: S311 spreads retries


def system_clock() -> Clock:
    """The machine's clock. What waits also counts while the machine sleeps, where the system can tell."""
    return Clock(lambda: time.time_ns() // 1_000_000, _awake_or_asleep)


def _awake_or_asleep() -> float:
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


def compose(
    deployment: Deployment,
    journal_file: Path,
    vault_file: Path,
    around: Surroundings,
    sandbox: SandboxControl | None = None,
    lightning: PracticeLightning | None = None,
    reddio: ReddioDeployment | None = None,
) -> Wallet:
    """Put a wallet together for one deployment, and the practice Lightning and Reddio where there are such.

    Raises StoreError where the journal cannot be opened.
    """
    database = Database(journal_file)
    journal, keep = Journal(database), Keep(database)
    ledger = Ledger(journal, TRACKS, around.clock.now)
    pinned: dict[str, PinnedChain | ReddioChain] = {chain.name: chain for chain in deployment.chains.values()}
    if reddio is not None:
        pinned.setdefault(reddio.chain.name, reddio.chain)
    quorums = {chain.name: _quorum(chain, around) for chain in pinned.values()}
    book = Book(keep, deployment.id)
    zklink = _zklink(deployment, journal, book, keep, quorums, around)
    systems: dict[str, WithdrawalSystem] = {deployment.id: zklink}
    purses: dict[str, Purse] = {deployment.id: PendingBalances(deployment, quorums, keep, book, around.clock.now)}
    registrars: dict[str, Registrar] = {}
    if reddio is not None:
        quorum = quorums[reddio.chain.name]
        made = reddio_system(reddio, around.http, keep, quorum, around.clock.now, journal, ledger)
        systems[reddio.id] = registrars[reddio.id] = made
        purses[reddio.id] = reddio_purse(reddio, keep, quorum, ledger, around.clock.now)
    on_l1 = tuple(systems.values())
    watches = [
        _watch(chain, quorums[chain.name], [each for each in on_l1 if chain.name in each.chains], ledger, keep, around)
        for chain in pinned.values()
    ]
    interval = min(max(1.0, deployment.chains[deployment.primary].block_time_s / 2), LONGEST_POLL_S)

    async def close_database() -> None:
        database.close()

    signer = Signer(around.signer_command or entry.command("signer"), os.environ)
    profiles = [ProfileInfo(deployment.id, "zkLink", "zkLink", "from layer 2 to a connected chain")]
    if reddio is not None:
        profiles.append(reddio_profile(reddio))
    operators = [OperatorWatch(each, ledger, interval, around.probe, patient=True) for each in on_l1]
    closers = [around.http.aclose, close_database]
    wallets: ConnectedWallets | None = None
    balances: KeptBalances | None = None
    opened: OpenedOffers | None = None
    if lightning is not None:
        clients = WalletClients(around.http, around.pacing)
        wallets = practice_wallets(lightning, clients, signer)
        service = practice_service(lightning)
        opened = practice_opened(wallets, signer, journal, ledger, around.probe, around.clock)
        balances = practice_balances(service, wallets, signer, journal, around.clock.now, opened)
        opened.leave_rests_to(balances.kept_for)
        clock = around.clock
        lnurl = practice_lnurl(
            service,
            wallets,
            signer.show,
            clock.now,
            clock.monotonic,
            _new_id,
            journal.knows,
            ledger,
            KeptPlaces(keep),
            opened.keep,
        )
        closers.append(clients.aclose)
        profiles.append(ProfileInfo(PRACTICE.id, "LNURL", PRACTICE.title, PRACTICE.subtitle))
        systems[PRACTICE.id] = lnurl
        operators.append(OperatorWatch(lnurl, ledger, LIGHTNING_INTERVAL_S, around.probe))

    return Wallet(
        Parts(
            network=SANDBOX,
            profiles=tuple(profiles),
            systems=systems,
            signer=signer,
            vault=vault_file,
            journal=journal,
            keep=keep,
            ledger=ledger,
            chains=watches,
            operators=operators,
            clock=around.clock,
            probe=around.probe,
            new_id=_new_id,
            journal_is_sound=database.sound,
            closers=closers,
            purses=purses,
            registrars=registrars,
            wallets=wallets,
            balances=balances,
            opened=opened,
            earlier=EarlierClaims(PRACTICE, journal, ledger.get) if lightning is not None else None,
            rests=VoucherRests(opened) if opened is not None else None,
            pictures=None if reddio is None else practice_pictures(),
            ether=EtherBalances(quorums, {chain.name: chain.gas_symbol for chain in pinned.values()}),
            voucher_page=lightning.service if lightning is not None else "",
            practice_vouchers=PracticeVouchers(around.http, lightning.service) if lightning is not None else None,
            described={
                each.id: practice_text(each)
                for each in (deployment, reddio)
                if each and each.network == PRACTICE_NETWORK
            },
            contracts={each.id: replace(contracts_of(each), own=True) for each in (deployment, reddio) if each},
            quorums=quorums,
            sandbox=sandbox,
            patience_ms=PATIENCE_BLOCKS * deployment.chains[deployment.primary].block_time_s * 1000,
            practice_password=PRACTICE_PASSWORD if deployment.network == PRACTICE_NETWORK else b"",
        )
    )


def _new_id() -> str:
    return uuid.uuid4().hex


def _zklink(
    deployment: Deployment,
    journal: Journal,
    book: Book,
    keep: Keep,
    quorums: Mapping[str, Quorum],
    around: Surroundings,
) -> ZkLinkSystem:
    rpc = JsonRpcClient(around.http, deployment.operator_url, OPERATOR, effectful=EFFECTFUL)
    now = around.clock.now
    witnesses = (
        Roots(deployment, quorums, keep, now),
        Acceptors(deployment, quorums, keep, now),
        Emptied(deployment, book, quorums, keep, now),
        KeptCalls(deployment, quorums, keep, now),
    )
    fates = Fates(quorums, Receipts(quorums, keep, now))
    interpreter = Interpreter(deployment, book, witnesses, fates, Past(deployment, quorums), now)
    broker = BrokerClient(around.http, deployment.broker_url) if deployment.broker_url else None
    return ZkLinkSystem(deployment, OperatorClient(rpc), interpreter, now, journal.recipients, quorums, broker)


def _quorum(chain: PinnedChain | ReddioChain, around: Surroundings) -> Quorum:
    names = [url.rstrip("/").rsplit("/", 1)[-1] for url in chain.endpoints]
    if len(set(names)) < len(names):
        names = [f"{urlsplit(url).hostname} ({n})" for n, url in enumerate(chain.endpoints, start=1)]
    spec = ChainSpec(
        name=chain.name,
        evm_chain_id=chain.evm_chain_id,
        genesis_hash=chain.genesis_hash,
        endpoints=tuple(zip(names, chain.endpoints, strict=True)),
        block_time_s=chain.block_time_s,
        k=min(2, len(chain.endpoints)),
    )
    return Quorum.connect(spec, around.http, around.pacing)


def _watch(
    chain: PinnedChain | ReddioChain,
    quorum: Quorum,
    systems: Sequence[WithdrawalSystem],
    ledger: Ledger,
    keep: Keep,
    around: Surroundings,
) -> ChainWatch:
    follower = ChainFollower(quorum.spec, quorum)
    follower.watch({address for system in systems for address in system.watched().get(chain.name, ())})
    interval = min(float(chain.block_time_s), LONGEST_POLL_S)
    return ChainWatch(chain.name, follower, systems, ledger, keep, interval, around.probe)
