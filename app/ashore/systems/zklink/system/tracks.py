"""The way of a zkLink withdrawal, as data. A changed way gets a new version; old ones stay readable."""

from dataclasses import replace

from ashore.domain.stages import Milestone, Stage, Track, TrackRef, TrackWords
from ashore.domain.withdrawal import Withdrawal
from ashore.systems.claiming.track import CLAIMED, claim_track
from ashore.systems.zklink.system.activation_track import ACTIVATION, is_activation

REQUESTED = "requested"
EXECUTED = "executed"
ADVANCED = "advanced"
COMMITTED = "committed"
PROVED = "proved"
VERIFIED = "verified"
CONFIRMED = "confirmed"
RELEASED = "released"
PAID = "paid"

BY_BROKER = "broker"
IN_FULL = "in-full"
"""Ways (see `Stage.moot`): somebody paid in advance, and gets what the contract sets aside; or nobody did."""

WORDS = TrackWords(
    waiting="Ashore waits for zkLink’s answer. You need not do anything.",
    not_left=(
        "Nothing has left yet: zkLink’s node cannot be reached.",
        "Nothing was taken from your balance. Ashore keeps trying with the same signed request.",
    ),
    unanswered=(
        "It is not known yet whether zkLink has the request.",
        "Nothing can be paid twice: only the same signed request is ever sent. You need not do anything.",
    ),
    trying_on="Ashore tries again with the same signed request.",
    outrun="Nothing can be paid twice. Ashore waits until that batch cannot be taken back any more, and says so then.",
    asking_on="Ashore asks until it knows, and never sends a second request.",
    contradicted=(
        "zkLink’s word and the chain differ.",
        "The money is not lost; Ashore keeps watching the chain itself.",
    ),
    failed=(
        "zkLink says that it did not carry the withdrawal out.",
        "By its word the money is still in your layer-2 balance; look there before you start again.",
    ),
    landed="Paid out on {place}; waiting until it is irreversible.",
    final="{amount} arrived on {place}.",
    seen_by="one endpoint shows it",
    pace=(
        "From the batch to the release on L1 usually {median}, nine of ten within {p90} (last {samples} batches). "
        "The wait for the batch and the payout come on top."
    ),
    pace_unknown="How long it takes is not known yet: Ashore has to see five batches go the whole way first.",
    set_aside=(
        "Set aside on {chain} for its recipient.",
        "zkLink’s relayer usually sends it on soon. You can also claim it yourself, which costs gas.",
    ),
    second=(
        "An earlier request with nonce {nonce} is still open. Nothing was sent.",
        "Wait until its outcome is known; you find it under Activity.",
    ),
)

_SET_ASIDE_FOR_ANOTHER = "Not for the recipient any more: the contract sets it aside for whoever paid in advance."
_NOT_YOURS_ANY_MORE = "Not awaited: the recipient has been paid, and the rest is between the broker and zkLink."

_BROKER_RELIES_ON_IT = (
    "zkLink’s node did not tell, and nothing is awaited any more: a broker has paid this very request, and "
    "relies on it."
)

_REQUESTED = Stage(
    REQUESTED,
    Milestone.REQUESTED,
    "Requested",
    "Signed here; zkLink’s node took it.",
    "Waiting for zkLink’s node to take the request.",
    provable=False,
)
_EXECUTED = Stage(
    EXECUTED,
    Milestone.ACCEPTED,
    "Executed on layer 2",
    "zkLink took the amount from your balance.",
    "zkLink checks the request and takes it from your layer-2 balance.",
    provable=False,
)
_RELEASED = Stage(
    RELEASED,
    Milestone.FINALIZED,
    "Released on {chain}",
    "The contract on {chain} set the money aside for its recipient.",
    "The batch is executed on {chain}; then the contract sets the money aside for its recipient.",
    moot=((BY_BROKER, _SET_ASIDE_FOR_ANOTHER),),
)
_PAID = Stage(
    PAID,
    Milestone.FINALIZED,
    "Paid out on {chain}",
    "The money is at the recipient’s address.",
    "zkLink’s relayer sends the money to the recipient’s address. If it does not, look under Unclaimed.",
)

NORMAL = Track(
    TrackRef("zklink.normal", 1),
    (
        _REQUESTED,
        _EXECUTED,
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
        _RELEASED,
        _PAID,
    ),
    WORDS,
    answered=REQUESTED,
)

