"""How the practice world begins: keys, accounts, tokens, contracts. The same every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from eth_account import Account as EthereumKey
from eth_account.hdaccount import key_from_seed, seed_from_mnemonic
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount

from ashore.crypto import musig
from ashore.crypto.keccak import keccak256
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import ETH_TOKEN, Contract, Sender, load_artifact
from ashore.sandbox.zklink.ledger import NO_KEY, Account
from ashore.sandbox.zklink.network import Gateway, Network, SettlementChain, Token, TokenOnChain
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.codec.texts import KEY_DERIVATION_TEXT

MNEMONIC = "test test test test test test test test test test test junk"
"""Public: every Ethereum tool knows it. Its keys guard nothing."""
PRIMARY, SECONDARY = 1, 2
"""zkLink's own numbers of the chains: blocks are proven on the first, the second only hears of it."""
EVM_CHAIN_ID = 31337
SECONDARY_EVM_CHAIN_ID = 31338
GENESIS_TIME = 1_767_225_600
_SECONDARY_GENESIS_TIME = GENESIS_TIME - 90 * 86_400
ETHER = 10**18
GENESIS_ROOT = keccak256(b"Ashore practice network, layer 2")

USER_INDEXES = (0, 1, 2)
ELSEWHERE_INDEX = 3
"""A user whose key the wallet does not derive: for practising with the signatures of another wallet."""
BROKER_INDEX, BRIDGE_INDEX, OPERATOR_INDEX, RELAYER_INDEX, FAUCET_INDEX = 5, 6, 7, 8, 9
STAFF_INDEXES = (BROKER_INDEX, BRIDGE_INDEX, OPERATOR_INDEX, RELAYER_INDEX, FAUCET_INDEX)
_ACCOUNT_IDS = {0: 1042, 1: 1043, 2: 1044, ELSEWHERE_INDEX: 1045}
_USD, _USDC, _USDT, _DAI, _ETH = 1, 17, 18, 19, 33
_DEPLOYED = {
    PRIMARY: (
        (_USDC, "Practice USD Coin", "USDC", 6),
        (_USDT, "Practice Tether", "USDT", 6),
        (_DAI, "Practice Dai", "DAI", 18),
    ),
    # One token has other decimals than on the primary chain, one does not exist here.
    SECONDARY: (
        (_USDC, "Practice USD Coin", "USDC", 18),
        (_USDT, "Practice Tether", "USDT", 6),
    ),
}
_GATEWAY_FEE = 10**14
_GATEWAY_TOKENS = (_USDT, _ETH)
"""What may go on to the primary chain: tokens with equal decimals on both."""
SECONDARY_SEQUENCE = 411
"""How many blocks the secondary chain's contract says it has seen before: it counts those alone that concern it."""
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
_POCKET = 100_000
"""What the broker has of each token."""
_GAS = 500_000


@dataclass(frozen=True, slots=True)
class ChainSpec:
    """How one of the chains begins."""

    id: int
    evm_chain_id: int
    genesis_time: int
    rich: tuple[int, ...]
    """The users who have ether there for gas; the others have to ask somebody."""

    def allocation(self) -> dict[bytes, int]:
        """Wei in the genesis block."""
        users = {address(index): 10 * ETHER for index in self.rich}
        return users | {address(index): 1_000_000 * ETHER for index in STAFF_INDEXES}


CHAINS = {
    PRIMARY: ChainSpec(PRIMARY, EVM_CHAIN_ID, GENESIS_TIME, USER_INDEXES),
    SECONDARY: ChainSpec(SECONDARY, SECONDARY_EVM_CHAIN_ID, _SECONDARY_GENESIS_TIME, (0, 1)),
}


@dataclass(frozen=True, slots=True)
class Deployment:
    """What stands on one chain."""

    main: Contract
    tokens: Mapping[int, Contract]
    gateway: Contract | None = None
    multicall: Contract | None = None
    """What the relayer may pay many with at once."""

    def json(self) -> dict[str, object]:
        """The addresses, to be written down."""
        return {
            "main": self.main.address.hex(),
            "tokens": {str(token_id): token.address.hex() for token_id, token in self.tokens.items()},
            "gateway": None if self.gateway is None else self.gateway.address.hex(),
            "multicall": None if self.multicall is None else self.multicall.address.hex(),
        }


