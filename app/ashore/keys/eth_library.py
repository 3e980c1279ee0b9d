"""Loads eth_account for the signer process, without the parts that the signer has no use for.

The reader of key files (eth_keyfile) brings py_ecc with it, which works out the constants of the BLS12-381 pairing
while it is imported: as long as all the rest together. The signer has no key files, its vault has a format of its own.

pydantic and the numbers of versions (importlib.metadata reads a file of each package) are half of that rest. They
describe blobs and the authorisations of EIP-7702, and what a package says of itself: the signer signs none of these.
"""

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any, NoReturn

from ashore.keys.errors import Refused

_KEY_FILES, _KEY_FILE = "eth_keyfile", "eth_keyfile.keyfile"


def load_eth_account() -> None:
    """Import eth_account and what the signer uses of it, so that the functions that import it again are quick.

    Raises:
        ImportError: it is not installed, or damaged.
    """
    before = set(sys.modules)
    try:
        with contextlib.ExitStack() as stack:
            for modules in (_without_key_files(), _without_models(), _without_versions()):
                stack.enter_context(_stood_in_for(modules))
            importlib.import_module("eth_account")
    except (ImportError, AttributeError, TypeError):
        # Another eth_account than the one this was written for: with everything it asks for, then.
        for name in [name for name in sys.modules if name.startswith("eth_") and name not in before]:
            del sys.modules[name]
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


class _NoModel:
    """In the place of a model of pydantic: can be derived from, not made."""

    def __init__(self, *_given: object, **_named: object) -> None:
        raise Refused("The signer signs no blobs and no authorisations.")


def _without_models() -> dict[str, ModuleType]:
    """What eth_account 0.14 and eth_utils 6 import by name of pydantic, and eth_utils' own model."""
    models, camel = ModuleType("pydantic"), ModuleType("eth_utils.pydantic")
    models.__dict__.update(BaseModel=_NoModel, ConfigDict=dict, Field=dict)
    models.__dict__.update(computed_field=_bare, field_validator=_bare, field_serializer=_bare)
    camel.__dict__["CamelModel"] = _NoModel
    return {models.__name__: models, camel.__name__: camel}


def _bare(*given: Any, **_named: object) -> Any:
    """A decorator, with arguments or without, that leaves what it decorates as it is."""
    if len(given) == 1 and not isinstance(given[0], str):
        return given[0]
    return _same


def _same(decorated: Callable[..., Any]) -> Callable[..., Any]:
    return decorated


def _without_versions() -> dict[str, ModuleType]:
    """The numbers of versions, which nobody reads here."""
    metadata = ModuleType("importlib.metadata")
    metadata.__dict__["version"] = _unnamed
    return {metadata.__name__: metadata}


def _unnamed(_package: str) -> str:
    return "0"
