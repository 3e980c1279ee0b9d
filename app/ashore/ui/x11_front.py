"""Come to the front on X11 with the permission of the click that asked for it.

Window managers let nobody steal the focus: a request counts by the time of what a person did last. That time stands in
the startup id of the process that was started by the click, and Qt has no way to be told of it. So the request is sent
here (Extended Window Manager Hints, ``_NET_ACTIVE_WINDOW``), and the desktop is told that this start is complete
(Startup Notification protocol), or it would show a busy pointer for a while.
"""

from __future__ import annotations

import ctypes
import re
import struct

_TIME = re.compile(r"_TIME(\d{1,10})$")
_CLIENT_MESSAGE, _FORMAT_8, _FORMAT_32 = 33, 8, 32
_NORMAL_APPLICATION = 1
_PROPERTY_CHANGE, _SUBSTRUCTURE = 1 << 22, 1 << 19 | 1 << 20
_PART = 20
_INPUT_ONLY = 2


def time_of(token: str) -> int:
    """The X server's time in a startup id, in ms; 0 where there is none (0 is "no time" to a window manager, too)."""
    found = _TIME.search(token)
    return int(found[1]) & 0xFFFFFFFF if found else 0


def request_front(window: int, token: str) -> bool:
    """Ask the window manager for the focus of a window, and end the start that `token` names. Whether it was asked.

    `window` is its id on the X server. Nothing is raised: what fails leaves the window where it is.
    """
    try:
        library = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    with _Connection(library) as server:
        if not server.alive:
            return False
        when = time_of(token)
        if when:
            data = struct.pack("=5I", _NORMAL_APPLICATION, when, window, 0, 0)
            server.send(window, "_NET_ACTIVE_WINDOW", _FORMAT_32, data, _SUBSTRUCTURE)
        if token:
            server.end_start(token)
        return bool(when)


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


class _Screens(ctypes.Structure):
    _fields_ = (("data", ctypes.POINTER(ctypes.c_uint32)), ("rem", ctypes.c_int), ("index", ctypes.c_int))


class _AtomReply(ctypes.Structure):
    _fields_ = (
        ("response_type", ctypes.c_uint8),
        ("pad0", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("length", ctypes.c_uint32),
        ("atom", ctypes.c_uint32),
    )


class _Connection:
    """One short connection to the X server, besides Qt's own."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._xcb = library
        library.xcb_connect.restype = ctypes.c_void_p
        library.xcb_get_setup.restype = ctypes.c_void_p
        library.xcb_setup_roots_iterator.restype = _Screens
        library.xcb_intern_atom.restype = _Cookie
        library.xcb_intern_atom_reply.restype = ctypes.POINTER(_AtomReply)
        library.xcb_generate_id.restype = ctypes.c_uint32
        self._free = ctypes.CDLL(None).free
        self._server = ctypes.c_void_p(library.xcb_connect(None, None))
        self.alive = not library.xcb_connection_has_error(self._server)
        self._root = 0
        if self.alive:
            setup = ctypes.c_void_p(library.xcb_get_setup(self._server))
            self._root = int(library.xcb_setup_roots_iterator(setup).data[0])

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_error: object) -> None:
        self._xcb.xcb_flush(self._server)
        self._xcb.xcb_disconnect(self._server)

    def send(self, window: int, kind: str, form: int, data: bytes, mask: int) -> None:
        """Send a client message about a window to the root window."""
        event = struct.pack("=BBHII20s", _CLIENT_MESSAGE, form, 0, window, self._atom(kind), data)
        self._xcb.xcb_send_event(self._server, 0, ctypes.c_uint32(self._root), ctypes.c_uint32(mask), event)

    def end_start(self, token: str) -> None:
        """Tell the desktop that what it started has come to its end, in parts of 20 bytes as the protocol has it."""
        window = int(self._xcb.xcb_generate_id(self._server))
        numbers = (ctypes.c_uint32(window), ctypes.c_uint32(self._root))
        place = [ctypes.c_int16(0), ctypes.c_int16(0), *(ctypes.c_uint16(size) for size in (1, 1, 0))]
        kind, visual, mask = ctypes.c_uint16(_INPUT_ONLY), ctypes.c_uint32(0), ctypes.c_uint32(0)
        self._xcb.xcb_create_window(self._server, ctypes.c_uint8(0), *numbers, *place, kind, visual, mask, None)
        escaped = re.sub(r'(["\\ ])', r"\\\1", token)
        message = f"remove: ID={escaped}".encode() + b"\0"
        for begin in range(0, len(message), _PART):
            atom = "_NET_STARTUP_INFO" if begin else "_NET_STARTUP_INFO_BEGIN"
            self.send(window, atom, _FORMAT_8, message[begin : begin + _PART], _PROPERTY_CHANGE)

    def _atom(self, name: str) -> int:
        written = name.encode()
        cookie = self._xcb.xcb_intern_atom(self._server, ctypes.c_uint8(0), ctypes.c_uint16(len(written)), written)
        reply = self._xcb.xcb_intern_atom_reply(self._server, cookie, None)
        if not reply:
            return 0
        atom = int(reply.contents.atom)
        self._free(reply)
        return atom
