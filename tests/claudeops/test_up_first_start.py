import re

from django.contrib.auth.models import User

from agents.models import AgentConfiguration
from executions.models import Execution
from tests.claudeops.starting import Up
from tests.faults.home import eventually


def test_it_makes_everything_and_says_where_to_look(new_up: Up) -> None:
    new_up.start()
    eventually("the first report is shown", lambda: new_up.said("Cost:"), within_s=90)
    output = new_up.output()
    password = re.search(r"First administrator: admin, password (\S+) \(shown once\)", output)
    assert password is not None
    assert User.objects.get(username="admin", is_superuser=True).check_password(password[1])
    assert f"http://127.0.0.1:{new_up.port}/" in output
    assert AgentConfiguration.objects.filter(agent_type="system-health", enabled=True).exists()
    report = Execution.objects.get()
    assert (report.agent_type, report.status, report.cost_usd or 0) == ("system-health", "completed", 0)
    assert f"Health: {report.report['overall_health']}." in output
    for finding in report.report["findings"]:
        assert finding["title"] in output
    assert "Cost: 0 USD, written by rules" in output


def test_the_second_start_makes_nothing_again(new_up: Up) -> None:
    new_up.start()
    eventually("the first report is shown", lambda: new_up.said("Cost:"), within_s=90)
    AgentConfiguration.objects.filter(agent_type="disk-space").update(name="Mine", enabled=False)
    first = new_up.stop()
    new_up.start()
    eventually("it is up again", lambda: new_up.output().removeprefix(first).count("ClaudeOps is up"))
    again = new_up.stop().removeprefix(first)
    assert [line.partition(":")[0] for line in again.splitlines()] == ["ClaudeOps is up", "Stopped."]
    assert Execution.objects.count() == 1
    assert AgentConfiguration.objects.get(agent_type="disk-space").name == "Mine"


def test_the_administrator_may_come_from_the_environment(new_up: Up) -> None:
    new_up.start(CLAUDEOPS_ADMIN_USER="ada", CLAUDEOPS_ADMIN_PASSWORD="long enough, and odd")
    eventually("it is up", lambda: new_up.said("ClaudeOps is up"))
    assert User.objects.get(username="ada", is_superuser=True).check_password("long enough, and odd")
    assert "long enough" not in new_up.output()


def test_a_weak_password_stops_the_start(new_up: Up) -> None:
    process = new_up.start(CLAUDEOPS_ADMIN_PASSWORD="password")
    assert process.wait(30) == 1
    assert "CLAUDEOPS_ADMIN_PASSWORD is refused: This password is too common." in new_up.output()
    assert not User.objects.exists()
