from agents.queue import enqueue
from tests.faults.home import Home, eventually


def test_ten_messages_are_one_claim(any_home: Home) -> None:
    agent = any_home.agent("count", "echo x >> $HERE/ran; sleep 0.5")
    [pk] = any_home.launch(agent)
    for _ in range(9):
        enqueue(pk, any_home.execution(pk).node_id)
    any_home.start_worker()
    any_home.wait_for_status(pk, "completed")
    [after] = any_home.launch(agent)  # behind all ten
    any_home.wait_for_status(after, "completed")
    assert any_home.events(pk, "execution:started") == 1
    eventually("both have written", lambda: len(any_home.lines("ran")) == 2)
