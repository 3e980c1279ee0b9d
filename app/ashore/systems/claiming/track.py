"""The way of a claim, as data."""

from ashore.domain.stages import Milestone, Stage, Track, TrackRef, TrackWords

SENT = "sent"
CLAIMED = "claimed"

_ONE_BLOCK = "It is done as soon as a block takes it, and irreversible when that block is finalized."

CLAIM_WORDS = TrackWords(
    waiting="Ashore waits for an endpoint’s answer. You need not do anything.",
    not_left=(
        "Nothing has left yet: no endpoint of its chain can be reached.",
        "Ashore keeps trying with the same signed transaction.",
    ),
    unanswered=(
        "It is not known yet whether its chain has the transaction.",
        "It cannot count twice: only the same signed transaction is ever sent. You need not do anything.",
    ),
    trying_on="Ashore tries again with the same signed transaction.",
    asking_on="Ashore asks until it knows, and never signs a second one meanwhile.",
    contradicted=(
        "What was said and what the chain shows differ.",
        "Nothing is lost; Ashore keeps watching the chain itself.",
    ),
    failed=(
        "The claim had no effect. At most its gas was spent.",
        "If it still waits, it stands under Unclaimed.",
    ),
    landed="Paid out on {place}; waiting until it is irreversible.",
    final="{amount} arrived on {place}.",
    seen_by="one endpoint shows it",
    pace=_ONE_BLOCK,
    pace_unknown=_ONE_BLOCK,
    second=(
        "An earlier claim with number {nonce} of this account is still open. Nothing was sent.",
        "Wait until a block has taken it; you find it under Activity.",
    ),
    priced_out=(
        "It waits: gas costs {gas} now, more than this claim may spend.",
        "It goes through by itself once gas is cheaper. Or speed it up: then it may spend more.",
    ),
    sped_up=(
        "Under way, with a higher price of gas.",
        "Both transactions have one number: a block takes only one of them, and it is paid out once.",
    ),
    cancelling=(
        "The cancellation is under way.",
        "If a block takes the claim first, it is paid out all the same. Nothing to do until one is taken.",
    ),
    cancelled_in_block=(
        "A block took the cancellation; waiting until it is irreversible.",
        "Until then {place} may still replace that block, and with it the claim may come back. Nothing to do.",
    ),
    cancelled=(
        "Cancelled, as you wished.",
        "This claim paid nothing out, and never will. What waits now, you see under Unclaimed.",
    ),
    not_paid="Not paid out: a block took the cancellation in the place of the claim.",
    not_replaced=(
        "The one that waits stays as it is: the other was not taken.",
        "{said}",
    ),
    less="The claim takes all that waits: the rest of the {asked} had been paid out to its owner before.",
    instead=("Speed up", "Cancel the claim"),
    instead_again=("Claim after all", "Cancel faster"),
)


def claim_track(name: str) -> Track:
    """The way of a system's claims; `name` is the track's id."""
    return Track(
        TrackRef(name, 1),
        (
            Stage(
                SENT,
                Milestone.REQUESTED,
                "Claim sent",
                "Signed here; an endpoint of {chain} took it.",
                "Waiting for an endpoint of {chain} to take the transaction.",
                provable=False,
            ),
            Stage(
                CLAIMED,
                Milestone.FINALIZED,
                "Paid out on {chain}",
                "The contract paid it out to its owner.",
                "Waiting for a block of {chain} to take the transaction.",
            ),
        ),
        CLAIM_WORDS,
        answered=SENT,
    )
