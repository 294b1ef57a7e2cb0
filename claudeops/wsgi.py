"""The HTTP side, for claudeops/asgi.py and for any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claudeops.settings")

application = get_wsgi_application()
