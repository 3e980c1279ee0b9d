"""A claim as the window sees one, at any point of its way."""

from __future__ import annotations

from dataclasses import replace

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import GAS_MOST, LAST_STAGE, RECEIPT, SAID_BY
from ashore.systems.claiming.gas import GAS_SYMBOL
from ashore.systems.zklink.system.tracks import CLAIM, CLAIMED
from unit.ui.standin import NOW, PROFILE, StandInWallet, shown, terms

CLAIM_HASH = "0x" + "c1" * 32
MOST = 72_000 * 21 * 10**9


def paid_by(tx_hash: str, level: Level = Level.PROVEN) -> Evidence:
    """The payout that a transaction made."""
    return replace(shown("Withdrawal", NOW, 21_004_170, level), tx_hash=tx_hash)


def claim_sent(wallet: StandInWallet, name: str = "c") -> None:
    """A claim that an endpoint took."""
    details = {
        LAST_STAGE: CLAIMED,
        SAID_BY: "An endpoint of Arbitrum",
        "amount.text": "25.00 USDC",
        "target_token": "17",
        "nonce": "4",
        GAS_MOST: str(MOST),
        GAS_SYMBOL: "ETH",
    }
    about = replace(terms(25_000_000), track=str(CLAIM.ref), decimals=6, fee=0, details=details)
    wallet.happen(ev.WithdrawalStarted(name, about), NOW)
    wallet.happen(ev.MoveIntended(name, "m", MoveKind.CLAIM, PROFILE, CLAIM_HASH, "0x02", "s", 4), NOW)
    wallet.happen(ev.MoveSending(name, "m"), NOW)
    wallet.happen(ev.MoveAccepted(name, "m"), NOW)


def receipt(tx_hash: str, level: Level = Level.PROVEN) -> Evidence:
    """What a block did with a transaction."""
    facts = {
        "gas paid": "0.00002760974244 ETH",
        "gas used": "21,000 units",
        "outcome": "carried out",
        "price of gas": "1.31474964 gwei a unit",
    }
    return replace(shown(RECEIPT, NOW, 21_004_171, level, **facts), tx_hash=tx_hash)
