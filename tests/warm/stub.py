"""Stands for a process that `server` forks: hands its streams over, ends as that one ends, and takes it along.

Ended by SIGTERM it has the process killed (SIGKILL), and ends when that is gone. Imports nothing that takes long.
"""

import _signal
import _socket
import os
import sys

_STREAMS = (0, 1, 2)


def main() -> None:
    """Be the process with the arguments after the first, which is the server's socket."""
    _signal.pthread_sigmask(_signal.SIG_BLOCK, {_signal.SIGTERM})  # until there is somebody to kill
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    connection.connect(sys.argv[1])
    words = [os.fsencode(word) for word in sys.argv[2:]]
    variables = [name + b"=" + value for name, value in os.environb.items()]
    rights = b"".join(stream.to_bytes(4, sys.byteorder) for stream in _STREAMS)
    folder = os.getcwdb()  # noqa: PTH109 - pathlib takes as long to import as all of this
    content = b"\0".join([str(len(words)).encode(), folder, *words, *variables])
    connection.sendmsg([content], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, rights)])
    for stream in _STREAMS:
        os.close(stream)

    def kill(*_: object) -> None:
        try:
            connection.send(b"kill")
        except OSError:
            return  # the server is gone

    _signal.signal(_signal.SIGTERM, kill)
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, {_signal.SIGTERM})
    status = int(connection.recv(16) or b"70")  # nothing: the server is gone
    _signal.signal(_signal.SIGTERM, _signal.SIG_DFL)
    if status < 0:
        os.kill(os.getpid(), -status)
    os._exit(status)


main()
