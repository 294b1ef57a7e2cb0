"""Who asks, and whether their role allows it: a bearer token, or the console's session with CSRF."""

import time
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from system.errors import DomainError
from system.models import ApiToken
from system.rates import check_rate
from system.roles import Role, role_of
from system.tokens import digest_of, find_token, is_well_formed

# How long a token that was found is believed without a query. A revoked one is refused within this time.
BELIEVED_SECONDS = 3.0
_BELIEVED_AT_MOST = 1000
API_ROOT = "/api/v1/"


@dataclass(frozen=True)
class Principal:
    """`name` is what history calls them: a user name, or a token's name, with its visible beginning.

    `areas` are the parts of the API that a token is limited to; of none: it is not.
    """

    name: str
    role: Role
    token: str = ""
    areas: frozenset[str] = frozenset()

    @classmethod
    def of_token(cls, token: ApiToken) -> "Principal":
        return cls(token.name, Role(token.role), token.prefix, frozenset(token.areas.split()))

    def opens(self, area: str) -> bool:
        return not self.areas or area in self.areas


class Unauthenticated(DomainError):
    status = 401
    title = "Not signed in"


class Forbidden(DomainError):
    status = 403
    title = "Forbidden"


@dataclass(frozen=True)
class _Believed:
    principal: Principal
    until: float  # of time.monotonic
    expires_at: datetime | None


_believed: dict[str, _Believed] = {}


def principal_of_token(raw: str) -> Principal | None:
    """Whose token it is; None when it is none of ours, revoked or expired."""
    if not is_well_formed(raw):
        return None
    digest = digest_of(raw)
    known = _believed.get(digest)
    now = time.monotonic()
    if known is not None and known.until > now:
        is_expired = known.expires_at is not None and known.expires_at <= timezone.now()
        return None if is_expired else known.principal
    token = find_token(raw)
    if token is None:
        _believed.pop(digest, None)
        return None
    if len(_believed) >= _BELIEVED_AT_MOST:
        _believed.clear()
    principal = Principal.of_token(token)
    _believed[digest] = _Believed(principal, now + BELIEVED_SECONDS, token.expires_at)
    return principal


class BearerToken(AuthBase):
    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, needed: Role) -> None:
        self.needed = needed
        super().__init__()

    def __call__(self, request: HttpRequest) -> Principal | None:
        """None without the header: the session may do. A header that is wrong is never passed over."""
        header = request.META.get("HTTP_AUTHORIZATION")
        if header is None:
            return None
        scheme, _, raw = header.partition(" ")
        principal = principal_of_token(raw.strip()) if scheme.lower() == "bearer" else None
        if principal is None:
            raise Unauthenticated("The Authorization header holds no token that is in force.")
        area = _area_of(request)
        if not principal.opens(area):
            raise Forbidden(f"{principal.name} opens {', '.join(sorted(principal.areas))}, not {area}.")
        return _allowed(principal, self.needed)


def _area_of(request: HttpRequest) -> str:
    """As in /api/v1/executions/…, or in /metrics, which is the same as /api/v1/metrics."""
    return request.path_info.removeprefix(API_ROOT).lstrip("/").partition("/")[0]


class SessionCookie(AuthBase):
    """The console's own session. A cookie alone proves nothing: what changes something needs CSRF too."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    csrf = True

    def __init__(self, needed: Role) -> None:
        self.needed = needed
        super().__init__()

    def __call__(self, request: HttpRequest) -> Principal | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return None
        # Django looks for its token in a form as well: kept now, the body can still be read afterwards.
        request.body  # noqa: B018
        if check_csrf(request) is not None:
            raise Forbidden("The CSRF token is missing or wrong: send it in the header X-CSRFToken.")
        role = role_of(request.user)
        if role is None:
            raise Forbidden(
                f"{request.user.get_username()} has none of the roles viewer, operator and admin."
            )
        return _allowed(Principal(request.user.get_username(), role), self.needed)


def _allowed(principal: Principal, needed: Role) -> Principal:
    check_rate(f"caller:{principal.token or principal.name}", settings.RATE_PER_TOKEN, whose=principal.name)
    if not principal.role.includes(needed):
        raise Forbidden(f"This needs the role {needed.value}; {principal.name} is {principal.role.value}.")
    return principal


def require(needed: Role) -> list[AuthBase]:
    """The `auth` of a route that `needed` and the roles above it may use."""
    return [BearerToken(needed), SessionCookie(needed)]


def actor_of(request: HttpRequest) -> str:
    """The name of who passed `require`."""
    principal: Principal = request.auth  # type: ignore[attr-defined]
    return principal.name
