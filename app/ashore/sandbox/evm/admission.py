"""The rules of the virtual machine in use, and what makes a raw transaction admissible to the pool."""

from typing import Any

from eth.abc import BlockHeaderAPI, SignedTransactionAPI
from eth.consensus.noproof import NoProofConsensus
from eth.constants import SECPK1_N
from eth.exceptions import PyEVMError
from eth.validation import validate_gas_limit
from eth.vm.forks.london.transactions import UnsignedDynamicFeeTransaction
from eth.vm.forks.prague import PragueVM
from eth_keys.datatypes import PrivateKey
from eth_keys.exceptions import BadSignature
from eth_typing import Address
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException  # type: ignore[import-untyped]

from ashore.sandbox.evm.errors import ChainError


def _header_after(parent: BlockHeaderAPI | None, **fields: Any) -> BlockHeaderAPI:
    """The header of the next block. py-evm would stamp calls with the machine's time instead of the chain's."""
    if parent is not None:
        fields.setdefault("timestamp", parent.timestamp + 1)
    header: BlockHeaderAPI = PragueVM.create_header_from_parent(parent, **fields)
    return header


def _validate_gas(_vm: type, header: BlockHeaderAPI, parent: BlockHeaderAPI) -> None:
    """The rule for gas limits alone: the price of gas may be made to rise as if others had filled the blocks."""
    validate_gas_limit(header.gas_limit, parent.gas_limit)


SandboxVM = PragueVM.configure(
    consensus_class=NoProofConsensus,
    create_header_from_parent=staticmethod(_header_after),
    validate_gas=classmethod(_validate_gas),
)

# Legacy, access list (EIP-2930), dynamic fee (EIP-1559). Blobs and delegations have no use here.
_SUPPORTED_TYPES = (0, 1, 2)
_MAX_RAW_BYTES = 128 * 1024


def decode_transaction(raw: bytes) -> SignedTransactionAPI:
    """Decode a signed transaction and check its signature.

    Raises:
        ChainError: too long, malformed, badly signed, or of a kind that this chain does not take.
    """
    if len(raw) > _MAX_RAW_BYTES:
        raise ChainError("oversized data")
    try:
        transaction = SandboxVM.get_transaction_builder().decode(raw)
        if (getattr(transaction, "type_id", None) or 0) not in _SUPPORTED_TYPES:
            raise ChainError("transaction type not supported")
        transaction.validate()
    except (RLPException, PyEVMError, ValidationError, ValueError, TypeError, IndexError) as error:
        raise ChainError(f"rlp: {error}") from error
    try:
        # Recovering the sender is the check of the signature; the sender is remembered.
        recovered = bool(transaction.sender) and transaction.s <= SECPK1_N // 2
    except (BadSignature, ValidationError, ValueError):
        recovered = False
    if not recovered:
        raise ChainError("invalid transaction v, r, s values")
    return transaction


def signed_by(key: PrivateKey, unsigned: UnsignedDynamicFeeTransaction) -> SignedTransactionAPI:
    """Sign a transaction. Its sender is remembered: to find it in the signature takes three times as long as this."""
    transaction = unsigned.as_signed_transaction(key)
    vars(transaction)["sender"] = Address(key.public_key.to_canonical_address())
    return transaction


def check_admissible(
    transaction: SignedTransactionAPI, *, chain_id: int, gas_limit: int, nonce: int, balance: int
) -> None:
    """Check a transaction against the chain and its sender's account.

    Raises:
        ChainError: with geth's words for the reason.
    """
    if transaction.chain_id != chain_id:
        raise ChainError("invalid sender: invalid chain id for signer")
    if transaction.nonce < nonce:
        raise ChainError(f"nonce too low: next nonce {nonce}, tx nonce {transaction.nonce}")
    if transaction.max_priority_fee_per_gas > transaction.max_fee_per_gas:
        raise ChainError("max priority fee per gas higher than max fee per gas")
    if transaction.gas > gas_limit:
        raise ChainError("exceeds block gas limit")
    if transaction.gas < transaction.intrinsic_gas:
        raise ChainError("intrinsic gas too low")
    cost = transaction.gas * transaction.max_fee_per_gas + transaction.value
    if balance < cost:
        raise ChainError(f"insufficient funds for gas * price + value: balance {balance}, tx cost {cost}")
