"""Loads eth_account for the signer process, without the part that reads key files.

That part (eth_keyfile) brings py_ecc with it, which works out the constants of the BLS12-381 pairing while it is
imported: as long as all the rest together. The signer has no key files, its vault has a format of its own.
"""

import contextlib
import importlib
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import NoReturn

from ashore.keys.errors import Refused

_KEY_FILES, _KEY_FILE = "eth_keyfile", "eth_keyfile.keyfile"


def load_eth_account() -> None:
    """Import eth_account and what the signer uses of it, so that the functions that import it again are quick.

    Raises:
        ImportError: it is not installed, or damaged.
    """
    try:
        with _stood_in_for(_without_key_files()):
            importlib.import_module("eth_account")
    except (ImportError, AttributeError):
        # Another eth_account than the one this was written for: with everything it asks for, then.
        importlib.import_module("eth_account")
    importlib.import_module("eth_account.hdaccount")


@contextlib.contextmanager
def _stood_in_for(modules: Mapping[str, ModuleType]) -> Iterator[None]:
    """Have modules found that are not loaded yet; whoever asks for them later is given the real ones."""
    if not modules.keys().isdisjoint(sys.modules):
        yield
        return
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in modules:
            del sys.modules[name]


def _without_key_files() -> dict[str, ModuleType]:
    """What eth_account 0.14 imports by name of eth_keyfile."""
    outer, inner = ModuleType(_KEY_FILES), ModuleType(_KEY_FILE)
    for module in (outer, inner):
        module.__dict__.update(create_keyfile_json=_refuse, decode_keyfile_json=_refuse, KDFType=str)
    outer.__dict__["keyfile"] = inner
    return {_KEY_FILES: outer, _KEY_FILE: inner}


def _refuse(*_given: object, **_named: object) -> NoReturn:
    raise Refused("The signer reads and writes no key files.")
