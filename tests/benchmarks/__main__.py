"""`make bench`: every benchmark, as one table beside the goals. Figures of a busy machine mean little."""

import argparse
import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from tests.benchmarks import (
    bench_api,
    bench_backups,
    bench_console,
    bench_fires,
    bench_house,
    bench_lighthouse,
    bench_live,
    bench_money,
    bench_pages,
    bench_processes,
)

Rows = list[tuple[str, str, str]]
BENCHES: dict[str, Callable[[], Rows]] = {
    "processes": bench_processes.main,
    "api": bench_api.main,
    "live": bench_live.main,
    "money": bench_money.main,
    "fires": bench_fires.main,
    "backups": bench_backups.main,
    "console": bench_console.main,
    "lighthouse": bench_lighthouse.main,
    "pages": bench_pages.main,
    "house": bench_house.main,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    names = ", ".join(BENCHES)
    parser.add_argument("only", nargs="*", metavar="NAME", help=f"which of {names} (all)")
    chosen = parser.parse_args().only or list(BENCHES)
    if unknown := set(chosen) - set(BENCHES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose from {names}")
    table = Table("what", "measured", "goal", title="ClaudeOps", title_justify="left")
    for name in chosen:
        sys.stderr.write(f"measuring {name} …\n")
        for row in BENCHES[name]():
            table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 140).print(table)


if __name__ == "__main__":
    main()
