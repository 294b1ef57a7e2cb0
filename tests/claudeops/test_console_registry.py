"""What the console shows, and what it must not."""

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, User
from unfold.admin import ModelAdmin

from claudeops.console import ConsoleSite
from system.admin_permissions import RoleModelAdmin
from tests.console import registered

OURS = ("agents", "costs", "executions", "scheduling", "system")


def test_every_model_of_ours_is_there_and_nothing_of_the_queue() -> None:
    models = {model for app in OURS for model in apps.get_app_config(app).get_models()}
    assert set(registered()) == models | {User, Group}


def test_all_stand_in_the_theme_and_under_our_roles() -> None:
    assert isinstance(admin.site, ConsoleSite)
    for model in registered():
        page = admin.site.get_model_admin(model)
        assert isinstance(page, ModelAdmin), model
        assert isinstance(page, RoleModelAdmin), model
