"""The practice network's contracts from the operator's side: artifacts, calldata, deployment, signed transactions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import rlp  # type: ignore[import-untyped]
from eth.vm.forks.london.transactions import UnsignedDynamicFeeTransaction
from eth_abi.abi import decode, encode
from eth_keys.datatypes import PrivateKey
from eth_typing import Address
from eth_utils.address import to_checksum_address

from ashore.crypto.keccak import keccak256
from ashore.resources import resource_path
from ashore.sandbox.evm.admission import signed_by
from ashore.sandbox.evm.blocks import LogEntry, MinedBlock
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.errors import ChainError

_TIP = 10**9
# More than any call needs; what is not used is not paid for.
_GAS = 5_000_000
ETH_TOKEN = bytes.fromhex("ee" * 20)
"""The address that stands for ether in the zkLink contracts."""


@dataclass(frozen=True)
class Artifact:
    """A compiled contract.

    Attributes:
        bytecode: creation code.
        selectors: four bytes by full signature.
        layout: storage slot and bit offset by variable name.
    """

    name: str
    abi: Sequence[Mapping[str, Any]]
    bytecode: bytes
    selectors: Mapping[str, bytes]
    layout: Mapping[str, tuple[int, int]]

    def entry(self, kind: str, name: str = "") -> Mapping[str, Any]:
        """Return the ABI entry of a function, event or constructor.

        Raises:
            KeyError: there is none, or more than one of that name.
        """
        found = [one for one in self.abi if one["type"] == kind and one.get("name", "") == name]
        if len(found) != 1:
            raise KeyError(f"{self.name} has {len(found)} of {kind} {name}")
        return found[0]


def load_artifact(name: str) -> Artifact:
    """Load a compiled contract from the resources.

    Raises:
        FileNotFoundError: there is no contract of that name.
    """
    value = json.loads(resource_path("contracts", "artifacts", f"{name}.json").read_text("utf-8"))
    return Artifact(
        name=name,
        abi=tuple(value["abi"]),
        bytecode=bytes.fromhex(value["bytecode"][2:]),
        selectors=MappingProxyType({key: bytes.fromhex(digits) for key, digits in value["selectors"].items()}),
        layout=MappingProxyType({one["label"]: (one["slot"], one["offset"] * 8) for one in value["layout"]}),
    )


@dataclass(frozen=True, slots=True)
class DecodedEvent:
    """An event of a contract with its values by name; addresses as checksummed text, bytes as bytes."""

    name: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Contract:
    """A deployed contract."""

    address: bytes
    artifact: Artifact

    @property
    def checksum_address(self) -> str:
        """The address as people read it (EIP-55)."""
        return str(to_checksum_address(self.address))

    def calldata(self, function: str, *arguments: Any) -> bytes:
        """Encode a call; structs are tuples, addresses 20 bytes or text."""
        entry = self.artifact.entry("function", function)
        types = abi_types(entry["inputs"])
        return keccak256(f"{function}({','.join(types)})".encode())[:4] + encode(types, arguments)

    def read_calldata(self, data: bytes) -> tuple[str, tuple[Any, ...]]:
        """Decode a call into the function's name and its arguments.

        Raises:
            KeyError: no function has this selector.
        """
        for signature, selector in self.artifact.selectors.items():
            if selector == data[:4]:
                name = signature.partition("(")[0]
                types = abi_types(self.artifact.entry("function", name)["inputs"])
                return name, tuple(decode(types, data[4:]))
        raise KeyError(f"no function has the selector {data[:4].hex()}")

    def read(self, chain: DevChain, function: str, *arguments: Any) -> Any:
        """Call a view on the head; a single result comes bare, several as a tuple.

        Raises:
            RevertedError: the contract reverted.
        """
        output = chain.call(bytes(20), self.address, self.calldata(function, *arguments))
        values = decode(abi_types(self.artifact.entry("function", function)["outputs"]), output)
        return values[0] if len(values) == 1 else tuple(values)

    def event(self, log: LogEntry) -> DecodedEvent | None:
        """Decode a log of this contract, or None if it is not one of its events."""
        if log.address != self.address or not log.topics:
            return None
        for entry in self.artifact.abi:
            if entry["type"] == "event" and event_topic(entry) == log.topics[0]:
                return DecodedEvent(entry["name"], MappingProxyType(_event_values(entry, log)))
        return None


def abi_types(parameters: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the canonical type of each ABI parameter, tuples spelled out."""
    return [_abi_type(one) for one in parameters]


