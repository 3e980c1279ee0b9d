"""One place for each data folder, that nobody else can reach."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from ashore.desktop import meeting_place

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has pipes in the place of sockets")


def private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True)
    return folder


def test_the_runtime_folder_comes_first(tmp_path: Path) -> None:
    data = private(tmp_path / "data")
    with tempfile.TemporaryDirectory() as short:  # a folder of the tests' own can be too long for a socket
        runtime = Path(short)
        first, *others = meeting_place.socket_paths(data, {"XDG_RUNTIME_DIR": short})
    assert first == runtime / f"{meeting_place.name_of(data)}.socket"
    assert data / "links.socket" in others


def test_a_start_without_the_environment_looks_where_the_window_may_be(tmp_path: Path) -> None:
    data = private(tmp_path / "data")
    assert data / "links.socket" in meeting_place.socket_paths(data, {})


@pytest.mark.parametrize("mode", [0o755, 0o777, 0o750])
def test_a_runtime_folder_that_others_can_look_into_is_not_used(tmp_path: Path, mode: int) -> None:
    runtime, data = private(tmp_path / "run"), private(tmp_path / "data")
    runtime.chmod(mode)
    assert all(
        runtime not in path.parents for path in meeting_place.socket_paths(data, {"XDG_RUNTIME_DIR": str(runtime)})
    )


def test_a_link_to_a_folder_is_not_the_runtime_folder(tmp_path: Path) -> None:
    data = private(tmp_path / "data")
    (tmp_path / "run").symlink_to(private(tmp_path / "elsewhere"))
    paths = meeting_place.socket_paths(data, {"XDG_RUNTIME_DIR": str(tmp_path / "run")})
    assert all(path.parent != tmp_path / "run" for path in paths)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    runtime, data = private(tmp_path / "run"), private(tmp_path / "data")
    os.chown(runtime, 65534, 65534)
    assert all(path.parent != runtime for path in meeting_place.socket_paths(data, {"XDG_RUNTIME_DIR": str(runtime)}))


def test_a_data_folder_that_others_can_write_in_is_not_used(tmp_path: Path) -> None:
    data = private(tmp_path / "data")
    data.chmod(0o777)
    assert data / "links.socket" not in meeting_place.socket_paths(data, {})


def test_no_address_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime, data = private(tmp_path / ("r" * 90)), private(tmp_path / ("d" * 90))
    monkeypatch.setattr(tempfile, "tempdir", str(private(tmp_path / "t")))
    environment = {"XDG_RUNTIME_DIR": str(runtime)}
    short = [path for path in meeting_place.socket_paths(data, environment) if tmp_path in path.parents]
    assert short == []
    monkeypatch.setattr(tempfile, "tempdir", tempfile.mkdtemp(dir="/tmp"))
    meeting_place.make_last_resort()
    meeting_place.make_last_resort()
    (last,) = meeting_place.socket_paths(data, environment)[-1:]
    assert last.parent.parent == Path(tempfile.gettempdir())
    assert all(len(os.fsencode(path)) < 104 for path in meeting_place.socket_paths(data, environment))
    last.parent.rmdir()
    last.parent.parent.rmdir()


def test_each_data_folder_has_its_own_however_it_is_written(tmp_path: Path) -> None:
    one, other = private(tmp_path / "one"), private(tmp_path / "other")
    (tmp_path / "link").symlink_to(one)
    assert meeting_place.name_of(one) == meeting_place.name_of(tmp_path / "link")
    assert meeting_place.name_of(one) == meeting_place.name_of(tmp_path / "other" / ".." / "one")
    assert meeting_place.name_of(one) != meeting_place.name_of(other)


def test_the_name_of_a_pipe_cannot_be_guessed(tmp_path: Path) -> None:
    assert meeting_place.pipe_name(tmp_path) is None
    made = meeting_place.made_pipe_name(tmp_path)
    assert made == meeting_place.pipe_name(tmp_path)
    assert len(made) == len(meeting_place.name_of(tmp_path)) + 1 + 32
    (tmp_path / "links.key").write_bytes(b"short")
    assert meeting_place.pipe_name(tmp_path) is None
    assert meeting_place.made_pipe_name(tmp_path) not in (made, meeting_place.made_pipe_name(tmp_path))
