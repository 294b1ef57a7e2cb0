"""From files to batches. Each batch is one transaction, whole or not at all, and can be done again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from costs.price_book import current_prices
from costs.rates import PriceList
from costs.services import make_record
from costs.transcripts.batch import Candidate, Settled
from costs.transcripts.files import Line, Transcripts, read_lines
from costs.transcripts.identity import recorded_id
from costs.transcripts.ledger import Ledger
from costs.transcripts.lines import Answer, BadLine, Synthetic, read_answer
from costs.transcripts.summary import Summary
from system.errors import Invalid
from system.terminal_text import clean

BATCH = 300  # answers: a few dozen milliseconds of the one writer's time
REPORTED_BYTES = 2**20  # of progress


@dataclass
class Importer:
    """Reads transcripts once. `advance` is told of bytes that were read, `summary` grows with each batch."""

    ledger: Ledger
    advance: Callable[[int], None] = lambda _: None

    def __post_init__(self) -> None:
        self.summary = Summary()
        self._batch: dict[str, Candidate] = {}

    def run(self, transcripts: Transcripts) -> Summary:
        """Raises SumsOverflow; what was imported before that stays."""
        self.summary.unreadable += transcripts.unreadable
        for path in transcripts.paths:
            try:
                with path.open("rb", buffering=2**20) as file:
                    self._read(path, file)
            except OSError as error:
                self.summary.unreadable.append(f"{path}: {error.strerror}")
            else:
                self.summary.files += 1
        self._flush()
        return self.summary

    def _read(self, path: Path, file: BinaryIO) -> None:
        unreported = 0
        for line in read_lines(file):
            self._take(line, path)
            unreported += line.size
            if unreported >= REPORTED_BYTES:
                self.advance(unreported)
                unreported = 0
        self.advance(unreported)

    def _take(self, line: Line, path: Path) -> None:
        if line.data is not None and line.data.isspace():
            return
        self.summary.lines += 1
        try:
            answer = read_answer(line)
        except Synthetic:
            self.summary.synthetic += 1
        except BadLine as error:
            self._complain(f"{path}:{line.number}", error)
        else:
            if answer is not None:
                self._collect(answer, f"{path}:{line.number}")

    def _complain(self, where: str, error: Exception) -> None:
        self.summary.malformed.add(clean(f"{where}: {error}"))

    def _collect(self, answer: Answer, where: str) -> None:
        key = recorded_id(answer)
        if len(self._batch) >= BATCH and key not in self._batch:  # lines about one answer stay together
            self._flush()
        known = self._batch.get(key)
        if known is None or answer.rank > known.answer.rank:
            self._batch[key] = Candidate(answer, where)
        if known is not None:
            self.summary.duplicates += 1

    def _flush(self) -> None:
        batch, self._batch = self._batch, {}
        prices = current_prices()
        settled = self.ledger.settle(self._priced(self.ledger.unsettled(batch), prices), prices)
        self.summary.duplicates += len(batch)
        self._add_up(settled)

    def _priced(self, batch: dict[str, Candidate], prices: PriceList) -> dict[str, Candidate]:
        for key, candidate in list(batch.items()):
            answer = candidate.answer
            try:
                candidate.record = make_record(answer.model, answer.usage, answer.at, prices)
            except Invalid as error:
                self._complain(candidate.where, error)
                self.summary.duplicates -= 1
                del batch[key]
        return batch

    def _add_up(self, settled: Settled) -> None:
        summary = self.summary
        summary.added += settled.added
        summary.updated += settled.updated
        summary.withdrawn += settled.withdrawn
        summary.duplicates -= settled.added + settled.updated
        summary.total_usd += settled.total_usd
        summary.unpriced += settled.unpriced
