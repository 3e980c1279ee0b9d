"""Money on Reddio of an account whose Ethereum key is in another wallet, on the real practice network."""

from __future__ import annotations

import json
from typing import Any

from eth_account import Account as EthereumAccount
from eth_account.messages import encode_defunct

from ashore.domain.withdrawal import Mark
from ashore.engine.views import Account
from ashore.keys import derivation
from ashore.systems.reddio.system.offer import ReddioOffer
from ashore.systems.reddio.system.tracks import UPDATED
from faults.reddio_bench import RECEIVER, ReddioBench

KEY = "0x" + derivation.account_key(derivation.seed_from_mnemonic(derivation.PUBLIC_TEST_MNEMONIC.encode()), 3).hex()


async def added(vaults: ReddioBench) -> tuple[Account, str]:
    """The account, with its key on Reddio, as its own wallet signs for both."""
    wallet, holder = vaults.wallet, EthereumAccount.from_key(KEY)
    text = encode_defunct(text=wallet.elsewhere.key_text)
    account = await wallet.elsewhere.add(holder.address, "Ledger", holder.sign_message(text).signature.to_0x_hex())
    asked = json.loads(wallet.stark_accounts.request_text(vaults.reddio))
    signed = [holder.sign_typed_data(full_message=asked).signature.to_0x_hex() for _ in range(2)]
    return account, await wallet.stark_accounts.keep(account, vaults.reddio, (signed[0], signed[1]))


async def test_what_was_transferred_to_it_leaves_reddio_without_the_other_wallet(vaults: ReddioBench) -> None:
    account, stark_key = await added(vaults)
    offer = await vaults.open_reddio(account.index)
    assert (offer.accounts[0].stark_key, offer.holdings) == (stark_key, ())
    await vaults.take_out("ETH", "0.75", way="vault", recipient=stark_key)
    await vaults.operate("accept", "batch", "prove", "update")
    await vaults.look()
    review = await vaults.review_of("ETH", "0.25", account=account.index)
    assert review.signs_elsewhere == ""
    assert not review.texts
    withdrawal = await vaults.wallet.confirm(review)
    await vaults.until(lambda: vaults.voyage(withdrawal).status not in ("prepared", "unknown"))
    await vaults.operate("accept", "batch", "prove", "update")
    await vaults.look()
    assert vaults.mark(withdrawal, UPDATED) is Mark.PROVEN
    truth = one(vaults.requests(), stark_key)
    assert (truth["receiver"], truth["quanta"], truth["duplicates"]) == (RECEIVER, "250000", 0)


async def test_it_goes_with_the_account(vaults: ReddioBench) -> None:
    account, stark_key = await added(vaults)
    assert stark_key in {each.stark_key for each in await vaults.wallet.stark_accounts.all()}
    await vaults.wallet.elsewhere.remove(account)
    assert stark_key not in {each.stark_key for each in await vaults.wallet.stark_accounts.all()}
    again, _ = await added(vaults)
    assert isinstance(await vaults.open_reddio(again.index), ReddioOffer)


def one(requests: list[dict[str, Any]], stark_key: str) -> dict[str, Any]:
    (found,) = (each for each in requests if each["stark_key"] == stark_key)
    return found