def read_deployment(chain: int, value: Mapping[str, Any]) -> Deployment:
    """What was written down about a chain."""
    token = load_artifact("SandboxToken")
    tokens = {int(key): Contract(bytes.fromhex(digits), token) for key, digits in value["tokens"].items()}

    def optional(name: str, artifact: str) -> Contract | None:
        digits = value.get(name)
        return None if digits is None else Contract(bytes.fromhex(digits), load_artifact(artifact))

    return Deployment(
        Contract(bytes.fromhex(value["main"]), load_artifact(_main_artifact(chain))),
        MappingProxyType(tokens),
        optional("gateway", "SandboxGateway"),
        optional("multicall", "SandboxMultiCall"),
    )


def _main_artifact(chain: int) -> str:
    return "ZkLinkSandbox" if chain == PRIMARY else "ZkLinkSecondary"


@cache
def private_key(index: int) -> bytes:
    """The key at m/44'/60'/0'/0/index of the public mnemonic."""
    return key_from_seed(_seed(), f"m/44'/60'/0'/0/{index}")


@cache
def _seed() -> bytes:
    """The seed of the public mnemonic (BIP-39): thousands of hashes, so it is made once."""
    return seed_from_mnemonic(MNEMONIC, "")


@cache
def _signer(index: int) -> LocalAccount:
    """The key at this index, ready to sign."""
    account: LocalAccount = EthereumKey.from_key(private_key(index))
    return account


@cache
def address(index: int) -> bytes:
    """The address of the key at this index."""
    return bytes.fromhex(_signer(index).address[2:])


@cache
def layer2_key(index: int) -> bytes:
    """The layer-2 key that the account at this index derives (docs: zkLink SDK, ZkLinkSigner)."""
    signature = _signer(index).sign_message(encode_defunct(text=KEY_DERIVATION_TEXT))
    return musig.private_key_from_material(bytes(signature.signature))


@cache
def _pub_key_hash(index: int) -> bytes:
    return musig.public_key_hash(musig.public_key(layer2_key(index)))


def accounts() -> list[Account]:
    """Layer 2's accounts: all are active but 1043."""
    balances = {
        0: {
            0: {_USDC: _units("1240.50"), _USD: _units("310.25"), _USDT: _units("88"), _ETH: _units("0.8")},
            1: {_USDC: _units("25")},
        },
        1: {0: {_USDC: _units("60"), _ETH: _units("0.05")}},
        2: {0: {_USDC: _units("500"), _DAI: _units("420.75"), _ETH: _units("0.3")}},
        ELSEWHERE_INDEX: {0: {_USDC: _units("300"), _ETH: _units("0.2")}},
    }
    return [
        Account(
            id=_ACCOUNT_IDS[index],
            address=address(index),
            pub_key_hash=NO_KEY if index == 1 else _pub_key_hash(index),
            nonce=0 if index == 1 else 1,
            balances=balances[index],
        )
        for index in balances
    ]


def deploy(chain: DevChain, number: int, first_block: int, *, alone: bool) -> Deployment:
    """Put the contracts on a fresh chain, fund them, and let all of it be finalized.

    Args:
        number: which chain of the network it is.
        first_block: the first layer-2 block that will be committed.
        alone: whether it is the network's only chain.
    """
    operator, faucet = Sender(chain, private_key(OPERATOR_INDEX)), Sender(chain, private_key(FAUCET_INDEX))
    broker = Sender(chain, private_key(BROKER_INDEX))
    if number == PRIMARY:
        main = operator.deploy(load_artifact("ZkLinkSandbox"), first_block - 1, GENESIS_ROOT)
    else:
        # Spends a nonce, so that nothing has the same address on both chains.
        for sender in (operator, faucet):
            sender.send(sender.address, gas=21_000)
        chain.mine()
        main = operator.deploy(load_artifact("ZkLinkSecondary"), number, first_block - 1, SECONDARY_SEQUENCE)
    artifact = load_artifact("SandboxToken")
    tokens = {}
    for token_id, name, symbol, decimals in _DEPLOYED[number]:
        token = faucet.deploy(artifact, name, symbol, decimals)
        tokens[token_id] = token
        operator.transact(main, "addToken", token_id, token.address, decimals, gas=_GAS)
        faucet.transact(token, "mint", main.address, _LIQUIDITY * 10**decimals, gas=_GAS)
        faucet.transact(token, "mint", broker.address, _POCKET * 10**decimals, gas=_GAS)
        broker.transact(token, "approve", main.address, 2**256 - 1, gas=_GAS)
    operator.transact(main, "addToken", _ETH, ETH_TOKEN, 18, gas=_GAS)
    chain.mine()
    depositor = address(FAUCET_INDEX).rjust(32, b"\0")
    faucet.transact(main, "depositETH", depositor, 0, value=_ETH_LIQUIDITY * ETHER, gas=_GAS)
    gateway = None if alone else _join(chain, number, Deployment(main, tokens))
    multicall = operator.deploy(load_artifact("SandboxMultiCall"))
    return Deployment(main, MappingProxyType(tokens), gateway, multicall)


