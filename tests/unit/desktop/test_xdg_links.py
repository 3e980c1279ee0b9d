"""Links on Linux, by the lists themselves and by the tools that a desktop has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.desktop import mimeapps
from ashore.desktop.desktop_entry import entry, exec_line, read
from ashore.desktop.link_registration import ANOTHER_START, Opener, RegistrationRefused
from ashore.desktop.links import REGISTERED
from ashore.desktop.xdg_links import ENTRY, XdgLinks, mime_type

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="these are the files of a Linux desktop")

LINK = "lightning:LNURL1DP68GURN8GHJ7?a=1&b=%20c"
STEPS = st.lists(st.tuples(st.booleans(), st.frozensets(st.sampled_from(REGISTERED))), max_size=6)
"""Schemes that are given to Ashore, or taken from it, one step after another."""
WRITES = "import sys; open(sys.argv[1], 'a').write(repr(sys.argv[2:]) + chr(10))"
PATIENCE_S = 20.0


class Desktop:
    """A user's home on a desktop with nothing else in it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.shared = folder / "shared"
        self.told = folder / 'what "it" was $told `100%` \\ '
        self.list = self.home / ".config" / "mimeapps.list"
        self.entry = self.home / ".local" / "share" / "applications" / ENTRY
        for made in (self.list.parent, self.entry.parent, self.shared / "applications"):
            made.mkdir(parents=True)
        self.environment = {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "XDG_DATA_DIRS": str(self.shared),
            "XDG_CONFIG_DIRS": str(folder / "none"),
            "XDG_CURRENT_DESKTOP": "X-Generic",
            "DISPLAY": ":0",  # xdg-open asks only whether there is one
        }
        self.command = [sys.executable, "-c", WRITES, str(self.told)]
        self.links = self.registration()

    def registration(self, program: str = sys.executable) -> XdgLinks:
        return XdgLinks(self.environment, self.command, program, "/nowhere/ashore.svg")

    def other(self, name: str, program: str, *schemes: str) -> None:
        """Another program, installed for all users."""
        types = "".join(f"{mime_type(scheme)};" for scheme in schemes)
        values = {"Type": "Application", "Name": program, "Exec": "true %u", "MimeType": types}
        (self.shared / "applications" / name).write_text(entry(values))
        if self.environment["PATH"]:
            run(self, "update-desktop-database", str(self.shared / "applications"))

    def opener(self, scheme: str) -> Opener:
        return next(each for each in self.links.openers() if each.scheme == scheme)


