"""Requests to other machines."""

import importlib
import sys


def _settle_absent(name: str) -> None:
    """Have every later import of a module that is not installed fail at once.

    httpx and httpcore try to import sniffio with every request, and Python remembers no module that it did not find:
    it would search each of its folders again, some thousand times a minute.
    """
    try:
        importlib.import_module(name)
    except ImportError:
        sys.modules[name] = None  # type: ignore[assignment]


_settle_absent("sniffio")
