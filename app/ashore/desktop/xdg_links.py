"""Links on Linux: a desktop entry of the user's own, and the user's list of default programs.

What the list said before is kept in the entry, so that both go together. The entry names the schemes that were given
to Ashore and no other, for a desktop may offer it for whatever it names. Nothing of the system's is changed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ashore.desktop import mimeapps
from ashore.desktop.desktop_entry import entry, exec_line, read
from ashore.desktop.link_registration import ANOTHER_START, Opener, RegistrationRefused
from ashore.desktop.links import REGISTERED
from ashore.desktop.mimeapps import ADDED, DEFAULTS, programs_of, value_of

ENTRY = "ashore.desktop"
_OURS, _MADE, _BEFORE = "X-Ashore-Links", "X-Ashore-Made", "X-Ashore-Before-"
_TYPES = "MimeType"
_MOST_BYTES = 1_000_000
_PATIENCE_S = 10.0
_CACHE = "[MIME Cache]"


def mime_type(scheme: str) -> str:
    """The type that stands for the links of a scheme."""
    return f"x-scheme-handler/{scheme}"


class XdgLinks:
    """The registration of one user on a Linux desktop."""

    def __init__(self, environment: Mapping[str, str], command: Sequence[str], program: str, icon: str) -> None:
        self._environment = environment
        self._command = list(command)
        self._program = program
        self._icon = icon
        home = Path(environment.get("HOME") or Path.home())
        self._config = _folder(environment, "XDG_CONFIG_HOME", home / ".config")
        self._data = _folder(environment, "XDG_DATA_HOME", home / ".local" / "share")
        self._entry = self._data / "applications" / ENTRY
        self._list = self._config / "mimeapps.list"

    # What is so

    def openers(self) -> tuple[Opener, ...]:
        """Who opens what now, by the order of the specification."""
        return tuple(self._opener(scheme) for scheme in REGISTERED)

    def _opener(self, scheme: str) -> Opener:
        for name in self._candidates(mime_type(scheme)):
            found = self._entry_of(name)
            if found is not None:
                values = read(_text(found))
                if found != self._entry or values.get(_OURS) != "1":
                    return Opener(scheme, values.get("Name", "") or name)
                ours = values.get("Exec") == self._values()["Exec"]
                return Opener(scheme, "Ashore" if ours else ANOTHER_START, ours)
        return Opener(scheme)

    def _candidates(self, mime: str) -> Iterator[str]:
        """The desktop files for a type, the preferred ones first."""
        texts = [_text(path) for path in self._lists()]
        for section in (DEFAULTS, ADDED):
            for text in texts:
                yield from programs_of(value_of(text, section, mime))
        for folder in self._applications():
            yield from programs_of(value_of(_text(folder / "mimeinfo.cache"), _CACHE, mime))

    def _lists(self) -> Iterator[Path]:
        desktops = [name.lower() for name in self._environment.get("XDG_CURRENT_DESKTOP", "").split(":") if name]
        system = _folders(self._environment, "XDG_CONFIG_DIRS", "/etc/xdg")
        for folder in (self._config, *system, *self._applications()):
            for name in (*(f"{desktop}-mimeapps.list" for desktop in desktops), "mimeapps.list"):
                yield folder / name

    def _applications(self) -> list[Path]:
        shared = _folders(self._environment, "XDG_DATA_DIRS", "/usr/local/share:/usr/share")
        return [folder / "applications" for folder in (self._data, *shared)]

    def _entry_of(self, name: str) -> Path | None:
        """The desktop file of that name, if its program is there."""
        for folder in self._applications():
            for path in (folder / name, folder / name.replace("-", "/", 1)):
                if path.is_file():
                    needed = read(_text(path)).get("TryExec", "")
                    return path if not needed or shutil.which(needed) else None
        return None

    # What is changed

    def register(self, schemes: Sequence[str] = REGISTERED) -> None:
        """Write the entry, then the list: an entry that no list names changes nothing."""
        if not schemes:
            return
        earlier = read(_text(self._entry))
        if self._entry.exists() and earlier.get(_OURS) != "1":
            raise RegistrationRefused(f"There is another launcher of the same name: {self._entry}. Rename it first.")
        text = self._list_text()
        kept = {key: value for key, value in earlier.items() if key.startswith((_BEFORE, _MADE))}
        made = "list" if not self._list.exists() else "" if DEFAULTS in text.splitlines() else "section"
        kept.setdefault(_MADE, made)
        for scheme in schemes:
            value = value_of(text, DEFAULTS, mime_type(scheme))
            listed = programs_of(value)
            if listed[:1] != [ENTRY]:  # else what was so before is kept already
                if ENTRY in listed:  # another was chosen since Ashore was
                    value = ";".join([*(name for name in listed if name != ENTRY), ""])
                kept.pop(_BEFORE + scheme, None)
                kept |= {} if value is None else {_BEFORE + scheme: value}
            before = programs_of(kept.get(_BEFORE + scheme))
            chosen = ";".join([ENTRY, *(name for name in before if name != ENTRY), ""])
            text = mimeapps.with_value(text, DEFAULTS, mime_type(scheme), chosen)
        taken = [scheme for scheme in REGISTERED if scheme in schemes or scheme in _taken(earlier)]
        self._write(self._values() | {_TYPES: _types(taken)} | kept, text)

    def unregister(self, schemes: Sequence[str] = REGISTERED) -> None:
        """Give back what was so before, where it was not changed since; elsewhere only go."""
        earlier = read(_text(self._entry))
        ours = earlier.get(_OURS) == "1"
        left = [scheme for scheme in _taken(earlier) if scheme not in schemes]
        text = before = self._list_text()
        for scheme in schemes:
            for section in (DEFAULTS, ADDED):
                text = _without_us(text, section, scheme, earlier if ours else {})
        if left:
            gone = {_BEFORE + scheme for scheme in schemes}
            kept = {key: value for key, value in earlier.items() if key not in gone}
            self._write(kept | {_TYPES: _types(left)}, text)
            return
        if ours and earlier.get(_MADE) in ("list", "section"):
            text = mimeapps.without_empty(text, DEFAULTS)
        with _refusals(self._list):
            if text != before:
                if not text and earlier.get(_MADE) == "list":
                    self._list.resolve().unlink()  # where it is a link, that is not ours
                else:
                    _replace(self._list, text)
            if ours:
                self._entry.unlink()
        if ours:
            self._tell_desktop()

    def _write(self, values: Mapping[str, str], text: str) -> None:
        """Write the entry and the list, both or neither."""
        standing = _text(self._entry)
        with _refusals(self._list):
            _replace(self._entry, entry(values))
            try:
                if text != _text(self._list):
                    _replace(self._list, text)
            except OSError:
                self._put_back(standing)  # alone it would be offered for links that nobody asked to be opened here
                raise
        self._tell_desktop()

    def _put_back(self, text: str) -> None:
        if text:
            _replace(self._entry, text)
        else:
            self._entry.unlink(missing_ok=True)

    def _list_text(self) -> str:
        """The user's list, which is written back: what cannot be read whole must not be lost."""
        text = _text(self._list)
        if not text and self._list.exists() and self._list.stat().st_size:
            raise RegistrationRefused(f"Check that {self._list} can be read.")
        return text

    def _values(self) -> dict[str, str]:
        return {
            "Type": "Application",
            "Version": "1.0",
            "Name": "Ashore",
            "Comment": "Brings your funds out of zkLink, Reddio and Lightning services",
            "Exec": exec_line([*self._command, "--"], "%u"),
            "TryExec": self._program,
            "Icon": self._icon,
            "Terminal": "false",
            "StartupNotify": "true",
            "StartupWMClass": "ashore",
            "Categories": "Office;Finance;",
            _OURS: "1",
        }

    def _tell_desktop(self) -> None:
        """Let the desktop's cache be made anew, where the desktop has one."""
        tool = shutil.which("update-desktop-database", path=self._environment.get("PATH"))
        if tool is not None:
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                command = [tool, "-q", str(self._entry.parent)]
                subprocess.run(command, check=False, timeout=_PATIENCE_S, capture_output=True)  # noqa: S603