def run(desktop: Desktop, *command: str) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed (Debian: xdg-utils, desktop-file-utils, libglib2.0-bin)")
    done = subprocess.run(command, env=desktop.environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout.strip()


@pytest.fixture
def desktop(tmp_path: Path) -> Desktop:
    return Desktop(tmp_path)


def test_a_first_registration_and_its_end_leave_nothing(desktop: Desktop) -> None:
    assert desktop.links.openers() == tuple(Opener(scheme) for scheme in REGISTERED)
    desktop.links.register()
    assert desktop.links.openers() == tuple(Opener(scheme, "Ashore", ours=True) for scheme in REGISTERED)
    desktop.links.register()
    assert desktop.list.read_text().count(ENTRY) == len(REGISTERED)
    desktop.links.unregister()
    desktop.links.unregister()
    assert not desktop.list.exists()
    assert not desktop.entry.exists()
    assert desktop.links.openers() == tuple(Opener(scheme) for scheme in REGISTERED)


@pytest.mark.parametrize(
    "before",
    [
        "",
        "# mine\n\n[Default Applications]\ntext/plain=vi.desktop;\n\n[Added Associations]\ntext/plain=vi.desktop\n",
        "[Default Applications]\nx-scheme-handler/lightning=electrum.desktop;old.desktop\nx-scheme-handler/ethereum=\n",
        "[Default Applications]\r\nx-scheme-handler/lightning = electrum.desktop\r\n",
        "[Added Associations]\nx-scheme-handler/lightning=electrum.desktop;\n",
        "[Default Applications]\nx-scheme-handler/lightning=old.desktop\nx-scheme-handler/lightning=new.desktop\n",
        " [Default Applications]\nx-scheme-handler/lightning=old.desktop\n\n[Default Applications]\n",
        "no list\n=\n[Default Applications]",
    ],
)
def test_the_list_comes_back_letter_by_letter(desktop: Desktop, before: str) -> None:
    desktop.list.write_bytes(before.encode())
    desktop.list.chmod(0o600)
    desktop.links.register()
    assert f"{mime_type('lightning')}={ENTRY};" in desktop.list.read_text()
    desktop.links.register()
    desktop.links.unregister()
    after = desktop.list.read_bytes().decode()
    same = after.replace("lightning=electrum.desktop\n", "lightning = electrum.desktop\r\n").rstrip("\n")
    assert same == before.rstrip("\n")
    assert desktop.list.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "before",
    [
        None,
        "# mine\n\n[Default Applications]\ntext/plain=vi.desktop;\n\n[Added Associations]\ntext/plain=vi.desktop\n",
        "[Default Applications]\nx-scheme-handler/lightning=electrum.desktop;old.desktop\nx-scheme-handler/ethereum=\n",
        "[Added Associations]\nx-scheme-handler/lightning=electrum.desktop;\n",
    ],
)
@given(steps=STEPS)
@settings(max_examples=25, deadline=None)
def test_each_scheme_is_taken_and_given_back_by_itself(
    tmp_path_factory: pytest.TempPathFactory, before: str | None, steps: list[tuple[bool, frozenset[str]]]
) -> None:
    desktop = Desktop(tmp_path_factory.mktemp("desktop"))
    desktop.environment["PATH"] = ""  # without the tools: what they add is tested below
    desktop.other("electrum.desktop", "Electrum", "lightning")
    if before is not None:
        desktop.list.write_text(before)
    now, others = frozenset[str](), {each.scheme: each for each in desktop.links.openers()}
    for take, schemes in steps:
        (desktop.links.register if take else desktop.links.unregister)(tuple(schemes))
        now = now | schemes if take else now - schemes
        for each in desktop.links.openers():
            assert each == (Opener(each.scheme, "Ashore", ours=True) if each.scheme in now else others[each.scheme])
        assert desktop.entry.exists() == bool(now)
        named = mimeapps.programs_of(read(desktop.entry.read_text())["MimeType"]) if now else []
        assert set(named) == {mime_type(scheme) for scheme in now}, "the desktop offers it for nothing else"
    desktop.links.unregister()
    assert not desktop.entry.exists()
    assert (desktop.list.read_text() if desktop.list.exists() else None) == before


def test_the_tools_of_a_desktop_know_what_was_given_and_what_was_not(desktop: Desktop) -> None:
    desktop.other("electrum.desktop", "Electrum", "lightning")
    run(desktop, "xdg-mime", "default", "electrum.desktop", mime_type("lightning"))
    desktop.links.register(["lnurlw", "ethereum"])
    asked = {scheme: run(desktop, "xdg-mime", "query", "default", mime_type(scheme)) for scheme in REGISTERED}
    assert asked == {"lightning": "electrum.desktop", "lnurlw": ENTRY, "ethereum": ENTRY, "ashore": ""}
    assert run(desktop, "desktop-file-validate", str(desktop.entry)) == ""
    desktop.links.unregister(["ethereum"])
    asked = {scheme: run(desktop, "xdg-mime", "query", "default", mime_type(scheme)) for scheme in REGISTERED}
    assert asked == {"lightning": "electrum.desktop", "lnurlw": ENTRY, "ethereum": "", "ashore": ""}


def test_who_had_the_links_before_has_them_again(desktop: Desktop) -> None:
    desktop.other("electrum.desktop", "Electrum", "lightning")
    desktop.other("walleth.desktop", "Walleth", "ethereum", "lightning")
    desktop.list.write_text(f"[Default Applications]\n{mime_type('lightning')}=electrum.desktop\n")
    assert desktop.opener("lightning") == Opener("lightning", "Electrum")
    assert desktop.opener("ethereum") == Opener("ethereum", "Walleth")
    desktop.links.register()
    assert desktop.opener("lightning").ours
    assert f"{mime_type('lightning')}={ENTRY};electrum.desktop;" in desktop.list.read_text()
    desktop.links.unregister()
    assert desktop.opener("lightning") == Opener("lightning", "Electrum")
    assert desktop.opener("ethereum") == Opener("ethereum", "Walleth")


def test_of_a_key_that_stands_twice_the_last_counts(desktop: Desktop) -> None:
    desktop.other("electrum.desktop", "Electrum", "lightning")
    key = mime_type("lightning")
    desktop.list.write_text(f"[Default Applications]\n{key}=nobody.desktop\n{key}=electrum.desktop\n")
    assert desktop.opener("lightning") == Opener("lightning", "Electrum")
    desktop.links.register()
    of_key = [line for line in desktop.list.read_text().splitlines() if line.startswith(key)]
    assert of_key == [f"{key}=nobody.desktop", f"{key}={ENTRY};electrum.desktop;"]


