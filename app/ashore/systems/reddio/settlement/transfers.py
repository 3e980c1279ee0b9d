"""When a transfer between vaults is over. It never touches Ethereum, so nobody can prove that it arrived.

What there is to go by, and what it is worth (starkware-libs/starkex-contracts `UpdateState.sol`: a vault of the
validium is a leaf under a root, and a state update tells of no transfer between vaults):

- Reddio's status of the transfer, 3 (StarkEx took it) and 6 (its batch is on Ethereum): its word. One answer may be a
  mistake or a lie of a moment, so the same has to be said several times, or for an hour.
- Reddio's lists of both vaults: the same word once more. They are not asked for.
- A state update on Ethereum after the transfer was made: checked by Ashore. Without one it can be in no state that
  Ethereum knows, whatever Reddio says; with one it may be, and what is in it Reddio alone can tell.

So the end stays a thing that Reddio reports. Where it does not come within a week, and not in another hour in which
Ashore asks, it says that the end is not known, and asks no more: a week in which it was closed tells nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveState
from ashore.domain.observations import ChainHealth
from ashore.domain.withdrawal import HELD_UP, UNSEEN_END, Withdrawal
from ashore.systems.entries import Entry
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.system.tracks import REQUESTED, SETTLED, is_transfer

ANSWERS = 3
"""How often Reddio has to say that the batch is on Ethereum, one answer after another."""
TURNING_MS = 3_600_000
"""For how long it has to say at least that StarkEx took it: until then it may turn it back."""
GIVEN_UP_MS = 7 * 86_400_000
"""After how long a transfer that Reddio took, and that did not end, is late: many state updates."""
LAST_WAIT_MS = 3_600_000
"""For how long a late one is asked for before it is given up. After twice that Ashore was closed: it begins anew."""

LATE_SINCE = "late_since"
"""The fact of when, after that long, Ashore began to wait for the last time, in UTC milliseconds."""
IN_BATCH_SINCE = "in_batch_since"
"""The fact of when Reddio first said of a transfer that StarkEx took it, in UTC milliseconds; else empty."""
SAID_ON_L1 = "said_on_l1"
"""The fact of how often it has said since, without a break, that the batch is on Ethereum; at most ANSWERS."""

AHEAD = (
    "Reddio says that the transfer is on Ethereum: {chain} shows no state update since it was made. Ashore does not "
    "take Reddio’s word for it, and goes on asking."
)
_UNTOLD = "Reddio took the transfer,", "and does not say that it is in the receiver’s vault."
_UNSTEADY = "Reddio has said that it is in the receiver’s vault,", "and was not heard to stand by it."
_UNSHOWN = "Reddio says that it is in the receiver’s vault:", "{chain} has shown no state update since."

UpdateSince = Callable[[Withdrawal], Entry | None]
"""The first proven state update after a transfer was made; None where the chain shows none."""


def told(
    state: Withdrawal, said: Mapping[str, str], *, taken: bool, on_l1: bool, update: Entry | None, now: int
) -> Iterator[ev.Event]:
    """What follows from one answer about a transfer; `said` is that answer in words, `now` UTC milliseconds.

    `taken` is whether it names the transfer as one that StarkEx took, `on_l1` whether as one on Ethereum.
    """
    since, before = state.facts.get(IN_BATCH_SINCE, ""), int(state.facts.get(SAID_ON_L1, "") or 0)
    if not taken:
        if since:
            yield ev.FactLearnt(state.id, IN_BATCH_SINCE, "", "Reddio")
        if before:
            yield ev.FactLearnt(state.id, SAID_ON_L1, "", "Reddio")
        return
    if not since:
        yield ev.FactLearnt(state.id, IN_BATCH_SINCE, str(now), "Reddio")
    times = min(before + 1, ANSWERS) if on_l1 else 0
    if times != before:
        yield ev.FactLearnt(state.id, SAID_ON_L1, str(times) if times else "", "Reddio")
    stood = bool(since) and now - int(since) >= TURNING_MS
    if update is None or state.stage(SETTLED).evidence or not (times == ANSWERS or stood):
        return
    shown = {
        "state update since": f"number {update.number} in block {update.block_number}, which Ashore checked",
        "what is in it": "Reddio alone can tell",
    }
    yield ev.StageReached(state.id, SETTLED, Evidence("operator", Level.REPORTED, "Reddio", now, {**said, **shown}))


def held(
    deployment: Deployment, health: ChainHealth, mine: Iterable[Withdrawal], update: UpdateSince, now: int
) -> Iterator[ev.Event]:
    """Hold Reddio's word against the state updates of the chain, and give up what nobody tells any more."""
    chain = deployment.chain
    if health.chain != chain.name or health.agreeing < 2 or health.behind:
        return  # what was not read yet contradicts nobody
    for state in mine:
        if not is_transfer(state) or not state.is_open:
            continue
        missing = update(state) is None
        ahead = AHEAD.format(chain=chain.name) if missing and state.facts.get(SAID_ON_L1) else ""
        if state.facts.get(HELD_UP, "") != ahead:
            yield ev.FactLearnt(state.id, HELD_UP, ahead, chain.name)
        yield from _late(deployment, state, missing=missing, now=now)


def _late(deployment: Deployment, state: Withdrawal, *, missing: bool, now: int) -> Iterator[ev.Event]:
    """Wait for a late one for the last time, and then say that its end is not known."""
    request, taken_at = state.request, state.stage(REQUESTED).reached_at
    answered = request is not None and request.state is MoveState.ACCEPTED and taken_at > 0
    if not answered or now - taken_at < GIVEN_UP_MS or state.stage(SETTLED).evidence:
        return
    waited = now - int(state.facts.get(LATE_SINCE, "") or 0)
    if not 0 <= waited <= 2 * LAST_WAIT_MS:
        yield ev.FactLearnt(state.id, LATE_SINCE, str(now), "Ashore")
    elif waited >= LAST_WAIT_MS:
        heard = _UNSHOWN if missing else _UNSTEADY
        said, found = heard if state.facts.get(IN_BATCH_SINCE) else _UNTOLD
        yield ev.StageContradicted(state.id, SETTLED, said, found.format(chain=deployment.chain.name))
        yield ev.FactLearnt(state.id, UNSEEN_END, str(now), "Ashore")
