"""Appends numbered pairs of events to a journal and says after each that it is durable, until it is killed."""

import itertools
import sys
from pathlib import Path

from ashore.domain import events as ev
from ashore.store.database import Database
from ashore.store.journal import Journal


def main() -> None:
    journal = Journal(Database(Path(sys.argv[1])))
    for number in itertools.count():
        pair = [ev.FactLearnt(f"w{number % 3}", half, str(number), "x" * 2000) for half in ("first", "second")]
        journal.append(number, pair, lambda _recorded: ())
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
