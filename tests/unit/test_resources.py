"""Where resources are found."""

import pytest

from ashore.resources import resource_path, resource_root


def test_the_source_tree_has_them() -> None:
    assert (resource_root() / "contracts" / "ZkLinkSandbox.sol").is_file()
    assert resource_path("contracts", "artifacts", "ZkLinkSandbox.json").is_file()


@pytest.mark.parametrize("part", ["..", "", ".", "a/b", "a\\b", "/etc"])
def test_nothing_outside_is_named(part: str) -> None:
    with pytest.raises(ValueError, match="plain name"):
        resource_path("contracts", part)
