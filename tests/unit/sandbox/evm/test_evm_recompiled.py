"""The committed artifacts are what the sources compile to; checked where a compiler is at hand."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ashore.resources import resource_path

SOLC = os.environ.get("SOLC_DIR", "")
NODE = shutil.which("node")


@pytest.mark.timeout(600)
@pytest.mark.skipif(not NODE or not Path(SOLC, "package.json").is_file(), reason="SOLC_DIR names no npm package solc")
def test_the_artifacts_are_compiled_from_the_sources(tmp_path: Path) -> None:
    folder = Path(str(resource_path("contracts")))
    for source in (*folder.glob("*.sol"), folder / "compile.js"):
        shutil.copy(source, tmp_path)
    assert NODE is not None
    subprocess.run([NODE, "compile.js"], cwd=tmp_path, env={**os.environ, "SOLC_DIR": SOLC}, check=True)
    made = {path.name: json.loads(path.read_text("utf-8")) for path in (tmp_path / "artifacts").glob("*.json")}
    kept = {path.name: json.loads(path.read_text("utf-8")) for path in (folder / "artifacts").glob("*.json")}
    assert made == kept
    assert len(made) == 10
