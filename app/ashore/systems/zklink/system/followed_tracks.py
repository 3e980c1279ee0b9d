"""The ways of withdrawals that another wallet made: the same stages, told of somebody else's request.

Two of them are never offered here, and recognised where another wallet chose them: with a call attached, and on to
Ethereum through a gateway (zkLinkProtocol/zklink-contracts, branches main, zkex_mainnet, apex_mainnet).
"""

from dataclasses import replace

from ashore.domain.stages import Milestone, Stage, Track, TrackRef, TrackWords
from ashore.domain.withdrawal import Withdrawal
from ashore.systems.zklink.system.tracks import (
    ADVANCED,
    BY_BROKER,
    EXECUTED,
    FAST,
    FAST_SECONDARY,
    IN_FULL,
    NORMAL,
    OF_ANOTHER_WALLET,
    PAID,
    RELEASED,
    REQUESTED,
    SECONDARY,
)

_NOT_HERE = "Another wallet made it; Ashore only watches. Nothing to do."

_RELEASED_FOR_CALL = Stage(
    RELEASED,
    Milestone.FINALIZED,
    "Released on {chain}",
    "The contract on {chain} set the money aside for this withdrawal and its call.",
    "The batch is executed on {chain}; then the contract sets the money aside for this withdrawal and its call.",
)
_PAID_WITH_CALL = Stage(
    PAID,
    Milestone.FINALIZED,
    "Paid out on {chain}",
    "The contract paid the money out: to its recipient, or with the attached call where that leads.",
    "Whoever knows the attached call has it paid out, with the call or plainly to the recipient. No relayer has to, "
    "and it does not stand under Unclaimed.",
)
_SET_ASIDE_FOR_GATEWAY = Stage(
    RELEASED,
    Milestone.FINALIZED,
    "Released on {chain}",
    "The contract on {chain} set the money aside for its way on to Ethereum.",
    "The batch is executed on {chain}; then the contract sets the money aside for its way on to Ethereum.",
)
_SENT_ON = Stage(
    PAID,
    Milestone.FINALIZED,
    "Sent on to Ethereum",
    "The contract on {chain} handed the money to its gateway, which pays it out on Ethereum: that part is not watched.",
    "Anybody who pays the gateway’s fee has the contract hand the money to it. zkLink’s relayer usually does.",
)


_TOLD = {
    REQUESTED: ("Signed in another wallet; zkLink’s node tells of it.", "zkLink’s node is asked about it."),
    EXECUTED: (
        "zkLink took the amount from the sender’s balance.",
        "zkLink checks the request and takes it from the sender’s layer-2 balance.",
    ),
    ADVANCED: (
        "A broker paid what the sender signed for: the money is at the recipient’s address.",
        "A broker may pay the recipient now, before zkLink does. None has to.",
    ),
    RELEASED: (
        "The contract on {chain} set the money aside for the recipient.",
        "The batch is executed on {chain}; then the contract sets the money aside for the recipient.",
    ),
    PAID: (
        "The money is at the recipient’s address.",
        "zkLink’s relayer sends the money to the recipient. If it does not, look under Unclaimed.",
    ),
}
"""What is said of a stage once reached and until then, where the sender is somebody else than who looks on."""

_MOOT = {
    BY_BROKER: "Not awaited: the recipient has been paid, and the rest is between the broker and zkLink.",
    IN_FULL: "No broker paid in advance, so the whole amount comes the normal way.",
}


def _anothers(stage: Stage) -> Stage:
    reached, awaited = _TOLD.get(stage.id, (_of_nobody(stage.reached), _of_nobody(stage.awaited)))
    moot = tuple((way, _MOOT[way]) for way, _ in stage.moot)
    return replace(stage, reached=reached, awaited=awaited, moot=moot)


def _of_nobody(text: str) -> str:
    return text.replace("your withdrawal", "this withdrawal").replace("your part", "its part")


def _words(words: TrackWords, final: str = "") -> TrackWords:
    return replace(
        words,
        failed=(
            "Failed, in the operator’s word: zkLink says that it did not carry the withdrawal out.",
            "By its word the money is still in the sender’s layer-2 balance. Look there in the wallet that made it.",
        ),
        under_way=(words.under_way[0], _NOT_HERE),
        less="A broker paid it in advance and kept its share of the {asked}, as the sender signed.",
        final=final or words.final,
    )


def _followed(track: Track, name: str = "", final: str = "", **ends: Stage) -> Track:
    """The same way, told of another wallet's request; `ends` are stages in the place of its own."""
    stages = tuple(ends.get(stage.id) or _anothers(stage) for stage in track.stages)
    ref = TrackRef(OF_ANOTHER_WALLET + (name or track.ref.id.removeprefix("zklink.")), track.ref.version)
    return Track(ref, stages, _words(track.words, final), answered=track.answered)


_CALL, _ONWARDS = "call", "onwards"
_CALL_ENDS = {RELEASED: _RELEASED_FOR_CALL, PAID: _PAID_WITH_CALL}
_GATEWAY_ENDS = {RELEASED: _SET_ASIDE_FOR_GATEWAY, PAID: _SENT_ON}
_PAID_OUT = "{amount} was paid out on {place}, with its call or plainly."
_LEFT = "{amount} left {place} for Ethereum through the gateway."

_OF = {
    (fast, at_home): _followed(track)
    for (fast, at_home), track in {
        (False, True): NORMAL,
        (False, False): SECONDARY,
        (True, True): FAST,
        (True, False): FAST_SECONDARY,
    }.items()
}
_WITH_CALL = {
    True: _followed(NORMAL, _CALL, _PAID_OUT, **_CALL_ENDS),
    False: _followed(SECONDARY, f"{_CALL}-secondary", _PAID_OUT, **_CALL_ENDS),
}
_TO_ETHEREUM = {
    True: _followed(NORMAL, _ONWARDS, _LEFT, **_GATEWAY_ENDS),
    False: _followed(SECONDARY, f"{_ONWARDS}-secondary", _LEFT, **_GATEWAY_ENDS),
}

FOLLOWED_TRACKS = (*_OF.values(), *_WITH_CALL.values(), *_TO_ETHEREUM.values())


def followed_track(*, at_home: bool, fast: bool, call: bool, onwards: bool) -> Track:
    """The track of a withdrawal that another wallet made; on to Ethereum no call is made and no broker pays."""
    if onwards:
        return _TO_ETHEREUM[at_home]
    return _WITH_CALL[at_home] if call else _OF[fast, at_home]


def has_call(state: Withdrawal) -> bool:
    """Whether a call is attached, so that the contract keeps the money under a hash of its own."""
    return _is(state, _CALL)


def goes_onwards(state: Withdrawal) -> bool:
    """Whether the chain that it is paid on only hands it to a gateway."""
    return _is(state, _ONWARDS)


def _is(state: Withdrawal, kind: str) -> bool:
    return TrackRef.parse(state.terms.track).id.startswith(OF_ANOTHER_WALLET + kind)
