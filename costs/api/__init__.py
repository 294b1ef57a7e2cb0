"""The API's routes about money, a module for each noun."""

from costs.api import budgets, exports, prices, reconciliation, records, savings, sums

ROUTERS = [
    sums.router,
    records.router,
    budgets.router,
    prices.router,
    savings.router,
    exports.router,
    reconciliation.router,
]

__all__ = ["ROUTERS"]
