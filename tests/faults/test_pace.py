"""How long it takes is told from the chain's own last batches, before signing and after, and late is called late."""

from __future__ import annotations

from ashore.systems.zklink.system.tracks import PROVED
from faults.bench import Bench

BATCHES = 5
MINUTE = 60
UNKNOWN = "How long it takes is not known yet: Ashore has to see five batches go the whole way first."


def pace(bench: Bench) -> str:
    """What the form and the review say before anything is signed."""
    return bench.wallet.usually(bench.wallet.profiles()[0].id, "Harbour")


async def test_the_last_batches_tell_how_long_it_takes(bench: Bench) -> None:
    for number in range(BATCHES):
        assert pace(bench) == UNKNOWN
        await bench.withdraw(str(2 + number))
        await bench.operate("execute_l2", "seal", "commit")
        for stage, minutes in (("prove", 30 + 10 * number), ("sync", 10), ("execute", 5)):
            bench.world.clock.advance(minutes * MINUTE)
            await bench.operate(stage)
        await bench.arrive()
    # 30, 40, 50, 60, 70 min for the proof, and 15 min and three blocks for the rest.
    assert pace(bench) == (
        "From the batch to the release on L1 usually 1 h 6 min, nine of ten within 1 h 26 min (last 5 batches). "
        "The wait for the batch and the payout come on top."
    )
    withdrawal = await bench.withdraw("9")
    await bench.operate("execute_l2", "seal", "commit")
    await bench.look()
    row = next(row for row in bench.voyage(withdrawal).rows if row.stage.id == PROVED)
    assert row.expectation is not None
    assert (row.expectation.median // 60_000, row.expectation.samples, row.late) == (50, 5, False)
    for minutes, late in ((69, False), (3, True)):
        bench.leap.forward(minutes * MINUTE)
        row = next(row for row in bench.voyage(withdrawal).rows if row.stage.id == PROVED)
        assert row.late is late
    await bench.arrive()
    assert not any(row.late for row in bench.voyage(withdrawal).rows)
    assert bench.wrong() == []
