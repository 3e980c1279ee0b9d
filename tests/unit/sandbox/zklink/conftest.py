"""A practice world that is quick to open, and a wallet's hand that signs for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data

from ashore.crypto import musig
from ashore.sandbox import genesis
from ashore.sandbox.clock import ClockMode
from ashore.sandbox.server import create_app
from ashore.sandbox.world import World, WorldConfig
from ashore.systems.zklink.codec import texts
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.codec.transactions import ChangePubKey, Withdraw, signed_bytes, tx_hash

TOKEN = "a token that opens the controls"
FEE = 1_600_000_000_000_000_000
RECIPIENT = bytes.fromhex("5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90")
SYMBOLS = {1: "USD", 17: "USDC", 18: "USDT", 19: "DAI", 33: "ETH"}


@dataclass
class Hand:
    """Signs as a wallet does: by default a withdrawal of 100 USDC from account 1042 that the node accepts."""

    index: int = 0
    profile: Profile = Profile.X_APEX
    keys: dict[int, bytes] = field(default_factory=dict)

    def withdraw(self, **changes: Any) -> Withdraw:
        tx = Withdraw(
            to_chain_id=1,
            account_id=1042,
            sub_account_id=0,
            to=RECIPIENT,
            l2_source_token=17,
            l1_target_token=17,
            amount=100 * 10**18,
            fee=FEE,
            nonce=0,
            flag=0,
            withdraw_fee_ratio=0,
            ts=1_767_225_700,
        )
        return replace(tx, **changes)

    def layer2_key(self) -> bytes:
        return self.keys.setdefault(self.index, genesis.layer2_key(self.index))

    def zk_signature(self, tx: Withdraw | ChangePubKey) -> dict[str, str]:
        key = self.layer2_key()
        signature = musig.sign(key, signed_bytes(tx, self.profile))
        return {"pubKey": "0x" + musig.public_key(key).hex(), "signature": signature.hex()}

    def personal_sign(self, text: str) -> str:
        signed = Account.from_key(genesis.private_key(self.index)).sign_message(encode_defunct(text=text))
        return "0x" + bytes(signed.signature).hex()

    def sign(self, tx: Withdraw) -> list[Any]:
        """The parameters of sendTransaction."""
        value = {
            "type": "Withdraw",
            "toChainId": tx.to_chain_id,
            "accountId": tx.account_id,
            "subAccountId": tx.sub_account_id,
            "to": "0x" + tx.to.hex(),
            "l2SourceToken": tx.l2_source_token,
            "l1TargetToken": tx.l1_target_token,
            "amount": str(tx.amount),
            "fee": str(tx.fee),
            "nonce": tx.nonce,
            "signature": self.zk_signature(tx),
            self.profile.flag_name: tx.flag,
            "withdrawFeeRatio": tx.withdraw_fee_ratio,
            "ts": tx.ts,
        }
        if self.profile.is_x:
            value["callData"] = None if tx.call_data is None else list(tx.call_data)
        text = texts.withdraw_text(tx, SYMBOLS.get(tx.l2_source_token, "?"), self.profile)
        return [value, {"type": "EthereumSignature", "signature": self.personal_sign(text)}, None]

    def activate(self, **changes: Any) -> ChangePubKey:
        tx = ChangePubKey(
            chain_id=1,
            account_id=1043,
            sub_account_id=0,
            new_pubkey_hash=musig.public_key_hash(musig.public_key(self.layer2_key())),
            fee_token=17,
            fee=0,
            nonce=0,
            ts=1_767_225_700,
        )
        return replace(tx, **changes)

    def sign_activation(self, tx: ChangePubKey, main_contract: str = "0x" + "00" * 20) -> list[Any]:
        if self.profile.signs_typed_data:
            typed = texts.change_pubkey_typed_data(tx, bytes.fromhex(main_contract[2:]), genesis.EVM_CHAIN_ID)
            key = Account.from_key(genesis.private_key(self.index))
            auth = "0x" + bytes(key.sign_message(encode_typed_data(full_message=typed)).signature).hex()
        else:
            auth = self.personal_sign(texts.change_pubkey_text(tx))
        value = {
            "type": "ChangePubKey",
            "chainId": tx.chain_id,
            "accountId": tx.account_id,
            "subAccountId": tx.sub_account_id,
            "newPkHash": "0x" + tx.new_pubkey_hash.hex(),
            "feeToken": tx.fee_token,
            "fee": str(tx.fee),
            "nonce": tx.nonce,
            "signature": self.zk_signature(tx),
            "ethAuthData": {"type": "EthECDSA", "ethSignature": auth},
            "ts": tx.ts,
        }
        return [value, None, None]

    def hash(self, tx: Withdraw | ChangePubKey) -> str:
        return tx_hash(tx, self.profile)


class RefusedError(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code = error["code"]


@dataclass
class Harbour:
    """A world with a client that sees only what a wallet sees."""

    world: World
    client: httpx.AsyncClient
    hand: Hand

    async def rpc(self, path: str, method: str, *params: Any) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        answer = (await self.client.post(path, json=body)).json()
        if "error" in answer:
            raise RefusedError(answer["error"])
        return answer["result"]

    async def zklink(self, method: str, *params: Any) -> Any:
        return await self.rpc("/zklink", method, *params)

    async def l1(self, method: str, *params: Any, chain: int = 1) -> Any:
        return await self.rpc(f"/l1/{chain}/a", method, *params)

    async def send(self, **changes: Any) -> str:
        result = await self.zklink("sendTransaction", *self.hand.sign(self.hand.withdraw(**changes)))
        assert isinstance(result, str)
        return result

    async def control(self, operation: str, **value: Any) -> Any:
        answer = await self.client.post(f"/ctl/{operation}", json=value, headers={"x-ashore-token": TOKEN})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def truth(self, tx_hash: str) -> dict[str, Any]:
        status = await self.control("status")
        return next(one for one in status["zklink"]["withdrawals"] if one["l2_tx_hash"] == tx_hash)


Open = Callable[..., Harbour]


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a world in which nothing has happened yet."""
    folder = tmp_path_factory.mktemp("deployed")
    World(WorldConfig(data_dir=folder, clock=ClockMode.STEP)).close()
    return folder


