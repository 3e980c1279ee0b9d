"""How large each number may be. Source: starkware-crypto-utils `signature.ts`; StarkEx 4.5 `StarkExConstants.sol`."""

from datetime import UTC, datetime, timedelta

VAULT_BITS = 31
AMOUNT_BITS = 63
NONCE_BITS = 31
EXPIRATION_BITS = 22
ADDRESS_BITS = 160
TOKEN_BITS = 256

MAX_VAULT_ID = (1 << VAULT_BITS) - 1
MAX_AMOUNT = (1 << AMOUNT_BITS) - 1
"""In quanta."""
MAX_NONCE = (1 << NONCE_BITS) - 1
MAX_EXPIRATION_HOURS = (1 << EXPIRATION_BITS) - 1
MAX_ADDRESS = (1 << ADDRESS_BITS) - 1
"""A receiver up to here is an Ethereum address; above, it is a Stark key."""
MAX_TOKEN_ID = (1 << TOKEN_BITS) - 1
MAX_QUANTUM = (1 << 128) - 1
MAX_DECIMALS = 36

SECONDS_PER_HOUR = 3600
NEVER_EXPIRES = MAX_EXPIRATION_HOURS
"""What every published client sends: the last hour that fits, in June 2448."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def expiration_date(hours: int) -> datetime:
    """Return the moment that `expiration_timestamp` names: hours, not seconds, since 1970. Raises ValueError."""
    if not 0 <= hours <= MAX_EXPIRATION_HOURS:
        raise ValueError("an expiration is a number of hours below 2^22")
    return _EPOCH + timedelta(hours=hours)


def is_expired(hours: int, now_s: int) -> bool:
    """Return whether a request with this expiration is refused at `now_s` (seconds since 1970)."""
    return hours <= now_s // SECONDS_PER_HOUR
