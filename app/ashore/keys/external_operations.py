"""What the signer process does for accounts that sign elsewhere: keep, list, forget, check, and sign layer 2's part."""

from collections.abc import Callable, Mapping

from ashore.crypto import musig
from ashore.domain.addresses import AddressError, parse_evm_address
from ashore.keys.errors import Refused
from ashore.keys.external_accounts import ExternalAccount, ExternalAccounts
from ashore.keys.foreign_signatures import parsed, require_digest_signed, require_text_signed
from ashore.keys.key_ring import typed_data_digest
from ashore.keys.reading import Reading
from ashore.keys.request_arguments import Arguments
from ashore.keys.reviewed import compare, refuse_foreign_key

Answer = dict[str, object]


class ExternalOperations:
    """The operations by name.

    Args:
        accounts: those of the open vault. Raises Locked.
        read: reads the preimage of a request. Raises ReadingError, Refused.
        key_text: the text whose signature is the origin of layer-2 keys.
        ensure_ready: waits until the heavy libraries are imported.
        forgotten: deletes what else is kept for an account that is removed, by its number and address.
    """

    def __init__(
        self,
        accounts: Callable[[], ExternalAccounts],
        read: Callable[[Arguments], Reading],
        key_text: Callable[[], str],
        ensure_ready: Callable[[], None],
        forgotten: Callable[[int, str], None],
    ) -> None:
        self._accounts = accounts
        self._read = read
        self._key_text = key_text
        self._ensure_ready = ensure_ready
        self._forgotten = forgotten

    def all(self) -> Mapping[str, Callable[[Arguments], Answer]]:
        """Every operation by its name in a request."""
        return {
            "external-keep": self._keep,
            "external-list": self._list,
            "external-forget": self._forget,
            "external-verify": self._verify,
            "external-sign": self._sign,
        }

    def _keep(self, arguments: Arguments) -> Answer:
        address, label, signature = arguments.text("address"), arguments.text("label"), arguments.text("signature")
        arguments.end()
        try:
            raw = parse_evm_address(address)
        except AddressError as error:
            raise Refused(error.sentence, error.advice) from None
        return _public(self._accounts().keep(raw, label, signature))

    def _list(self, arguments: Arguments) -> Answer:
        arguments.end()
        return {"accounts": [_public(account) for account in self._accounts().all()]}

    def _forget(self, arguments: Arguments) -> Answer:
        index, address = arguments.integer("account"), arguments.text("address")
        arguments.end()
        self._accounts().forget(index, address)
        self._forgotten(index, address)
        return {}

    def _verify(self, arguments: Arguments) -> Answer:
        """Check what the other wallet signed. Nothing is signed."""
        self._checked(arguments)
        return {}

    def _sign(self, arguments: Arguments) -> Answer:
        """Sign layer 2's part, where the other wallet's signature is of exactly the text that was read."""
        account, reading, given = self._checked(arguments)
        if reading.l2_message is None:
            raise Refused("Ashore has no part in signing this for an account of another wallet.")
        return {
            "address": account.address,
            "identifier": reading.identifier,
            "ethereum": ["0x" + signature.hex() for signature in given],
            "l2": {
                "pub_key": "0x" + account.layer2.public_key.hex(),
                "signature": musig.sign(account.layer2.private_key, reading.l2_message).hex(),
            },
        }

    def _checked(self, arguments: Arguments) -> tuple[ExternalAccount, Reading, list[bytes]]:
        reading = self._read(arguments)
        index, expected = arguments.integer("account"), arguments.mapping("expect")
        text = arguments.text("signature")
        arguments.end()
        account = self._accounts().get(index)
        compare(reading, expected)
        refuse_foreign_key(reading, account.layer2)
        if len(reading.texts) + (reading.typed_data is not None) != 1:
            raise Refused("Of an account of another wallet Ashore has one text signed at a time. Nothing was signed.")
        signature = parsed(text)
        if reading.typed_data is not None:
            self._ensure_ready()
            require_digest_signed(account.address, typed_data_digest(reading.typed_data), signature)
        else:
            require_text_signed(account.address, reading.texts[0], signature, key_text=self._key_text())
        return account, reading, [signature]


def _public(account: ExternalAccount) -> Answer:
    return {
        "index": account.index,
        "address": account.address,
        "label": account.label,
        "l2_pub_key": "0x" + account.layer2.public_key.hex(),
        "l2_pub_key_hash": "0x" + account.layer2.public_key_hash.hex(),
    }
