"""The ways of Reddio, as data. A changed way gets a new version; old ones stay readable.

Source: starkware-libs/starkex-contracts `UpdateState.sol`: one transaction has the proof checked, moves the roots and
sets the money aside; nothing of a batch is on Ethereum before it.
"""

from dataclasses import replace

from ashore.domain.events import Terms
from ashore.domain.stages import Milestone, Stage, Track, TrackRef, TrackWords
from ashore.domain.withdrawal import Withdrawal
from ashore.systems.claiming.track import CLAIM_WORDS, CLAIMED, SENT, claim_track

REQUESTED = "requested"
ACCEPTED = "accepted"
COMMITTED = "committed"
BATCHED = "batched"
UPDATED = "updated"
CLAIMABLE = "claimable"
SETTLED = "settled"
REGISTERED = "registered"

ENDS_AFTER_MS = 3 * 86_400_000
"""After how long a person may end a plain request that nobody knows of: many times what a state update takes."""

_NO_SECOND = (
    "An earlier request with number {nonce} is still open. Nothing was sent.",
    "Wait until its outcome is known; you find it under Activity.",
)

WORDS = TrackWords(
    waiting="Ashore waits for Reddio’s answer. You need not do anything.",
    not_left=(
        "Nothing has left yet: Reddio cannot be reached.",
        "Nothing was taken from your balance. Ashore keeps trying with the same signed request.",
    ),
    unanswered=(
        "It is not known yet whether Reddio has the request.",
        "Nothing can be paid twice: only the same signed request is ever sent. You need not do anything.",
    ),
    trying_on="Ashore tries again with the same signed request.",
    asking_on="Ashore asks until it knows, and never sends a second request.",
    contradicted=(
        "Reddio’s word and the chain differ.",
        "What Ethereum shows counts; Ashore keeps watching it.",
    ),
    failed=(
        "Reddio says that it did not carry the request out.",
        "By its word it is in your balance on Reddio; look there before you start again.",
    ),
    landed="Claimed on {place}; waiting until it is irreversible.",
    final="{amount} arrived on {place}.",
    seen_by="one endpoint shows it",
    pace=(
        "From one state update to the next it usually takes {median}, nine of ten within {p90} (last {samples} "
        "updates). Then you claim it yourself."
    ),
    pace_unknown=(
        "How long it takes is not known yet: Ashore has to see five state updates first. Reddio itself speaks of 4 to "
        "16 hours."
    ),
    set_aside=(
        "It waits on {chain}: claim it.",
        "The contract keeps it for its owner for as long as it takes. Look under Unclaimed.",
    ),
    second=_NO_SECOND,
    under_way=(
        "Under way.",
        "It cannot be cancelled any more. Once it waits on Ethereum, Ashore asks you to claim it.",
    ),
)

_REQUESTED = Stage(
    REQUESTED,
    Milestone.REQUESTED,
    "Requested",
    "Signed here; Reddio put it into its queue.",
    "Waiting for Reddio to take the request.",
    provable=False,
    passed="Reddio took it: the state update has it.",
    despite="The state update has it all the same.",
)
_ACCEPTED = Stage(
    ACCEPTED,
    Milestone.ACCEPTED,
    "Accepted by Reddio",
    "Reddio took it from your balance on layer 2.",
    "Reddio checks the request, and takes it from your balance on layer 2.",
    provable=False,
    passed="Reddio accepted it: the state update has it.",
    despite="The state update has it all the same.",
)
_COMMITTED = Stage(
    COMMITTED,
    Milestone.COMMITTED,
    "Committed",
    "",
    "",
    not_applicable=(
        "Not applicable: a validium keeps its data with a committee, and writes nothing of a batch to Ethereum before "
        "its proof was checked."
    ),
)
_BATCHED = Stage(
    BATCHED,
    Milestone.PROVED,
    "In a batch that is being proven",
    "Reddio says that StarkEx took it into a batch. Ethereum cannot show this step by itself.",
    "StarkEx collects a batch, proves it, and then updates the state on {chain}.",
    provable=False,
    passed="It was in the batch of the state update.",
    despite="The state update has it all the same.",
)
_UPDATED = Stage(
    UPDATED,
    Milestone.VERIFIED,
    "Proof checked, state updated",
    "The contract on {chain} checked the proof of a batch, moved its state, and set this amount aside for its owner.",
    "The contract on {chain} checks the proof and sets it aside, in one transaction.",
)
_CLAIMABLE = Stage(
    CLAIMABLE,
    Milestone.VERIFIED,
    "Ready to claim on {chain}",
    "The contract on {chain} keeps it for its owner.",
    "The contract on {chain} keeps it for its owner until it is claimed.",
)
_CLAIMED = Stage(
    CLAIMED,
    Milestone.FINALIZED,
    "Claimed on {chain}",
    "The contract paid it out to its owner.",
    "Nobody sends it on by itself: claim it, and pay the gas. Anybody may; it goes to its owner alone.",
)

