"""An export through the real web process: as fast as it is read, in bounded memory, and left at any time."""

import http.client
import time

import pytest

from system.roles import Role
from tests.live.site import Site, eventually

ROWS = 60_000
THREADS = 8
# Made by the database: through the ORM it would take longer than the test.
RECORDS = """
INSERT INTO costs_costrecord
(model_used, agent_type, node_id, total_cost_usd, usage, timestamp, year, month, day)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 60000)
SELECT 'claude-haiku-5-5', 'an-agent', 'localhost', 1000000 + n, '{}', '2026-11-20 10:00:00', 2026, 11, 20
FROM numbers
"""


@pytest.fixture(scope="module", autouse=True)
def _records(site: Site) -> None:
    site.database.sql(RECORDS)


@pytest.fixture(scope="module")
def token(site: Site) -> str:
    return site.token(Role.VIEWER)[1]


def begin(site: Site, token: str, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.request("GET", f"/api/v1/costs{path}", headers={"Authorization": f"Bearer {token}"})
    return connection.getresponse()


def test_all_of_it_arrives_and_is_never_in_memory_as_a_whole(site: Site, token: str) -> None:
    begin(site, token, "/export.jsonl?date_to=2026-11-01").read()  # what the first one loads for good
    before, most, size, lines = site.resident_mib(), 0.0, 0, 0
    response = begin(site, token, "/export.jsonl")
    while part := response.read(2**20):
        size, lines = size + len(part), lines + part.count(b"\n")
        most = max(most, site.resident_mib())
    assert lines == ROWS
    assert size > 30 * 2**20
    assert most - before < 15


def test_it_waits_for_its_reader_and_goes_on(site: Site, token: str) -> None:
    begun = site.cpu_seconds()
    response = begin(site, token, "/export.csv")
    assert response.readline().startswith(b"id,timestamp,")
    eventually("what lies between the two is full", lambda: site.rests_for(0.3))
    before = site.cpu_seconds()
    time.sleep(1)  # the time in which it would have made a third of it
    assert site.cpu_seconds() - before < 0.5
    assert response.read().count(b"\n") == ROWS
    assert site.cpu_seconds() - before > before - begun, "most of it was made as it was read"


def test_clients_that_leave_hold_nothing_up(site: Site, token: str) -> None:
    for _ in range(2 * THREADS):
        response = begin(site, token, "/export.csv")
        response.read(10)
        response.close()
    short = "/export.csv?date_to=2026-11-01"  # its one line is the header
    eventually("a place among the streams", lambda: begin(site, token, short).read().count(b"\n") == 1)
    assert begin(site, token, "?limit=1").status == 200
