"""What everything that reads or writes bytes of others raises."""


class CodecError(ValueError):
    """Data that is not what it claims to be, or a value that has no encoding; the text is fit for a person."""
