"""`ashore verify-receipt` as other programs run it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import ashore
from ashore.domain import receipt_file
from unit.domain.receipts import RECEIPT


@pytest.mark.parametrize(("stages", "code"), [(RECEIPT.stages, 1), ((), 0)])
def test_a_reader_that_stops_reading_changes_nothing(tmp_path: Path, stages: tuple[()], code: int) -> None:
    file = tmp_path / f"receipt{receipt_file.SUFFIX}"
    receipt = replace(RECEIPT, status="under-way", headline="x" * 300, stages=stages)
    file.write_text(receipt_file.write(receipt))
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ashore", "verify-receipt", str(file)],
            stdout=writing,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(ashore.__file__).parents[1])},
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.stderr, done.returncode) == (b"", code)
