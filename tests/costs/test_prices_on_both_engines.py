"""Every change of a price is seen at once, whoever makes it; a request told twice at once counts once."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.databases import ENGINES, new_database

TELL = "from tests.costs.price_story import main; main()"


@pytest.fixture(scope="module", params=ENGINES)
def told(
    request: pytest.FixtureRequest,
    template_of: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    engine, data = request.param, tmp_path_factory.mktemp("data")
    with new_database(engine, data, template_of(engine)) as database:
        done = database.manage("shell", "--verbosity", "0", "-c", TELL)
        assert done.returncode == 0, done.stderr
        return {"engine": request.param, **json.loads(done.stdout.splitlines()[-1])}


@pytest.mark.processes
def test_no_change_of_a_price_is_missed(told: Any) -> None:
    expected = {
        "shipped": "4",
        "changed": "11",
        "changed, with an older time": "12",
        "changed, with another old time": "13",
        "deleted and added anew": "14",
        "rolled back": "15",
        "after it": "14",
        "emptied": "4",
    }
    if told["engine"] == "postgresql":
        expected |= {"not committed": "14", "committed after a later change": "16"}
    assert told["changes"] == expected


@pytest.mark.processes
def test_threads_read_one_list_or_the_other(told: Any) -> None:
    assert set(told["read by threads"]) <= {"20", "21", "last 20"}
    assert "last 20" in told["read by threads"]


@pytest.mark.processes
def test_the_same_request_at_once_is_one_record(told: Any) -> None:
    assert told["recorded at once"] == [15, 15]
