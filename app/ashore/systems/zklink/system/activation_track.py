"""The way of an activation: a layer-2 key becomes known to zkLink. It moves no money, so L1 has nothing to show."""

from ashore.domain.stages import Milestone, Stage, Track, TrackRef, TrackWords
from ashore.domain.withdrawal import Withdrawal

REQUESTED, EXECUTED = "requested", "executed"
"""The same stages as those of a withdrawal."""
REGISTERED = "registered"
NEW_KEY = "new_key"
"""The detail of the terms that names the registered key's hash; only activations have it."""
ON_L1 = "on-l1"

_SOON = "It is done as soon as zkLink has carried it out on layer 2."

_WORDS = TrackWords(
    waiting="Ashore waits for zkLink’s answer. You need not do anything.",
    not_left=(
        "Nothing has left yet: zkLink’s node cannot be reached.",
        "No key was changed. Ashore keeps trying with the same signed request.",
    ),
    unanswered=(
        "It is not known yet whether zkLink has the request.",
        "It cannot count twice: only the same signed request is ever sent. You need not do anything.",
    ),
    trying_on="Ashore tries again with the same signed request.",
    asking_on="Ashore asks until it knows, and never signs a second one meanwhile.",
    contradicted=(
        "zkLink’s answers do not fit together.",
        "Your balance is not touched by this. Ashore keeps asking.",
    ),
    failed=(
        "zkLink says that it did not register the key.",
        "The account stays as it was. Open the form again to try once more.",
    ),
    landed="zkLink names this wallet’s key.",
    final="zkLink says that it knows this wallet’s key now: you can withdraw.",
    seen_by="{source} shows it",
    pace=_SOON,
    pace_unknown=_SOON,
    second=(
        "An earlier change of key with number {nonce} is still open. Nothing was sent.",
        "Wait until its outcome is known; you find it under Activity.",
    ),
    under_way=("Under way.", "zkLink usually does this within moments. You can close Ashore; it goes on."),
)

ACTIVATION = Track(
    TrackRef("zklink.activation", 1),
    (
        Stage(
            REQUESTED,
            Milestone.REQUESTED,
            "Requested",
            "Signed here; zkLink’s node took it.",
            "Waiting for zkLink’s node to take the request.",
            provable=False,
        ),
        Stage(
            EXECUTED,
            Milestone.ACCEPTED,
            "Executed on layer 2",
            "zkLink carried the change of key out.",
            "zkLink checks both signatures and carries the change of key out.",
            provable=False,
        ),
        Stage(
            REGISTERED,
            Milestone.ACCEPTED,
            "Key registered",
            "zkLink names this wallet’s key for the account: it takes what is signed here.",
            "Ashore asks zkLink which key the account has.",
            provable=False,
        ),
        Stage(
            ON_L1,
            Milestone.FINALIZED,
            "On L1",
            "",
            "",
            not_applicable=(
                "Not awaited: no money moves, and zkLink takes withdrawals as soon as the key is in its own books. "
                "What you withdraw afterwards is checked on L1."
            ),
        ),
    ),
    _WORDS,
    answered=REQUESTED,
)


def is_activation(state: Withdrawal) -> bool:
    """Whether it registers a key, and takes nothing out."""
    return TrackRef.parse(state.terms.track).id == ACTIVATION.ref.id
