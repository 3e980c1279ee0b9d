"""The names of the pages, and which of them a section begins with."""

from __future__ import annotations

from collections.abc import Callable

from ashore.ui.context import Context
from ashore.ui.pages.accounts import AccountsPage
from ashore.ui.pages.activity import ActivityPage
from ashore.ui.pages.home import HomePage
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.pages.page import Page
from ashore.ui.pages.reddio_form import ReddioFormPage
from ashore.ui.pages.settings import SettingsPage
from ashore.ui.pages.unclaimed import UnclaimedPage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from ashore.ui.shell.sidebar import SECTIONS
from ashore.ui.wording import LIGHTNING, REDDIO

VOUCHER, ACTIVATION, VAULTS, STARK_KEY, REGISTRATION = "voucher", "activation", "vaults", "stark-key", "registration"
FORMS = {LIGHTNING: VOUCHER, REDDIO: VAULTS}
"""The form of a system, where it is not zkLink's."""

Drafted = ZkLinkFormPage | LnurlFormPage | ReddioFormPage
"""A form that keeps what is unfinished in it."""

TITLES = {key: title for key, title, _icon in SECTIONS}
SECTION_PAGES: dict[str, Callable[[Context], Page]] = {
    "withdraw": HomePage,
    "activity": ActivityPage,
    "unclaimed": UnclaimedPage,
    "accounts": AccountsPage,
    "settings": SettingsPage,
}
