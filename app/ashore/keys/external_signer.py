"""The window's side of accounts that sign elsewhere: what the signer process keeps, checks and signs for them.

Neither the key signature nor the layer-2 key is kept here; a pasted signature passes through once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ashore.keys.signer import Signed, Signer, expected_shape, signed_from


@dataclass(frozen=True, slots=True)
class ExternalSignerAccount:
    """The public side of an account whose Ethereum key is in another wallet.

    `index` is negative, `address` checksummed; both layer-2 values are hexadecimal with 0x.
    """

    index: int
    address: str
    label: str
    l2_pub_key: str
    l2_pub_key_hash: str


class ExternalSigner:
    """Asks the signer process. Every method raises Locked, SignerGone, and Refused with a sentence for the person."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    async def keep(self, address: str, label: str, key_signature: str) -> ExternalSignerAccount:
        """Add the account of `address` (0x and 40 digits), whose signature of the key text was pasted.

        The layer-2 key that it makes is sealed in the vault at once. Raises Refused where the signature is not that
        account's, or the account is there already; VaultError.
        """
        arguments = {"address": address, "label": label, "signature": key_signature}
        result = await self._signer.perform("external-keep", arguments)
        with expected_shape():
            return ExternalSignerAccount(**result)

    async def keep_stark_key(self, account: int, chain_id: int, type_name: str, signatures: tuple[str, str]) -> None:
        """Seal what the other wallet signed, twice, for the account's Stark key (typed data of chain and type name).

        Raises Refused where one is not that account's signature of it, or the two differ; VaultError.
        """
        first, second = signatures
        arguments = {"account": account, "chain_id": chain_id, "name": type_name, "first": first, "second": second}
        await self._signer.perform("stark-external-keep", arguments)

    async def accounts(self) -> tuple[ExternalSignerAccount, ...]:
        """Every one, in the order in which they were added."""
        result = await self._signer.perform("external-list", {})
        with expected_shape():
            return tuple(ExternalSignerAccount(**item) for item in result["accounts"])

    async def forget(self, index: int, address: str) -> None:
        """Delete an account's layer-2 key for good; `address` (checksummed) guards against a mix-up."""
        await self._signer.perform("external-forget", {"account": index, "address": address})

    async def verify(
        self, kind: str, preimage: Mapping[str, object], account: int, expect: Mapping[str, str], signature: str
    ) -> None:
        """Check that a pasted signature is the account's, over exactly the text that the signer reads.

        Nothing is signed. Raises Refused, saying whose signature it is, or of what.
        """
        await self._signer.perform("external-verify", _request(kind, preimage, account, expect, signature))

    async def sign(
        self, kind: str, preimage: Mapping[str, object], account: int, expect: Mapping[str, str], signature: str
    ) -> Signed:
        """Sign layer 2's part, with the pasted signature, once more verified, as Ethereum's part; see `Signer.sign`."""
        arguments = _request(kind, preimage, account, expect, signature)
        return signed_from(await self._signer.perform("external-sign", arguments))


def _request(
    kind: str, preimage: Mapping[str, object], account: int, expect: Mapping[str, str], signature: str
) -> dict[str, object]:
    return {
        "kind": kind,
        "preimage": dict(preimage),
        "account": account,
        "expect": dict(expect),
        "signature": signature,
    }
