"""The console's page about money: what any days were spent on, and what the month will have cost."""

from claudeops.costs_page.export import export_page
from claudeops.costs_page.page import costs_page

__all__ = ["costs_page", "export_page"]