def event_topic(entry: Mapping[str, Any]) -> bytes:
    """Return the first topic of an event."""
    return keccak256(f"{entry['name']}({','.join(abi_types(entry['inputs']))})".encode())


def _abi_type(parameter: Mapping[str, Any]) -> str:
    kind = str(parameter["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(abi_types(parameter['components']))}){kind.removeprefix('tuple')}"


def _event_values(entry: Mapping[str, Any], log: LogEntry) -> dict[str, Any]:
    indexed = [one for one in entry["inputs"] if one["indexed"]]
    plain = [one for one in entry["inputs"] if not one["indexed"]]
    values = {
        one["name"]: decode([_abi_type(one)], topic)[0] for one, topic in zip(indexed, log.topics[1:], strict=True)
    }
    values |= dict(zip([one["name"] for one in plain], decode(abi_types(plain), log.data), strict=True))
    return values


class Sender:
    """An account of the practice network that signs transactions and hands them to the chain directly."""

    def __init__(self, chain: DevChain, private_key: bytes) -> None:
        self._chain = chain
        self._key = PrivateKey(private_key)
        self.address = self._key.public_key.to_canonical_address()

    def __repr__(self) -> str:
        return f"Sender({to_checksum_address(self.address)})"

    def send(self, to: bytes | None, data: bytes = b"", *, value: int = 0, gas: int | None = None) -> bytes:
        """Sign and send a transaction and return its hash.

        Args:
            gas: gas limit. Without one the message is tried on the head first, so that a call that would revert raises
                here; give one when the call depends on transactions that are still pending.

        Raises:
            RevertedError: the trial reverted.
            ChainError: the chain refused the transaction.
        """
        with self._chain.locked():
            if gas is None:
                gas = _GAS
                self._chain.call(self.address, to, data, value=value, gas=gas)
            unsigned = UnsignedDynamicFeeTransaction(
                chain_id=self._chain.chain_id,
                nonce=self._chain.pending_nonce(self.address),
                max_priority_fee_per_gas=_TIP,
                max_fee_per_gas=2 * self._chain.next_base_fee() + _TIP,
                gas=gas,
                to=Address(to or b""),
                value=value,
                data=data,
                access_list=(),
            )
            return self._chain.take(signed_by(self._key, unsigned))

    def transact(
        self, contract: Contract, function: str, *arguments: Any, value: int = 0, gas: int | None = None
    ) -> bytes:
        """Call a function of a contract in a transaction and return its hash; raises as `send` does."""
        return self.send(contract.address, contract.calldata(function, *arguments), value=value, gas=gas)

    def deploy(self, artifact: Artifact, *arguments: Any) -> Contract:
        """Create a contract. Mines a block if the chain does not by itself.

        Raises:
            ChainError: the constructor failed.
        """
        data = artifact.bytecode
        if arguments:
            data += encode(abi_types(artifact.entry("constructor")["inputs"]), arguments)
        transaction_hash = self.send(None, data)
        if self._chain.transaction(transaction_hash) is None:
            self._chain.mine()
        block, index = mined(self._chain, transaction_hash)
        if not block.succeeded(index):
            raise ChainError(f"the constructor of {artifact.name} failed")
        nonce = block.transactions[index].nonce
        return Contract(created_address(self.address, nonce), artifact)


def created_address(sender: bytes, nonce: int) -> bytes:
    """Return the address of the contract that `sender` creates in the transaction with this nonce."""

    return keccak256(rlp.encode([sender, nonce]))[12:]


def mined(chain: DevChain, transaction_hash: bytes) -> tuple[MinedBlock, int]:
    """Return the block and index of a mined transaction.

    Raises:
        ChainError: it is not in a block.
    """
    found = chain.transaction(transaction_hash)
    if found is None:
        raise ChainError("the transaction is not mined")
    return found


def mapping_slot(slot: int, *keys: bytes | int) -> int:
    """Return the storage slot of a Solidity mapping's value; several keys walk into nested mappings."""
    for key in keys:
        word = key.to_bytes(32, "big") if isinstance(key, int) else key.rjust(32, b"\0")
        slot = int.from_bytes(keccak256(word + slot.to_bytes(32, "big")), "big")
    return slot
