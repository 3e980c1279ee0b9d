"""Unsigned transactions of the one kind that Ashore signs (EIP-1559), and the hash of a signed one."""

from dataclasses import dataclass

from ashore.crypto import rlp
from ashore.crypto.keccak import keccak256
from ashore.domain.errors import AshoreError

_TYPE = b"\x02"
_SIGNED_ITEMS = 12
_NUMBER_BYTES = 32
_ADDRESS_BYTES = 20


@dataclass(frozen=True, slots=True)
class UnsignedTransaction:
    """A call of a contract. Fees are in wei for each unit of gas, `value` in wei, `to` has 20 bytes."""

    chain_id: int
    nonce: int
    tip: int
    max_fee: int
    gas: int
    to: bytes
    value: int
    data: bytes

    def encoded(self) -> bytes:
        """The bytes that are hashed and signed (EIP-1559: 0x02 and the RLP of nine items, without an access list)."""
        fields: list[rlp.RlpInput] = [
            *(rlp.encode_int(n) for n in (self.chain_id, self.nonce, self.tip, self.max_fee, self.gas)),
            self.to,
            rlp.encode_int(self.value),
            self.data,
            [],
        ]
        return _TYPE + rlp.encode(fields)

    @classmethod
    def of_signed(cls, raw: bytes) -> "UnsignedTransaction":
        """What a signed transaction signs. Raises AshoreError where the bytes are none, or of another kind."""
        try:
            items = rlp.expect_list(rlp.decode(raw[1:], max_depth=2, max_items=2 * _SIGNED_ITEMS), _SIGNED_ITEMS)
            numbers = [rlp.decode_int(items[place], _NUMBER_BYTES) for place in (0, 1, 2, 3, 4, 6)]
            to, data = rlp.expect_bytes(items[5], _ADDRESS_BYTES), rlp.expect_bytes(items[7])
        except rlp.RlpError as error:
            raise AshoreError("The stored transaction cannot be read.", "Nothing was signed.") from error
        chain_id, nonce, tip, max_fee, gas, value = numbers
        return cls(chain_id, nonce, tip, max_fee, gas, to, value, data)

    @property
    def most(self) -> int:
        """The most that its gas can cost, in wei."""
        return self.gas * self.max_fee


def transaction_hash(raw: bytes) -> str:
    """The name under which the network knows a signed transaction: lower-case hex with 0x."""
    return "0x" + keccak256(raw).hex()


def raw_transaction(text: object) -> bytes:
    """The signed bytes of a hexadecimal text. Raises AshoreError where it is none of type 2."""
    try:
        raw = bytes.fromhex(str(text).removeprefix("0x"))
    except ValueError:
        raw = b""
    if not raw.startswith(_TYPE):
        raise AshoreError("The signer's answer is incomplete.", "Nothing was sent. Lock and unlock, then try again.")
    return raw