def _types(schemes: Sequence[str]) -> str:
    return "".join(f"{mime_type(scheme)};" for scheme in schemes)


def _taken(values: Mapping[str, str]) -> list[str]:
    """The schemes that an entry of ours names: they were given to Ashore."""
    named = programs_of(values.get(_TYPES)) if values.get(_OURS) == "1" else []
    return [scheme for scheme in REGISTERED if mime_type(scheme) in named]


def _without_us(text: str, section: str, scheme: str, earlier: Mapping[str, str]) -> str:
    key = mime_type(scheme)
    programs = programs_of(value_of(text, section, key))
    if ENTRY not in programs:
        return text
    others = [name for name in programs if name != ENTRY]
    value = ";".join([*others, ""]) if others else None
    before = earlier.get(_BEFORE + scheme)
    if section == DEFAULTS and others == [name for name in programs_of(before) if name != ENTRY]:
        value = before  # as it was written then
    return mimeapps.without(text, section, key) if value is None else mimeapps.with_value(text, section, key, value)


def _text(path: Path) -> str:
    """A list or an entry; what is missing, cannot be read or is no list of anybody's is as good as empty."""
    try:
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            text = file.read(_MOST_BYTES + 1)
    except OSError:
        return ""
    return text if len(text) <= _MOST_BYTES else ""


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all; where the path is a link, what it leads to."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    fresh = path.with_name(f".{path.name}.ashore-{os.getpid()}")
    try:
        with fresh.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.chmod(mode)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


@contextlib.contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as refusal:
        raise RegistrationRefused(f"Check that {path} can be written.") from refusal


def _folder(environment: Mapping[str, str], name: str, otherwise: Path) -> Path:
    """A folder of the XDG Base Directory specification, which has to be absolute."""
    given = environment.get(name, "")
    return Path(given) if given.startswith("/") else otherwise


def _folders(environment: Mapping[str, str], name: str, otherwise: str) -> list[Path]:
    given = environment.get(name, "") or otherwise
    return [Path(each) for each in given.split(":") if each.startswith("/")]
