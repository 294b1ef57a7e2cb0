"""Telling people what was raised as an alert: rules, an outbox, and its delivery."""
