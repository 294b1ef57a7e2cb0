"""When a duty of the clock is done next."""

from scheduling.duties import Again, Duty


def duty(**more: float) -> Duty:
    return Duty("any", 10.0, lambda: None, next_at=100.0, **more)


def test_one_that_took_too_long_is_not_made_up_for() -> None:
    slow = duty()
    slow.plan(104.0)
    assert (slow.next_at, slow.is_due(109.9), slow.is_due(110.0)) == (110.0, False, True)
    slow.plan(155.0)
    assert slow.next_at == 165.0


def test_one_that_is_needed_sooner_says_so() -> None:
    soon = duty()
    soon.plan(101.0, Again(0.25))
    assert soon.next_at == 101.25
    soon.plan(101.25, Again(60.0))
    assert soon.next_at == 111.25
    soon.plan(111.25, Again(-1.0))
    assert soon.next_at == 111.25


def test_one_that_fails_is_tried_again_at_its_usual_time() -> None:
    def fail() -> None:
        raise RuntimeError("not today")

    failing = Duty("fails", 10.0, fail)
    failing.perform()
    assert failing.next_at > 0