def test_what_a_person_chose_since_stays(desktop: Desktop) -> None:
    desktop.other("electrum.desktop", "Electrum", "lightning")
    desktop.links.register()
    chosen = desktop.list.read_text().replace(f"lightning={ENTRY};", f"lightning=electrum.desktop;{ENTRY};")
    desktop.list.write_text(chosen + f"\n[Added Associations]\n{mime_type('ethereum')}={ENTRY};walleth.desktop;\n")
    assert desktop.opener("lightning") == Opener("lightning", "Electrum")
    desktop.links.unregister()
    after = desktop.list.read_text()
    assert f"{mime_type('lightning')}=electrum.desktop;\n" in after
    assert f"{mime_type('ethereum')}=walleth.desktop;\n" in after
    assert ENTRY not in after


def test_who_was_chosen_between_two_registrations_has_them_again(desktop: Desktop) -> None:
    desktop.other("a.desktop", "A", "lightning")
    desktop.other("b.desktop", "B", "lightning")
    key = mime_type("lightning")
    desktop.list.write_text(f"[Default Applications]\n{key}=a.desktop\n")
    desktop.links.register(["lightning"])
    desktop.list.write_text(f"[Default Applications]\n{key}=b.desktop;{ENTRY};a.desktop;\n")
    assert desktop.opener("lightning") == Opener("lightning", "B")
    desktop.links.register(["lightning"])
    assert desktop.opener("lightning").ours
    assert f"{key}={ENTRY};b.desktop;a.desktop;\n" in desktop.list.read_text()
    desktop.links.register(["lightning"])
    desktop.links.unregister(["lightning"])
    assert desktop.list.read_text() == f"[Default Applications]\n{key}=b.desktop;a.desktop;\n"
    assert desktop.opener("lightning") == Opener("lightning", "B")


