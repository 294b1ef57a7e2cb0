"""Agents as YAML: out of one ClaudeOps, into a repository or another one, and back."""
