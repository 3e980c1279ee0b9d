"""What a step of the practice network did, in words a person reads."""

from __future__ import annotations

import pytest

from ashore.engine.practice_steps import step_words

CHAINS = {"1": "Harbour", "2": "Lagoon"}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"moved": "execute_l2", "batch": None}, "The requests that waited were executed on layer 2."),
        ({"moved": "seal", "batch": 3}, "A batch was made of what was executed."),
        ({"moved": "commit", "batch": 3, "chain": 1, "sent": "commit"}, "Batch 3 was committed on Harbour."),
        ({"moved": "sync", "batch": 3, "chain": 2, "sent": "confirm"}, "confirmation of batch 3 to Lagoon."),
        ({"moved": "reddio_batch", "batch": None, "chain": 1}, "Reddio made a batch of what it had accepted."),
        (
            {"moved": "reddio_update", "batch": 2, "chain": 1},
            "batch 2 was settled on Harbour: its money can be claimed.",
        ),
        ({"moved": None, "waits_for": "block"}, "The operator waits for a block."),
        ({"moved": None, "waits_for": None}, "The operator has nothing to do now."),
        ({"moved": "block", "head": 7, "chains": {"1": {"head": 7}}}, "Block 7 on Harbour made."),
        (
            {"moved": "block", "chains": {"1": {"head": 7}, "2": {"head": 9}}},
            "Block 7 on Harbour and 9 on Lagoon made.",
        ),
        ({"moved": "something new", "batch": 3}, "The operator went on."),
        ({"moved": "commit", "batch": 3, "chain": 77, "sent": "commit"}, "Batch 3 was committed on its chain."),
    ],
)
def test_each_step_has_its_words(told: dict[str, object], words: str) -> None:
    assert step_words(told, CHAINS).endswith(words)
