"""What can go wrong between Ashore and the wallet that receives. No error here holds a credential or an address."""

from ashore.domain.errors import AshoreError


class BackendError(AshoreError):
    """The receiving wallet did not give what was asked of it."""


class AddressRefused(BackendError):
    """The address, certificate or credential that the user entered cannot be used as it is; nothing was sent."""


class CredentialRefused(BackendError):
    """The wallet refuses the rune or key, or does not let it do this."""


class BackendUnreachable(BackendError):
    """The wallet does not answer now. Nothing was changed at it by this call."""


class BackendMisbehaves(BackendError):
    """The wallet's answer is not what its software would say."""


class InvoiceRefused(BackendError):
    """No invoice was made: the request is outside of what the wallet can do, or the wallet said no."""


class MakeUnknown(BackendError):
    """An invoice may or may not have been made. No money hangs on it: nobody has been given that invoice."""
