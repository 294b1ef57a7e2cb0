"""One port for both: HTTP goes to Django's WSGI handler, sockets to Channels.

Django's own ASGI handler hops to a thread and back for each synchronous middleware, and is several times
slower for it (docs/decisions/0006-http.md).
"""

from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

from claudeops.bridge import ThreadedWsgi
from claudeops.pulse.consumers import PulseConsumer
from claudeops.wsgi import application as wsgi_application
from executions.routing import websocket_urlpatterns

# Channels routes with Django's path(), whose type knows views only.
pulse: Any = PulseConsumer.as_asgi()

application = ProtocolTypeRouter(
    {
        "http": ThreadedWsgi(wsgi_application, threads=settings.HTTP_THREADS),
        "websocket": URLRouter([path("ws/pulse/", pulse), *websocket_urlpatterns]),
    }
)
