"""Transcripts of Claude Code, which it keeps as JSON Lines: what a person's own use of Claude cost.

Their format is internal to Claude Code and differs between its versions. Only this is taken from it: lines
of type "assistant", and "progress" lines that repeat one of a subagent, whose `message` has a `usage`. One
answer of the API is written as several lines, with growing counts, and again into other files when a
conversation is resumed, branched or handed to a subagent.
"""

from costs.transcripts.files import NothingToImport, find_transcripts
from costs.transcripts.importing import Importer
from costs.transcripts.summary import Summary

__all__ = ["Importer", "NothingToImport", "Summary", "find_transcripts"]