def _join(chain: DevChain, number: int, made: Deployment) -> Contract:
    """Connect a chain with the other one: the bridge may speak to its contract, and the gateway has its end here."""
    operator, faucet = Sender(chain, private_key(OPERATOR_INDEX)), Sender(chain, private_key(FAUCET_INDEX))
    other = SECONDARY if number == PRIMARY else PRIMARY
    operator.transact(made.main, "setSyncService", other, address(BRIDGE_INDEX), gas=_GAS)
    gateway = operator.deploy(load_artifact("SandboxGateway"), _GATEWAY_FEE)
    if number == SECONDARY:
        operator.transact(made.main, "setGateway", gateway.address, gas=_GAS)
        return gateway
    for token_id, _, _, decimals in _DEPLOYED[number]:
        if token_id in _GATEWAY_TOKENS:
            token = made.tokens[token_id]
            faucet.transact(token, "mint", gateway.address, _LIQUIDITY * 10**decimals, gas=_GAS)
    faucet.transact(gateway, "fund", value=_ETH_LIQUIDITY * ETHER, gas=_GAS)
    return gateway


def network(deployments: Mapping[int, Deployment], profile: Profile, names: Mapping[int, str]) -> Network:
    """The deployment as the node tells it."""
    stable: dict[int, str] = {}
    places: dict[int, dict[int, TokenOnChain]] = {_ETH: {}}
    for number, made in deployments.items():
        for token_id, _, symbol, decimals in _DEPLOYED[number]:
            stable[token_id] = symbol
            told = TokenOnChain("0x" + made.tokens[token_id].address.hex(), decimals, fast_withdraw=True)
            places.setdefault(token_id, {})[number] = told
        places[_ETH][number] = TokenOnChain("0x" + ETH_TOKEN.hex(), 18, fast_withdraw=True)
    tokens = [
        Token(_USD, "USD", "1.0", {}),
        *(Token(token_id, symbol, "1.0", places[token_id]) for token_id, symbol in stable.items()),
        Token(_ETH, "ETH", "3200.0", places[_ETH]),
    ]
    chains = {
        number: SettlementChain(
            id=number,
            name=names[number],
            layer_one_chain_id=CHAINS[number].evm_chain_id,
            main_contract="0x" + made.main.address.hex(),
            gas_token_id=_ETH,
        )
        for number, made in deployments.items()
    }
    return Network(
        profile,
        chains,
        {token.id: token for token in tokens},
        change_pubkey_chain=PRIMARY,
        primary=PRIMARY,
        gateways=_gateways(deployments),
    )


def _gateways(deployments: Mapping[int, Deployment]) -> dict[int, Gateway]:
    if SECONDARY not in deployments:
        return {}
    upper, lower = deployments[SECONDARY].gateway, deployments[PRIMARY].gateway
    if upper is None or lower is None:
        return {}
    ends = ("0x" + upper.address.hex(), "0x" + lower.address.hex())
    return {SECONDARY: Gateway(SECONDARY, *ends, _GATEWAY_TOKENS)}


def _units(text: str) -> int:
    whole, _, fraction = text.partition(".")
    return int(whole) * ETHER + int(fraction.ljust(18, "0") or "0")