SECONDARY = Track(
    TrackRef("zklink.secondary", 1),
    (
        _REQUESTED,
        _EXECUTED,
        Stage(
            COMMITTED,
            Milestone.COMMITTED,
            "Committed on {primary}",
            "The batch with your withdrawal is on {primary}, where zkLink proves its batches.",
            "zkLink writes a batch with your withdrawal to {primary}, where it proves its batches.",
            shown_on="{primary}",
        ),
        Stage(
            PROVED,
            Milestone.PROVED,
            "Proved on {primary}",
            "The validity proof of that batch was taken by the contract on {primary}.",
            "zkLink computes the validity proof of the batch and sends it to {primary}.",
            shown_on="{primary}",
        ),
        Stage(
            VERIFIED,
            Milestone.VERIFIED,
            "Verified on {primary}",
            "{primary} compared the chains’ roots of the batch, and they agree.",
            "{chain} gets its part of the batch; then {primary} compares the roots (the final root, or sync hash).",
            shown_on="{primary}",
        ),
        Stage(
            CONFIRMED,
            Milestone.VERIFIED,
            "Confirmed on {chain}",
            "{chain} holds your part of the very batch that {primary} verified, and knows that it is final.",
            "A bridge brings the confirmation from {primary} to {chain}.",
        ),
        _RELEASED,
        _PAID,
    ),
    WORDS,
    answered=REQUESTED,
)

ON_PRIMARY = frozenset({COMMITTED, PROVED, VERIFIED})
"""Stages that the primary chain shows, wherever the money goes."""

FAST_WORDS = replace(
    WORDS,
    contradicted=(
        "What was agreed and what the chain shows differ.",
        "See what stands below. The money is not lost; Ashore keeps watching the chain itself.",
    ),
    under_way=(
        "Under way.",
        "A broker may pay you any moment; if none does, the whole amount comes the normal way. Nothing to do.",
    ),
    less="A broker paid it in advance and kept its share of the {asked}, as you signed.",
)

_IN_ADVANCE = Stage(
    ADVANCED,
    Milestone.FINALIZED,
    "Paid in advance by a broker",
    "A broker paid what you signed for: the money is at the recipient’s address.",
    "A broker may pay you now, before zkLink does. None has to.",
    moot=(
        (IN_FULL, "No broker paid in advance, so the whole amount comes the normal way: the broker’s share is yours."),
    ),
)


def _between_others(stage: Stage) -> Stage:
    """A stage of the normal way that does not concern a person whom a broker has paid."""
    return stage if stage.moot else replace(stage, moot=((BY_BROKER, _NOT_YOURS_ANY_MORE),))


def _made_fast(name: str, normal: Track) -> Track:
    """The way of `normal`, beside which a broker may pay."""
    requested, executed, *rest = normal.stages
    taken = replace(executed, silent=((BY_BROKER, _BROKER_RELIES_ON_IT),))
    between = (_between_others(stage) for stage in rest)
    return Track(TrackRef(name, 1), (requested, taken, _IN_ADVANCE, *between), FAST_WORDS, answered=normal.answered)


FAST = _made_fast("zklink.fast", NORMAL)
FAST_SECONDARY = _made_fast("zklink.fast-secondary", SECONDARY)


def track_for(*, at_home: bool, fast: bool) -> Track:
    """The track of a request. `at_home`: it is paid on the chain where batches are proven."""
    if fast:
        return FAST if at_home else FAST_SECONDARY
    return NORMAL if at_home else SECONDARY


CLAIM = claim_track("zklink.claim")

TRACKS = (NORMAL, SECONDARY, FAST, FAST_SECONDARY, CLAIM, ACTIVATION)


def is_claim(state: Withdrawal) -> bool:
    """Whether it is a claim of money that waits on L1, not a request to layer 2."""
    return TrackRef.parse(state.terms.track).id == CLAIM.ref.id


def is_withdrawal(state: Withdrawal) -> bool:
    """Whether it was asked of layer 2 to take money out: neither a claim on L1 nor a change of key."""
    return not is_claim(state) and not is_activation(state)


def claims_now(state: Withdrawal) -> bool:
    """Whether it is a claim that was begun, and that nothing shows as done yet."""
    return is_claim(state) and state.is_open and not state.stage(CLAIMED).checked()


OF_ANOTHER_WALLET = "zklink.followed-"
"""How the names of tracks begin that are told of a withdrawal of another wallet."""


def is_fast(state: Withdrawal) -> bool:
    """Whether a broker was asked to pay it in advance."""
    name = TrackRef.parse(state.terms.track).id.replace(OF_ANOTHER_WALLET, "zklink.")
    return name in (FAST.ref.id, FAST_SECONDARY.ref.id)
