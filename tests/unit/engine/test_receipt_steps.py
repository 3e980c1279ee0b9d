"""The steps of a receipt, held against the way that its terms name: of every track that there is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ashore.domain.receipt import Receipt, ReceiptMove, ReceiptStage
from ashore.domain.stages import Track
from ashore.domain.withdrawal import placed
from ashore.engine.known_tracks import TRACKS, track_named
from ashore.engine.receipt_steps import against_its_way
from unit.domain.receipts import RECEIPT

SYSTEMS = ("zkLink", "Reddio", "LNURL")


def system_of(track: Track) -> str:
    return next(system for system in SYSTEMS if track_named(system, str(track.ref)) is track)


def honest(track: Track) -> Receipt:
    """A receipt with the steps of that way, on which nothing was told yet."""
    terms = replace(RECEIPT.terms, track=str(track.ref), system=system_of(track))
    stages = tuple(ReceiptStage(each.id, placed(each.title, terms), "awaited", "", "") for each in track.stages)
    return replace(RECEIPT, terms=terms, stages=stages)


def troubles(receipt: Receipt) -> list[str]:
    found = against_its_way(receipt)
    return [*found.steps.values(), *found.others]


@pytest.mark.parametrize("track", TRACKS.values(), ids=str)
def test_of_every_way_its_own_steps_alone_are_right(track: Track) -> None:
    receipt = honest(track)
    assert troubles(receipt) == []
    stages = receipt.stages
    for place, stage in enumerate(stages):
        before, after = stages[:place], stages[place + 1 :]
        assert troubles(replace(receipt, stages=before + after)) == [f"The step “{stage.title}” is missing."]
        renamed = (*before, replace(stage, title="Paid in full"), *after)
        assert against_its_way(replace(receipt, stages=renamed)).steps == {
            place: f"Its step “{stage.title}” has another title: “Paid in full”."
        }
        foreign = (*before, replace(stage, id="bank", title="Paid in full"), stage, *after)
        assert troubles(replace(receipt, stages=foreign)) == ["“Paid in full” is no step of its way."]
        if after:
            assert troubles(replace(receipt, stages=(*before, *after, stage))) == ["Its steps are not in their order."]
    for system in SYSTEMS:
        other = replace(receipt, terms=replace(receipt.terms, system=system))
        assert bool(troubles(other)) == (system != receipt.terms.system)
    ends = [each.id for each in track.stages if not troubles(replace(receipt, last_stage=each.id))]
    assert 1 <= len(ends) <= 2


def test_what_was_signed_in_the_place_of_the_first_is_a_step_of_its_own() -> None:
    for name, noun in (("zklink.claim@1", "claim"), ("reddio.registration@1", "register")):
        receipt = honest(TRACKS[name])
        moves = tuple(ReceiptMove(kind, "accepted", kind, 1) for kind in (noun, "replace", "cancel"))
        sent, *rest = receipt.stages
        what = "Claim" if noun == "claim" else "Registration"
        higher = replace(sent, id="sent.a", title=f"{what} sent at a higher price")
        cancelled = replace(sent, id="sent.b", title="Cancellation sent")
        whole = replace(receipt, moves=moves, stages=(sent, higher, cancelled, *rest))
        assert troubles(whole) == []
        taken = replace(cancelled, title="Cancelled")
        assert troubles(replace(whole, stages=(sent, higher, taken, *rest))) == []
        assert troubles(replace(whole, stages=(sent, higher, *rest))) == ["The step “Cancellation sent” is missing."]
        assert troubles(replace(whole, stages=(sent, taken, higher, *rest))), "each has its own title"
        assert troubles(replace(whole, stages=(sent, *rest, higher, cancelled))) == [
            "Its steps are not in their order."
        ]
        assert troubles(replace(whole, moves=moves[:2])) == ["“Cancellation sent” is no step of its way."]
        assert troubles(replace(whole, moves=())), "nothing was signed in its place"


def test_moves_of_no_kind_that_there_is_add_no_step() -> None:
    receipt = honest(TRACKS["zklink.claim@1"])
    odd = tuple(ReceiptMove(kind, "", "") for kind in ("claim", "claim", "{0}", "", "nothing"))
    assert troubles(replace(receipt, moves=odd)) == []
