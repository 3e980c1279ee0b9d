"""Where test vectors come from: the folder of ASHORE_VECTORS, or else the project's own."""

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

FILES = ("zklink", "reddio", "lnurl")
OWN_FOLDER = Path(__file__).parent / "vectors"


def vectors_folder() -> Path:
    """The folder that holds zklink.json, reddio.json and lnurl.json; any of them may be absent, others are ignored."""
    return Path(os.environ.get("ASHORE_VECTORS") or OWN_FOLDER)


@lru_cache
def load_file(name: str, folder: Path | None = None) -> dict[str, Any] | None:
    """The sections of one file, or None where it is absent."""
    path = (folder or vectors_folder()) / f"{name}.json"
    if not path.is_file():
        return None
    sections = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(sections, dict):
        raise TypeError(f"{path.name} is not an object of sections")
    return sections
