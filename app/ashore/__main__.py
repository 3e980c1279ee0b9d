"""The one entry point of all roles: window, signer, sandbox.

Child processes are started through it too (``ashore --role signer``), so that they start from a source tree,
an installed wheel and a frozen bundle alike. Each role imports only what it needs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

ROLES = ("window", "signer", "sandbox")


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the role that the command line names; the result is the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["verify-receipt"]:
        from ashore.receipt_role import main as verify_receipt

        return verify_receipt(given[1:])
    role, rest = _split_role(given)
    if role == "signer":
        from ashore.signer_role import main as be_signer

        return be_signer()
    if role == "sandbox":
        from ashore.sandbox.role import main as be_sandbox

        return be_sandbox(rest)
    if role != "window":
        print(f"ashore: there is no role of the name {role!r}.", file=sys.stderr)
        return 2
    return _window(rest)


def _split_role(arguments: list[str]) -> tuple[str, list[str]]:
    """Take ``--role NAME`` from the front; what follows belongs to the role and is not read here."""
    if arguments[:1] == ["--role"] and len(arguments) > 1:
        return arguments[1], arguments[2:]
    if arguments and arguments[0].startswith("--role="):
        return arguments[0].removeprefix("--role="), arguments[1:]
    return "window", arguments


def _window(arguments: list[str]) -> int:
    from ashore import options

    chosen = options.parse(arguments)
    if chosen.unregister_links:
        from ashore.desktop import link_registration

        return link_registration.unregister_links()
    if chosen.selftest or chosen.headless is not None:
        if chosen.selftest:
            from ashore import cli

            return cli.selftest(chosen)
        from ashore import headless

        return headless.main(chosen)

    from ashore import window_role

    return window_role.main(chosen)


if __name__ == "__main__":
    sys.exit(main())
