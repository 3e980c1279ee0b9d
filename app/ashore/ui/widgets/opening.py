"""What is opened outside the window on a press: a folder of this computer, a page that this computer serves, and a
transaction's page on an explorer that Ashore knows.

Nothing else is: whatever came from outside must not choose what a browser or a file manager is told to open.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from ashore.domain.evm_chains import read_explorer_link

_HERE = ("127.0.0.1", "::1")


def is_folder_here(folder: Path) -> bool:
    """Whether a path is a folder of this computer that is there: no share, which some systems would log in to."""
    url = QUrl.fromLocalFile(str(folder))
    shared = bool(url.host()) or str(folder).replace("\\", "/").startswith("//")
    return folder.is_absolute() and url.isLocalFile() and not shared and folder.is_dir()


def open_folder(folder: Path) -> bool:
    """Show a folder in the desktop's own program for files; whether that was begun."""
    return is_folder_here(folder) and QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def is_page_here(address: str) -> bool:
    """Whether an address is a plain page that this computer serves to itself: http://127.0.0.1:PORT/…"""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and not set(' \\"<>@') & set(address)
    return plain and parts.scheme == "http" and parts.hostname in _HERE and port is not None


def open_page_here(address: str) -> bool:
    """Open such a page in the browser; whether that was begun."""
    return is_page_here(address) and QDesktopServices.openUrl(QUrl(address))


def open_explorer_page(address: str) -> bool:
    """Open a page of an explorer that Ashore knows in the browser; whether that was begun."""
    known = address.startswith("https://") and read_explorer_link(address) is not None
    return known and QDesktopServices.openUrl(QUrl(address))
