from datetime import datetime

from system.wire import Out, UsdOut


class CostOut(Out):
    """One billed request. Its costs are null where the model has no known price; never 0 for that."""

    model_used: str
    input_tokens: int
    output_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    input_cost_usd: UsdOut | None
    output_cost_usd: UsdOut | None
    cache_write_cost_usd: UsdOut | None
    cache_read_cost_usd: UsdOut | None
    web_search_cost_usd: UsdOut | None
    total_cost_usd: UsdOut | None
    request_id: str | None
    response_time_ms: int | None
    cache_hit: bool
    is_complete: bool
    timestamp: datetime
