"""Whether the node takes a transaction. Every check is real; the order decides which code a client sees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from eth_account import Account as EthereumKey
from eth_account.messages import SignableMessage, encode_defunct, encode_typed_data
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from ashore.crypto import musig
from ashore.crypto.keccak import keccak256
from ashore.sandbox.jsonrpc import RpcError
from ashore.sandbox.zklink.ledger import Account
from ashore.sandbox.zklink.network import L2_DECIMALS, STABLECOINS, USD_TOKEN, Network
from ashore.sandbox.zklink.pricing import Pricing
from ashore.sandbox.zklink.rollup import Rollup
from ashore.sandbox.zklink.transactions import ChangePubKey, Code, Transaction, Withdraw, ZkSignature, read_transaction
from ashore.sandbox.zklink.views import Views
from ashore.systems.zklink.codec import texts, transactions
from ashore.systems.zklink.codec.floats import FEE

_EVM_CHAIN = 0


class Admission:
    """Checks what sendTransaction brings, and takes it in.

    Args:
        network: chains, tokens, profile.
        rollup: layer 2, which an accepted transaction enters.
        views: tells the reserve.
        pricing: tells what is asked for a transaction now.
        auth_fact: what the contract of the chain where keys are changed has authorised for an address and a nonce.
    """

    def __init__(
        self,
        network: Network,
        rollup: Rollup,
        views: Views,
        pricing: Pricing,
        auth_fact: Callable[[bytes, int], bytes],
    ) -> None:
        self._network = network
        self._rollup = rollup
        self._views = views
        self._pricing = pricing
        self._auth_fact = auth_fact

    async def submit(self, value: object, l1_signature: object, now_us: int) -> str:
        """Check a transaction and accept it; its hash.

        Raises:
            RpcError: with zkLink's code for the first check that fails. Nothing is changed, but a known transaction
                that comes again is counted (213).
        """
        tx = read_transaction(value, self._network.profile)
        self._check_fee(tx)
        if isinstance(tx, Withdraw):
            self._check_tokens(tx)
        account = self._check_account(tx)
        # Hash and curve arithmetic take some 100 ms of pure Python.
        signed = await asyncio.to_thread(self._check_zk_signature, tx, account)
        tx_hash = transactions.hash_signed_bytes(signed)
        if isinstance(tx, Withdraw):
            self._check_l1_signature(tx, account, l1_signature)
        else:
            self._check_pubkey_auth(tx, account)
        # From here on nothing is awaited: what is checked is what is changed.
        if tx_hash in self._rollup.records:
            self._rollup.count_duplicate(tx_hash)
            raise RpcError(Code.DUPLICATE, "duplicate transaction")
        if isinstance(tx, Withdraw):
            self._check_withdraw_state(tx, account)
        else:
            self._check_activation_state(tx, account)
        assert isinstance(value, dict)
        self._rollup.accept(tx_hash, tx, value, now_us)
        return tx_hash

    def _signed_bytes(self, tx: Transaction) -> bytes:
        try:
            return transactions.signed_bytes(_as_codec(tx), self._network.profile)
        except ValueError as error:
            raise RpcError(Code.FORMAT, str(error)) from None

    def _check_fee(self, tx: Transaction) -> None:
        chain_id = tx.chain_id
        if chain_id not in self._network.chains:
            raise RpcError(Code.CHAIN_ID, "this chain is not supported")
        if not FEE.is_packable(tx.fee):
            raise RpcError(Code.FORMAT, "the fee is not packable")
        # A fast withdrawal pays its broker by the ratio.
        if isinstance(tx, Withdraw) and tx.ratio != 0:
            return
        token = tx.source_token if isinstance(tx, Withdraw) else tx.fee_token
        if token not in self._network.tokens:
            raise RpcError(Code.TOKEN, "the token that pays the fee is unknown")
        if isinstance(tx, Withdraw) or self._pricing.charges_activations:
            least = self._pricing.least_fee(chain_id, token)
            if tx.fee < least:
                raise RpcError(Code.FEE_TOO_LOW, f"fee is too low, at least {least} is needed")

    def _check_tokens(self, tx: Withdraw) -> None:
        tokens, chain = self._network.tokens, self._network.chains[tx.chain_id]
        if tx.source_token not in tokens or tx.target_token not in tokens:
            raise RpcError(Code.TOKEN, "a token is unknown")
        mapped = tx.source_token == USD_TOKEN and tx.target_token in STABLECOINS
        if tx.source_token != tx.target_token and not mapped:
            raise RpcError(Code.TOKEN, "l1TargetToken cannot be got for l2SourceToken")
        if chain.id not in tokens[tx.target_token].chains:
            raise RpcError(Code.TOKEN_NOT_FOUND, "the target chain does not have this token")
        if chain.chain_type == _EVM_CHAIN and len(tx.to) == 32 and any(tx.to[:12]):
            raise RpcError(Code.FORMAT, "to is no address of the target chain")
        if tx.flag and self._network.profile.flag_name == "withdrawToL1":
            gateway = self._network.gateways.get(chain.id)
            if gateway is None or tx.target_token not in gateway.tokens:
                raise RpcError(Code.FORMAT, "the target chain has no gateway to Ethereum for this token")

    def _check_account(self, tx: Transaction) -> Account:
        account = self._rollup.ledger.account(tx.account_id)
        if account is None:
            raise RpcError(Code.ACCOUNT_NOT_FOUND, "account not found")
        if isinstance(tx, Withdraw) and not account.active:
            raise RpcError(Code.ACCOUNT_NOT_ACTIVE, "account is not active")
        return account

    def _check_zk_signature(self, tx: Transaction, account: Account) -> bytes:
        """The signed bytes, if they are signed."""
        signed = self._signed_bytes(tx)
        expected = tx.new_hash if isinstance(tx, ChangePubKey) else account.pub_key_hash
        if not _zk_signature_is_good(tx.signature, signed, expected):
            raise RpcError(Code.ZK_SIGNATURE, "invalid zklink signature")
        return signed

    def _check_l1_signature(self, tx: Withdraw, account: Account, value: object) -> None:
        symbol = self._network.tokens[tx.source_token].symbol
        codec_tx = _as_codec(tx)
        assert isinstance(codec_tx, transactions.Withdraw)
        text = texts.withdraw_text(codec_tx, symbol, self._network.profile)
        if not isinstance(value, dict) or value.get("type") != "EthereumSignature" or value.keys() != _L1_FIELDS:
            raise RpcError(Code.L1_SIGNATURE, "layer-1 signature is missing")
        if _signer(encode_defunct(text=text), value["signature"]) != account.address:
            raise RpcError(Code.L1_SIGNATURE, "invalid layer-1 signature")

    def _check_pubkey_auth(self, tx: ChangePubKey, account: Account) -> None:
        if tx.chain_id != self._network.change_pubkey_chain:
            raise RpcError(Code.CHAIN_ID, "keys are changed on another chain")
        kind = tx.auth["type"]
        if kind == "Onchain":
            if self._auth_fact(account.address, tx.nonce) != keccak256(tx.new_hash):
                raise RpcError(Code.PUBKEY_AUTH_MISSING, "no authorisation on the chain")
            return
        if kind != "EthECDSA" or "ethSignature" not in tx.auth:
            raise RpcError(Code.PUBKEY_AUTH_MISSING, "ethAuthData is missing")
        codec_tx = _as_codec(tx)
        assert isinstance(codec_tx, transactions.ChangePubKey)
        if self._network.profile.signs_typed_data:
            chain = self._network.chains[tx.chain_id]
            contract = bytes.fromhex(chain.main_contract[2:])
            typed = texts.change_pubkey_typed_data(codec_tx, contract, chain.layer_one_chain_id)
            message = encode_typed_data(full_message=typed)
        else:
            message = encode_defunct(text=texts.change_pubkey_text(codec_tx))
        if _signer(message, tx.auth["ethSignature"]) != account.address:
            raise RpcError(Code.PUBKEY_AUTH_INVALID, "invalid ethAuthData")

    def _check_withdraw_state(self, tx: Withdraw, account: Account) -> None:
        expected = self._rollup.expected_nonce(account, tx.sub_account_id)
        if tx.nonce != expected:
            raise RpcError(Code.NONCE, f"incorrect nonce, expected {expected}")
        if self._rollup.available(account, tx.sub_account_id, tx.source_token) < tx.amount + tx.fee:
            raise RpcError(Code.BALANCE, "insufficient balance")
        if self._views.reserve(tx.target_token, tx.chain_id) < tx.amount:
            raise RpcError(Code.RESERVE, "amount exceeds the contract's reserve")

    def _check_activation_state(self, tx: ChangePubKey, account: Account) -> None:
        expected = self._rollup.expected_account_nonce(account)
        if tx.nonce != expected:
            raise RpcError(Code.NONCE, f"incorrect nonce, expected {expected}")
        if self._rollup.available(account, tx.sub_account_id, tx.fee_token) < tx.fee:
            raise RpcError(Code.BALANCE, "insufficient balance")


_L1_FIELDS = {"type", "signature"}


def _zk_signature_is_good(signature: ZkSignature, signed: bytes, expected_hash: bytes) -> bool:
    try:
        return musig.public_key_hash(signature.public_key) == expected_hash and musig.verify(
            signature.public_key, signature.signature, signed
        )
    except ValueError:
        return False


def _signer(message: SignableMessage, signature: object) -> bytes | None:
    """The address whose key made the signature; None for anything that is no signature with v 27 or 28."""
    if not isinstance(signature, str) or len(signature) != 132 or not signature.startswith("0x"):
        return None
    try:
        raw = bytes.fromhex(signature[2:])
        if raw[64] not in (27, 28):
            return None
        return bytes.fromhex(EthereumKey.recover_message(message, signature=raw)[2:])
    except (BadSignature, ValidationError, ValueError):
        return None


def _as_codec(tx: Transaction) -> transactions.Withdraw | transactions.ChangePubKey:
    if isinstance(tx, ChangePubKey):
        return transactions.ChangePubKey(
            chain_id=tx.chain_id,
            account_id=tx.account_id,
            sub_account_id=tx.sub_account_id,
            new_pubkey_hash=tx.new_hash,
            fee_token=tx.fee_token,
            fee=tx.fee,
            nonce=tx.nonce,
            ts=tx.timestamp,
        )
    return transactions.Withdraw(
        to_chain_id=tx.chain_id,
        account_id=tx.account_id,
        sub_account_id=tx.sub_account_id,
        to=tx.to,
        l2_source_token=tx.source_token,
        l1_target_token=tx.target_token,
        amount=tx.amount,
        fee=tx.fee,
        nonce=tx.nonce,
        flag=tx.flag,
        withdraw_fee_ratio=tx.ratio,
        ts=tx.timestamp,
        call_data=tx.call_data,
    )


assert L2_DECIMALS == texts.LAYER2_DECIMALS
