"""What the codec raises: sentences for a person, without any part of the text that was read."""

from ashore.domain.errors import AshoreError


class CodecError(AshoreError):
    """Data that is not what it claims to be, or a value that has no encoding."""


class UrlError(CodecError):
    """A web address that Ashore never asks."""


class OutsidePractice(UrlError):
    """A web address that only practice never asks: it is not on this computer."""


class AnswerError(CodecError):
    """An answer of a service that cannot be used."""


class InvoiceError(CodecError):
    """A text that is no valid Lightning invoice, or values that cannot be put into one."""
