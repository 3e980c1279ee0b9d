"""Links on Windows: keys below HKEY_CURRENT_USER alone are written. Those of the whole machine are only read.

Of a scheme that another program has already, only the command is changed, and comes back. Which program Windows really
asks can also be the user's choice in its settings; there Ashore is offered, and that choice is never touched.
"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PureWindowsPath
from typing import Protocol

from ashore.desktop.link_registration import ANOTHER_START, Opener, RegistrationRefused
from ashore.desktop.links import REGISTERED

CLASSES = r"Software\Classes"
OWN = r"Software\Ashore"
CAPABILITIES = rf"{OWN}\Capabilities"
OFFERED = rf"{CAPABILITIES}\URLAssociations"
"""The schemes that were given to Ashore, for which Windows' settings offer it."""
BEFORE = rf"{OWN}\LinksBefore"
PROGRAM_ID = "Ashore.Link"
APPLICATIONS = r"Software\RegisteredApplications"
_CHOICES = r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations"
_COMMAND = r"shell\open\command"
_NO_COMMAND = ""
"""What is kept of a key that had no command before."""

Keys = dict[str, dict[str, str]]
"""Values by key and name; the name of a key's own value is empty."""


class Registry(Protocol):
    """The part of the registry that is this user's. Raises OSError where something is refused."""

    def value(self, key: str, name: str) -> str | None:
        """A text, or None where there is none."""

    def machine_value(self, key: str, name: str) -> str | None:
        """A text that is so for all users: it counts where this user has none (Microsoft: HKEY_CLASSES_ROOT)."""

    def set(self, key: str, name: str, value: str) -> None:
        """Set a text, with its key and all keys over it."""

    def copy(self, key: str, name: str, to: str, to_name: str) -> None:
        """Set another value to the same text, of the same kind: Windows fills in some and others not."""

    def remove_value(self, key: str, name: str) -> None:
        """Remove a value, where it is there."""

    def remove(self, key: str) -> None:
        """Remove a key with all below it, where it is there."""

    def remove_empty(self, key: str) -> None:
        """Remove a key with no value of any kind and no key below it, where it is there."""


def command_line(command: Sequence[str]) -> str:
    """The command of a key: ``%1`` is the link, one argument whatever stands in it."""
    return f'{subprocess.list2cmdline(command)} -- "%1"'


def own_keys(command: Sequence[str], icon: str) -> Keys:
    """The keys that only Ashore has: its class, and what it offers to Windows' settings (Default Programs)."""
    return {
        rf"{CLASSES}\{PROGRAM_ID}": {"": "Link for Ashore", "URL Protocol": ""},
        rf"{CLASSES}\{PROGRAM_ID}\DefaultIcon": {"": icon},
        rf"{CLASSES}\{PROGRAM_ID}\{_COMMAND}": {"": command_line(command)},
        CAPABILITIES: {
            "ApplicationName": "Ashore",
            "ApplicationDescription": "Brings your funds out of zkLink, Reddio and Lightning services",
        },
        APPLICATIONS: {"Ashore": CAPABILITIES},
    }


def scheme_keys(scheme: str, command: Sequence[str], icon: str) -> Keys:
    """The keys of a scheme that no program has yet (Microsoft: Registering an Application to a URI Scheme)."""
    return {
        rf"{CLASSES}\{scheme}": {"": f"URL:{scheme}", "URL Protocol": ""},
        rf"{CLASSES}\{scheme}\DefaultIcon": {"": icon},
        rf"{CLASSES}\{scheme}\{_COMMAND}": {"": command_line(command)},
    }


