"""An embedded EVM chain with real headers, tries and receipts, and the JSON-RPC face that a wallet sees."""

import sys

# py-evm raises the interpreter's recursion limit for the whole process when it is imported. With that limit the
# standard library's JSON parser runs out of C stack on deeply nested input and kills the process, so put it back.
_limit = sys.getrecursionlimit()
import eth  # noqa: E402, F401

sys.setrecursionlimit(_limit)
