"""Which Lightning network a wallet is on: real services and real money, or practice."""

from dataclasses import dataclass

from ashore.systems.lnurl.codec import Network, Reach


@dataclass(frozen=True, slots=True)
class LnurlProfile:
    """A network of LNURL services.

    `retry_after_ms` is how long an unanswered invoice is let be before the same one is handed over again.
    """

    id: str
    network: str
    title: str
    subtitle: str
    reach: Reach
    invoices: Network
    retry_after_ms: int

    @property
    def practice(self) -> bool:
        """Whether nothing here is worth anything."""
        return self.reach is Reach.PRACTICE


PRACTICE = LnurlProfile(
    "lnurl-practice",
    "sandbox",
    "Lightning voucher (LNURL)",
    "to a wallet of your own · simulated in practice",
    Reach.PRACTICE,
    Network.REGTEST,
    retry_after_ms=10_000,
)
