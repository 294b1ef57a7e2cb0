"""Pages and what they are made of are compressed for who can read it; nothing else is."""

import gzip

import pytest
from django.templatetags.static import static
from django.test import Client

from system.roles import Role
from tests.console import an_ended_execution, signed_in

pytestmark = pytest.mark.django_db
PACKED = {"HTTP_ACCEPT_ENCODING": "gzip, br"}


STYLES = static("claudeops/console.css")


@pytest.mark.parametrize("path", ["/", STYLES, static("unfold/js/alpine/alpine.js")])
def test_a_page_and_its_parts_are(path: str) -> None:
    client = signed_in(Role.VIEWER)
    plain = client.get(path)
    packed = client.get(path, **PACKED)
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert "Content-Encoding" not in plain
    assert not packed.streaming, "the bridge serves only some streams at a time"
    assert packed["Content-Length"] == str(len(packed.content))
    content = packed.content
    assert len(content) * 2 < len(b"".join(plain) if plain.streaming else plain.content)
    assert gzip.decompress(content).strip()


def test_answers_of_the_api_and_logs_are_not() -> None:
    execution = an_ended_execution(lines=100)
    client: Client = signed_in(Role.VIEWER)
    for path in ("/api/v1/executions", f"/api/v1/executions/{execution.uid}/logs"):
        assert "Content-Encoding" not in client.get(path, **PACKED), path


def test_a_file_that_the_browser_has_is_not_sent_again() -> None:
    client = Client()
    first = client.get(STYLES, **PACKED)
    again = client.get(STYLES, HTTP_IF_NONE_MATCH=first["ETag"], **PACKED)
    assert again.status_code == 304
    assert client.get(STYLES, **PACKED).content == first.content


def test_what_a_browser_has_under_an_address_it_keeps_for_good() -> None:
    assert "immutable" in Client().get(STYLES)["Cache-Control"]


def test_half_a_file_is_sent_as_it_is() -> None:
    part = Client().get(STYLES, HTTP_RANGE="bytes=0-9", **PACKED)
    assert part.status_code == 206
    assert "Content-Encoding" not in part
