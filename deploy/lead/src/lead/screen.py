"""What the demo shows: a line per source while it syncs, golden records as a table, changes as they come."""

import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from uuid import UUID

from contracts.golden_records import ContactDetail, ContactSummary
from contracts.syncs import SyncView
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

_PLAIN_SECONDS = 2.0  # without a terminal a line is printed, not redrawn, so it comes less often

_PLAIN_WIDTH = 130


class Screen:
    """Draws on a terminal, and prints plain lines elsewhere."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, width=None if sys.stdout.isatty() else _PLAIN_WIDTH)
        self._bars = Progress(
            TextColumn("  {task.description:<24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[state]}"),
            console=self.console,
        )
        self._tasks: dict[str, TaskID] = {}
        self._printed: dict[str, tuple[float, str]] = {}

    def say(self, text: str = "") -> None:
        """Print a line, as it is."""
        self.console.print(text, markup=False, soft_wrap=True)

    def drawing(self) -> AbstractContextManager[object]:
        """Keep the lines of progress drawn inside a `with`."""
        return self._bars if self.console.is_terminal else nullcontext()

    def progress(self, source: str, run: SyncView | None) -> None:
        """Show how far a source's sync is."""
        fetched = sum(counts.fetched for counts in run.counts.values()) if run else 0
        total = max(sum(run.total.values()), fetched) if run and run.total else None
        state = run.state if run else "queued"
        if self.console.is_terminal:
            self._draw(source, fetched, total, state)
        else:
            self._print(source, f"  {source}: {fetched}{f' of {total}' if total else ''} records, {state}", state)

    def golden_records(
        self, records: Sequence[ContactSummary], accounts: Mapping[UUID, str], *, rows: int = 12
    ) -> None:
        """Show some golden records, those of several sources first."""
        table = Table(title="Golden records", title_justify="left")
        for column, width in (("name", 16), ("email", 20), ("phone", 12), ("from", 24)):
            table.add_column(column, overflow="ellipsis", no_wrap=True, min_width=width)
        for record in sorted(records, key=lambda one: -len(one.sources))[:rows]:
            name = " ".join(part for part in (record.first_name, record.last_name) if part)
            origins = Counter(accounts.get(source.connection_id, source.provider) for source in record.sources)
            sources = ", ".join(f"{origin} ({count})" if count > 1 else origin for origin, count in origins.items())
            table.add_row(*map(_cell, (name, record.email, record.phone, sources)))
        self.console.print(table)

    def change(self, record: ContactDetail, accounts: Mapping[UUID, str]) -> None:
        """Show a golden record that changed."""
        fields = record.fields
        name = " ".join(fields[part] for part in ("first_name", "last_name") if fields.get(part))
        newest = max(record.sources, key=lambda source: (source.updated_at is not None, source.updated_at))
        at = datetime.now().astimezone().strftime("%H:%M:%S")
        origin = accounts.get(newest.connection_id, newest.provider)
        self.say(f"  {at}  {name or '(no name)':<28} {fields.get('email') or '':<34} from {origin}")

    def _draw(self, source: str, fetched: int, total: int | None, state: str) -> None:
        if source not in self._tasks:
            self._tasks[source] = self._bars.add_task(source, total=None, state=state)
        self._bars.update(self._tasks[source], completed=fetched, total=total, state=state)

    def _print(self, source: str, line: str, state: str) -> None:
        at, before = self._printed.get(source, (0.0, ""))
        if line != before and (time.monotonic() - at > _PLAIN_SECONDS or state not in before):
            self._printed[source] = (time.monotonic(), line)
            self.say(line)


def _cell(value: str | None) -> str:
    # What people are called is not markup.
    return (value or "").replace("[", r"\[")
