"""The wire between a browser and the server, which a test can pull without either being told."""

import contextlib
import socket
import threading


class Wire:
    """Passes bytes on, both ways. While it is cut nothing passes, and whoever connects waits."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._is_whole = threading.Event()
        self._is_whole.set()
        self._ends: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._is_whole.clear()

    def mend(self) -> None:
        """What was open is gone by now, as no router remembers it; what comes passes."""
        self._drop_all()
        self._is_whole.set()

    def close(self) -> None:
        self._listener.close()
        self.mend()

    def _drop_all(self) -> None:
        for end in list(self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=[browser], daemon=True).start()

    def _connect(self, browser: socket.socket) -> None:
        self._ends.add(browser)
        self._is_whole.wait()
        with contextlib.suppress(OSError):
            server = socket.create_connection(("127.0.0.1", self._server_port))
            self._ends.add(server)
            threading.Thread(target=self._pass, args=[server, browser], daemon=True).start()
            self._pass(browser, server)

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._is_whole.wait()
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            self._ends.discard(end)
