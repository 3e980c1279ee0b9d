"""Reddio's error codes, in sentences. Source: Reddio's Java client, `ReddioErrorCode.java`.

Which codes leave it open whether a request was taken is our own, cautious reading: nobody documents it.
"""

from dataclasses import dataclass
from enum import IntEnum

from ashore.domain.untrusted import quoted_at_end


class ErrorCode(IntEnum):
    """The codes of the envelope; names as Reddio has them, spelled as here."""

    SUCCESS = 0
    STARK_KEY_MISSING = 1
    AMOUNT_INVALID = 2
    TOKEN_ID_MISSING = 3
    TOKEN_ID_PARSE_FAILED = 4
    NO_SUCH_ACCOUNT_ID = 5
    NO_SUCH_ASSET_ID = 6
    NO_MINTABLE_TOKEN = 7
    INSUFFICIENT_AVAILABLE = 8
    INSUFFICIENT_FROZEN = 9
    ADD_SEQUENCE_FAILED = 10
    FAILED_TO_GENERATE_NONCE = 11
    ORDER_FORMAT_ERROR = 12
    DUPLICATE_TRANSACTION = 13
    FULL_WITHDRAW_ERROR = 14
    NO_SUCH_CONTRACT = 15
    FAILED_TO_GENERATE_VAULT_ID = 16
    CANCEL_ORDER_WRONG_OWNER = 17
    STARK_KEY_INVALID = 18
    INVALID_PARAM = 19
    ORDER_ERROR = 20
    ORDER_STATE_ERROR = 21
    TOKEN_ID_INVALID = 22
    MINT_AMOUNT_INVALID = 23
    DUPLICATE_ORDER_INFO = 24
    NO_SUCH_TOKEN = 25
    CANCELED_ORDER = 26
    CONTRACT_ADDRESS_MISSING = 27
    NO_SUCH_CONTRACT_TYPE = 28
    FAILED_TO_PARSE_UINT = 29
    COMMAND_TO_EVENT_FAILED = 30
    EVENT_NOT_MATCH = 31
    INVALID_API_KEY = 32
    INVALID_OWNER_OF_CONTRACT = 33
    INVALID_SIGNATURE = 34
    PAYMENT_PERMISSION_DENIED = 35
    FAILED_TO_VERIFY_PARAMS = 400
    FAILED_TO_READ_JSON = 401
    SYSTEM_ERROR = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an error of Reddio's means to a person.

    `is_certain`: whether it says that nothing was taken. Where it does not, the operator has to be asked about the
    signature before anything is sent again.
    """

    sentence: str
    advice: str
    is_certain: bool


_OURS = "This should not happen: nothing was withdrawn. Update Ashore, or try again later."
_LATER = "Nothing was withdrawn. Try again later."
_ASK = "Ashore asks Reddio whether it took the request before anything is sent again."
_ORDERS = "Reddio answered with an error of its market, which Ashore does not use."

_REFUSALS: dict[ErrorCode, tuple[str, str]] = {
    ErrorCode.STARK_KEY_MISSING: ("Reddio says that the request names no Stark key.", _OURS),
    ErrorCode.AMOUNT_INVALID: ("Reddio does not take this amount.", "Nothing was withdrawn. Choose another amount."),
    ErrorCode.TOKEN_ID_MISSING: ("Reddio says that the number of the token is missing.", _OURS),
    ErrorCode.TOKEN_ID_PARSE_FAILED: ("Reddio could not read the number of the token.", _LATER),
    ErrorCode.NO_SUCH_ACCOUNT_ID: (
        "Reddio knows no account with this Stark key.",
        "Nothing was withdrawn. Look whether the right account and network are chosen.",
    ),
    ErrorCode.NO_SUCH_ASSET_ID: ("Reddio does not know this asset.", "Nothing was withdrawn. Choose another asset."),
    ErrorCode.NO_MINTABLE_TOKEN: ("Reddio knows no such token to mint.", "Nothing was withdrawn. Refresh the list."),
    ErrorCode.INSUFFICIENT_AVAILABLE: (
        "There is not enough of this asset available.",
        "Nothing was withdrawn. Refresh the balance and withdraw less.",
    ),
    ErrorCode.INSUFFICIENT_FROZEN: (
        "There is not enough of this asset set aside for the request.",
        "Nothing was withdrawn. Refresh the balance and try again.",
    ),
    ErrorCode.ADD_SEQUENCE_FAILED: ("Reddio could not put the request into its queue.", _ASK),
    ErrorCode.FAILED_TO_GENERATE_NONCE: ("Reddio could not give the next number of the account.", _LATER),
    ErrorCode.ORDER_FORMAT_ERROR: (_ORDERS, _LATER),
    ErrorCode.DUPLICATE_TRANSACTION: ("Reddio says that it has this request already.", _ASK),
    ErrorCode.FULL_WITHDRAW_ERROR: ("Reddio could not take the full withdrawal.", _LATER),
    ErrorCode.NO_SUCH_CONTRACT: (
        "Reddio does not know this contract.",
        "Nothing was withdrawn. Look whether the right network is chosen.",
    ),
    ErrorCode.FAILED_TO_GENERATE_VAULT_ID: ("Reddio could not find the vaults of sender and receiver.", _LATER),
    ErrorCode.CANCEL_ORDER_WRONG_OWNER: (_ORDERS, _LATER),
    ErrorCode.STARK_KEY_INVALID: ("Reddio says that this is no Stark key.", "Nothing was withdrawn. Check the key."),
    ErrorCode.INVALID_PARAM: ("Reddio says that a part of the request is wrong.", _OURS),
    ErrorCode.ORDER_ERROR: (_ORDERS, _LATER),
    ErrorCode.ORDER_STATE_ERROR: (_ORDERS, _LATER),
    ErrorCode.TOKEN_ID_INVALID: ("Reddio does not take the number of this token.", _LATER),
    ErrorCode.MINT_AMOUNT_INVALID: ("Reddio does not take this number of tokens to mint.", _LATER),
    ErrorCode.DUPLICATE_ORDER_INFO: (_ORDERS, _LATER),
    ErrorCode.NO_SUCH_TOKEN: ("Reddio does not know this token.", "Nothing was withdrawn. Refresh the list."),
    ErrorCode.CANCELED_ORDER: (_ORDERS, _LATER),
    ErrorCode.CONTRACT_ADDRESS_MISSING: ("Reddio says that the contract of the asset is missing.", _OURS),
    ErrorCode.NO_SUCH_CONTRACT_TYPE: ("Reddio does not know this kind of contract.", _LATER),
    ErrorCode.FAILED_TO_PARSE_UINT: ("Reddio could not read a number of the request.", _OURS),
    ErrorCode.COMMAND_TO_EVENT_FAILED: ("Reddio failed while it carried out the request.", _ASK),
    ErrorCode.EVENT_NOT_MATCH: ("Reddio failed while it carried out the request.", _ASK),
    ErrorCode.INVALID_API_KEY: ("Reddio asks for an API key, which a withdrawal does not need.", _LATER),
    ErrorCode.INVALID_OWNER_OF_CONTRACT: ("Reddio says that the contract belongs to somebody else.", _LATER),
    ErrorCode.INVALID_SIGNATURE: (
        "Reddio does not accept the signature.",
        "Nothing was withdrawn. Refresh the account, and make the request again.",
    ),
    ErrorCode.PAYMENT_PERMISSION_DENIED: ("Reddio does not allow this account the payment.", _LATER),
    ErrorCode.FAILED_TO_VERIFY_PARAMS: ("Reddio says that a part of the request is missing or wrong.", _OURS),
    ErrorCode.FAILED_TO_READ_JSON: ("Reddio could not read the request.", _OURS),
    ErrorCode.SYSTEM_ERROR: ("Reddio has a fault of its own.", _ASK),
}
_OPEN = frozenset(code for code, (_, advice) in _REFUSALS.items() if advice is _ASK)


def explain(code: int | None, text: object = "") -> Refusal:
    """Return what a failure means; `code` is None where the answer names none, `text` is Reddio's own and untrusted.

    An unknown code, or none, leaves it open whether the request was taken.
    """
    known = ErrorCode(code) if code is not None and code in set(ErrorCode) else None
    if known in _REFUSALS:
        sentence, advice = _REFUSALS[known]
        certain = known not in _OPEN
    else:
        sentence, advice, certain = "Reddio refused the request with an error that Ashore does not know.", _ASK, False
    if isinstance(text, str) and text.strip():
        sentence = f"{sentence} It says: {quoted_at_end(text)}"
    return Refusal(sentence, advice, certain)
