"""Links on Windows: the exact keys, and that they come back as they were."""

from __future__ import annotations

import copy
import plistlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.desktop.bundle_links import url_types
from ashore.desktop.link_registration import ANOTHER_START, Opener, RegistrationRefused
from ashore.desktop.links import REGISTERED
from ashore.desktop.registry_links import CLASSES, OFFERED, RegistryLinks, command_line

STEPS = st.lists(st.tuples(st.booleans(), st.frozensets(st.sampled_from(REGISTERED))), max_size=8)
"""Schemes that are given to Ashore, or taken from it, one step after another."""
COMMAND = [r"C:\Program Files\Ashore\ashore.exe", "--data-dir", r"D:\my data"]
LINE = r'"C:\Program Files\Ashore\ashore.exe" --data-dir "D:\my data" -- "%1"'
ELECTRUM = r'"C:\Program Files\Electrum\electrum.exe" "%1"'
CHOICE = r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\lightning\UserChoice"


class MemoryRegistry:
    """HKEY_CURRENT_USER, and HKEY_LOCAL_MACHINE below it, where there is no Windows."""

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, str]] = {}
        self.numbers: dict[tuple[str, str], int] = {}
        """Values that are no texts (REG_DWORD)."""
        self.machine: dict[tuple[str, str], str] = {}
        """What is so for all users."""
        self.filled_in: set[tuple[str, str]] = set()
        """Values whose %NAMES% Windows fills in (REG_EXPAND_SZ)."""
        self.refuses = False
        self.refused = ""
        """A scheme whose keys alone are refused, as a policy of the computer's can do."""

    def value(self, key: str, name: str) -> str | None:
        return self.keys.get(key, {}).get(name)

    def machine_value(self, key: str, name: str) -> str | None:
        return self.machine.get((key, name))

    def set_number(self, key: str, name: str, value: int) -> None:
        self._make(key)
        self.numbers[key, name] = value

    def _make(self, key: str) -> None:
        parts = key.split("\\")
        for place in range(1, len(parts) + 1):
            self.keys.setdefault("\\".join(parts[:place]), {})

    def set(self, key: str, name: str, value: str) -> None:
        if self.refuses or (self.refused and self.refused in key):
            raise PermissionError
        self._make(key)
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
        self.numbers = {at: number for at, number in self.numbers.items() if at[0] in self.keys}

    def remove_empty(self, key: str) -> None:
        if self.refuses:
            raise PermissionError
        below = any(name.startswith(f"{key}\\") for name in self.keys)
        if not below and not self.keys.get(key) and not any(of == key for of, _name in self.numbers):
            self.keys.pop(key, None)

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


def test_a_program_for_all_users_opens_its_links(registry: MemoryRegistry, links: RegistryLinks) -> None:
    registry.machine[rf"{CLASSES}\lightning\shell\open\command", ""] = ELECTRUM
    assert links.openers()[0] == Opener("lightning", "electrum.exe")
    assert links.openers()[1] == Opener("lnurlw")
    links.register(["lightning"])
    assert links.openers()[0].ours, "the user's own key comes first"
    links.unregister(["lightning"])
    assert links.openers()[0] == Opener("lightning", "electrum.exe")
    assert registry.texts() == {}
    registry.set(rf"{CLASSES}\lightning\shell\open\command", "", r"C:\mine\wallet.exe %1")
    assert links.openers()[0] == Opener("lightning", "wallet.exe")


@pytest.mark.parametrize("for_all", [True, False])
def test_a_program_that_the_user_chose_is_named_by_its_command(
    registry: MemoryRegistry, links: RegistryLinks, for_all: bool
) -> None:
    registry.set(CHOICE, "ProgId", "Electrum.Url")
    registry.machine[rf"{CLASSES}\lightning\shell\open\command", ""] = r"C:\other.exe %1"
    command = rf"{CLASSES}\Electrum.Url\shell\open\command", ""
    if for_all:
        registry.machine[command] = ELECTRUM
    else:
        registry.set(*command, ELECTRUM)
    assert links.openers()[0] == Opener("lightning", "electrum.exe")


