"""Why a field of a form or of a request cannot stay as it is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Why one field cannot be signed: its name, a stable code, and a sentence for the person."""

    field: str
    code: str
    sentence: str
