from django.db import models
from django.db.models.functions import Now


class Timestamped(models.Model):
    """When a row was made and last changed; a trigger keeps `updated_at` true for raw SQL as well."""

    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        abstract = True