@pytest.mark.parametrize("command", ["", ELECTRUM])
def test_what_else_is_below_a_scheme_stays(registry: MemoryRegistry, links: RegistryLinks, command: str) -> None:
    of_scheme = rf"{CLASSES}\lightning"
    registry.set(rf"{of_scheme}\shell\pay\command", "", "x.exe %1")
    registry.set_number(of_scheme, "EditFlags", 2)
    registry.set_number(rf"{CLASSES}\lnurlw", "EditFlags", 2)
    registry.set(rf"{CLASSES}\ethereum\DefaultIcon", "", "theirs.ico")
    if command:
        registry.set(rf"{of_scheme}\shell\open\command", "", command)
    keys, numbers = copy.deepcopy(registry.keys), dict(registry.numbers)
    links.register()
    RegistryLinks(registry, [r"D:\elsewhere\ashore.exe"], "another").register()
    assert registry.value(of_scheme, "URL Protocol") == (None if command else "")
    links.unregister()
    assert registry.texts() == {key: values for key, values in keys.items() if values}
    assert registry.numbers == numbers
    assert {key for key in registry.keys if key.startswith(CLASSES)} == {key for key in keys if key.startswith(CLASSES)}


@given(STEPS)
def test_each_scheme_is_taken_and_given_back_by_itself(steps: list[tuple[bool, frozenset[str]]]) -> None:
    registry = MemoryRegistry()
    links = RegistryLinks(registry, COMMAND, "icon")
    registry.set(rf"{CLASSES}\lightning", "", "URL:Electrum")
    registry.set(rf"{CLASSES}\lightning\shell\open\command", "", ELECTRUM)
    registry.set(rf"{CLASSES}\ethereum", "URL Protocol", "")  # a key without a command, of whoever it was
    registry.set(rf"{CLASSES}\ashore\shell\pay\command", "", "x.exe %1")
    registry.machine[rf"{CLASSES}\lnurlw\shell\open\command", ""] = ELECTRUM
    before, now = registry.texts(), frozenset[str]()
    programs = {each.scheme: each for each in links.openers()}
    for take, schemes in steps:
        (links.register if take else links.unregister)(tuple(schemes))
        now = now | schemes if take else now - schemes
        shown = {each.scheme: each for each in links.openers()}
        for scheme in REGISTERED:
            wanted = Opener(scheme, "Ashore", ours=True) if scheme in now else programs[scheme]
            assert shown[scheme] == wanted
        assert set(registry.keys.get(OFFERED, {})) == now, "Windows' settings offer it for what was given to it"
        assert now or registry.texts() == before
    links.unregister()
    assert registry.texts() == before


def test_another_start_takes_over_what_was_given_and_nothing_more(
    registry: MemoryRegistry, links: RegistryLinks
) -> None:
    links.register(["lnurlw", "ashore"])
    registry.set(rf"{CLASSES}\ashore\shell\open\command", "", ELECTRUM)
    other = RegistryLinks(registry, [r"D:\elsewhere\ashore.exe"], "")
    other.register(["ethereum"])
    assert [each.scheme for each in other.openers() if each.ours] == ["lnurlw", "ethereum"]
    assert other.openers()[3] == Opener("ashore", "electrum.exe")
    other.unregister()
    assert registry.texts() == {rf"{CLASSES}\ashore\shell\open\command": {"": ELECTRUM}} | {
        rf"{CLASSES}\ashore": {"": "URL:ashore", "URL Protocol": ""},
        rf"{CLASSES}\ashore\DefaultIcon": {"": "C:\\Program Files\\Ashore\\ashore.ico"},
    }


def test_of_several_one_that_is_refused_keeps_no_other_from_changing(
    registry: MemoryRegistry, links: RegistryLinks
) -> None:
    registry.refused = rf"{CLASSES}\ethereum"
    with pytest.raises(RegistrationRefused):
        links.register()
    assert [each.scheme for each in links.openers() if each.ours] == ["lightning", "lnurlw", "ashore"]
    assert "ethereum" not in registry.keys[OFFERED]
    links.unregister()
    assert registry.texts() == {}


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
    assert registry.machine_value(key, "") is None
    assert registry.machine_value(r"Software\Microsoft\Windows\CurrentVersion", "ProgramFilesDir")
    registry.remove_empty(r"Software\AshoreTest")
    registry.set(key, "kept", "text")
    registry.remove_empty(key)
    assert registry.value(key, "kept") == "text"
    registry.remove_value(key, "kept")
    registry.remove_empty(key)
    registry.remove_empty(key)
    registry.remove(r"Software\AshoreTest")
    registry.remove(r"Software\AshoreTest")


def test_the_bundle_of_macos_says_which_links_it_opens() -> None:
    kept = plistlib.loads(plistlib.dumps({"CFBundleURLTypes": url_types()}))["CFBundleURLTypes"]
    assert [scheme for each in kept for scheme in each["CFBundleURLSchemes"]] == list(REGISTERED)
    assert {each["CFBundleTypeRole"] for each in kept} == {"Viewer", "Editor"}
    # Who has a scheme that other wallets have, too, is the user's choice.
    assert [each["LSHandlerRank"] for each in kept] == ["Alternate", "Alternate", "Alternate", "Owner"]
