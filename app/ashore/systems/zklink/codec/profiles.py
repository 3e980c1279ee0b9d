"""The four dialects that zkLink deployments speak."""

from enum import StrEnum


class Profile(StrEnum):
    """One dialect; keys, curve, hashes and fee packing are the same in all of them.

    Source: zkLinkProtocol/zklink_sdk, branches v2.0.1 (V2), main (MAIN), zkex_mainnet (X_ZKEX), apex-devnet (X_APEX).
    """

    V2 = "v2"
    MAIN = "main"
    X_ZKEX = "x-zkex"
    X_APEX = "x-apex"

    @property
    def is_x(self) -> bool:
        """Whether the layer-2 key signs the 63-byte hashed form and a call may be attached."""
        return self in (Profile.X_ZKEX, Profile.X_APEX)

    @property
    def flag_name(self) -> str:
        """What byte 65 of a Withdraw means, by its name in the JSON form."""
        return "fastWithdraw" if self is Profile.V2 else "withdrawToL1"

    @property
    def signs_typed_data(self) -> bool:
        """Whether the Ethereum key signs a ChangePubKey as EIP-712 typed data rather than as an EIP-191 text."""
        return self is Profile.V2
