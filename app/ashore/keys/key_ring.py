"""The unlocked keys, in the signer process only: addresses, layer-2 keys and signatures by account number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ashore.crypto import musig
from ashore.crypto.keccak import keccak256
from ashore.keys import derivation
from ashore.keys.derivation import Layer2Key
from ashore.keys.sealing import wipe

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount


@dataclass(frozen=True)
class Account:
    """An account's public side. `address` is checksummed (EIP-55)."""

    index: int
    path: str
    address: str
    layer2: Layer2Key


class KeyRing:
    """Keys of one recovery phrase.

    Args:
        seed: BIP-39 seed, 64 bytes; taken over and wiped by `close`.
        key_message: the text whose signature is the origin of zkLink's layer-2 keys.
    """

    def __init__(self, seed: bytearray, key_message: str) -> None:
        self._seed = seed
        self._key_message = key_message
        self._accounts: dict[int, Account] = {}

    def __repr__(self) -> str:
        return "<KeyRing>"

    def account(self, index: int) -> Account:
        """Return an account's public side and layer-2 key.

        Raises:
            Refused: there is no account of that number.
        """
        known = self._accounts.get(index)
        if known is None:
            signer = self._signer(index)
            known = Account(
                index=index,
                path=derivation.account_path(index),
                address=str(signer.address),
                layer2=derivation.layer2_key(_sign_text(signer, self._key_message)),
            )
            self._accounts[index] = known
        return known

    def sign_text(self, index: int, text: str) -> bytes:
        """Return the 65-byte EIP-191 signature (`personal_sign`) of the text, v 27 or 28, low s."""
        return _sign_text(self._signer(index), text)

    def sign_typed_data(self, index: int, typed_data: Mapping[str, Any]) -> bytes:
        """Return the 65-byte EIP-712 signature, v 27 or 28, low s."""
        (signature,) = self.sign_all_typed_data(index, [typed_data])
        return signature

    def sign_all_typed_data(self, index: int, several: Iterable[Mapping[str, Any]]) -> list[bytes]:
        """Return one such signature for each; the key is derived once, which takes longer than signing."""
        from eth_account.messages import encode_typed_data

        signer = self._signer(index)
        signed = [signer.sign_message(encode_typed_data(full_message=dict(each))) for each in several]
        return [derivation.keying_material(bytes(each.signature)) for each in signed]

    def sign_layer2(self, index: int, message: bytes) -> bytes:
        """Return the 64-byte musig-rescue signature of a message of at most 92 bytes."""
        return musig.sign(self.account(index).layer2.private_key, message)

    def sign_transaction(self, index: int, fields: Mapping[str, Any]) -> bytes:
        """Return the raw signed bytes of a transaction given in eth_account's words."""
        return bytes(self._signer(index).sign_transaction(dict(fields)).raw_transaction)

    def close(self) -> None:
        """Wipe the seed and forget what was derived from it. Best effort."""
        wipe(self._seed)
        self._accounts.clear()

    def _signer(self, index: int) -> "LocalAccount":
        from eth_account import Account as EthereumAccount

        key = derivation.account_key(self._seed, index)
        try:
            signer: LocalAccount = EthereumAccount.from_key(bytes(key))
        finally:
            wipe(key)
        return signer


def typed_data_digest(typed_data: Mapping[str, Any]) -> bytes:
    """Return the 32 bytes that EIP-712 signs (version 0x01)."""
    from eth_account.messages import encode_typed_data

    signable = encode_typed_data(full_message=dict(typed_data))
    return keccak256(b"\x19" + signable.version + signable.header + signable.body)


def _sign_text(signer: "LocalAccount", text: str) -> bytes:
    from eth_account.messages import encode_defunct

    return derivation.keying_material(bytes(signer.sign_message(encode_defunct(text=text)).signature))
