"""The node's answers to questions: shapes of zkLink's SDK (provider/src/response.rs)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ashore.crypto.keccak import keccak256
from ashore.sandbox.clock import Stage
from ashore.sandbox.jsonrpc import INVALID_PARAMS, METHOD_NOT_FOUND, RpcError
from ashore.sandbox.zklink.faults import Faults, Switch
from ashore.sandbox.zklink.ledger import Account
from ashore.sandbox.zklink.network import STABLECOINS, USD_TOKEN, Gateway, Network
from ashore.sandbox.zklink.pricing import Pricing
from ashore.sandbox.zklink.rollup import L2Block, Record, Rollup
from ashore.sandbox.zklink.transactions import Code, Withdraw
from ashore.systems.zklink.codec.profiles import Profile

MAX_PAGE = 100


class Settlement(Protocol):
    """What the node knows of L1, told by the operator's engine."""

    def settled(self, stage: Stage, chain: int | None = None) -> int:
        """The newest layer-2 block that has passed this L1 stage, on every chain or on one."""

    def stage_tx(self, block: int, stage: Stage, chain: int | None = None) -> str | None:
        """The L1 transaction that took this block through the stage on a chain, once it is mined."""

    def payout_tx(self, tx_hash: str) -> str | None:
        """The L1 transaction that paid this withdrawal out, once it is mined."""

    def liquidity(self, token_id: int, chain: int) -> int:
        """What a chain's contract holds of a token beyond what it owes, in 18-decimal units."""