def test_a_list_that_is_a_link_stays_one(desktop: Desktop, tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.list"
    kept.write_text("[Default Applications]\ntext/plain=vi.desktop\n")
    desktop.list.symlink_to(kept)
    desktop.links.register()
    assert desktop.list.is_symlink()
    assert ENTRY in kept.read_text()


def test_a_list_that_cannot_be_read_whole_is_not_touched(desktop: Desktop) -> None:
    before = "#" * 1_000_001
    desktop.list.write_text(before)
    with pytest.raises(RegistrationRefused) as refused:
        desktop.links.register()
    assert str(desktop.list) in refused.value.advice
    assert desktop.list.read_text() == before
    assert not desktop.entry.exists()


def test_a_list_that_cannot_be_written_leaves_no_launcher_behind(desktop: Desktop) -> None:
    desktop.list.symlink_to("/proc/version")  # as a home that is managed elsewhere has it
    with pytest.raises(RegistrationRefused):
        desktop.links.register()
    assert not desktop.entry.exists()


def test_a_link_to_a_list_that_is_not_there_yet_stays_one(desktop: Desktop, tmp_path: Path) -> None:
    (tmp_path / "dots").mkdir()
    desktop.list.symlink_to(tmp_path / "dots" / "mimeapps.list")
    desktop.links.register()
    desktop.links.unregister()
    assert desktop.list.is_symlink()
    assert not (tmp_path / "dots" / "mimeapps.list").exists()


def test_a_launcher_of_somebody_elses_making_is_not_overwritten(desktop: Desktop) -> None:
    desktop.entry.write_text("[Desktop Entry]\nName=My own\n")
    with pytest.raises(RegistrationRefused, match="did not let"):
        desktop.links.register()
    desktop.links.unregister()
    assert desktop.entry.read_text() == "[Desktop Entry]\nName=My own\n"


def test_a_folder_that_cannot_be_made_is_said(desktop: Desktop) -> None:
    desktop.environment["XDG_DATA_HOME"] = str(desktop.told / "x")
    desktop.told.write_text("")
    with pytest.raises(RegistrationRefused):
        desktop.registration().register()


def test_another_installation_is_told_apart_and_can_be_replaced(desktop: Desktop) -> None:
    desktop.links.register()
    desktop.command = [*desktop.command, "--data-dir", "/elsewhere"]
    other = desktop.registration()
    assert other.openers()[0] == Opener("lightning", ANOTHER_START)
    other.register()
    assert other.openers()[0].ours
    assert desktop.opener("lightning") == Opener("lightning", ANOTHER_START)
    other.unregister()
    assert not desktop.list.exists()


def test_a_program_that_is_gone_opens_nothing(desktop: Desktop) -> None:
    desktop.other("electrum.desktop", "Electrum", "lightning")
    desktop.registration("/no/such/program").register()
    assert desktop.opener("lightning") == Opener("lightning", "Electrum")


# ---- the tools of a desktop


def test_the_entry_is_valid(desktop: Desktop) -> None:
    desktop.links.register()
    assert run(desktop, "desktop-file-validate", str(desktop.entry)) == ""


def test_the_desktop_tools_agree_on_who_opens_what(desktop: Desktop) -> None:
    desktop.other("electrum.desktop", "Electrum", "lightning")
    run(desktop, "xdg-mime", "default", "electrum.desktop", mime_type("lightning"))
    before = desktop.list.read_text()
    assert desktop.opener("lightning").program == "Electrum"
    desktop.links.register()
    for scheme in REGISTERED:
        assert run(desktop, "xdg-mime", "query", "default", mime_type(scheme)) == ENTRY
        assert ENTRY in run(desktop, "gio", "mime", mime_type(scheme)).splitlines()[0]
    desktop.links.unregister()
    assert run(desktop, "xdg-mime", "query", "default", mime_type("lightning")) == "electrum.desktop"
    assert "electrum.desktop" in run(desktop, "gio", "mime", mime_type("lightning")).splitlines()[0]
    assert run(desktop, "xdg-mime", "query", "default", mime_type("ashore")) == ""
    assert desktop.list.read_text() == before


@pytest.mark.parametrize("tool", [("gio", "open"), ("xdg-open",)])
def test_a_click_starts_the_program_with_the_link_as_it_is(desktop: Desktop, tool: tuple[str, ...]) -> None:
    """Through a command with every character that such a line has to quote."""
    if tool[0] == "xdg-open":
        # Its own reading of Exec splits at blanks, whatever is quoted: it gets a command without any.
        opener = desktop.home.parent / "opener"
        opener.write_text(f"#!{sys.executable}\nimport sys\nsys.argv.insert(1, {str(desktop.told)!r})\n{WRITES}\n")
        opener.chmod(0o755)
        desktop.command = [str(opener)]
    links = desktop.registration()
    links.register()
    run(desktop, *tool, LINK)
    end = time.monotonic() + PATIENCE_S
    while not desktop.told.exists() or not desktop.told.read_text():
        assert time.monotonic() < end, "nothing was started"
        time.sleep(0.02)
    assert desktop.told.read_text() == f"{['--', LINK]!r}\n"


# ---- texts


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12), min_size=1, max_size=4)
)
def test_every_command_can_be_written_and_read(command: list[str]) -> None:
    line = exec_line(command, "%u")
    values = read(entry({"Exec": line, "Name": "Ashore"}))
    assert values == {"Exec": line.rstrip(), "Name": "Ashore"}
    assert split(line) == [*command, "%u"]


def split(line: str) -> list[str]:
    """The arguments of an Exec line by the specification's rules, written down anew."""
    words, word, quoted, started = [], "", False, False
    place = 0
    while place < len(line):
        character = line[place]
        if quoted and character == "\\":
            place += 1
            word += line[place]
        elif character == '"':
            quoted, started = not quoted, True
        elif character == " " and not quoted:
            words, word, started = ([*words, word] if word or started else words), "", False
        else:
            word += character
        place += 1
    words = [*words, word] if word or started else words
    return [each if each == "%u" else each.replace("%%", "%") for each in words]


@given(st.text(st.sampled_from("[]=;#\n axD"), max_size=60), st.text(st.sampled_from("ax;"), max_size=5))
def test_a_key_that_is_set_and_removed_leaves_the_text(text: str, value: str) -> None:
    key = "x-scheme-handler/lightning"
    changed = mimeapps.with_value(text, mimeapps.DEFAULTS, key, value)
    assert mimeapps.value_of(changed, mimeapps.DEFAULTS, key) == value
    back = mimeapps.without_empty(mimeapps.without(changed, mimeapps.DEFAULTS, key), mimeapps.DEFAULTS)
    assert back.rstrip("\n") == text.rstrip("\n")
