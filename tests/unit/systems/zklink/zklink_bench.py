"""A deployment on two chains, what it offers an account, and a form that is filled in rightly."""

from dataclasses import replace
from typing import Any

from ashore.systems.base import Draft, Problem, Severity, Source
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.deployment import Deployment, PinnedChain, PinnedToken
from ashore.systems.zklink.system.checks import judge
from ashore.systems.zklink.system.offer import ChainOffer, SubAccountOffer, TokenOffer, ZkLinkOffer, ZkLinkQuote

ETHER = 10**18
OWN = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
KEY_HASH = "0x" + "51" * 20
RECIPIENT = "0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90"
MAIN = {1: "0x" + "a1" * 20, 2: "0x" + "a2" * 20}
USDC_ON = {1: "0x" + "b1" * 20, 2: "0x" + "b2" * 20}
ETH = "0x" + "ee" * 20

DEPLOYMENT = Deployment(
    id="zklink.x-apex.sandbox",
    title="zkLink",
    network="sandbox",
    dialect=Profile.X_APEX,
    operator_url="http://127.0.0.1/zklink",
    primary=1,
    chains={
        1: PinnedChain(
            1, "Harbour", 31337, "0x" + "01" * 32, MAIN[1], ("http://127.0.0.1/1/a", "http://127.0.0.1/1/b"), 12
        ),
        2: PinnedChain(
            2, "Strait", 31338, "0x" + "02" * 32, MAIN[2], ("http://127.0.0.1/rpc", "http://localhost/rpc"), 2
        ),
    },
    tokens={
        1: PinnedToken(1, "USD", {}, {}),
        17: PinnedToken(17, "USDC", USDC_ON, {1: 6, 2: 18}),
        19: PinnedToken(19, "DAI", {1: "0x" + "c1" * 20}, {1: 18}),
        33: PinnedToken(33, "ETH", {1: ETH, 2: ETH}, {1: 18, 2: 18}),
    },
)

FEE = 1_600_000_000_000_000_000


def offer(**changes: Any) -> ZkLinkOffer:
    """1,240.50 USDC and 10 USD on sub-account 0, 25 USDC on sub-account 1."""
    return replace(
        ZkLinkOffer(
            source=Source(DEPLOYMENT.id, 0, OWN, KEY_HASH),
            opened_at=1,
            account_id=1042,
            address=OWN,
            active=True,
            own_key=True,
            sub_accounts={
                0: SubAccountOffer(0, 7, {17: 1240 * ETHER + ETHER // 2, 1: 10 * ETHER, 33: ETHER}),
                1: SubAccountOffer(1, 3, {17: 25 * ETHER}),
            },
            chains={
                1: ChainOffer(1, "Harbour", 31337),
                2: ChainOffer(2, "Strait", 31338),
            },
            tokens={
                1: TokenOffer(1, "USD", {}, (17, 19)),
                17: TokenOffer(17, "USDC", {1: 6, 2: 18}, (17,), USDC_ON),
                19: TokenOffer(19, "DAI", {1: 18}, (19,)),
                33: TokenOffer(33, "ETH", {1: 18, 2: 18}, (33,)),
            },
            fees={(1, 17): FEE, (2, 17): FEE // 2, (1, 1): FEE, (1, 33): FEE // 3200},
            reserves={(17, 1): 5_000_000 * ETHER, (17, 2): 5_000_000 * ETHER},
        ),
        **changes,
    )


def draft(**fields: str) -> Draft:
    """25 USDC to Harbour, fee and nonce left to the wallet."""
    return Draft(
        {
            "sub_account": "0",
            "chain": "1",
            "source_token": "17",
            "target_token": "17",
            "amount": "25",
            "recipient": RECIPIENT,
            **fields,
        }
    )


def judged(offered: ZkLinkOffer | None = None, used: dict[str, int] | None = None, **fields: str) -> ZkLinkQuote:
    """The judgement of a draft with some fields changed."""
    return judge(DEPLOYMENT, offered or offer(), draft(**fields), used or {})


def problem(quote: ZkLinkQuote, field: str, severity: Severity = Severity.BLOCKS) -> Problem:
    """The problem beside a field, which has to have that severity."""
    found = quote.problems[field]
    assert found.severity is severity, found
    return found
