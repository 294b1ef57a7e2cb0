import http.client
import json
from typing import Any

from system.roles import Role
from system.tokens import create_token
from tests.faults.home import Home, eventually


class Api:
    """A client of a home's web process, with an operator's token. It waits until the web answers."""

    def __init__(self, home: Home) -> None:
        _, self._token = create_token("faults", Role.OPERATOR)
        self._port = home.port
        eventually("the web answers", self.answers)

    def answers(self) -> bool:
        try:
            return self.get("/system/health")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def get(self, path: str) -> tuple[int, Any]:
        return self._request("GET", path, None)

    def launch(self, agent: str) -> tuple[int, Any]:
        return self._request("POST", "/executions", {"agent_type": agent})

    def _request(self, method: str, path: str, body: object) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            connection.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()