class RegistryLinks:
    """The registration of one user of Windows."""

    def __init__(self, registry: Registry, command: Sequence[str], icon: str) -> None:
        self._registry = registry
        self._command = list(command)
        self._icon = icon
        self._refusal: OSError | None = None

    def openers(self) -> tuple[Opener, ...]:
        """Who opens what now: the user's choice in Windows' settings, else the user's key, else the machine's."""
        return tuple(self._opener(scheme) for scheme in REGISTERED)

    def _opener(self, scheme: str) -> Opener:
        chosen = self._registry.value(rf"{_CHOICES}\{scheme}\UserChoice", "ProgId")
        if chosen == PROGRAM_ID:
            return Opener(scheme, "Ashore", ours=True)
        command = self._command_of(chosen or scheme)
        if chosen:
            return Opener(scheme, _program_of(command or "") or chosen)
        if not command:
            return Opener(scheme)
        if command != self._own_command():
            return Opener(scheme, _program_of(command))
        ours = command == command_line(self._command)
        return Opener(scheme, "Ashore" if ours else ANOTHER_START, ours)

    def _command_of(self, of_class: str) -> str | None:
        """The command of a scheme or of a program's class: of this user, else of a program for all users."""
        key = _command_key(of_class)
        return self._registry.value(key, "") or self._registry.machine_value(key, "")

    def register(self, schemes: Sequence[str] = REGISTERED) -> None:
        """Write what is Ashore's own first, then the commands of the schemes."""
        if not schemes:
            return
        earlier_own = self._own_command()
        with _refusals("Windows did not let it be written for this user."):
            self._write(own_keys(self._command, self._icon))
        # Those that stay given to it go with the command that has just changed.
        for scheme in dict.fromkeys([*schemes, *self._given()]):
            if scheme in schemes or self._registry.value(_command_key(scheme), "") == earlier_own:
                self._each(self._take, scheme, earlier_own)
        self._told("Windows did not let it be written for this user.")

    def unregister(self, schemes: Sequence[str] = REGISTERED) -> None:
        """Give the commands back that are still Ashore's; with the last one goes all that is its own."""
        own = self._own_command()
        for scheme in schemes:
            self._each(self._give_back, scheme, own)
        self._told("Windows did not let it be removed for this user.")
        if not self._given():
            with _refusals("Windows did not let it be removed for this user."):
                self._registry.remove(rf"{CLASSES}\{PROGRAM_ID}")
                self._registry.remove(CAPABILITIES)
                self._registry.remove(BEFORE)
                self._registry.remove_value(APPLICATIONS, "Ashore")

    def _given(self) -> list[str]:
        return [scheme for scheme in REGISTERED if self._registry.value(OFFERED, scheme) is not None]

    def _each(self, change: Callable[[str, str | None], None], scheme: str, own: str | None) -> None:
        """Change one scheme: what Windows refuses there keeps no other from being changed."""
        try:
            change(scheme, own)
        except OSError as refusal:
            self._refusal = refusal

    def _told(self, advice: str) -> None:
        refusal, self._refusal = self._refusal, None
        if refusal is not None:
            raise RegistrationRefused(advice) from refusal

    def _take(self, scheme: str, earlier_own: str | None) -> None:
        key, given = _command_key(scheme), scheme in self._given()
        before = self._registry.value(key, "")
        self._registry.set(OFFERED, scheme, PROGRAM_ID)
        try:
            if before is None:
                self._take_free(scheme)
                return
            if before != earlier_own:
                self._registry.copy(key, "", BEFORE, scheme)
            self._registry.set(key, "", command_line(self._command))
        except OSError:
            if not given:
                self._registry.remove_value(OFFERED, scheme)
            raise

    def _take_free(self, scheme: str) -> None:
        """Take a scheme that has no command of this user: what stands there all the same is somebody's, and stays."""
        keys = scheme_keys(scheme, self._command, self._icon)
        if any(self._registry.value(key, name) is not None for key, values in keys.items() for name in values):
            self._registry.set(BEFORE, scheme, _NO_COMMAND)
            self._registry.set(_command_key(scheme), "", command_line(self._command))
        else:
            self._registry.remove_value(BEFORE, scheme)
            self._write(keys)

    def _give_back(self, scheme: str, own: str | None) -> None:
        key = _command_key(scheme)
        # Else another program has taken it since.
        if own is not None and self._registry.value(key, "") == own:
            before = self._registry.value(BEFORE, scheme)
            if before is None:
                self._remove_written(scheme, scheme_keys(scheme, self._command, self._icon))
            elif before == _NO_COMMAND:
                self._remove_written(scheme, {key: {"": ""}})
            else:
                self._registry.copy(BEFORE, scheme, key, "")
        self._registry.remove_value(BEFORE, scheme)
        self._registry.remove_value(OFFERED, scheme)

    def _remove_written(self, scheme: str, keys: Keys) -> None:
        """Remove these values, and the keys that are empty then: what else is below the scheme is not Ashore's."""
        top = rf"{CLASSES}\{scheme}"
        for key, values in reversed(keys.items()):
            for name in values:
                self._registry.remove_value(key, name)
            place = key
            while place.startswith(top):
                self._registry.remove_empty(place)
                place = place.rpartition("\\")[0]

    def _own_command(self) -> str | None:
        """The command that was written, whichever start of Ashore wrote it."""
        return self._registry.value(rf"{CLASSES}\{PROGRAM_ID}\{_COMMAND}", "")

    def _write(self, keys: Mapping[str, Mapping[str, str]]) -> None:
        for key, values in keys.items():
            for name, value in values.items():
                self._registry.set(key, name, value)


