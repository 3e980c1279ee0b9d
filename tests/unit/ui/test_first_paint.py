"""What is painted first imports nothing of the wallet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import sys
from ashore.options import Options
from ashore.desktop.paths import paths_for
from PySide6.QtWidgets import QApplication
from ashore.ui import app
application = QApplication([])
application.setStyle("Fusion")
window, icons, state = app.first_window(application, Options(), paths_for("sandbox", None))
window.resize(1100, 760)
window.show()
picture = window.grab()
assert picture.width() == 1100
assert window.side.badge.text() == "SANDBOX"
print(",".join(sorted(sys.modules)))
"""


def test_the_first_window_is_light() -> None:
    ran = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(ran.stdout.strip().split(","))
    heavy = {"httpx", "eth_account", "eth_abi", "nacl", "qasync", "sqlite3", "segno", "asyncio", "Crypto"}
    assert not loaded & heavy
    assert not {name for name in loaded if name.startswith(("ashore.engine", "ashore.systems", "ashore.net"))}


_START = """
import gc
import os
import sys
from pathlib import Path
from ashore import __main__ as entry
from ashore.ui import app, loop
seen = []
paint, run = app._wait_for_first_paint, loop.run
def painted(*given):
    seen.append(gc.isenabled())
    paint(*given)
def ran(*_given):
    seen.append(gc.isenabled())
    return 0
app._wait_for_first_paint, loop.run = painted, ran
assert entry.main(["--data-dir", sys.argv[1]]) == 0
print(seen)
"""


def test_no_waste_is_looked_for_until_the_window_is_painted(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _START, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "[False, True]"