class Views:
    """Answers that change nothing.

    Args:
        network: chains, tokens, profile.
        rollup: layer 2.
        settlement: layer 1 as the operator knows it.
        faults: the lies in force.
    """

    def __init__(self, network: Network, rollup: Rollup, settlement: Settlement, faults: Faults) -> None:
        self._network = network
        self._rollup = rollup
        self._settlement = settlement
        self._faults = faults
        self._pricing = Pricing(network, faults)

    # chains and tokens

    def support_chains(self) -> list[dict[str, Any]]:
        """getSupportChains."""
        invented = self._faults.text(Switch.WRONG_CONTRACT, "0x" + "66" * 20)
        return [
            {
                "chainId": chain.id,
                "chainType": chain.chain_type,
                "layerOneChainId": hex(chain.layer_one_chain_id),
                "mainContract": chain.main_contract if invented is None else invented,
                "gasTokenId": chain.gas_token_id,
                "depositConfirmation": chain.deposit_confirmation,
            }
            for chain in self._network.chains.values()
        ]

    def support_tokens(self) -> dict[str, Any]:
        """getSupportTokens."""
        invented = self._faults.text(Switch.WRONG_DECIMALS, "9")
        return {
            str(token.id): {
                "id": token.id,
                "symbol": token.symbol,
                "usdPrice": token.usd_price,
                "chains": {
                    str(chain_id): {
                        "chainId": chain_id,
                        "address": on_chain.address,
                        "decimals": on_chain.decimals if invented is None else int(invented),
                        "fastWithdraw": on_chain.fast_withdraw,
                    }
                    for chain_id, on_chain in token.chains.items()
                },
            }
            for token in self._pricing.tokens().values()
        }

    def token_reserve(self, token_id: Any, mapping: Any) -> dict[str, str]:
        """getTokenReserve: what can be withdrawn per chain, 18 decimals."""
        if isinstance(token_id, bool) or not isinstance(token_id, int) or not isinstance(mapping, bool):
            raise RpcError(INVALID_PARAMS, "expected a token id and a flag")
        token = self._network.tokens.get(token_id)
        if token is None:
            raise RpcError(Code.TOKEN_NOT_FOUND, "token not found")
        if mapping and token_id not in STABLECOINS and token_id != USD_TOKEN:
            raise RpcError(Code.TOKEN, "only stablecoins are mapped to USD")
        return {str(chain_id): str(self.reserve(token_id, chain_id)) for chain_id in token.chains}

    def reserve(self, token_id: int, chain: int) -> int:
        """What can still be withdrawn of a token, 18 decimals: a chain's liquidity less what layer 2 has promised."""
        if self._faults.on(Switch.RESERVE_EMPTY, chain):
            return 0
        executed_on_l1 = self._settlement.settled(Stage.EXECUTE, chain)
        promised = sum(
            record.tx.amount
            for record in self._rollup.records.values()
            if isinstance(record.tx, Withdraw)
            and (record.tx.target_token, record.tx.chain_id) == (token_id, chain)
            and record.success is not False
            and (record.block is None or record.block > executed_on_l1)
        )
        return max(0, self._settlement.liquidity(token_id, chain) - promised)

    def eth_property(self) -> dict[str, Any]:
        """getEthProperty: where the gateways of chains that are layer 2 themselves lead, and what they take."""
        chain = self._network.chains[self._network.primary]
        return {
            "chainId": chain.id,
            "layerOneChainId": hex(chain.layer_one_chain_id),
            "gateways": [self._gateway(gateway, chain.id) for gateway in self._network.gateways.values()],
            "gasTokenId": chain.gas_token_id,
            "depositConfirmation": chain.deposit_confirmation,
        }

    def _gateway(self, gateway: Gateway, below: int) -> dict[str, Any]:
        tokens = {token_id: self._network.tokens[token_id].chains[below] for token_id in gateway.tokens}
        return {
            "chainId": gateway.chain_id,
            "l1GatewayContract": gateway.lower,
            "l2GatewayContract": gateway.upper,
            "tokens": [
                {
                    "tokenId": token_id,
                    "tokenAddress": token.address,
                    "decimal": token.decimals,
                    "fastWithdraw": token.fast_withdraw,
                }
                for token_id, token in tokens.items()
            ],
        }

    # accounts

    def find_account(self, key: Any) -> Account:
        """An account by address or id.

        Raises:
            RpcError: 201, or the key is neither.
        """
        account = None
        if isinstance(key, int) and not isinstance(key, bool):
            account = self._rollup.ledger.account(key)
        elif isinstance(key, str):
            account = self._rollup.ledger.by_address(_address(key))
        else:
            raise RpcError(INVALID_PARAMS, "expected an address or an account id")
        if account is None:
            raise RpcError(Code.ACCOUNT_NOT_FOUND, "account not found")
        return account

    @staticmethod
    def account(account: Account) -> dict[str, Any]:
        """getAccount."""
        return {
            "id": account.id,
            "address": "0x" + account.address.hex(),
            "nonce": account.nonce,
            "pubKeyHash": "0x" + account.pub_key_hash.hex(),
            "subAccountNonces": {str(sub): nonce for sub, nonce in sorted(account.sub_nonces.items())},
        }

    @staticmethod
    def balances(account: Account, sub_account: Any) -> dict[str, dict[str, str]]:
        """getAccountBalances."""
        if sub_account is not None and (isinstance(sub_account, bool) or not isinstance(sub_account, int)):
            raise RpcError(INVALID_PARAMS, "expected a sub-account id or null")
        wanted = sorted(account.balances) if sub_account is None else [sub_account]
        return {
            str(sub): {str(token): str(amount) for token, amount in sorted(account.balances.get(sub, {}).items())}
            for sub in wanted
        }

    def snapshot(self, account: Account, sub_account: Any) -> dict[str, Any]:
        """getAccountSnapshot of the newest state."""
        parts = self.balances(account, sub_account)
        return {
            **self.account(account),
            "balances": parts,
            "orderSlots": {sub: {} for sub in parts},
            "positions": {sub: {} for sub in parts},
            "blockNumber": self._rollup.height,
        }

    # transactions

    def transaction(self, tx_hash: Any) -> dict[str, Any]:
        """getTransactionByHash."""
        return self._transaction(self._record(tx_hash))

    def history(self, kind: Any, address: Any, page: Any, size: Any) -> dict[str, Any]:
        """getAccountTransactionHistory, newest first."""
        if not isinstance(kind, str) or not isinstance(address, str):
            raise RpcError(INVALID_PARAMS, "expected a type and an address")
        page, size = _whole(page, 0, 10**6), _whole(size, 1, MAX_PAGE)
        account = self.find_account(address)
        mine = [
            record
            for record in reversed(self._rollup.records.values())
            if record.tx.account_id == account.id and record.json["type"] == kind
        ]
        return {
            "totalPageNum": -(-len(mine) // size),
            "pageIndex": page,
            "pageSize": size,
            "pageData": [self._history_row(account, record) for record in mine[page * size : (page + 1) * size]],
        }

    def withdrawals(self, after_us: Any, most: Any) -> list[dict[str, Any]]:
        """getWithdrawTxs: executed withdrawals after a time, oldest first."""
        after_us, most = _whole(after_us, 0, 2**63), _whole(most, 1, MAX_PAGE)
        found = [
            record
            for record in self._rollup.records.values()
            if record.success and isinstance(record.tx, Withdraw) and (record.executed_us or 0) > after_us
        ]
        return [{"txHash": r.tx_hash, "tx": self._told(r), "executedTimestamp": r.executed_us} for r in found[:most]]

    def withdraw_status(self, hashes: Any) -> list[dict[str, Any]]:
        """getWithdrawStatus.

        Raises:
            RpcError: the node does not offer it, or a hash is unknown.
        """
        if self._faults.on(Switch.NO_WITHDRAW_STATUS):
            raise RpcError(METHOD_NOT_FOUND, "Method not found")
        if not isinstance(hashes, list) or len(hashes) > MAX_PAGE:
            raise RpcError(INVALID_PARAMS, f"expected at most {MAX_PAGE} hashes")
        return [self._withdraw_status(self._record(tx_hash)) for tx_hash in hashes]

    def pending_block(self, after_us: Any, include_tx: Any, limit: Any = None) -> list[dict[str, Any]]:
        """getPendingBlock: executed, not yet in a block."""
        after_us = _whole(after_us, 0, 2**63)
        most = MAX_PAGE if limit is None else _whole(limit, 1, MAX_PAGE)
        records = [r for r in self._rollup.unsealed() if (r.executed_us or 0) > after_us]
        return [self._transaction(r) if include_tx else {"txHash": r.tx_hash} for r in records[:most]]

    def _record(self, tx_hash: Any) -> Record:
        if not isinstance(tx_hash, str) or len(tx_hash) > 66:
            raise RpcError(INVALID_PARAMS, "expected a transaction hash")
        record = self._rollup.records.get("0x" + tx_hash.lower().removeprefix("0x"))
        if record is None:
            raise RpcError(Code.TX_NOT_FOUND, "transaction not found")
        return record

    def _transaction(self, record: Record) -> dict[str, Any]:
        return {
            "txHash": record.tx_hash,
            "tx": self._told(record),
            "receipt": _receipt(record),
            "updates": [],
        }

    def _told(self, record: Record) -> dict[str, Any]:
        """The transaction as the node tells it: as signed, unless it lies."""
        value = dict(record.json)
        if isinstance(record.tx, Withdraw):
            amount = self._faults.text(Switch.WRONG_AMOUNT, str(record.tx.amount // 2))
            recipient = self._faults.text(Switch.WRONG_RECIPIENT, "0x" + "66" * 20)
            value["amount"] = value["amount"] if amount is None else amount
            value["to"] = value["to"] if recipient is None else recipient
        return value

    def _history_row(self, account: Account, record: Record) -> dict[str, Any]:
        told = self._told(record)
        return {
            "chainId": told.get("toChainId", told.get("chainId")),
            "fromAccount": "0x" + account.address.hex(),
            "toAccount": told.get("to", "0x" + account.address.hex()),
            "amount": told.get("amount", "0"),
            "nonce": record.tx.nonce,
            "tx": told,
            "txHash": record.tx_hash,
            "txReceipt": _receipt(record),
            "createdAt": record.accepted_us,
        }

    def _withdraw_status(self, record: Record) -> dict[str, Any]:
        l1_tx = self._settlement.payout_tx(record.tx_hash)
        if l1_tx is not None and self._faults.on(Switch.WRONG_L1_TX):
            l1_tx = _invented(l1_tx)
        return {
            "l2TxHash": record.tx_hash,
            "l1TxHash": l1_tx,
            "executed": record.success is not None,
            "success": bool(record.success),
            "blockNumber": record.block,
            "blockIndex": record.position,
        }

    # blocks

    def latest_block_number(self) -> dict[str, Any]:
        """getLatestBlockNumber."""
        height = self._rollup.height
        lies_executed = self._faults.on(Switch.LIE_VERIFIED)
        lies_committed = lies_executed or self._faults.on(Switch.LIE_PROVED) or self._faults.on(Switch.LIE_COMMITTED)
        newest = self._rollup.blocks.get(height)
        return {
            "lastBlockNumber": height,
            "timestamp": newest.timestamp * 10**6 if newest else 0,
            "committed": height if lies_committed else self._settlement.settled(Stage.COMMIT),
            "verified": height if lies_executed else self._settlement.settled(Stage.EXECUTE),
        }

    def block(self, number: Any, include_tx: Any) -> dict[str, Any]:
        """getBlockByNumber; null is the newest."""
        block = self._block(self._rollup.height if number is None else number)
        root = keccak256(block.root) if self._faults.on(Switch.WRONG_ROOT) else block.root
        return {
            "number": block.number,
            "commitment": "0x" + keccak256(block.root).hex(),
            "rootHash": "0x" + root.hex(),
            "feeAccountId": 0,
            "blockSize": len(block.txs),
            "opsCompositionNumber": 1,
            "timestamp": block.timestamp * 10**6,
            "transactions": [self._transaction(self._rollup.records[r.tx_hash]) for r in block.txs]
            if include_tx
            else [],
        }

    def block_on_chain(self, number: Any) -> dict[str, Any]:
        """getBlockOnChainByNumber: the L1 transactions that this block went through."""
        block = self._block(number)
        lies = {
            "committed": (Switch.LIE_COMMITTED, Switch.LIE_PROVED, Switch.LIE_VERIFIED),
            "proved": (Switch.LIE_PROVED, Switch.LIE_VERIFIED),
            "verified": (Switch.LIE_VERIFIED,),
        }
        stages: Mapping[str, Stage] = {"committed": Stage.COMMIT, "proved": Stage.PROVE, "verified": Stage.EXECUTE}
        answer: dict[str, Any] = {}
        for name, stage in stages.items():
            lied = any(self._faults.on(lie) for lie in lies[name])
            named = [(chain, self._told_tx(block.number, stage, chain, lied=lied)) for chain in self._network.chains]
            answer[name] = [{"chainId": chain, "txHash": tx_hash} for chain, tx_hash in named if tx_hash is not None]
        if self._network.profile is Profile.V2:
            del answer["proved"]
        return answer

    def _told_tx(self, block: int, stage: Stage, chain: int, *, lied: bool) -> str | None:
        if stage is Stage.PROVE and chain != self._network.primary:
            return None
        tx_hash = self._settlement.stage_tx(block, stage, chain)
        if tx_hash is None:
            return _invented(f"{stage} {block} {chain}") if lied else None
        return _invented(tx_hash) if self._faults.on(Switch.WRONG_L1_TX) else tx_hash

    def _block(self, number: Any) -> L2Block:
        block = self._rollup.blocks.get(_whole(number, 0, 2**32 - 1))
        if block is None:
            raise RpcError(Code.BLOCK_NOT_FOUND, "block not found")
        return block


def _receipt(record: Record) -> dict[str, Any]:
    return {
        "executed": record.success is not None,
        "executedTimestamp": record.executed_us,
        "success": bool(record.success),
        "failReason": record.fail_reason,
        "block": record.block,
        "index": record.position,
    }


def _invented(seed: str) -> str:
    """The hash of a transaction that does not exist."""
    return "0x" + keccak256(b"no such transaction " + seed.encode()).hex()


def _address(text: str) -> bytes:
    try:
        address = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        address = b""
    if len(address) not in (20, 32):
        raise RpcError(INVALID_PARAMS, "expected an address")
    return address


def _whole(value: Any, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise RpcError(INVALID_PARAMS, f"expected a number from {least} to {most}")
    return value
