"""Live events: the event rows are the stream, and each web process tails them for all of its sockets.

`stream` sends one client what is due to it, from a number on; the tail hands out what is new, woken by bells.
"""

from executions.relay.frames import frame
from executions.relay.reading import DatabaseThreads, socket_threads
from executions.relay.stream import Watched, stream

__all__ = ["DatabaseThreads", "Watched", "frame", "socket_threads", "stream"]
