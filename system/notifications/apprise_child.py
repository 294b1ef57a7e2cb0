"""One message through Apprise, in a process of its own: `python -m system.notifications.apprise_child`.

Apprise takes a second and 40 MB to load, opens its own sockets, and may wait as long as it likes: here all
of that ends with the process. What it is told comes on stdin, what became of it goes to stdout, as JSON; no
secret is on the command line or in the environment. Django is not loaded.

A connection is looked at by an audit hook of the interpreter, in the moment in which it is made: whatever a
name resolves to, and wherever a redirect leads, nothing goes to an address that is refused. So that what is
looked at is what is connected to, a connection by name, without resolving it first, is refused as well.
"""

import ctypes
import json
import logging
import os
import signal
import sys
import threading
from typing import Any, NoReturn

import apprise

from system.outbound.addresses import AddressRefused, refusal_of

_PR_SET_PDEATHSIG = 1
# Of what Apprise says for those who look for errors, what the other side said.
_TELLING = ("Response Details", "Socket Exception")
_CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})

refused: list[str] = []


def refuse_bad_addresses(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _CONNECTING or not isinstance(address := arguments[1], tuple):
        return  # a Unix socket, or one that is connected already
    try:
        reason = refusal_of(str(address[0]))
    except ValueError:
        reason = f"{address[0]} would be connected to by its name: give its address instead."
    if reason:
        refused.append(reason)
        raise AddressRefused(reason)


class Listener(logging.Handler):
    """Keeps what Apprise says about the one thing that it does here."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.INFO or text.startswith(_TELLING):
            self.lines.append(text)


def main() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    order = json.load(sys.stdin)
    stdout = os.dup(1)
    os.dup2(2, 1)  # what a plugin prints is no answer
    listener = listen()

    def answer(**what: Any) -> NoReturn:
        told = {"lines": listener.lines, "refused": refused, "is_late": False, "is_delivered": False, **what}
        os.write(stdout, json.dumps(told).encode())
        os._exit(0)  # whatever threads there are

    plugin = apprise.Apprise.instantiate(order["url"], asset=_asset(), suppress_exceptions=True)
    if plugin is None or order["only_check"]:
        answer(is_valid=plugin is not None)
    sys.addaudithook(refuse_bad_addresses)
    limit = threading.Timer(order["limit_s"], answer, kwargs={"is_valid": True, "is_late": True})
    limit.daemon = True
    limit.start()
    told = apprise.Apprise(plugin, asset=_asset()).notify(
        body=order["text"], title=order["title"], notify_type=order["tone"], body_format="text"
    )
    answer(is_valid=True, is_delivered=bool(told))


def listen() -> Listener:
    listener = Listener()
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(listener)
    return listener


def _asset() -> apprise.AppriseAsset:
    """One attempt, no redirect unless the URL asks for it, nothing kept, no picture from elsewhere."""
    return apprise.AppriseAsset(
        app_id="ClaudeOps", app_desc="ClaudeOps", app_url="", http_redirects=False, async_mode=False,
        image_url_mask="", image_url_logo="", storage_mode="memory",
    )  # fmt: skip


if __name__ == "__main__":
    main()
