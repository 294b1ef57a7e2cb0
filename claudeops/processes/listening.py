import errno
import socket


class CannotListen(Exception):
    """The message says why, and what to type."""


def listen_on(host: str, port: int) -> socket.socket:
    """The web's listening socket. Whoever connects before it is served waits instead of being refused."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CannotListen(f"HOST={host} is no address of this machine: {error.strerror}.") from error
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise CannotListen(_complaint(host, port, error)) from error
    listener.setblocking(False)
    return listener


def _complaint(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} on {host} is taken; choose another, as in PORT={port + 1} make run"
        case errno.EACCES:
            return f"Port {port} is not for this user; choose one above 1023, as in PORT=8000 make run"
        case errno.EADDRNOTAVAIL:
            return f"HOST={host} is no address of this machine."
        case _:
            return f"Cannot listen on {host}, port {port}: {error.strerror}."
