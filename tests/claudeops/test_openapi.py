"""The OpenAPI document is what clients are built from: a change of it is made on purpose.

After one: `REFRESH_OPENAPI=1 .venv/bin/python -m pytest tests/claudeops/test_openapi.py`, and read the diff.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.api_clients import ApiClient

HEALTH = "get /api/v1/system/health"
# Open to all, and to whoever signs what they send.
OPEN = {HEALTH, "post /api/v1/hooks/{slug}"}
SNAPSHOT = Path(__file__).with_name("openapi.json")


@pytest.fixture
def document(db: None) -> Any:
    response = ApiClient(None).get("/openapi.json")
    assert response.status_code == 200
    found = response.json()
    cookie = found["components"]["securitySchemes"]["SessionCookie"].pop("name")
    assert cookie == settings.SESSION_COOKIE_NAME  # it holds the port
    return found


def test_it_is_the_one_that_was_agreed_on(document: Any) -> None:
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("REFRESH_OPENAPI"):
        SNAPSHOT.write_text(text)
    assert json.loads(SNAPSHOT.read_text()) == document, "see the top of this file for how to refresh it"


def operations(document: Any) -> list[tuple[str, Any]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_refusal_is_described_as_a_problem_document(document: Any) -> None:
    for name, operation in operations(document):
        refusals = {
            status: response
            for status, response in operation["responses"].items()
            if status >= "400" and (status, name) != ("503", HEALTH)
        }
        assert {"422", "500"} <= refusals.keys(), name
        for response in refusals.values():
            assert response["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }, name


def test_every_route_but_the_open_ones_says_how_to_sign_in(document: Any) -> None:
    for name, operation in operations(document):
        if name not in OPEN:
            assert operation["security"] == [{"BearerToken": []}, {"SessionCookie": []}], name
            assert {"401", "403"} <= operation["responses"].keys(), name


def test_names_of_operations_are_unique(document: Any) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))


def test_every_operation_is_explained(document: Any) -> None:
    for name, operation in operations(document):
        assert operation.get("description"), name
