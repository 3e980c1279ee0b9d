"""What zkLink offers an account at this moment, and the answer to a draft."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ashore.domain.amounts import Amount
from ashore.systems.base import Offer, Quote

L2_DECIMALS = 18
"""All balances and amounts on layer 2 have 18 decimals (zkLink SDK, types/src/params.rs)."""


@dataclass(frozen=True, slots=True)
class ChainOffer:
    """A target chain. `id` is zkLink's own chain id, not the EVM one. `problem` says why it cannot be used now."""

    id: int
    name: str
    evm_chain_id: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class TokenOffer:
    """A token of layer 2 with its L1 decimals per zkLink chain id. `targets` are the ids it may be paid out as."""

    id: int
    symbol: str
    decimals: Mapping[int, int]
    targets: tuple[int, ...]
    addresses: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubAccountOffer:
    """A sub-account: its next nonce and its balances by token id (18 decimals)."""

    id: int
    nonce: int
    balances: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class BrokerOffer:
    """What brokers say of a token on a chain: they pay it in advance for `ratio` (1/10000), up to `most`.

    `most` has 18 decimals.
    """

    ratio: int
    most: int


@dataclass(frozen=True, slots=True)
class ZkLinkOffer(Offer):
    """The account as the operator reports it, beside what the wallet pinned.

    `problems` are disagreements between the operator's answers and the pinned profile, each a
    sentence; an offer with a blocking problem carries `blocked`. `reserves` is what each chain can
    pay out of a target token: (token id, chain id) -> 18-decimal units; absent means not told;
    `usd_reserves` the same for the virtual USD paid out as that token.
    `fees` is what zkLink asks at least: (chain id, token id) -> 18-decimal units.
    `fast` are the target tokens, each with a chain, that may be paid in advance; `brokers` who would do it now.
    """

    account_id: int
    address: str
    active: bool
    own_key: bool
    sub_accounts: Mapping[int, SubAccountOffer]
    chains: Mapping[int, ChainOffer]
    tokens: Mapping[int, TokenOffer]
    fees: Mapping[tuple[int, int], int]
    reserves: Mapping[tuple[int, int], int]
    blocked: str = ""
    notes: tuple[str, ...] = ()
    usd_reserves: Mapping[tuple[int, int], int] = field(default_factory=dict)
    account_nonce: int = 0
    """The number of the next change of key; withdrawals have the sub-account's."""
    registered_key: str = ""
    """The hash of the layer-2 key that zkLink names, lower-case hex, zeros where there is none."""
    key_chain: int | None = None
    """zkLink's id of the chain that a change of key names; told where all that is missing is the wallet's own key."""
    fast: frozenset[tuple[int, int]] = frozenset()
    brokers: Mapping[tuple[int, int], BrokerOffer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ZkLinkQuote(Quote):
    """A judged draft. The numbers are None where the draft does not give them yet (18 decimals).

    `fast`: a broker shall pay in advance, for `ratio` (1/10000); then `received`, in the target token's own units on
    the chain, is what it pays, and `receive` says so. `fast_possible`: the token may be paid so on that chain,
    and `asked` is the ratio that brokers want for it now, None where there is none.
    """

    account_id: int
    sub_account_id: int
    chain_id: int | None
    source_token: int | None
    target_token: int | None
    recipient: bytes | None
    amount: int | None
    fee: int | None
    nonce: int | None
    balance: Amount | None
    maximum: str
    fast: bool = False
    ratio: int | None = 0
    received: int | None = None
    fast_possible: bool = False
    asked: int | None = None


FIELDS = (
    "sub_account",
    "chain",
    "source_token",
    "target_token",
    "amount",
    "recipient",
    "speed",
    "ratio",
    "fee",
    "nonce",
)
"""Names of the draft's fields. The original page's `from` and `account_id` are the account's own.

`speed` is `normal` (or empty) or `fast`: what profile v2 calls fastWithdraw. `ratio` is the withdrawFeeRatio in per
cent.
"""

NORMAL_SPEED, FAST_SPEED = "normal", "fast"
