"""Whoever has a role may come in; nobody else."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from system.roles import Role
from tests.console import PASSWORD, a_user

pytestmark = pytest.mark.django_db


def sign_in(name: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/login/", {"username": name, "password": password})
    return client


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_enough(role: Role) -> None:
    assert not a_user("visitor", role, PASSWORD).is_staff
    response = Client().post("/login/", {"username": "visitor", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert sign_in("visitor").get("/").status_code == 200


def test_a_superuser_is_an_admin() -> None:
    User.objects.create_superuser("root", password=PASSWORD)
    assert sign_in("root").get("/auth/user/").status_code == 200


def test_without_a_role_the_reason_is_said() -> None:
    user = a_user("outsider", None, PASSWORD)
    user.is_staff = True
    user.save()
    response = Client().post("/login/", {"username": "outsider", "password": PASSWORD})
    assert response.status_code == 200
    assert "none of the roles viewer, operator and admin" in response.content.decode()
    assert sign_in("outsider").get("/").status_code == 302


def test_a_role_that_is_taken_away_ends_the_visit() -> None:
    user = a_user("visitor", Role.ADMIN, PASSWORD)
    client = sign_in("visitor")
    assert client.get("/").status_code == 200
    user.groups.clear()
    assert client.get("/").status_code == 302


def test_a_wrong_password_and_an_inactive_user_are_refused() -> None:
    user = a_user("visitor", Role.ADMIN, PASSWORD)
    assert sign_in("visitor", "wrong").get("/").status_code == 302
    user.is_active = False
    user.save()
    assert sign_in("visitor").get("/").status_code == 302


def test_nobody_is_sent_to_the_sign_in_and_back() -> None:
    a_user("visitor", Role.VIEWER, PASSWORD)
    client = Client()
    response = client.get("/system/node/")
    assert response["Location"] == "/login/?next=/system/node/"
    response = client.post(response["Location"], {"username": "visitor", "password": PASSWORD})
    assert response["Location"] == "/system/node/"


def test_signing_out_is_a_post() -> None:
    a_user("visitor", Role.VIEWER, PASSWORD)
    client = sign_in("visitor")
    assert client.get("/logout/").status_code == 405
    client.post("/logout/")
    assert client.get("/").status_code == 302
