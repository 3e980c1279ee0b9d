"""The way of a zkLink withdrawal, as data. A changed way gets a new version; old ones stay readable."""

from ashore.domain.stages import Milestone, Stage, Track, TrackRef

REQUESTED = "requested"
EXECUTED = "executed"
COMMITTED = "committed"
PROVED = "proved"
VERIFIED = "verified"
RELEASED = "released"
PAID = "paid"

NORMAL = Track(
    TrackRef("zklink.normal", 1),
    (
        Stage(
            REQUESTED,
            Milestone.REQUESTED,
            "Requested",
            "Signed here; zkLink’s node took it.",
            "Waiting for zkLink’s node to take the request.",
        ),
        Stage(
            EXECUTED,
            Milestone.ACCEPTED,
            "Executed on layer 2",
            "zkLink took the amount from your balance.",
            "zkLink checks the request and takes it from your layer-2 balance.",
        ),
        Stage(
            COMMITTED,
            Milestone.COMMITTED,
            "Committed",
            "The batch with your withdrawal is on {chain}.",
            "zkLink writes a batch with your withdrawal to {chain}.",
        ),
        Stage(
            PROVED,
            Milestone.PROVED,
            "Proved",
            "The validity proof of that batch was taken by the contract.",
            "zkLink computes the validity proof of the batch and sends it to {chain}.",
        ),
        Stage(
            VERIFIED,
            Milestone.VERIFIED,
            "Verified",
            "All connected chains agree on the batch: its root is final for zkLink.",
            "The connected chains compare their roots (the final root, or sync hash).",
        ),
        Stage(
            RELEASED,
            Milestone.FINALIZED,
            "Released on {chain}",
            "The contract on {chain} set the money aside for you.",
            "The batch is executed on {chain}; then the contract sets the money aside for you.",
        ),
        Stage(
            PAID,
            Milestone.FINALIZED,
            "Paid out on {chain}",
            "The money is at your address.",
            "zkLink’s relayer sends the money to your address. Nothing to do until then.",
        ),
    ),
)

TRACKS = (NORMAL,)
