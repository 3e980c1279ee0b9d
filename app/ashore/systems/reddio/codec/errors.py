"""What the codec raises and reports."""

from ashore.crypto.errors import CodecError
from ashore.domain.problems import FieldProblem

__all__ = ["CodecError", "FieldProblem"]
