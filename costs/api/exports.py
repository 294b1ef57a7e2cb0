from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from costs.export_formats import FORMATS
from costs.exports import export
from costs.schemas.records import ExportFilters
from system.authentication import require
from system.roles import Role

router = Router(tags=["costs"], auth=require(Role.VIEWER))


def _file(media_type: str) -> dict[str, Any]:
    content = {media_type: {"schema": {"type": "string"}}}
    return {"responses": {200: {"description": "OK", "content": content}}}


@router.get("/export.csv", openapi_extra=_file("text/csv"))
def export_csv(request: HttpRequest, filters: Query[ExportFilters]) -> StreamingHttpResponse:
    """Records, or their sums by day or month, as a spreadsheet reads them; the oldest first.

    A cost that is unknown is empty. A text that would be taken as a formula has an apostrophe in front.
    """
    return _download(filters, "csv")


@router.get("/export.jsonl", openapi_extra=_file("application/jsonl"))
def export_jsonl(request: HttpRequest, filters: Query[ExportFilters]) -> StreamingHttpResponse:
    """The same with one JSON object a line, as `GET /costs` has them."""
    return _download(filters, "jsonl")


def _download(filters: ExportFilters, file_format: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        export(filters, file_format),
        content_type=FORMATS[file_format].content_type,
        headers={"Content-Disposition": f'attachment; filename="costs-{filters.kind}.{file_format}"'},
    )
