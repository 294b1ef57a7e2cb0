"""Curves over the API."""

from datetime import UTC, datetime

import pytest

from system.models import Node
from system.roles import Role
from system.series_schemas import SeriesOut
from tests.api_clients import ApiClient
from tests.system.sampling import sampled

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
HOUR = "date_from=2026-11-25T10:00:00Z&date_to=2026-11-25T11:00:00Z"


@pytest.fixture
def viewer() -> ApiClient:
    for name in ("attic", "cellar"):
        Node.objects.create(name=name)
    sampled("attic", BEGIN, 120, load_average_5m=0.5)
    return ApiClient(Role.VIEWER)


def test_points_of_every_node(viewer: ApiClient) -> None:
    response = viewer.get(f"/system/metrics/series?{HOUR}&resolution=600")
    found = SeriesOut.model_validate_json(response.content)
    assert (found.resolution, found.count) == (600, 2)
    attic, cellar = found.items
    assert [point.at.minute for point in attic.points] == [0, 10, 20, 30, 40, 50]
    assert attic.points[0].model_dump()["cpu"] == {"mean": 9.5, "least": 0, "most": 19}
    assert attic.points[0].temperature is None
    assert cellar.points == []


def test_of_one_node_and_the_resolution_that_fits(viewer: ApiClient) -> None:
    found = viewer.get("/system/metrics/series?node_id=attic&date_from=2026-11-25&date_to=2026-11-25").json()
    assert [item["node_id"] for item in found["items"]] == ["attic"]
    assert found["resolution"] == 300
    assert viewer.get("/system/metrics/series").json()["resolution"] == 300


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("resolution=7", "resolution"),
        (f"resolution=30&{HOUR.replace('25T11', '26T11')}", "resolution"),
        ("date_from=2026-11-25&date_to=2026-11-20", "date_to"),
        ("date_from=2020-01-01", "date_from"),
    ],
)
def test_what_makes_no_sense_is_refused(viewer: ApiClient, query: str, field: str) -> None:
    response = viewer.get(f"/system/metrics/series?{query}")
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
