"""What a socket sends while executions run."""

from tests.live.site import Site

STORY = [
    "execution:log",
    "execution:started",
    "execution:step:added",
    "execution:step:started",
    "execution:log",
    "execution:step:completed",
    "execution:completed",
]


def tell_story(site: Site) -> str:
    execution, tracker = site.running()
    number = tracker.add_step("Look")
    tracker.start_step(number)
    tracker.add_log("Grüße, “Welt” \x1b[31m\\ \N{PILE OF POO}\n\u2028")
    tracker.complete_step(number, output="ok")
    tracker.complete()
    return str(execution.uid)


def test_every_event_of_an_execution_arrives_in_order(site: Site) -> None:
    with site.watch() as all_of_them:
        uid = tell_story(site)
        messages = all_of_them.until("execution:completed")

    assert [message["event"] for message in messages] == STORY
    assert [message["seq"] for message in messages] == list(range(1, 8))
    assert {message["execution_id"] for message in messages} == {uid}
    assert [message["id"] for message in messages] == sorted({message["id"] for message in messages})
    assert messages[4]["data"]["message"] == "Grüße, “Welt” \x1b[31m\\ \N{PILE OF POO}\n\u2028"
    assert all(message["at"].endswith("Z") for message in messages)


def test_the_socket_of_one_execution_is_silent_about_others(site: Site) -> None:
    watched, tracker = site.running()
    with site.watch(f"/ws/executions/{watched.uid}/") as one:
        tell_story(site)
        tracker.complete()
        [message] = one.until("execution:completed")

    assert message["execution_id"] == str(watched.uid)
    assert message["seq"] == 3


def test_the_first_frame_names_what_is_active_and_the_number_it_starts_from(site: Site) -> None:
    pending = site.pending("waits")
    running, tracker = site.running("runs")
    with site.watch() as all_of_them, site.watch(f"/ws/executions/{running.uid}/") as one:
        pass
    tracker.complete()
    with site.watch(f"/ws/executions/{running.uid}/") as ended:
        pass

    active = {entry["execution_id"]: entry for entry in all_of_them.active["data"]}
    assert all_of_them.active["event"] == "active:executions"
    assert active[str(pending.uid)]["status"] == "pending"
    assert active[str(running.uid)]["status"] == "running"
    assert active[str(running.uid)]["agent_type"] == "runs"
    assert active[str(running.uid)]["node_id"] == "here"
    assert active[str(running.uid)]["duration_ms"] >= 0
    assert active[str(running.uid)]["started_at"].endswith("Z")
    assert [entry["execution_id"] for entry in one.active["data"]] == [str(running.uid)]
    assert (one.active["seq"], ended.active["seq"]) == (2, 3)
    assert ended.active["data"] == []


def test_what_is_written_at_once_comes_in_one_frame(site: Site) -> None:
    _, tracker = site.running()
    with site.watch() as watcher:
        with tracker.batch() as change:
            for number in range(50):
                change.add_log(f"line {number}")
        frame = watcher.connection.recv(10)

    assert frame.count("execution:log") == 50


def test_data_that_is_too_long_is_left_to_the_api(site: Site) -> None:
    _, tracker = site.running()
    with site.watch() as watcher:
        tracker.add_log("x" * 200_000)
        tracker.add_log("\N{PILE OF POO}" * 190_000)
        tracker.complete()
        long, wide, *_ = watcher.until("execution:completed")

    assert long["data"]["truncated"] is True
    assert long["data"]["characters"] > 200_000
    assert len(wide["data"]["message"]) == 190_000
