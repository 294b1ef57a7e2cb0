from typing import Any

from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from executions.consumers import ExecutionsConsumer, OneExecutionConsumer

# Channels routes with Django's path(), whose type knows views only.
everything: Any = ExecutionsConsumer.as_asgi()
one: Any = OneExecutionConsumer.as_asgi()
nothing: Any = WebsocketDenier.as_asgi()

websocket_urlpatterns = [
    path("ws/executions/", everything),
    path("ws/executions/<uuid:uid>/", one),
    re_path(r"", nothing),
]
