"""Where the files that are not code live: icons, themes, network profiles, contract artifacts.

In a source tree they are in `resources/` beside `app/`; an installed wheel carries them as `ashore/_resources`.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource_root() -> Path:
    """Return the folder that holds every resource.

    Raises:
        FileNotFoundError: neither an installed nor a source-tree folder exists, so the installation is broken.
    """
    installed = _PACKAGE / "_resources"
    source_tree = _PACKAGE.parents[1] / "resources"
    for candidate in (installed, source_tree):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"Ashore's resources are missing: neither {installed} nor {source_tree} exists")


def resource_path(*parts: str) -> Path:
    """Return the path of one resource, for example `resource_path("networks", "sandbox.json")`.

    The file itself need not exist; what it should contain is the caller's business.

    Raises:
        ValueError: a part would leave the resource folder.
        FileNotFoundError: the installation has no resource folder.
    """
    for part in parts:
        if part in ("", ".", "..") or "/" in part or "\\" in part:
            raise ValueError(f"not a plain name inside the resources: {part!r}")
    return resource_root().joinpath(*parts)
