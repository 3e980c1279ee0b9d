"""How the practice exchange begins: contracts, tokens, and what the practice accounts have deposited.

Nothing of it touches zkLink's side of the world: it has its own operator, and comes after all that is put on the chain
for others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi.abi import encode
from eth_account import Account as EthereumKey
from eth_account.messages import encode_typed_data

from ashore.crypto.stark import derive_key, public_key
from ashore.sandbox import genesis
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import Contract, Sender, abi_types, created_address, load_artifact
from ashore.sandbox.evm.errors import ChainError
from ashore.sandbox.reddio.book import GENESIS_BATCH, Credit
from ashore.sandbox.reddio.catalogue import Catalogue, TokenContract
from ashore.sandbox.reddio.pictures import SHELL_DATA
from ashore.sandbox.reddio.state_update import CONFIG_CODE, PROGRAM_HASH, root_after, state_update
from ashore.systems.reddio.codec import Asset, AssetKind, KeyRequest, asset_info, key_typed_data
from ashore.systems.reddio.codec.l1.public_input import Modification

KEY_CHAIN_ID = 11155111
_EXCHANGE = "StarkExSandbox"
OPERATOR_INDEX = 10
ETHER = 10**18
_RICH = 1_000 * ETHER
_GAS = 500_000
_GAS_TO_CREATE, _GAS_FOR_EXCHANGE = 2_000_000, 5_000_000
_CORAL, _PEARL, _SHELL, _REEF, _POSTCARD = "CORAL", "PEARL", "SHELL", "REEF", "POSTCARD"
_LAST_TOKEN = 2**256 - 1
_FIRST_OF_MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class Holding:
    """What one of the practice accounts has from the beginning.

    `units` are base units of what has amounts; otherwise `token_ids` are there.
    """

    account: int
    symbol: str
    units: int = 0
    token_ids: tuple[int, ...] = ()
    type_name: str = "reddio"


HOLDINGS = (
    Holding(0, "ETH", 1_250_000 * 10**12),
    Holding(0, _CORAL, 2_500_500_000 * 10**12),
    Holding(0, _PEARL, 12_345_678 * 100),
    Holding(0, _SHELL, token_ids=(1, 2, 3, 5, 8, 13, 21, 34, 255, _LAST_TOKEN)),
    Holding(0, _REEF, token_ids=(7, 21_000, 21_001)),
    Holding(0, _POSTCARD, token_ids=(1, 2)),
    Holding(1, "ETH", 400_000 * 10**12),
    Holding(1, _CORAL, 120_000_000 * 10**12),
    Holding(1, _PEARL, 3_500_000 * 100, type_name="Reddio"),
    Holding(1, _SHELL, token_ids=(300,), type_name="Reddio"),
    Holding(2, "ETH", 2_000_000 * 10**12),
    Holding(2, _SHELL, token_ids=(400, 401)),
    Holding(2, _REEF, token_ids=(31_000,)),
)


@dataclass(frozen=True)
class Deployment:
    """What stands on the chain.

    Attributes:
        proofs: knows the facts that are proven.
        committee: knows the facts about data that is available.
        many: how many mintable tokens account 0 has beyond the usual ones.
    """

    exchange: Contract
    proofs: Contract
    committee: Contract
    tokens: Mapping[str, Contract]
    many: int = 0

    def json(self) -> dict[str, object]:
        """The addresses, to be written down."""
        return {
            "exchange": self.exchange.address.hex(),
            "proofs": self.proofs.address.hex(),
            "committee": self.committee.address.hex(),
            "tokens": {symbol: token.address.hex() for symbol, token in self.tokens.items()},
            "many": self.many,
        }


def read_deployment(value: Mapping[str, Any]) -> Deployment:
    """What was written down."""
    tokens = {
        symbol: Contract(bytes.fromhex(digits), load_artifact(_artifact(symbol)))
        for symbol, digits in value["tokens"].items()
    }
    registry = load_artifact("SandboxFactRegistry")
    return Deployment(
        Contract(bytes.fromhex(value["exchange"]), load_artifact(_EXCHANGE)),
        Contract(bytes.fromhex(value["proofs"]), registry),
        Contract(bytes.fromhex(value["committee"]), registry),
        tokens,
        int(value["many"]),
    )


def _artifact(symbol: str) -> str:
    return "SandboxToken" if symbol in (_CORAL, _PEARL) else "SandboxNft"


@cache
def stark_private_key(account: int, type_name: str = "reddio", chain_id: int = KEY_CHAIN_ID) -> int:
    """The Stark key that a practice account derives."""
    typed = key_typed_data(KeyRequest(chain_id, type_name))
    key = EthereumKey.from_key(genesis.private_key(account))
    signature = key.sign_message(encode_typed_data(full_message=typed)).signature
    return derive_key(bytes(signature)).private_key


@cache
def stark_key(account: int, type_name: str = "reddio") -> int:
    """The public half of it."""
    return public_key(stark_private_key(account, type_name))


def contracts_of(made: Deployment) -> tuple[TokenContract, ...]:
    """The contracts that are registered with the exchange."""

    def told(
        kind: AssetKind, symbol: str, name: str, decimals: int = 0, quantum: int = 1, base_uri: str = ""
    ) -> TokenContract:
        address = b"" if kind is AssetKind.ETH else made.tokens[symbol].address
        return TokenContract(kind, address, symbol, name, decimals, quantum, base_uri)

    return (
        told(AssetKind.ETH, "ETH", "Ether", 18, 10**12),
        told(AssetKind.ERC20, _CORAL, "Practice Coral", 18, 10**12),
        told(AssetKind.ERC20, _PEARL, "Practice Pearl", 8, 100),
        told(AssetKind.ERC721, _SHELL, "Practice Shells", base_uri=_base_uri(_SHELL)),
        told(AssetKind.ERC721M, _REEF, "Practice Reefs", base_uri=_base_uri(_REEF)),
        told(AssetKind.ERC721MC, _POSTCARD, "Practice Postcards"),
    )


def _base_uri(symbol: str) -> str:
    return SHELL_DATA if symbol == _SHELL else f"https://practice.invalid/{symbol.lower()}/"


def _asset(contract: TokenContract, token_id: int | None) -> Asset:
    return contract.asset(token_id, f"https://practice.invalid/postcards/{token_id}.json")


def begin(made: Deployment) -> tuple[Catalogue, list[Credit]]:
    """The assets of the exchange, and what its accounts have from the beginning."""
    catalogue = Catalogue(contracts_of(made))
    by_symbol = {contract.symbol: contract for contract in catalogue.contracts}
    credits = []
    for holding in HOLDINGS:
        owner, contract = stark_key(holding.account, holding.type_name), by_symbol[holding.symbol]
        if contract.kind.is_fungible:
            credits.append(Credit(owner, contract.asset().asset_id, holding.units // contract.quantum))
        for token_id in holding.token_ids:
            credits.append(Credit(owner, catalogue.add(contract, _asset(contract, token_id)), 1))
    reefs = by_symbol[_REEF]
    for token_id in range(_FIRST_OF_MANY, _FIRST_OF_MANY + made.many):
        credits.append(Credit(stark_key(0), catalogue.add(reefs, reefs.asset(token_id)), 1))
    return catalogue, credits


def deploy(chain: DevChain, many: int) -> Deployment:
    """Put the contracts on the chain and register the tokens; the accounts' deposits are still to come.

    Args:
        many: how many mintable tokens account 0 gets beyond the usual ones.
    """
    deployer = Sender(chain, genesis.private_key(genesis.FAUCET_INDEX))
    operator = Sender(chain, genesis.private_key(OPERATOR_INDEX))
    deployer.send(operator.address, value=_RICH, gas=21_000)
    exchange = _create(chain, deployer, _EXCHANGE, operator.address, CONFIG_CODE, root_after(0))
    proofs = _create(chain, deployer, "SandboxFactRegistry", operator.address)
    committee = _create(chain, deployer, "SandboxFactRegistry", operator.address)
    adapter = _create(chain, deployer, "SandboxVerifierAdapter", proofs.address, PROGRAM_HASH)
    deployer.transact(exchange, "setVerifiers", [adapter.address], [committee.address], gas=_GAS)

    def nft(name: str, symbol: str, base_uri: str, *, reads_urls: bool = False) -> Contract:
        return _create(chain, deployer, "SandboxNft", name, symbol, base_uri, exchange.address, reads_urls)

    tokens = {
        _CORAL: _create(chain, deployer, "SandboxToken", "Practice Coral", _CORAL, 18),
        _PEARL: _create(chain, deployer, "SandboxToken", "Practice Pearl", _PEARL, 8),
        _SHELL: nft("Practice Shells", _SHELL, _base_uri(_SHELL)),
        _REEF: nft("Practice Reefs", _REEF, _base_uri(_REEF)),
        _POSTCARD: nft("Practice Postcards", _POSTCARD, "", reads_urls=True),
    }
    made = Deployment(exchange, proofs, committee, tokens, many)
    for contract in contracts_of(made):
        info = asset_info(contract.kind, contract.address)
        deployer.transact(exchange, "registerToken", contract.asset_type, info, contract.quantum, gas=_GAS)
    return made


def _create(chain: DevChain, sender: Sender, name: str, *arguments: Any) -> Contract:
    """Send what creates a contract, and know it before it is there: all of the beginning fits a few blocks."""
    artifact = load_artifact(name)
    data = artifact.bytecode + encode(abi_types(artifact.entry("constructor")["inputs"]), arguments)
    nonce = chain.pending_nonce(sender.address)
    sender.send(None, data, gas=_GAS_FOR_EXCHANGE if name == _EXCHANGE else _GAS_TO_CREATE)
    return Contract(created_address(sender.address, nonce), artifact)


def deposit(chain: DevChain, made: Deployment, catalogue: Catalogue, places: Sequence[tuple[Credit, int]]) -> None:
    """Deposit on L1 what the accounts begin with, and let the first batch take it in.

    Args:
        places: each credit with its vault.

    Raises:
        ChainError: something of it failed.
    """
    deployer = Sender(chain, genesis.private_key(genesis.FAUCET_INDEX))
    operator = Sender(chain, genesis.private_key(OPERATOR_INDEX))
    _fund(deployer, made, catalogue, [credit for credit, _ in places])
    for credit, vault in places:
        contract, asset = catalogue[credit.asset_id]
        place = (credit.owner_key, asset.asset_type, vault)
        if asset.kind is AssetKind.ETH:
            value = credit.quanta * contract.quantum
            deployer.transact(made.exchange, "depositEth", *place, value=value, gas=_GAS)
        elif asset.kind is AssetKind.ERC20:
            deployer.transact(made.exchange, "depositERC20", *place, credit.quanta, gas=_GAS)
        else:
            deployer.transact(made.exchange, "depositNft", *place, asset.token_id, gas=_GAS)
    _mine(chain, deployer)
    changes = [Modification(one.owner_key, one.asset_id, vault, one.quanta) for one, vault in places]
    update = state_update(GENESIS_BATCH, changes)
    operator.transact(made.proofs, "registerFact", update.proof_fact, gas=_GAS)
    operator.transact(made.committee, "registerFact", update.availability_fact, gas=_GAS)
    operator.send(made.exchange.address, update.calldata(made.exchange), gas=5_000_000)
    _mine(chain, operator)
    if made.exchange.read(chain, "getLastBatchId") != GENESIS_BATCH:
        raise ChainError("the practice exchange could not be founded")


def _mine(chain: DevChain, sender: Sender) -> None:
    """Mine until all that a sender has sent is in blocks."""
    while chain.nonce(sender.address) < chain.pending_nonce(sender.address):
        chain.mine()


def _fund(deployer: Sender, made: Deployment, catalogue: Catalogue, credits: Iterable[Credit]) -> None:
    """Give the depositor what it will deposit."""
    units: dict[str, int] = {}
    token_ids: dict[str, list[int]] = {}
    for credit in credits:
        contract, asset = catalogue[credit.asset_id]
        if asset.token_id is not None:
            token_ids.setdefault(contract.symbol, []).append(asset.token_id)
        elif asset.kind is AssetKind.ERC20:
            units[contract.symbol] = units.get(contract.symbol, 0) + credit.quanta * contract.quantum
    for symbol, amount in units.items():
        deployer.transact(made.tokens[symbol], "mint", deployer.address, amount, gas=_GAS)
        deployer.transact(made.tokens[symbol], "approve", made.exchange.address, amount, gas=_GAS)
    for symbol, ids in token_ids.items():
        deployer.transact(made.tokens[symbol], "mint", deployer.address, ids, gas=_GAS + 60_000 * len(ids))
        deployer.transact(made.tokens[symbol], "setApprovalForAll", made.exchange.address, True, gas=_GAS)
