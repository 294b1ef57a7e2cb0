"""The middleware that limits how often an address may ask the API, whoever it is."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from claudeops.problems import of_domain_error
from system.addresses import address_of, network_of
from system.doors import is_api
from system.rates import TooManyRequests, check_rate

GetResponse = Callable[[HttpRequest], HttpResponse]


def rate_middleware(get_response: GetResponse) -> GetResponse:
    def answered(request: HttpRequest) -> HttpResponse:
        if is_api(request.path_info):
            address = network_of(address_of(request))
            try:
                check_rate(f"address:{address}", settings.RATE_PER_ADDRESS, whose="One address")
            except TooManyRequests as error:
                return of_domain_error(request, error)
        return get_response(request)

    return answered
