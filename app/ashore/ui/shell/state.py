"""What the window remembers of itself: where it stood and how it looked. Read before the wallet is there."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

_LIMIT = 64_000


class WindowState:
    """A small file beside the journal. A missing or broken one is as good as none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values = self._read()

    def text(self, key: str, default: str) -> str:
        """A remembered text."""
        value = self._values.get(key, default)
        return value if isinstance(value, str) else default

    def geometry(self) -> bytes:
        """Where the window stood, as Qt wrote it; empty where nothing is known."""
        try:
            return base64.b64decode(self.text("geometry", ""), validate=True)
        except (ValueError, binascii.Error):
            return b""

    def remember(self, **values: str) -> None:
        """Keep these, at once. A disk that refuses costs the memory of the window, never the window."""
        if all(self._values.get(key) == value for key, value in values.items()):
            return
        import json

        self._values.update(values)
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.write_text(json.dumps(self._values, sort_keys=True), encoding="utf-8")
            os.replace(fresh, self._path)  # noqa: PTH105  # atomic, also where the target exists
        except OSError:
            return

    def remember_geometry(self, geometry: bytes) -> None:
        """Keep where the window stands."""
        self.remember(geometry=base64.b64encode(geometry).decode())

    def _read(self) -> dict[str, object]:
        if not self._path.exists():
            return {}  # a first start, which has nothing to read and need not load what reads
        import json

        try:
            with self._path.open(encoding="utf-8") as file:
                found = json.loads(file.read(_LIMIT))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
