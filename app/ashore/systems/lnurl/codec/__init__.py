"""LNURL-withdraw and BOLT11 as data: texts, web addresses, answers, amounts, invoices. Pure; nothing is requested."""

from ashore.domain.text_kinds import Kind
from ashore.systems.lnurl.codec.amounts import AmountRange, btc_text, sat_text
from ashore.systems.lnurl.codec.bolt11 import (
    Expected,
    Fallback,
    Invoice,
    InvoiceDraft,
    InvoiceProblem,
    Network,
    RouteHop,
    check_invoice,
    decode_invoice,
    encode_invoice,
    invoice_text,
)
from ashore.systems.lnurl.codec.callbacks import Accepted, Garbage, Refused, callback_url, parse_callback_answer
from ashore.systems.lnurl.codec.errors import AnswerError, CodecError, InvoiceError, UrlError
from ashore.systems.lnurl.codec.kinds import WORDS
from ashore.systems.lnurl.codec.offers import (
    NothingLeft,
    OtherTag,
    ServiceError,
    WithdrawOffer,
    offer_from_query,
    parse_offer,
)
from ashore.systems.lnurl.codec.recognition import Recognition, recognise
from ashore.systems.lnurl.codec.texts import decode_lnurl, encode_lnurl
from ashore.systems.lnurl.codec.urls import Reach, ServiceUrl, parse_lud17, parse_url

__all__ = [
    "WORDS",
    "Accepted",
    "AmountRange",
    "AnswerError",
    "CodecError",
    "Expected",
    "Fallback",
    "Garbage",
    "Invoice",
    "InvoiceDraft",
    "InvoiceError",
    "InvoiceProblem",
    "Kind",
    "Network",
    "NothingLeft",
    "OtherTag",
    "Reach",
    "Recognition",
    "Refused",
    "RouteHop",
    "ServiceError",
    "ServiceUrl",
    "UrlError",
    "WithdrawOffer",
    "btc_text",
    "callback_url",
    "check_invoice",
    "decode_invoice",
    "decode_lnurl",
    "encode_invoice",
    "encode_lnurl",
    "invoice_text",
    "offer_from_query",
    "parse_callback_answer",
    "parse_lud17",
    "parse_offer",
    "parse_url",
    "recognise",
    "sat_text",
]
