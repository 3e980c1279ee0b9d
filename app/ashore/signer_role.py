"""The role of signer: joins the systems' readers to the signer process."""

from collections.abc import Mapping

from ashore.keys import signer_process
from ashore.systems.zklink.codec import reading as zklink

READERS: Mapping[str, signer_process.Reader] = {
    zklink.WITHDRAW_KIND: zklink.read_withdraw,
    zklink.CHANGE_PUBKEY_KIND: zklink.read_change_pubkey,
    zklink.KEY_DERIVATION_KIND: zklink.read_key_derivation,
}


def main() -> int:
    """Be the signer until the standard input ends; return the exit code."""
    return signer_process.run(READERS)
