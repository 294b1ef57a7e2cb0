"""Requests to outside: where they may go, and how long they may take."""
