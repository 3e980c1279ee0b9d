"""Links on Windows: the exact keys, and that they come back as they were."""

from __future__ import annotations

import copy
import plistlib
import sys

import pytest

from ashore.desktop.bundle_links import url_types
from ashore.desktop.link_registration import ANOTHER_START, Opener, RegistrationRefused
from ashore.desktop.links import REGISTERED
from ashore.desktop.registry_links import CLASSES, RegistryLinks, command_line

COMMAND = [r"C:\Program Files\Ashore\ashore.exe", "--data-dir", r"D:\my data"]
LINE = r'"C:\Program Files\Ashore\ashore.exe" --data-dir "D:\my data" -- "%1"'
ELECTRUM = r'"C:\Program Files\Electrum\electrum.exe" "%1"'
CHOICE = r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\lightning\UserChoice"


class MemoryRegistry:
    """HKEY_CURRENT_USER where there is no Windows."""

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, str]] = {}
        self.filled_in: set[tuple[str, str]] = set()
        """Values whose %NAMES% Windows fills in (REG_EXPAND_SZ)."""
        self.refuses = False

    def value(self, key: str, name: str) -> str | None:
        return self.keys.get(key, {}).get(name)

    def set(self, key: str, name: str, value: str) -> None:
        if self.refuses:
            raise PermissionError
        parts = key.split("\\")
        for place in range(1, len(parts) + 1):
            self.keys.setdefault("\\".join(parts[:place]), {})
        self.keys[key][name] = value
        self.filled_in.discard((key, name))

    def copy(self, key: str, name: str, to: str, to_name: str) -> None:
        self.set(to, to_name, self.keys[key][name])
        if (key, name) in self.filled_in:
            self.filled_in.add((to, to_name))

    def remove_value(self, key: str, name: str) -> None:
        if self.refuses:
            raise PermissionError
        self.keys.get(key, {}).pop(name, None)

    def remove(self, key: str) -> None:
        if self.refuses:
            raise PermissionError
        self.keys = {name: values for name, values in self.keys.items() if not f"{name}\\".startswith(f"{key}\\")}

    def texts(self) -> dict[str, dict[str, str]]:
        """All keys that hold something."""
        return copy.deepcopy({key: values for key, values in self.keys.items() if values})


@pytest.fixture
def registry() -> MemoryRegistry:
    return MemoryRegistry()


@pytest.fixture
def links(registry: MemoryRegistry) -> RegistryLinks:
    return RegistryLinks(registry, COMMAND, r"C:\Program Files\Ashore\ashore.ico")


def test_a_first_registration_writes_what_windows_asks_for(registry: MemoryRegistry, links: RegistryLinks) -> None:
    links.register()
    assert registry.keys[r"Software\Classes\lightning"] == {"": "URL:lightning", "URL Protocol": ""}
    assert registry.keys[r"Software\Classes\lightning\shell\open\command"] == {"": LINE}
    assert registry.keys[r"Software\Classes\Ashore.Link\shell\open\command"] == {"": LINE}
    assert registry.keys[r"Software\RegisteredApplications"] == {"Ashore": r"Software\Ashore\Capabilities"}
    offered = registry.keys[r"Software\Ashore\Capabilities\URLAssociations"]
    assert offered == dict.fromkeys(REGISTERED, "Ashore.Link")
    assert all(key.startswith("Software\\") or key == "Software" for key in registry.keys)
    assert links.openers() == tuple(Opener(scheme, "Ashore", ours=True) for scheme in REGISTERED)


def test_its_end_leaves_nothing(registry: MemoryRegistry, links: RegistryLinks) -> None:
    links.register()
    links.register()
    links.unregister()
    links.unregister()
    assert registry.texts() == {}
    assert links.openers() == tuple(Opener(scheme) for scheme in REGISTERED)


def test_who_had_the_links_before_has_them_again(registry: MemoryRegistry, links: RegistryLinks) -> None:
    registry.set(rf"{CLASSES}\lightning", "", "URL:Electrum")
    command = rf"{CLASSES}\lightning\shell\open\command", ""
    registry.set(*command, ELECTRUM)
    registry.filled_in = {command}
    before = registry.texts()
    assert links.openers()[0] == Opener("lightning", "electrum.exe")
    links.register()
    assert links.openers()[0].ours
    RegistryLinks(registry, [r"D:\elsewhere\ashore.exe"], "").register()
    assert links.openers()[0] == Opener("lightning", ANOTHER_START)
    assert command not in registry.filled_in
    links.unregister()
    assert registry.texts() == before
    assert command in registry.filled_in


def test_what_another_program_took_since_stays(registry: MemoryRegistry, links: RegistryLinks) -> None:
    links.register()
    registry.set(rf"{CLASSES}\lightning\shell\open\command", "", ELECTRUM)
    links.unregister()
    assert registry.value(rf"{CLASSES}\lightning\shell\open\command", "") == ELECTRUM


def test_the_choice_of_the_user_comes_before_the_key(registry: MemoryRegistry, links: RegistryLinks) -> None:
    links.register()
    registry.set(CHOICE, "ProgId", "Electrum.Url")
    assert links.openers()[0] == Opener("lightning", "Electrum.Url")
    registry.set(CHOICE, "ProgId", "Ashore.Link")
    assert links.openers()[0] == Opener("lightning", "Ashore", ours=True)


def test_what_windows_refuses_is_said(registry: MemoryRegistry, links: RegistryLinks) -> None:
    registry.refuses = True
    with pytest.raises(RegistrationRefused):
        links.register()
    with pytest.raises(RegistrationRefused):
        links.unregister()


def test_the_link_is_one_argument() -> None:
    assert command_line(["a b", "-c", 'say "x"']) == r'"a b" -c "say \"x\"" -- "%1"'


@pytest.mark.skipif(sys.platform != "win32", reason="Windows alone has a registry")
def test_the_registry_of_windows_itself() -> None:
    from ashore.desktop.registry_links import UserRegistry

    registry = UserRegistry()
    key = r"Software\AshoreTest\Below"
    registry.set(key, "", "text")
    assert registry.value(key, "") == "text"
    registry.remove_value(key, "")
    registry.remove_value(key, "")
    assert registry.value(key, "") is None
    registry.remove(r"Software\AshoreTest")
    registry.remove(r"Software\AshoreTest")


def test_the_bundle_of_macos_says_which_links_it_opens() -> None:
    kept = plistlib.loads(plistlib.dumps({"CFBundleURLTypes": url_types()}))["CFBundleURLTypes"]
    assert [scheme for each in kept for scheme in each["CFBundleURLSchemes"]] == list(REGISTERED)
    assert {each["CFBundleTypeRole"] for each in kept} == {"Viewer", "Editor"}
    # Who has a scheme that other wallets have, too, is the user's choice.
    assert [each["LSHandlerRank"] for each in kept] == ["Alternate", "Alternate", "Alternate", "Owner"]
