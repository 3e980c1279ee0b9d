"""The Stark keys of accounts as the wallet asks for them: late, once, and still known when the keys are away."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from eth_account import Account as EthereumAccount
from eth_account.messages import encode_defunct

from ashore.domain.errors import AshoreError
from ashore.engine.stark_accounts import StarkAccounts
from ashore.engine.views import Account, ProfileInfo
from ashore.keys.errors import Locked, Refused
from ashore.keys.external_signer import ExternalSigner
from ashore.keys.signer import Signer
from ashore.systems.zklink.codec.texts import KEY_DERIVATION_TEXT
from unit.keys.test_external_accounts import OTHER
from unit.keys.test_external_stark import expected_key, signed, signed_otherwise
from unit.keys.test_signer import COMMAND, python_path

SEPOLIA = 11155111
PROFILES = (
    ProfileInfo("zklink", "zkLink", "zkLink", ""),
    ProfileInfo("reddio", "Reddio", "Reddio", "", key_chain_id=SEPOLIA),
)


@pytest.fixture
async def signer(tmp_path: Path) -> AsyncIterator[Signer]:
    async with Signer(COMMAND, python_path()) as started:
        await started.create(tmp_path / "own.vault", bytearray(b"pw"), None, network="sandbox", fast_kdf=True)
        yield started


async def own_accounts(signer: Signer) -> list[Account]:
    return [
        Account(a.index, a.address, f"Account {a.index + 1}", a.l2_pub_key_hash) for a in await signer.accounts(0, 2)
    ]


async def elsewhere(signer: Signer) -> Account:
    text = "0x" + bytes(EthereumAccount.sign_message(encode_defunct(text=KEY_DERIVATION_TEXT), OTHER).signature).hex()
    kept = await ExternalSigner(signer).keep(EthereumAccount.from_key(OTHER).address, "Ledger", text)
    return Account(kept.index, kept.address, kept.label, kept.l2_pub_key_hash, elsewhere=True)


async def test_each_account_has_its_keys_and_no_key_is_listed_twice(signer: Signer) -> None:
    accounts = await own_accounts(signer)
    found = await StarkAccounts(signer, lambda: accounts, PROFILES).all()
    assert {each.account for each in found} == set(accounts)
    assert len({each.stark_key for each in found}) == len(found) >= 12
    first = await StarkAccounts(signer, lambda: accounts, PROFILES).of(accounts[0], "reddio")
    assert first[0] == (f"{SEPOLIA}:reddio:standard", found[0].stark_key)


async def test_a_place_without_stark_keys_asks_for_none(signer: Signer) -> None:
    (account, _) = await own_accounts(signer)
    keys = StarkAccounts(signer, lambda: [account], PROFILES)
    await signer.lock()
    assert await keys.of(account, "zklink") == ()
    with pytest.raises(Locked):
        await keys.of(account, "reddio")
    with pytest.raises(AshoreError):
        keys.request_text("zklink")


async def test_they_stay_known_while_the_keys_are_away(signer: Signer) -> None:
    accounts = await own_accounts(signer)
    keys = StarkAccounts(signer, lambda: accounts, PROFILES)
    found = await keys.all()
    await signer.lock()
    assert await keys.all() == found


async def test_an_account_of_another_wallet_has_the_keys_that_it_signed_for(signer: Signer) -> None:
    account = await elsewhere(signer)
    keys = StarkAccounts(signer, lambda: [account], PROFILES)
    assert await keys.all() == ()
    asked = json.loads(keys.request_text("reddio"))
    made = "0x" + bytes(EthereumAccount.sign_typed_data(OTHER, full_message=asked).signature).hex()
    with pytest.raises(Refused, match="two different ways"):
        await keys.keep(account, "reddio", (made, signed_otherwise()))
    assert await keys.all() == ()
    assert await keys.keep(account, "reddio", (made, signed())) == expected_key()
    assert (await keys.of(account, "reddio"))[0] == (f"{SEPOLIA}:reddio:standard", expected_key())
    await signer.lock()
    assert (await keys.all())[0].stark_key == expected_key()


async def test_what_was_removed_is_not_remembered(signer: Signer) -> None:
    account = await elsewhere(signer)
    keys = StarkAccounts(signer, lambda: [account], PROFILES)
    await keys.keep(account, "reddio", (signed(), signed()))
    await ExternalSigner(signer).forget(account.index, account.address)
    again = await elsewhere(signer)
    assert await keys.of(again, "reddio") == ()
