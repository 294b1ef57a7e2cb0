"""/metrics from the real web process: who scrapes it, and the sockets that are open to it."""

import http.client

from system.roles import Role
from tests.live.site import Site, eventually


def scrape(site: Site, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    try:
        connection.request("GET", "/metrics", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_open_sockets_are_counted(site: Site) -> None:
    assert scrape(site)[0] == 401
    token = site.token(Role.VIEWER)[1]

    def sockets() -> str:
        status, text = scrape(site, Authorization=f"Bearer {token}")
        assert status == 200
        (line,) = [line for line in text.splitlines() if line.startswith("claudeops_sockets ")]
        return line.split()[1]

    assert sockets() == "0.0"
    with site.watch(), site.watch():
        assert sockets() == "2.0"
    eventually("they are gone", lambda: sockets() == "0.0")
