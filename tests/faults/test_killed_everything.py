"""SIGKILL to every process at once, under load, again and again."""

import http.client
import random
import sqlite3
import threading
from contextlib import closing

from tests.faults.api import Api
from tests.faults.home import Home, eventually

TIMES = 20


class Load(threading.Thread):
    """Launches until told to stop; keeps the ids of what was acknowledged."""

    def __init__(self, api: Api, agents: list[str]) -> None:
        super().__init__()
        self._api = api
        self._agents = agents
        self._done = threading.Event()
        self.acknowledged: list[str] = []

    def run(self) -> None:
        while not self._done.wait(0.03):  # or the last start would run for minutes
            try:
                status, execution = self._api.launch(random.choice(self._agents))
            except (OSError, http.client.HTTPException, ValueError):
                continue  # killed before it could answer: nothing was acknowledged
            if status == 201:
                self.acknowledged.append(execution["id"])

    def stop(self) -> list[str]:
        self._done.set()
        self.join()
        return self.acknowledged


def test_nothing_that_was_acknowledged_is_lost(home: Home) -> None:
    chance = random.Random(1)
    agents = [
        home.agent("looks", "echo x >> $HERE/ran; sleep 0.05"),
        home.agent("changes", "echo x >> $HERE/ran; sleep 0.05", read_only=False),
    ]
    acknowledged: list[str] = []
    for _ in range(TIMES):
        home.manage("up")
        load = Load(Api(home), agents)
        load.start()
        load.join(chance.uniform(0.1, 1.5))  # any moment
        home.kill_all()
        acknowledged += load.stop()
    assert len(acknowledged) > TIMES
    home.manage("up")
    home.wait_for_all(within_s=120)
    assert home.count(uid__in=acknowledged, status__in=["completed", "failed"]) == len(acknowledged)
    assert home.count(status="failed", agent_type="looks", attempt__lt=3) == 0
    assert home.count(status="completed") > TIMES
    for execution in home.failed("changes"):
        assert "which may have changed something, so it is not repeated" in execution.error_message
    eventually("the last start is whole", lambda: Api(home).answers())
    with closing(sqlite3.connect(home.database)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
