"""How the practice world begins: keys, accounts, tokens, contracts. The same every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from eth_account import Account as EthereumKey
from eth_account.messages import encode_defunct

from ashore.crypto import musig
from ashore.crypto.keccak import keccak256
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import ETH_TOKEN, Contract, Sender, load_artifact
from ashore.sandbox.zklink.ledger import NO_KEY, Account
from ashore.sandbox.zklink.network import Network, SettlementChain, Token, TokenOnChain
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.codec.texts import KEY_DERIVATION_TEXT

MNEMONIC = "test test test test test test test test test test test junk"
"""Public: every Ethereum tool knows it. Its keys guard nothing."""
EVM_CHAIN_ID = 31337
GENESIS_TIME = 1_767_225_600
ETHER = 10**18
GENESIS_ROOT = keccak256(b"Ashore practice network, layer 2")

USER_INDEXES = (0, 1, 2)
OPERATOR_INDEX, RELAYER_INDEX, FAUCET_INDEX = 7, 8, 9
_ACCOUNT_IDS = {0: 1042, 1: 1043, 2: 1044}
_USD, _USDC, _USDT, _DAI, _ETH = 1, 17, 18, 19, 33
_DEPLOYED = (
    (_USDC, "Practice USD Coin", "USDC", 6),
    (_USDT, "Practice Tether", "USDT", 6),
    (_DAI, "Practice Dai", "DAI", 18),
)
VOUCHERS: tuple[Mapping[str, object], ...] = (
    {"title": "Welcome gift", "min_msat": 2_100_000, "max_msat": 2_100_000},
    {"title": "Faucet: take what you like", "min_msat": 1_000, "max_msat": 50_000_000, "uses": 10, "style": "lnbits"},
    {"title": "Paper vouchers", "min_msat": 10_000, "max_msat": 100_000, "uses": 3, "style": "lnbits", "unique": True},
    {"title": "Pocket money", "min_msat": 1_000, "max_msat": 5_000_000, "uses": 12, "balance": True},
    {"title": "Earnings to the last millisatoshi", "min_msat": 1_111, "max_msat": 1_111},
)
"""What the Lightning withdraw service hands out from the beginning."""
_LIQUIDITY = 5_000_000
_ETH_LIQUIDITY = 500
_GAS = 500_000


@dataclass(frozen=True, slots=True)
class Deployment:
    """What stands on the chain."""

    main: Contract
    tokens: Mapping[int, Contract]


@cache
def private_key(index: int) -> bytes:
    """The key at m/44'/60'/0'/0/index of the public mnemonic."""
    EthereumKey.enable_unaudited_hdwallet_features()
    return bytes(EthereumKey.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}").key)


def address(index: int) -> bytes:
    """The address of the key at this index."""
    return bytes.fromhex(EthereumKey.from_key(private_key(index)).address[2:])


def layer2_key(index: int) -> bytes:
    """The layer-2 key that the account at this index derives (docs: zkLink SDK, ZkLinkSigner)."""
    signature = EthereumKey.from_key(private_key(index)).sign_message(encode_defunct(text=KEY_DERIVATION_TEXT))
    return musig.private_key_from_material(bytes(signature.signature))


def allocation() -> dict[bytes, int]:
    """Wei in the genesis block."""
    users = {address(index): 10 * ETHER for index in USER_INDEXES}
    staff = {address(index): 1_000_000 * ETHER for index in (OPERATOR_INDEX, RELAYER_INDEX, FAUCET_INDEX)}
    return users | staff


def accounts() -> list[Account]:
    """Layer 2's accounts: 1042 and 1044 are active, 1043 is not."""
    balances = {
        0: {
            0: {_USDC: _units("1240.50"), _USD: _units("310.25"), _USDT: _units("88"), _ETH: _units("0.8")},
            1: {_USDC: _units("25")},
        },
        1: {0: {_USDC: _units("60"), _ETH: _units("0.05")}},
        2: {0: {_USDC: _units("500"), _DAI: _units("420.75"), _ETH: _units("0.3")}},
    }
    return [
        Account(
            id=_ACCOUNT_IDS[index],
            address=address(index),
            pub_key_hash=NO_KEY if index == 1 else musig.public_key_hash(musig.public_key(layer2_key(index))),
            nonce=0 if index == 1 else 1,
            balances=balances[index],
        )
        for index in USER_INDEXES
    ]


def deploy(chain: DevChain, first_block: int) -> Deployment:
    """Put the contracts on a fresh chain, fund them, and let all of it be finalized."""
    operator, faucet = Sender(chain, private_key(OPERATOR_INDEX)), Sender(chain, private_key(FAUCET_INDEX))
    main = operator.deploy(load_artifact("ZkLinkSandbox"), first_block - 1, GENESIS_ROOT)
    artifact = load_artifact("SandboxToken")
    tokens = {}
    for token_id, name, symbol, decimals in _DEPLOYED:
        token = faucet.deploy(artifact, name, symbol, decimals)
        tokens[token_id] = token
        operator.transact(main, "addToken", token_id, token.address, decimals, gas=_GAS)
        faucet.transact(token, "mint", main.address, _LIQUIDITY * 10**decimals, gas=_GAS)
    operator.transact(main, "addToken", _ETH, ETH_TOKEN, 18, gas=_GAS)
    chain.mine()
    depositor = address(FAUCET_INDEX).rjust(32, b"\0")
    faucet.transact(main, "depositETH", depositor, 0, value=_ETH_LIQUIDITY * ETHER, gas=_GAS)
    chain.mine()
    return Deployment(main, MappingProxyType(tokens))


def network(deployment: Deployment, profile: Profile, chain_name: str) -> Network:
    """The deployment as the node tells it."""

    def on_chain(contract: Contract, decimals: int) -> dict[int, TokenOnChain]:
        return {1: TokenOnChain("0x" + contract.address.hex(), decimals, fast_withdraw=True)}

    stable = [
        Token(token_id, symbol, "1.0", on_chain(deployment.tokens[token_id], decimals))
        for token_id, _, symbol, decimals in _DEPLOYED
    ]
    ether = Token(_ETH, "ETH", "3200.0", {1: TokenOnChain("0x" + ETH_TOKEN.hex(), 18, fast_withdraw=True)})
    tokens = [Token(_USD, "USD", "1.0", {}), *stable, ether]
    chain = SettlementChain(
        id=1,
        name=chain_name,
        layer_one_chain_id=EVM_CHAIN_ID,
        main_contract="0x" + deployment.main.address.hex(),
        gas_token_id=_ETH,
    )
    return Network(profile, {1: chain}, {token.id: token for token in tokens}, change_pubkey_chain=1)


def _units(text: str) -> int:
    whole, _, fraction = text.partition(".")
    return int(whole) * ETHER + int(fraction.ljust(18, "0") or "0")
