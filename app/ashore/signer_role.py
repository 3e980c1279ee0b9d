"""The role of signer: joins the systems' readers to the signer process."""

from collections.abc import Mapping

from ashore.keys import signer_process
from ashore.keys.stark_keys import StarkRules
from ashore.systems.reddio.codec import reading as reddio
from ashore.systems.reddio.codec.l1.facts import registration_hash
from ashore.systems.zklink.codec import reading as zklink

READERS: Mapping[str, signer_process.Reader] = {
    zklink.WITHDRAW_KIND: zklink.read_withdraw,
    zklink.CHANGE_PUBKEY_KIND: zklink.read_change_pubkey,
    zklink.KEY_DERIVATION_KIND: zklink.read_key_derivation,
    reddio.WITHDRAWAL_TO_KIND: reddio.read_withdrawal_to,
    reddio.TRANSFER_KIND: reddio.read_transfer,
    reddio.PLAIN_WITHDRAWAL_KIND: reddio.read_plain_withdrawal,
    reddio.KEY_DERIVATION_KIND: reddio.read_key_derivation,
}
STARK_RULES = StarkRules(reddio.KEY_PREIMAGES, registration_hash)


def main() -> int:
    """Be the signer until the standard input ends; return the exit code."""
    return signer_process.run(READERS, STARK_RULES)
