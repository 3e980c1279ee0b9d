"""Writes a vault in forked processes that kill themselves before each step; run by test_vault.

Usage: kill_while_writing.py VAULT PASSWORD. Prints how many died and what each left behind.
"""

import json
import os
import pathlib
import signal
import sys
from collections.abc import Callable
from typing import Any

from ashore.keys import vault_format
from ashore.keys.vault import Vault

STEPS = ("open", "fchmod", "fsync")


def dying_before(step: int, call: Callable[..., Any], counter: list[int]) -> Callable[..., Any]:
    def counted(*arguments: Any, **keywords: Any) -> Any:
        counter[0] += 1
        if counter[0] == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **keywords)

    return counted


def write_and_die(vault: Vault, step: int) -> None:
    counter = [0]
    for name in STEPS:
        setattr(os, name, dying_before(step, getattr(os, name), counter))
    pathlib.Path.replace = dying_before(step, pathlib.Path.replace, counter)
    vault.put("sealed-note", b"note")
    os._exit(0)


def main() -> None:
    path = pathlib.Path(sys.argv[1])
    vault = Vault.open(path, sys.argv[2].encode(), randomness=os.urandom)
    report = {"killed": 0, "left_old": 0, "left_new": 0}
    step = 0
    while True:
        step += 1
        before = len(vault.list())
        child = os.fork()
        if child == 0:
            write_and_die(vault, step)
        _, status = os.waitpid(child, 0)
        after = len(vault.list())
        for copy in (path, path.with_name(path.name + ".bak")):
            if copy.exists():
                vault_format.decode(copy.read_bytes())
        if not os.WIFSIGNALED(status):
            if after != before + 1:
                raise SystemExit("an undisturbed write was lost")
            break
        report["killed"] += 1
        report["left_new" if after > before else "left_old"] += 1
    print(json.dumps(report))


main()
