"""A world with Reddio, with a client that sees only what a wallet sees, and a hand that signs as a wallet does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from ashore.crypto.stark import sign
from ashore.sandbox import genesis
from ashore.sandbox.evm.contracts import Sender
from ashore.sandbox.reddio.deployment import stark_key, stark_private_key
from ashore.sandbox.reddio.practice import PracticeReddio
from ashore.sandbox.world import World
from ashore.systems.reddio.codec import (
    NEVER_EXPIRES,
    Asset,
    AssetKind,
    Transfer,
    hex_of,
    message_hash,
    read_withdrawal_to,
    transfer_body,
    withdrawal_body,
    withdrawal_to_body,
)
from ashore.systems.reddio.codec.l1.calls import claim_of, encode_claim

TOKEN = "a token that opens the controls"
RECIPIENT = int("5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90", 16)


class RefusedError(Exception):
    """The API refused; `code` is that of its envelope."""

    def __init__(self, envelope: dict[str, Any]) -> None:
        super().__init__(envelope["error"])
        self.code = envelope.get("error_code")


@dataclass
class Coast:
    """The practice Reddio, asked over HTTP."""

    world: World
    client: httpx.AsyncClient

    @property
    def reddio(self) -> PracticeReddio:
        assert self.world.reddio is not None
        return self.world.reddio

    # ---- asking

    async def get(self, path: str, **query: object) -> Any:
        params = {name: str(value) for name, value in query.items()}
        return _data(await self.client.get("/reddio" + path, params=params))

    async def post(self, path: str, body: object) -> Any:
        return _data(await self.client.post("/reddio" + path, json=body))

    async def control(self, operation: str, **value: Any) -> Any:
        answer = await self.client.post(f"/ctl/{operation}", json=value, headers={"x-ashore-token": TOKEN})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def switch(self, **switches: object) -> None:
        await self.control("faults", reddio={"switches": switches})

    async def truth(self) -> dict[str, Any]:
        status = await self.control("status")
        told = status["reddio"]
        assert isinstance(told, dict)
        return told

    async def record(self, sequence_id: int, account: int = 0) -> dict[str, Any]:
        records = await self.get("/v1/record", stark_key=hex_of(stark_key(account)), sequence_id=sequence_id)
        assert isinstance(records, list)
        return dict(records[0])

    async def quanta(self, asset: Asset, account: int = 0) -> tuple[int, int]:
        """What is available and what is on its way."""
        told = await self.get("/v1/balance", stark_key=hex_of(stark_key(account)), asset_id=hex_of(asset.asset_id))
        return told["balance_available"], told["withdraw_frozen"]

    # ---- assets

    def asset(self, symbol: str, token_id: int | None = None) -> Asset:
        for contract in self.reddio.catalogue.contracts:
            for _, asset in self.reddio.catalogue.of_contract(contract):
                if contract.symbol == symbol and asset.token_id == token_id:
                    return asset
        raise KeyError(symbol)

    # ---- signing

    async def transfer_of(self, asset: Asset, quanta: int, receiver: int, account: int = 0, **changes: Any) -> Transfer:
        mine = hex_of(stark_key(account))
        theirs = f"{receiver:#042x}" if receiver < 1 << 160 else hex_of(receiver)
        vaults = await self.get("/v1/vaults", asset_id=hex_of(asset.asset_id), stark_keys=f"{mine},{theirs}")
        nonce = await self.get("/v1/nonce", stark_key=mine)
        fields = {
            "asset_id": asset.asset_id,
            "receiver": receiver,
            "sender_vault_id": int(vaults["vault_ids"][0]),
            "receiver_vault_id": int(vaults["vault_ids"][1]),
            "amount": quanta,
            "nonce": nonce["nonce"],
            "expiration_hours": NEVER_EXPIRES,
        }
        return Transfer(**(fields | changes))

    async def withdrawal_body(
        self, asset: Asset, quanta: int = 1, receiver: int = RECIPIENT, account: int = 0, **changes: Any
    ) -> dict[str, Any]:
        transfer = await self.transfer_of(asset, quanta, receiver, account, **changes)
        signature = sign(stark_private_key(account), message_hash(transfer))
        body = withdrawal_to_body(transfer, asset, stark_key(account), signature)
        if asset.kind is not AssetKind.ETH:
            assert read_withdrawal_to(body).is_of(asset)
        return body

    async def withdraw(self, asset: Asset, quanta: int = 1, receiver: int = RECIPIENT, account: int = 0) -> int:
        body = await self.withdrawal_body(asset, quanta, receiver, account)
        told = await self.post("/v1/withdrawalto", body)
        return int(told["sequence_id"])

    async def withdraw_plainly(self, asset: Asset, quanta: int = 1, account: int = 0) -> int:
        told = await self.post("/v1/withdrawal", withdrawal_body(asset, stark_key(account), quanta))
        return int(told["sequence_id"])

    async def transfer(self, asset: Asset, quanta: int, to_account: int, account: int = 0) -> int:
        transfer = await self.transfer_of(asset, quanta, stark_key(to_account), account)
        signature = sign(stark_private_key(account), message_hash(transfer))
        told = await self.post("/v1/transfers", transfer_body(transfer, asset, stark_key(account), signature))
        return int(told["sequence_id"])

    # ---- Ethereum

    def send(self, data: bytes, account: int = 2) -> str:
        """Call the exchange and mine; the transaction's hash."""
        sender = Sender(self.world.chain, genesis.private_key(account))
        sent = sender.send(self.reddio.deployment.exchange.address, data)
        self.world.chain.mine()
        return "0x" + sent.hex()

    def claim(self, asset: Asset, owner_key: int = RECIPIENT) -> str:
        """Claim as a third party does, and mine; the transaction's hash."""
        return self.send(encode_claim(claim_of(owner_key, asset)))

    def is_conserved(self) -> bool:
        """Whether what is on layer 2, pending and paid is what was put in, of every asset."""
        return all(sum(parts[:3]) == parts[3] for parts in self.reddio.truth.conservation().values())


def _data(answer: httpx.Response) -> Any:
    envelope = answer.json()
    if envelope["status"] != "OK":
        raise RefusedError(envelope)
    return envelope["data"]
