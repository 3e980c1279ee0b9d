"""Links on Windows: keys below HKEY_CURRENT_USER alone.

Of a scheme that another program has already, only the command is changed, and comes back. Which program Windows really
asks can also be the user's choice in its settings; there Ashore is offered, and that choice is never touched.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import PureWindowsPath
from typing import Protocol

from ashore.desktop.link_registration import ANOTHER_START, Opener, RegistrationRefused
from ashore.desktop.links import REGISTERED

CLASSES = r"Software\Classes"
OWN = r"Software\Ashore"
CAPABILITIES = rf"{OWN}\Capabilities"
BEFORE = rf"{OWN}\LinksBefore"
PROGRAM_ID = "Ashore.Link"
APPLICATIONS = r"Software\RegisteredApplications"
_CHOICES = r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations"
_COMMAND = r"shell\open\command"

Keys = dict[str, dict[str, str]]
"""Values by key and name; the name of a key's own value is empty."""


class Registry(Protocol):
    """The part of the registry that is this user's. Raises OSError where something is refused."""

    def value(self, key: str, name: str) -> str | None:
        """A text, or None where there is none."""

    def set(self, key: str, name: str, value: str) -> None:
        """Set a text, with its key and all keys over it."""

    def copy(self, key: str, name: str, to: str, to_name: str) -> None:
        """Set another value to the same text, of the same kind: Windows fills in some and others not."""

    def remove_value(self, key: str, name: str) -> None:
        """Remove a value, where it is there."""

    def remove(self, key: str) -> None:
        """Remove a key with all below it, where it is there."""


def command_line(command: Sequence[str]) -> str:
    """The command of a key: ``%1`` is the link, one argument whatever stands in it."""
    return f'{subprocess.list2cmdline(command)} -- "%1"'


def own_keys(command: Sequence[str], icon: str) -> Keys:
    """The keys that only Ashore has: its class, and what it offers to Windows' settings (Default Programs)."""
    offered = {scheme: PROGRAM_ID for scheme in REGISTERED}
    return {
        rf"{CLASSES}\{PROGRAM_ID}": {"": "Link for Ashore", "URL Protocol": ""},
        rf"{CLASSES}\{PROGRAM_ID}\DefaultIcon": {"": icon},
        rf"{CLASSES}\{PROGRAM_ID}\{_COMMAND}": {"": command_line(command)},
        CAPABILITIES: {
            "ApplicationName": "Ashore",
            "ApplicationDescription": "Brings your funds out of zkLink, Reddio and Lightning services",
        },
        rf"{CAPABILITIES}\URLAssociations": offered,
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

    def openers(self) -> tuple[Opener, ...]:
        """Who opens what now: the user's choice in Windows' settings, else the key of the scheme."""
        return tuple(self._opener(scheme) for scheme in REGISTERED)

    def _opener(self, scheme: str) -> Opener:
        chosen = self._registry.value(rf"{_CHOICES}\{scheme}\UserChoice", "ProgId")
        if chosen:
            return Opener(scheme, "Ashore" if chosen == PROGRAM_ID else chosen, chosen == PROGRAM_ID)
        command = self._registry.value(_command_key(scheme), "")
        if not command:
            return Opener(scheme)
        if command != self._own_command():
            return Opener(scheme, _program_of(command))
        ours = command == command_line(self._command)
        return Opener(scheme, "Ashore" if ours else ANOTHER_START, ours)

    def register(self) -> None:
        """Write what is Ashore's own first, then the commands of the schemes."""
        try:
            earlier_own = self._own_command()
            self._write(own_keys(self._command, self._icon))
            for scheme in REGISTERED:
                self._take(scheme, earlier_own)
        except OSError as refusal:
            raise RegistrationRefused("Windows did not let it be written for this user.") from refusal

    def unregister(self) -> None:
        """Give the commands back that are still Ashore's, and remove all that is its own."""
        try:
            own = self._own_command()
            for scheme in REGISTERED:
                self._give_back(scheme, own)
            self._registry.remove(rf"{CLASSES}\{PROGRAM_ID}")
            self._registry.remove(CAPABILITIES)
            self._registry.remove(BEFORE)
            self._registry.remove_value(APPLICATIONS, "Ashore")
        except OSError as refusal:
            raise RegistrationRefused("Windows did not let it be removed for this user.") from refusal

    def _take(self, scheme: str, earlier_own: str | None) -> None:
        before = self._registry.value(_command_key(scheme), "")
        if before is None:
            self._write(scheme_keys(scheme, self._command, self._icon))
            return
        if before != earlier_own:
            self._registry.copy(_command_key(scheme), "", BEFORE, scheme)
        self._registry.set(_command_key(scheme), "", command_line(self._command))

    def _give_back(self, scheme: str, own: str | None) -> None:
        if own is None or self._registry.value(_command_key(scheme), "") != own:
            return  # another program has taken it since
        before = self._registry.value(BEFORE, scheme)
        if before is None:
            self._registry.remove(rf"{CLASSES}\{scheme}")
        else:
            self._registry.copy(BEFORE, scheme, _command_key(scheme), "")

    def _own_command(self) -> str | None:
        """The command that was written, whichever start of Ashore wrote it."""
        return self._registry.value(rf"{CLASSES}\{PROGRAM_ID}\{_COMMAND}", "")

    def _write(self, keys: Mapping[str, Mapping[str, str]]) -> None:
        for key, values in keys.items():
            for name, value in values.items():
                self._registry.set(key, name, value)


def _command_key(scheme: str) -> str:
    return rf"{CLASSES}\{scheme}\{_COMMAND}"


def _program_of(command: str) -> str:
    """The name of the program in a command line."""
    quoted = command.startswith('"')
    path = command[1:].partition('"')[0] if quoted else command.partition(" ")[0]
    return PureWindowsPath(path).name


class UserRegistry:
    """HKEY_CURRENT_USER of the Windows that this runs on."""

    def value(self, key: str, name: str) -> str | None:
        """A text, or None where there is none."""
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:  # type: ignore[attr-defined]
                found, _kind = winreg.QueryValueEx(opened, name)  # type: ignore[attr-defined]
        except FileNotFoundError:
            return None
        return found if isinstance(found, str) else None

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
