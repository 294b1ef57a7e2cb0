from claudeops.processes.backoff import Backoff


def test_it_waits_longer_each_time_but_not_for_ever() -> None:
    backoff = Backoff()
    assert backoff.is_due()
    waits = []
    for _ in range(9):
        backoff.started()
        waits.append(backoff.ended())
        assert not backoff.is_due()
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert 29 < backoff.seconds_left() <= 30
