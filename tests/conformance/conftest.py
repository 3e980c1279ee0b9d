"""Test vectors: where they come from, which sections exist, and a line that says what was and was not there.

A test names its section with `@pytest.mark.vectors("zklink", "fee_packing")` and takes one `case`. The folder is that
of ASHORE_VECTORS, or else the project's own. A file or section that is absent is skipped and named in the last line.
"""

from collections import Counter
from dataclasses import dataclass, field

import pytest

from conformance.vector_files import FILES, load_file

_MARKER = "vectors"


@dataclass
class Tally:
    """What was found: cases by section, absent sections, and sections that no test knows."""

    cases: Counter[str] = field(default_factory=Counter)
    absent: set[str] = field(default_factory=set)
    known: dict[str, set[str]] = field(default_factory=dict)


_TALLY = pytest.StashKey[Tally]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{_MARKER}(file, section): run once for each case of a section of test vectors")
    config.stash[_TALLY] = Tally()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker(_MARKER)
    if marker is None:
        return
    file, section = marker.args
    assert file in FILES
    metafunc.config.stash[_TALLY].known.setdefault(file, set()).add(section)
    sections = load_file(file)
    if sections is None or section not in sections:
        absent = pytest.mark.skip(reason=f"no section {section} in {file}.json")
        metafunc.parametrize("case", [pytest.param(None, id=f"{section}-absent", marks=absent)])
        return
    content = sections[section]
    items = list(content.items()) if isinstance(content, dict) else content
    metafunc.parametrize("case", [pytest.param(item, id=f"{section}-{index}") for index, item in enumerate(items)])


def pytest_collection_finish(session: pytest.Session) -> None:
    tally = session.config.stash[_TALLY]
    counted = set()
    for item in session.items:
        marker = item.get_closest_marker(_MARKER)
        if marker is None or not isinstance(item, pytest.Function):
            continue
        file, section = marker.args
        name, parameters = f"{file}.{section}", item.callspec.params
        if parameters.get("case") is None:
            tally.absent.add(name)
        elif (name, id(parameters["case"])) not in counted:
            counted.add((name, id(parameters["case"])))
            tally.cases[name] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    tally = config.stash[_TALLY]
    if not tally.known:
        return
    unknown = [
        f"{file}.{section}"
        for file, known in sorted(tally.known.items())
        for section in load_file(file) or {}
        if section not in known and not section.startswith("_")
    ]
    line = f"vectors: {tally.cases.total()} cases in {len(tally.cases)} sections"
    line += f"; absent: {', '.join(sorted(tally.absent)) or 'none'}; unknown: {', '.join(unknown) or 'none'}"
    terminalreporter.write_line(line)
