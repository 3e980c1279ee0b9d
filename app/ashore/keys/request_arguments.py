"""The arguments of a request to the signer process, read strictly."""

from collections.abc import Mapping
from pathlib import Path

from ashore.keys.errors import RequestInvalid

_PATH_MAX = 4096
_TEXT_MAX = 4096


class Arguments:
    """A request's values, each of the type asked for and none left over. Every method raises RequestInvalid."""

    def __init__(self, request: Mapping[str, object]) -> None:
        self._request = request
        self._taken: set[str] = set()

    def text(self, name: str, longest: int = _TEXT_MAX) -> str:
        """A text of at most that many characters."""
        value = self._take(name)
        if not isinstance(value, str) or len(value) > longest:
            raise misuse(name)
        return value

    def texts(self, name: str) -> Mapping[str, str]:
        """A mapping of texts to texts."""
        given = self.mapping(name)
        texts = {key: value for key, value in given.items() if isinstance(value, str)}
        if len(texts) < len(given):
            raise misuse(name)
        return texts

    def secret(self, name: str, longest: int = _TEXT_MAX) -> bytearray:
        """A text as UTF-8 in a buffer that the caller wipes."""
        try:
            return bytearray(self.text(name, longest).encode("utf-8"))
        except UnicodeEncodeError:
            raise misuse(name) from None

    def path(self, name: str) -> Path:
        """An absolute path."""
        text = self.text(name)
        path = Path(text)
        if "\0" in text or len(text) > _PATH_MAX or not path.is_absolute():
            raise misuse(name)
        return path

    def integer(self, name: str) -> int:
        """A number of at most 63 bits and a sign."""
        value = self._take(name)
        if type(value) is not int or abs(value) >= 2**63:
            raise misuse(name)
        return value

    def mapping(self, name: str) -> Mapping[str, object]:
        """An object."""
        value = self._take(name)
        if not isinstance(value, dict):
            raise misuse(name)
        return value

    def end(self) -> None:
        """Refuse what nobody asked for: a misspelt argument must not pass for an absent one."""
        if set(self._request) - self._taken:
            raise misuse("arguments")

    def _take(self, name: str) -> object:
        self._taken.add(name)
        return self._request.get(name)


def misuse(name: str) -> RequestInvalid:
    """The error for a request that does not fit the protocol; `name` is the argument at fault."""
    return RequestInvalid(f"The request to the signer is malformed ({name}). Nothing was signed.")
