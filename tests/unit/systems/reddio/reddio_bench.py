"""A deployment of Reddio, what it offers an account, and a form that is filled in rightly."""

from dataclasses import replace
from typing import Any

from ashore.crypto.stark import public_key
from ashore.systems.base import Draft, Problem, Severity, Source
from ashore.systems.reddio.codec import Asset, AssetKind, hex_of
from ashore.systems.reddio.deployment import Deployment, PinnedChain
from ashore.systems.reddio.system.checks import judge
from ashore.systems.reddio.system.offer import Holding, ReddioOffer, ReddioQuote, StarkAccount

OWN = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
RECIPIENT = "0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90"
CONTRACT = "0x" + "5e" * 20
NOW = 1_767_225_600_000
"""2026-01-01 00:00 UTC."""

STANDARD, CAPITAL = "11155111:reddio:standard", "11155111:Reddio:standard"
KEY, OTHER_KEY, FOREIGN_KEY = (hex_of(public_key(number)) for number in (77, 78, 79))

DEPLOYMENT = Deployment(
    id="reddio.sandbox",
    title="Reddio",
    network="sandbox",
    api_url="http://127.0.0.1/reddio",
    contract=CONTRACT,
    key_chain_id=11155111,
    chain=PinnedChain(
        "Harbour", 31337, "0x" + "01" * 32, ("http://127.0.0.1/1/a", "http://127.0.0.1/1/b", "http://127.0.0.1/1/c"), 1
    ),
)

ETH = Asset(AssetKind.ETH, quantum=10**12)
TOKEN = Asset(AssetKind.ERC20, b"\x20" * 20, quantum=100)
NFT = Asset(AssetKind.ERC721, b"\x21" * 20, token_id=2**256 - 1)
MINTABLE = Asset(AssetKind.ERC721M, b"\x22" * 20, token_id=0)
MINTABLE_WITH_DATA = Asset(AssetKind.ERC721MC, b"\x23" * 20, token_id=5, token_url="ipfs://one/5")


def holding(asset: Asset, symbol: str, decimals: int, available: int, **changes: Any) -> Holding:
    """So many quanta of an asset under the standard key."""
    return replace(
        Holding(asset, symbol, symbol, decimals, STANDARD, KEY, available, frozen=0, withdraw_frozen=0), **changes
    )


def offer(**changes: Any) -> ReddioOffer:
    """2.5 ETH, 1,234.56789 of a token with 8 decimals, three NFTs; the capital key holds 1 ETH."""
    return replace(
        ReddioOffer(
            source=Source(DEPLOYMENT.id, 0, OWN, stark_keys=((STANDARD, KEY), (CAPITAL, OTHER_KEY))),
            opened_at=1,
            address=OWN,
            chain=DEPLOYMENT.chain,
            holdings=(
                holding(ETH, "ETH", 18, 2_500_000, withdraw_frozen=100),
                holding(TOKEN, "WBTC", 8, 1_234_567_890),
                holding(NFT, "PUNK", 0, 1),
                holding(MINTABLE, "MINT", 0, 1),
                holding(MINTABLE_WITH_DATA, "DATA", 0, 1),
                holding(ETH, "ETH", 18, 1_000_000, key=CAPITAL, stark_key=OTHER_KEY),
            ),
            accounts=(
                StarkAccount(STANDARD, KEY, standard=True, holdings=5),
                StarkAccount(CAPITAL, OTHER_KEY, standard=False, holdings=1),
            ),
            registered={OTHER_KEY: OWN},
            contract=DEPLOYMENT.contract,
        ),
        **changes,
    )


def fields(**typed: str) -> dict[str, str]:
    """1.5 ETH to an address, with what is typed otherwise."""
    return {"way": "ethereum", "asset": hex_of(ETH.asset_id), "amount": "1.5", "recipient": RECIPIENT, **typed}


def judged(of: ReddioOffer | None = None, **typed: str) -> ReddioQuote:
    """The quote of such a form."""
    return judge(DEPLOYMENT, of or offer(), Draft(fields(**typed)), {}, NOW)


def problem(name: str, of: ReddioOffer | None = None, **typed: str) -> Problem:
    """What is said beside a field."""
    return judged(of, **typed).problems[name]


def blocks(name: str, of: ReddioOffer | None = None, **typed: str) -> str:
    """The sentence that stops a review there."""
    found = problem(name, of, **typed)
    assert found.severity is Severity.BLOCKS
    return str(found)
