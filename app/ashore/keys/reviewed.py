"""What was reviewed against what the signer read: any difference refuses."""

from collections.abc import Mapping

from ashore.keys.derivation import Layer2Key
from ashore.keys.errors import Refused
from ashore.keys.reading import Reading

CHANGE_PUBKEY_KIND = "zklink.change-pubkey"
NEW_KEY_FIELD = "new_pubkey_hash"


def compare(reading: Reading, expected: Mapping[str, object]) -> None:
    """Refuse unless the review showed every field, and each as it was read here. Raises Refused."""
    names = sorted(set(reading.fields) | set(expected))
    different = [name for name in names if reading.fields.get(name) != expected.get(name)]
    if different or not names:
        listed = ", ".join(different)[:200] or "nothing was reviewed"
        raise Refused(
            f"What the signer read is not what was reviewed ({listed}). Nothing was signed.",
            "Go back and review it again; if it stays, report it.",
        )


def refuse_foreign_key(reading: Reading, layer2: Layer2Key) -> None:
    """Refuse an activation of a layer-2 key that is not the account's own."""
    if reading.kind != CHANGE_PUBKEY_KIND:
        return
    own = "0x" + layer2.public_key_hash.hex()
    if reading.fields.get(NEW_KEY_FIELD, "").lower() != own:
        raise Refused("The activation names a layer-2 key that is not this account's. Nothing was signed.")
