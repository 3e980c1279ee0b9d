"""Messages executed on a state without leaving a trace: what eth_call and eth_estimateGas do."""

from dataclasses import dataclass
from typing import Any

from eth.abc import VirtualMachineAPI
from eth.exceptions import Revert, VMError
from eth.vm.spoof import SpoofTransaction
from eth_typing import Address
from eth_utils.exceptions import ValidationError

from ashore.sandbox.evm.admission import SandboxVM
from ashore.sandbox.evm.errors import ChainError, RevertedError


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
