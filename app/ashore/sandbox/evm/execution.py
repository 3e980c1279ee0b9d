"""Messages executed on a state without leaving a trace: what eth_call and eth_estimateGas do; and whole blocks."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from eth.abc import BlockAPI, BlockHeaderAPI, ReceiptAPI, SignedTransactionAPI, VirtualMachineAPI
from eth.exceptions import Revert, VMError
from eth.vm.spoof import SpoofTransaction
from eth_typing import Address
from eth_utils.exceptions import ValidationError

from ashore.sandbox.evm.admission import SandboxVM
from ashore.sandbox.evm.errors import ChainError, InvalidTransactionError, RevertedError

_PLAIN_TRANSFER_GAS = 21_000


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be executed; `to` is None for a contract's creation, `value` in wei."""

    sender: bytes
    to: bytes | None
    data: bytes
    value: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    output: bytes
    gas_used: int


def execute(machine: VirtualMachineAPI, message: Message, gas: int) -> Outcome:
    """Execute a message with a gas limit at no price.

    Raises:
        RevertedError: a contract reverted.
        ChainError: any other failure, for example out of gas.
    """
    try:
        with machine.in_costless_state() as state:
            unsigned = SandboxVM.get_transaction_builder().create_unsigned_transaction(
                nonce=state.get_nonce(Address(message.sender)),
                gas_price=0,
                gas=gas,
                to=Address(message.to or b""),
                value=message.value,
                data=message.data,
            )
            spoofed: Any = SpoofTransaction(unsigned, from_=message.sender)
            computation = state.costless_execute_transaction(spoofed)
    except (ValidationError, VMError, RecursionError) as error:
        raise ChainError(str(error)) from error
    if not computation.is_error:
        return Outcome(bytes(computation.output), int(computation.get_gas_used()))
    if isinstance(computation.error, Revert):
        raise RevertedError(bytes(computation.output))
    raise ChainError(str(computation.error) or type(computation.error).__name__)


def estimated_gas(attempt: Callable[[int | None], Outcome], message: Message, most: int) -> int:
    """A gas limit, at most 1 % above the least one, with which a message succeeds.

    Args:
        attempt: executes it with a gas limit, None for all the gas of a block.
        most: that gas.

    Raises:
        RevertedError, ChainError: it fails even with all of it.
    """
    used = attempt(None).gas_used
    if used == 0 and not message.data and message.to is not None:
        return _PLAIN_TRANSFER_GAS
    enough = min(most, (used + 60_000) * 2)
    return least_gas(attempt, _PLAIN_TRANSFER_GAS, enough, likely_gas(used + _PLAIN_TRANSFER_GAS, message.data))


def likely_gas(used: int, data: bytes) -> int:
    """A limit that mostly does, half a per cent above what was used with what the bytes of the call cost."""
    whole = used + sum(16 if byte else 4 for byte in data)
    return whole + whole // 200


def least_gas(attempt: Callable[[int], object], low: int, high: int, likely: int) -> int:
    """A gas limit, at most 1 % above the least one, with which an attempt does not raise a ChainError.

    Args:
        attempt: executes with a gas limit.
        high: a limit that is known to do.
        likely: tried first and taken if it does: some attempts take half a second, and a search takes many.
    """
    with suppress(ChainError):
        attempt(likely)
        return likely
    while high - low > max(1, high // 100):
        middle = (low + high) // 2
        try:
            attempt(middle)
        except ChainError:
            low = middle + 1
        else:
            high = middle
    return high


def make_block(
    machine: VirtualMachineAPI, base: BlockHeaderAPI, transactions: Sequence[SignedTransactionAPI]
) -> tuple[BlockAPI, tuple[ReceiptAPI, ...]]:
    """Execute transactions on a machine and close the block that they make.

    Raises:
        InvalidTransactionError: one of them is not valid here.
    """
    receipts, header = [], base
    for one in transactions:
        try:
            receipt, _ = machine.apply_transaction(header, one)
        except (ValidationError, VMError, RecursionError) as error:
            raise InvalidTransactionError(bytes(one.hash)) from error
        header = machine.add_receipt_to_header(header, receipt)
        receipts.append(receipt)
    filled = machine.set_block_transactions_and_withdrawals(machine.get_block(), header, transactions, receipts)
    return machine.mine_block(filled).block, tuple(receipts)
