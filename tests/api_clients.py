"""Clients of the API as the people who may use it: Django's test client, with JSON and a token."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from system.roles import Role
from system.tokens import create_token

BASE = "/api/v1"


class ApiClient:
    """`role` None is nobody: no token is sent."""

    def __init__(self, role: Role | None) -> None:
        headers = {}
        if role is not None:
            headers["Authorization"] = f"Bearer {create_token(f'{role.value} of the test', role)[1]}"
        self._client = Client(headers=headers)

    def send(
        self, method: str, path: str, content: bytes, content_type: str = "application/json", **headers: str
    ) -> Any:
        """`content` goes out as it is, whatever it holds."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.generic(method, f"{BASE}{path}", content, content_type, headers=given)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.send(method, path, b"" if body is None else json.dumps(body).encode(), **headers)

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, body)


def fields_of(response: HttpResponse) -> list[str]:
    """The fields that a problem document names."""
    return [error["field"] for error in json.loads(response.content)["errors"]]
