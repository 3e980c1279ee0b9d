"""What the signer process read in a typed preimage: neutral, so that keys need not know the systems."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class ReadingError(ValueError):
    """A preimage that the signer will not sign; the text is a plain sentence for the person."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A preimage as decoded by the side that holds the keys.

    Attributes:
        kind: which reader made it, such as "zklink.withdraw".
        fields: what was read, by field name, in plain decimal or hex; shown on the review page.
        texts: EIP-191 texts for the Ethereum key, in signing order.
        typed_data: EIP-712 typed data for the Ethereum key, where the protocol asks for it.
        l2_message: the bytes that the layer-2 key signs, where there are any; for a Stark key its message hash.
        identifier: the deterministic name under which the network can be asked about it.
        stark_key: the Stark key whose money it moves, which has to be the account's own; None where none has a part.
        key_name: by which of the account's names that key signs, such as "1:reddio:standard"; empty for no signature.
    """

    kind: str
    fields: Mapping[str, str]
    identifier: str
    texts: tuple[str, ...] = field(default=())
    typed_data: Mapping[str, object] | None = None
    l2_message: bytes | None = None
    stark_key: int | None = None
    key_name: str = ""

    @property
    def asks_ethereum(self) -> bool:
        """Whether the Ethereum key signs a text or typed data for it."""
        return bool(self.texts) or self.typed_data is not None

    @property
    def is_unsigned(self) -> bool:
        """Whether no key signs any of it, as with a withdrawal to the Stark key itself."""
        return self.stark_key is not None and not self.key_name
