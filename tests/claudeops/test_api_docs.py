"""The API's documentation is a page of our own: nothing in it comes from elsewhere, no script is inline."""

import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> str:
    response = Client().get("/api/v1/docs")
    assert response.status_code == 200
    return response.content.decode()


def test_everything_it_loads_is_served_from_here(page: str) -> None:
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert any(path.endswith(".js") for path in loaded)
    for path in loaded:
        assert path.startswith(settings.STATIC_URL), path
        assert finders.find(path.removeprefix(settings.STATIC_URL)), path


def test_no_script_stands_in_the_page(page: str) -> None:
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    assert scripts
    for attributes, content in scripts:
        assert not content.strip() or 'type="application/json"' in attributes


def test_what_is_tried_out_on_it_carries_the_csrf_token(page: str) -> None:
    assert re.search(r'data-csrf-token="\w+"\s+data-api-csrf="true"', page)


def test_it_shows_our_document_and_asks_no_validator_elsewhere(page: str) -> None:
    assert '"url": "/api/v1/openapi.json"' in page
    assert '"validatorUrl": null' in page