WITHDRAWAL = Track(
    TrackRef("reddio.withdrawal", 1),
    (_REQUESTED, _ACCEPTED, _COMMITTED, _BATCHED, _UPDATED, _CLAIMABLE, _CLAIMED),
    WORDS,
    answered=REQUESTED,
)
"""A withdrawal to an Ethereum address (`/v1/withdrawalto`)."""

PLAIN = Track(
    TrackRef("reddio.plain", 1),
    (
        replace(_REQUESTED, reached="Reddio put it into its queue. Nobody signs this request: Reddio’s word alone."),
        *WITHDRAWAL.stages[1:],
    ),
    replace(
        WORDS,
        not_left=(
            "Nothing has left yet: Reddio cannot be reached.",
            "Nothing was taken from your balance. Ashore keeps trying until it leaves once.",
        ),
        unanswered=(
            "It is not known yet whether Reddio has the request.",
            "It has no signature to be recognised by, so Ashore never sends it again. It looks for it in Reddio’s list "
            "and on the chain.",
        ),
        trying_on="Ashore tries again.",
        asking_on="Ashore looks for it, and never sends it a second time.",
        second=(
            "An earlier request of this kind is still open. Nothing was sent.",
            "Wait until its outcome is known, or end it yourself once you can; you find it under Activity.",
        ),
        end="End this request",
        end_meaning=(
            "It may still happen: Reddio may have the request all the same, and nobody can tell. If you ask again, "
            "both may be carried out. The amount stays in your vault or comes to your address; nothing is lost. Ashore "
            "goes on watching {chain} for it."
        ),
        end_later="If nothing is found until {at}, you can end it yourself.",
        ended=(
            "You ended this request, and it may still happen.",
            "Nobody proved anything of it: Reddio’s list did not show it, and {chain} does not. The amount is in your "
            "vault, or comes to your address. Ashore goes on watching {chain}.",
        ),
        revived=(
            "The request that you had ended was taken after all.",
            "The money comes to your address as usual. If you asked again meanwhile, that is a withdrawal of its own.",
        ),
    ),
    answered=REQUESTED,
    ends_after_ms=ENDS_AFTER_MS,
)
"""A withdrawal to the address that the Stark key is registered for (`/v1/withdrawal`), which nobody signs."""

_TRANSFER_PACE = (
    "It is done once Reddio stands by it, and a state update came to Ethereum after it. Whether it is in that update, "
    "Reddio alone can tell."
)

