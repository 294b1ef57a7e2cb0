"""The console's pages about machines: their curves over any time, and one page for each node."""

from claudeops.metrics_page.metrics import metrics_page
from claudeops.metrics_page.node import node_page

__all__ = ["metrics_page", "node_page"]
