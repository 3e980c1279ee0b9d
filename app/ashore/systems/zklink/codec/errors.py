"""What the codec raises and reports."""

from dataclasses import dataclass


class CodecError(ValueError):
    """Data that is not what it claims to be, or a value that has no encoding; the text is fit for a person."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Why one field cannot be signed: its name, a stable code, and a sentence for the person."""

    field: str
    code: str
    sentence: str
