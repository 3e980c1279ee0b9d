"""Another program that floods the window with links, hangs, and sends garbage: the window stays alive."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit
from tests.benchmarks.probe import Probe, resident_mib

import ashore
from ashore.desktop.paths import paths_for
from journeys.test_links import wallet
from journeys.test_product import own_memory

__all__ = ["own_memory"]

pytestmark = [
    pytest.mark.usefixtures("own_memory"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc"),
]

LINKS, PER_SECOND = 3000, 1000
STALL_P99_MS = 16.0
MOST_MIB = 24.0

FLOOD = """
import os, socket, sys, time
from pathlib import Path
from ashore.desktop import hand_over, meeting_place
from ashore.desktop.messages import message_for

data, count, per_second = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
path = str(meeting_place.socket_paths(data, os.environ)[0])
hanging = []
for sent in (b"ashore 1\\n", b"", b"\\xff" * 5000, b"ashore 1\\nlink lightning:" + b"a" * 60_000):
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(5)
    peer.connect(path)
    try:
        peer.send(sent)
    except OSError:
        pass
    hanging.append(peer)
began = time.perf_counter()
taken = 0
for number in range(1, count + 1):
    found = hand_over.hand_over(data, message_for(f"ethereum:0x{number:040x}"), os.environ)
    taken += found is hand_over.Outcome.TAKEN
    time.sleep(max(0.0, began + number / per_second - time.perf_counter()))
print(taken, round(count / (time.perf_counter() - began)))
"""


async def test_a_thousand_links_a_second(application: QApplication, tmp_path: Path) -> None:
    async with wallet(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        await person.settle()
        environment = os.environ | {"PYTHONPATH": str(Path(ashore.__file__).parents[1])}
        data = str(paths_for("sandbox", tmp_path).data)
        before, probe = resident_mib(), Probe()
        probe.start()
        flood = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", FLOOD, data, str(LINKS), str(PER_SECOND)),
            stdout=asyncio.subprocess.PIPE,
            env=environment,
        )
        told, _complaint = await flood.communicate()
        stalls = probe.stop()
        taken, rate = (int(word) for word in told.split())
        newest = f"ethereum:0x{LINKS:040x}"
        await person.until(
            lambda: any(field.text() == newest for field in person.window.findChildren(QLineEdit)), "the newest link"
        )
        await person.until_sees("came faster than they can be shown.")
        grown = resident_mib() - before
        print(
            f"{taken} of {LINKS} links taken at {rate} a second; own p99 {stalls.own_p99:.1f} ms, "
            f"max {stalls.own_max:.1f} ms, wall p99 {stalls.wall_p99:.1f} ms; {grown:.1f} MiB more"
        )
        assert taken == LINKS
        assert stalls.own_p99 <= STALL_P99_MS
        assert grown < MOST_MIB
        person.click_section("Activity")
        await person.until(lambda: person.heading == "Activity", "a window that is alive")
    assert not life.faults