@pytest.fixture(scope="session")
def hand() -> Hand:
    return Hand()


@pytest.fixture
def open_harbour(hand: Hand) -> Iterator[Open]:
    """Opens worlds and closes them after the test."""
    worlds: list[World] = []

    def open_one(**config: Any) -> Harbour:
        app, world = create_app(WorldConfig(**{"clock": ClockMode.STEP, **config}), TOKEN)
        worlds.append(world)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox")
        return Harbour(world, client, replace(hand, profile=world.network.profile))

    yield open_one
    for world in worlds:
        world.close()


@pytest.fixture
def folder(deployed: Path, tmp_path: Path) -> Path:
    """A copy of the deployed world's folder."""
    return Path(shutil.copytree(deployed, tmp_path / "world"))


@pytest.fixture
def harbour(open_harbour: Open, folder: Path) -> Harbour:
    """A world in mode step, moved by hand."""
    return open_harbour(data_dir=folder)


@pytest.fixture(scope="session")
def deployed_on_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a world of two chains in which nothing has happened yet."""
    folder = tmp_path_factory.mktemp("deployed-on-two")
    World(WorldConfig(data_dir=folder, clock=ClockMode.STEP, chains=2)).close()
    return folder


@pytest.fixture
def two_folder(deployed_on_two: Path, tmp_path: Path) -> Path:
    """A copy of the folder of the world with two chains."""
    return Path(shutil.copytree(deployed_on_two, tmp_path / "world-of-two"))


@pytest.fixture
def two(open_harbour: Open, two_folder: Path) -> Harbour:
    """A world of two chains in mode step, moved by hand."""
    return open_harbour(data_dir=two_folder, chains=2)
