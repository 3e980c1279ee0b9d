"""What a wallet is made of."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ashore.engine.boundaries import Probe
from ashore.engine.earlier_claims import EarlierClaims
from ashore.engine.ether import EtherBalances
from ashore.engine.kept_balances import KeptBalances
from ashore.engine.ledger import Ledger
from ashore.engine.opened_offers import OpenedOffers
from ashore.engine.pictures import Pictures
from ashore.engine.practice import SandboxControl
from ashore.engine.practice_vouchers import PracticeVouchers
from ashore.engine.receipt_contracts import Contracts
from ashore.engine.receiving import ConnectedWallets
from ashore.engine.registering import Registrar
from ashore.engine.unclaimed import Purse
from ashore.engine.views import NetworkInfo, ProfileInfo
from ashore.engine.voucher_rests import VoucherRests
from ashore.engine.watcher import ChainWatch, OperatorWatch
from ashore.ethereum.quorum import Quorum
from ashore.keys.signer import Signer
from ashore.store.journal import Journal
from ashore.store.keep import Keep
from ashore.systems.base import WithdrawalSystem


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the wallet gets the time from: UTC milliseconds, and monotonic seconds for waiting."""

    now: Callable[[], int]
    monotonic: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a wallet is made of. `compose` puts it together; tests may put together another one."""

    network: NetworkInfo
    profiles: tuple[ProfileInfo, ...]
    systems: Mapping[str, WithdrawalSystem]
    signer: Signer
    vault: Path
    journal: Journal
    keep: Keep
    ledger: Ledger
    chains: Sequence[ChainWatch]
    operators: Sequence[OperatorWatch]
    clock: Clock
    probe: Probe
    new_id: Callable[[], str]
    closers: Sequence[Callable[[], Coroutine[None, None, None]]]
    journal_is_sound: Callable[[], bool]
    purses: Mapping[str, Purse] = field(default_factory=dict)
    """Deployments whose contracts can owe money, by profile."""
    registrars: Mapping[str, Registrar] = field(default_factory=dict)
    """Deployments whose contracts know Stark keys, by profile."""
    sandbox: SandboxControl | None = None
    practice_password: bytes = b""
    wallets: ConnectedWallets | None = None
    """What receives over Lightning; None where there is no Lightning."""
    balances: KeptBalances | None = None
    """The balance links that a person keeps; None where there is no LNURL."""
    opened: OpenedOffers | None = None
    """The vouchers that were opened and not withdrawn yet; None where there is no LNURL."""
    earlier: EarlierClaims | None = None
    """What was withdrawn from a voucher before; None where there is no LNURL."""
    rests: VoucherRests | None = None
    """The vouchers that may hold more after a withdrawal; None where there is no LNURL."""
    voucher_page: str = ""
    """Address of the page where the practice service shows its vouchers."""
    practice_vouchers: PracticeVouchers | None = None
    """What lists the vouchers of the practice service; None on every other network."""
    ether: EtherBalances | None = None
    """What tells the accounts' ether on L1; None where no chain is known."""
    pictures: Pictures | None = None
    """What loads pictures of tokens when a person asks; None where there are no tokens."""
    described: Mapping[str, str] = field(default_factory=dict)
    """What receipts tell of a practice network's contracts, by profile; empty wherever money is real."""
    contracts: Mapping[str, Contracts] = field(default_factory=dict)
    """What reads the proofs of this wallet's own deployments, by profile."""
    quorums: Mapping[str, Quorum] = field(default_factory=dict)
    """The endpoints of each chain, by its name."""
    patience_ms: int = 0
    """How long an operator has to stand by a refusal that may be only an echo (see `Carrier`)."""

    @property
    def vaulted(self) -> "Sequence[Vaulted]":
        """What the vault keeps for them, in the order in which it is taken up."""
        return [kept for kept in (self.wallets, self.balances, self.opened) if kept is not None]


class Vaulted(Protocol):
    """Something that is in the vault, and here only while that is open."""

    async def restore(self) -> None:
        """Take up what the vault keeps. Raises KeysError."""

    def lock(self) -> None:
        """Let go of it."""
