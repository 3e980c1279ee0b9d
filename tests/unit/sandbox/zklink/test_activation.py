"""ChangePubKey: an account becomes active."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ashore.systems.zklink.codec.profiles import Profile

FEE = 1_600_000_000_000_000_000


@pytest.fixture
def owner(hand: Any) -> Any:
    """The owner of account 1043, which is not active."""
    return replace(hand, index=1)


async def code_of(harbour: Any, params: list[Any]) -> int:
    with pytest.raises(Exception, match=r".") as refused:
        await harbour.zklink("sendTransaction", *params)
    code = refused.value.code  # type: ignore[attr-defined]
    assert isinstance(code, int)
    return code


@pytest.mark.parametrize("profile", [Profile.X_APEX, Profile.V2])
async def test_an_activated_account_can_withdraw(open_harbour: Any, owner: Any, profile: Profile) -> None:
    harbour = open_harbour(profile=profile)
    owner = replace(owner, profile=profile)
    withdrawal = owner.sign(owner.withdraw(account_id=1043, amount=10**18))
    assert await code_of(harbour, withdrawal) == 204

    main = harbour.world.network.chains[1].main_contract
    tx_hash = await harbour.zklink("sendTransaction", *owner.sign_activation(owner.activate(), main))
    assert tx_hash == owner.hash(owner.activate())
    await harbour.world.settle()
    account = await harbour.zklink("getAccount", 1043)
    assert (account["pubKeyHash"], account["nonce"]) == ("0x" + owner.activate().new_pubkey_hash.hex(), 1)

    tx_hash = await harbour.zklink("sendTransaction", *withdrawal)
    await harbour.world.settle()
    assert (await harbour.truth(tx_hash))["paid_l1"] == "1000000"
    assert await code_of(harbour, owner.sign_activation(owner.activate(), main)) == 213


def _auth(value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda tx: tx.update(ethAuthData=value)


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (_auth(None), 107),
        (_auth({"type": "Onchain"}), 107),
        (_auth({"type": "EthECDSA"}), 107),
        (_auth({"type": "EthECDSA", "ethSignature": "0x" + "11" * 64 + "1b"}), 108),
        (_auth({"type": "EthECDSA", "ethSignature": "0x"}), 108),
        (lambda tx: tx.update(ts=5), 110),
        (lambda tx: tx.update(newPkHash="0x" + "11" * 20), 110),
        (lambda tx: tx.update(newPkHash="0x11"), 106),
        (lambda tx: tx.update(chainId=3), 100),
        (lambda tx: tx.update(feeToken=99), 103),
    ],
)
async def test_refusals(harbour: Any, owner: Any, edit: Callable[[dict[str, Any]], None], code: int) -> None:
    params = owner.sign_activation(owner.activate())
    edit(params[0])
    assert await code_of(harbour, params) == code


@pytest.mark.parametrize(
    ("changes", "code"), [({"nonce": 1}, 205), ({"account_id": 1042}, 108), ({"fee": 10**20}, 206)]
)
async def test_signed_with_a_wrong_value(harbour: Any, owner: Any, changes: dict[str, Any], code: int) -> None:
    assert await code_of(harbour, owner.sign_activation(owner.activate(**changes))) == code


async def test_the_nonce_is_the_account_s_own(harbour: Any, owner: Any) -> None:
    """A withdrawal counts for its sub-account, a change of key for the account."""
    await harbour.zklink("sendTransaction", *owner.sign_activation(owner.activate()))
    await harbour.world.settle()
    await harbour.zklink("sendTransaction", *owner.sign(owner.withdraw(account_id=1043, amount=10**18)))
    await harbour.world.settle()
    account = await harbour.zklink("getAccount", 1043)
    assert (account["nonce"], account["subAccountNonces"]) == (1, {"0": 1})
    replaced = owner.activate(nonce=1, ts=1_767_225_999)
    assert await harbour.zklink("sendTransaction", *owner.sign_activation(replaced)) == owner.hash(replaced)


async def test_an_activation_may_be_charged(harbour: Any, owner: Any) -> None:
    switch = {"switches": {"activation_charged": True}}
    await harbour.control("faults", zklink=switch)
    assert await code_of(harbour, owner.sign_activation(owner.activate())) == 207
    charged = owner.activate(fee=FEE)
    await harbour.zklink("sendTransaction", *owner.sign_activation(charged))
    await harbour.world.settle()
    assert (await harbour.zklink("getAccountBalances", 1043, None))["0"]["17"] == str(60 * 10**18 - FEE)
    (told,) = (await harbour.control("status"))["zklink"]["activations"]
    assert (told["account_id"], told["nonce"], told["fee"], told["success"], told["holds"]) == (
        1043,
        0,
        str(FEE),
        True,
        True,
    )
    assert told["key_hash"] == "0x" + charged.new_pubkey_hash.hex()


async def test_gas_may_become_dearer(harbour: Any) -> None:
    await harbour.control("faults", zklink={"switches": {"gas_dearer": "6400.0"}})
    assert (await harbour.zklink("getSupportTokens"))["33"]["usdPrice"] == "6400.0"
    with pytest.raises(Exception, match="fee is too low"):
        await harbour.send()
    await harbour.send(fee=2 * FEE)
