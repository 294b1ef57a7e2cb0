"""What a page is made of goes over the wire compressed: a fifth of it, which is a second on a slow line.

Not the API's answers, logs, exports and backups: they are streamed, large, or compressed already.
"""

import gzip
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

PARTS_OF_PAGES = ("text/html", "text/css", "text/javascript", "image/svg+xml")
LONGEST_FILE = 2**20

_packed: dict[str, tuple[str, bytes]] = {}  # by path: the ETag, and the file as it is sent


class PageGZipMiddleware(GZipMiddleware):
    """Django's adds some bytes of chance to a page, so that no token is guessed from lengths (BREACH).

    A file would be compressed as a stream of unknown length, of which the bridge serves a few at a time; so
    it is done in one piece, and once.
    """

    def process_request(self, request: HttpRequest) -> None:
        """What a packed file was marked with comes back; WhiteNoise knows only the file's own mark."""
        if known := request.META.get("HTTP_IF_NONE_MATCH"):
            request.META["HTTP_IF_NONE_MATCH"] = known.removeprefix("W/")

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        if response.headers.get("Content-Type", "").partition(";")[0] not in PARTS_OF_PAGES:
            return response
        if not response.streaming:
            return super().process_response(request, response)
        length = response.headers.get("Content-Length", "")
        is_file = response.status_code == 200 and length.isdigit() and int(length) <= LONGEST_FILE
        return _packed_file(request, response) if is_file else response


def _packed_file(request: HttpRequest, response: Any) -> HttpResponseBase:
    patch_vary_headers(response, ("Accept-Encoding",))
    if "gzip" not in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        return response  # type: ignore[no-any-return]
    etag = response.headers.get("ETag", "")
    known_etag, content = _packed.get(request.path, ("", b""))
    if not content or known_etag != etag:
        content = gzip.compress(b"".join(response.streaming_content))
        _packed[request.path] = (etag, content)
    response.close()
    more = {"Content-Encoding": "gzip", "Content-Length": str(len(content))}
    if etag:
        more["ETag"] = f"W/{etag.removeprefix('W/')}"
    return HttpResponse(content, headers={**dict(response.headers.items()), **more})
