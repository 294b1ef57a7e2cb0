"""What goes with a row is counted, not listed; and who may delete the row may delete what is a part of it."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from system.models import Alert, Notification, NotificationTarget
from system.roles import Role
from tests.console import a_user, console_url, everything, signed_in
from tests.multiplied import multiply

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def test_what_goes_with_a_target_is_counted(admin: Client) -> None:
    target = everything().rows[NotificationTarget]
    multiply(Alert, 30)
    told = multiply(Notification, 30)
    page = admin.get(console_url(NotificationTarget, "delete", target.pk))
    counts = {"notification targets": 1, "notification rules": 1, "notifications": told}
    assert dict(page.context["model_count"]) == counts
    assert told > 20
    assert page.content.decode().count("→") == 0  # how a notification is called


def test_a_target_goes_with_what_it_was_told(admin: Client) -> None:
    target = everything().rows[NotificationTarget]
    answer = admin.post(console_url(NotificationTarget, "delete", target.pk), {"post": "yes"})
    assert answer.status_code == 302
    assert not NotificationTarget.objects.exists()
    assert not Notification.objects.exists()


def test_somebody_who_is_signed_in_can_be_deleted(admin: Client) -> None:
    leaver = a_user("leaver", Role.VIEWER)
    elsewhere = Client()
    elsewhere.force_login(leaver)
    assert elsewhere.get("/").status_code == 200
    assert admin.post(console_url(User, "delete", leaver.pk), {"post": "yes"}).status_code == 302
    assert elsewhere.get("/").status_code == 302  # to the sign-in