@contextlib.contextmanager
def _refusals(advice: str) -> Iterator[None]:
    try:
        yield
    except OSError as refusal:
        raise RegistrationRefused(advice) from refusal


def _command_key(of_class: str) -> str:
    return rf"{CLASSES}\{of_class}\{_COMMAND}"


def _program_of(command: str) -> str:
    """The name of the program in a command line."""
    quoted = command.startswith('"')
    path = command[1:].partition('"')[0] if quoted else command.partition(" ")[0]
    return PureWindowsPath(path).name


class UserRegistry:
    """HKEY_CURRENT_USER of the Windows that this runs on, and to read HKEY_LOCAL_MACHINE."""

    def value(self, key: str, name: str) -> str | None:
        """A text, or None where there is none."""
        import winreg

        return _text(winreg.HKEY_CURRENT_USER, key, name)  # type: ignore[attr-defined]

    def machine_value(self, key: str, name: str) -> str | None:
        """A text that is so for all users: it counts where this user has none (Microsoft: HKEY_CLASSES_ROOT)."""
        import winreg

        return _text(winreg.HKEY_LOCAL_MACHINE, key, name)  # type: ignore[attr-defined]

    def set(self, key: str, name: str, value: str) -> None:
        """Set a text, with its key and all keys over it."""
        import winreg

        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:  # type: ignore[attr-defined]
            winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, value)  # type: ignore[attr-defined]

    def copy(self, key: str, name: str, to: str, to_name: str) -> None:
        """Set another value to the same text, of the same kind (REG_SZ or REG_EXPAND_SZ)."""
        import winreg

        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:  # type: ignore[attr-defined]
            found, kind = winreg.QueryValueEx(opened, name)  # type: ignore[attr-defined]
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, to) as opened:  # type: ignore[attr-defined]
            winreg.SetValueEx(opened, to_name, 0, kind, found)  # type: ignore[attr-defined]

    def remove_value(self, key: str, name: str) -> None:
        """Remove a value, where it is there."""
        import winreg

        try:
            access = winreg.KEY_SET_VALUE  # type: ignore[attr-defined]
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, access) as opened:  # type: ignore[attr-defined]
                winreg.DeleteValue(opened, name)  # type: ignore[attr-defined]
        except FileNotFoundError:
            return

    def remove(self, key: str) -> None:
        """Remove a key with all below it, where it is there."""
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:  # type: ignore[attr-defined]
                below = [winreg.EnumKey(opened, i) for i in range(winreg.QueryInfoKey(opened)[0])]  # type: ignore[attr-defined]
        except FileNotFoundError:
            return
        for name in below:
            self.remove(rf"{key}\{name}")
        winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)  # type: ignore[attr-defined]

    def remove_empty(self, key: str) -> None:
        """Remove a key with no value of any kind and no key below it, where it is there."""
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:  # type: ignore[attr-defined]
                below, values, _changed = winreg.QueryInfoKey(opened)  # type: ignore[attr-defined]
        except FileNotFoundError:
            return
        if not below and not values:
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)  # type: ignore[attr-defined]


def _text(root: int, key: str, name: str) -> str | None:
    import winreg

    try:
        with winreg.OpenKey(root, key) as opened:  # type: ignore[attr-defined]
            found, _kind = winreg.QueryValueEx(opened, name)  # type: ignore[attr-defined]
    except FileNotFoundError:
        return None
    return found if isinstance(found, str) else None