TRANSFER = Track(
    TrackRef("reddio.transfer", 1),
    (
        replace(_REQUESTED, passed="", despite=""),
        replace(_ACCEPTED, passed="", despite="", reached="Reddio took it from your vault."),
        Stage(
            SETTLED,
            Milestone.FINALIZED,
            "In the receiver’s vault",
            "Reddio says that it is in the receiver’s vault. That is Reddio’s word alone: Ethereum shows state "
            "updates, and nothing of a transfer between vaults.",
            "StarkEx takes the transfer with its next batch.",
            provable=False,
        ),
    ),
    replace(
        WORDS,
        contradicted=("Reddio’s answers do not fit together.", "Ashore keeps asking."),
        unseen=(
            "It is not known whether it is in the receiver’s vault.",
            "Ashore has waited for a week, and asks no more. Ask the receiver, and look at your balance on Reddio "
            "before you send anything again.",
        ),
        landed="In the receiver’s vault, by Reddio’s word.",
        final="{amount} is in the receiver’s vault, by Reddio’s word.",
        set_aside=("", ""),
        pace=_TRANSFER_PACE,
        pace_unknown=_TRANSFER_PACE,
        under_way=("Under way.", "It stays on Reddio, and cannot be cancelled any more. Nothing to do."),
    ),
    answered=REQUESTED,
)
"""A transfer to another user's vault (`/v1/transfers`): it never leaves layer 2."""

CLAIM = claim_track("reddio.claim")

REGISTRATION = Track(
    TrackRef("reddio.registration", 1),
    (
        replace(CLAIM.stage(SENT), title="Registration sent"),
        Stage(
            REGISTERED,
            Milestone.FINALIZED,
            "Stark key registered on {chain}",
            "The contract ties your Stark key to your Ethereum address.",
            "Waiting for a block of {chain} to take the transaction.",
        ),
    ),
    replace(
        CLAIM_WORDS,
        failed=("The registration had no effect. At most its gas was spent.", "Open the account again to try anew."),
        landed="Registered on {place}; waiting until it is irreversible.",
        final="Your Stark key is registered on {place}.",
        second=(
            "An earlier registration with number {nonce} of this account is still open. Nothing was sent.",
            "Wait until a block has taken it; you find it under Activity.",
        ),
        priced_out=(
            "It waits: gas costs {gas} now, more than this transaction may spend.",
            "It goes through by itself once gas is cheaper. Or speed it up: then it may spend more.",
        ),
        sped_up=(
            "Under way, with a higher price of gas.",
            "Both transactions have one number: a block takes only one of them.",
        ),
        cancelling=(
            "The cancellation is under way.",
            "If a block takes the registration first, the key is registered all the same. Nothing to do until one is "
            "taken.",
        ),
        cancelled_in_block=(
            "A block took the cancellation; waiting until it is irreversible.",
            "Until then {place} may still replace that block, and with it the registration may come back. Nothing to "
            "do.",
        ),
        cancelled=(
            "Cancelled, as you wished.",
            "Your Stark key was not registered by this. You can register it whenever you like.",
        ),
        not_paid="Not registered: a block took the cancellation in the place of the registration.",
        instead=("Speed up", "Cancel the registration"),
        instead_again=("Register after all", "Cancel faster"),
    ),
    answered=SENT,
)

TRACKS = (WITHDRAWAL, PLAIN, TRANSFER, CLAIM, REGISTRATION)


def _is_on(state: Withdrawal, *tracks: Track) -> bool:
    return TrackRef.parse(state.terms.track).id in {track.ref.id for track in tracks}


def registers(terms: Terms) -> bool:
    """Whether terms are of a registration."""
    return TrackRef.parse(terms.track).id == REGISTRATION.ref.id


def is_claim(state: Withdrawal) -> bool:
    """Whether it is a claim of money that waits on L1, not a request to Reddio."""
    return _is_on(state, CLAIM)


def is_registration(state: Withdrawal) -> bool:
    """Whether it ties a Stark key to an address, and moves no money."""
    return registers(state.terms)


def is_transfer(state: Withdrawal) -> bool:
    """Whether it goes to another vault of Reddio."""
    return _is_on(state, TRANSFER)


def is_withdrawal(state: Withdrawal) -> bool:
    """Whether it was asked of Reddio to bring money out, signed or plain."""
    return _is_on(state, WITHDRAWAL, PLAIN)


def claims_now(state: Withdrawal) -> bool:
    """Whether it is a claim that was begun, and that nothing shows as done yet."""
    return is_claim(state) and state.is_open and not state.stage(CLAIMED).checked()
