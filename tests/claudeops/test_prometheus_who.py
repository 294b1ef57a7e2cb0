"""/metrics at the root and in the API are one thing, for viewers and above."""

from typing import Any

import pytest
from django.test import Client

from system.roles import Role
from system.tokens import create_token
from tests.console import signed_in

pytestmark = pytest.mark.django_db
PATHS = ["/metrics", "/api/v1/metrics"]


def scrape(client: Client, path: str = "/metrics", **headers: str) -> Any:
    return client.get(path, headers=headers)


def bearer(role: Role = Role.VIEWER, **more: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {create_token('prometheus', role, **more)[1]}"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_reads_it_with_a_token_and_with_a_session(path: str, role: Role) -> None:
    for answer in (scrape(Client(), path, **bearer(role)), scrape(signed_in(role), path)):
        assert answer.status_code == 200
        assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert b"\nclaudeops_build_info{" in answer.content


@pytest.mark.parametrize("path", PATHS)
def test_nobody_else_does(path: str) -> None:
    for client, headers, status in (
        (Client(), {}, 401),
        (Client(), {"Authorization": "Bearer cops_nonsense"}, 401),
        (signed_in(None), {}, 403),
    ):
        answer = scrape(client, path, **headers)
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == status
    assert "Bearer" in scrape(Client(), path)["WWW-Authenticate"]


def test_a_token_may_be_for_nothing_else() -> None:
    only = bearer(areas=["metrics"])
    for path in PATHS:
        assert scrape(Client(), path, **only).status_code == 200
        assert scrape(Client(), path, **bearer(areas=["costs"])).status_code == 403
    assert scrape(Client(), "/api/v1/executions", **only).status_code == 403


def test_it_is_only_read_and_takes_no_parameters() -> None:
    headers = bearer()
    assert Client().post("/metrics", headers=headers).status_code == 405
    assert scrape(Client(), "/metrics?agent=x", **headers).status_code == 422
    for path in ("/metrics/", "/metricsx"):
        assert b"claudeops_build_info" not in Client().get(path, headers=headers, follow=True).content


@pytest.mark.parametrize(
    "accept",
    [
        "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,*/*",
        "application/openmetrics-text; version=nonsense",
        "application/openmetrics-text",
    ],
)
def test_openmetrics_for_who_asks_for_it(accept: str) -> None:
    answer = scrape(Client(), **bearer(), Accept=accept)
    assert answer["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.content.endswith(b"# EOF\n")
    assert scrape(Client(), **bearer(), Accept="text/plain;version=x;q=0.1,*/*").status_code == 200
