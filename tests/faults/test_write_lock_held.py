"""Another program holds SQLite's write lock for 15 seconds: requests wait, and none is a 500."""

import sqlite3
import threading
import time

from tests.faults.api import Api
from tests.faults.home import Home

HOLD_S = 15.0


def test_nothing_fails(home: Home) -> None:
    home.agent("quick", "true")
    home.manage("up")
    api = Api(home)
    assert api.launch("quick")[0] == 201
    newcomer = Api(home)  # its token has not been used yet, and its first use is noted
    lock = sqlite3.connect(home.database, isolation_level=None, check_same_thread=False)
    lock.execute("BEGIN IMMEDIATE")
    release = threading.Timer(HOLD_S, lock.execute, ["COMMIT"])
    release.start()
    began = time.monotonic()
    answers: list[tuple[int, float]] = []

    def launch() -> None:
        answers.append((api.launch("quick")[0], time.monotonic() - began))

    writers = [threading.Thread(target=launch) for _ in range(3)]
    for writer in writers:
        writer.start()
    assert newcomer.get("/executions")[0] == 200
    assert release.is_alive()
    while release.is_alive():
        assert api.get("/executions")[0] == 200  # readers do not even wait
        time.sleep(0.5)
    for writer in writers:
        writer.join(20)
    assert [status for status, _ in answers] == [201] * 3
    assert all(waited_s > HOLD_S - 1 for _, waited_s in answers)
    home.wait_for_all()
    assert home.count(status="completed") == home.count() >= 4
    lock.close()
