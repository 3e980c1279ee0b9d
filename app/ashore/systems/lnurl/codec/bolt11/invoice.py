"""A decoded invoice and the numbers that BOLT11 fixes.

Source: lightning/bolts 11-payment-encoding.md, 09-features.md (context "9").
"""

from dataclasses import dataclass, field
from enum import StrEnum

DEFAULT_EXPIRY_SECONDS = 3600
DEFAULT_MIN_FINAL_CLTV = 18

HASH_BYTES = 32
PUBLIC_KEY_BYTES = 33
HOP_BYTES = 51
MAX_FIELD_WORDS = 1023
MAX_DESCRIPTION_BYTES = 639

TIMESTAMP_WORDS = 7
SIGNATURE_WORDS = 104
HASH_WORDS = 52
KEY_WORDS = 53

# var_onion_optin, payment_secret, basic_mpp, option_route_blinding, option_attribution_data, option_payment_metadata.
KNOWN_FEATURES = frozenset({8, 14, 16, 24, 36, 48})
VAR_ONION_REQUIRED = 1 << 8
PAYMENT_SECRET_REQUIRED = 1 << 14
BASIC_MPP_OPTIONAL = 1 << 17

# msat in one unit of each multiplier; "p" is a tenth of a msat and handled apart.
MSAT_PER_MULTIPLIER = {"": 10**11, "m": 10**8, "u": 10**5, "n": 10**2}


class Network(StrEnum):
    """The bitcoin network of an invoice: what stands between "ln" and the amount."""

    MAINNET = "bc"
    TESTNET = "tb"
    SIGNET = "tbs"
    REGTEST = "bcrt"

    @property
    def is_real(self) -> bool:
        """Whether money of this network is worth anything."""
        return self is Network.MAINNET


@dataclass(frozen=True, slots=True)
class RouteHop:
    """One hop of a private route: fees in msat and millionths, the delay in blocks."""

    public_key: bytes
    short_channel_id: int
    fee_base_msat: int
    fee_proportional_millionths: int
    cltv_expiry_delta: int


@dataclass(frozen=True, slots=True)
class Fallback:
    """An on-chain address to pay to instead: witness version, or 17 (P2PKH) or 18 (P2SH), and its bytes."""

    version: int
    program: bytes


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice whose checksum and signature were checked. Times are in seconds, `timestamp` since 1970.

    `payee` is the key that signed; `payee_is_named` tells that the invoice names it too. Of `description` (raw text of
    the payee) and `description_hash` an invoice should have exactly one. Only what may be logged is in the
    representation.
    """

    network: Network
    amount_msat: int | None
    timestamp: int
    payment_hash: bytes
    payment_secret: bytes = field(repr=False)
    payee: bytes
    description: str | None = field(default=None, repr=False)
    description_hash: bytes | None = field(default=None, repr=False)
    expiry: int = DEFAULT_EXPIRY_SECONDS
    min_final_cltv: int = DEFAULT_MIN_FINAL_CLTV
    features: int = 0
    metadata: bytes | None = field(default=None, repr=False)
    fallbacks: tuple[Fallback, ...] = field(default=(), repr=False)
    routes: tuple[tuple[RouteHop, ...], ...] = field(default=(), repr=False)
    payee_is_named: bool = False

    @property
    def expires_at(self) -> int:
        """When the invoice ends, in seconds since 1970."""
        return self.timestamp + self.expiry
