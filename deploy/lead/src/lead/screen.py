"""What the demo shows: a line per source while it syncs, golden records as a table, changes as they come."""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from contracts.golden_records import ContactDetail, ContactSummary
from contracts.syncs import SyncView
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

_PLAIN_SECONDS = 2.0  # without a terminal a line is printed, not redrawn, so it comes less often

_PLAIN_WIDTH = 130

_WRITTEN = {"hubspot": "HubSpot"}
_STYLES = {"hubspot": "black on dark_orange", "pipedrive": "white on dark_green", "zendesk": "white on blue"}


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

    def golden_records(self, records: Sequence[ContactSummary], *, rows: int = 12) -> None:
        """Show some golden records, those of several providers first, with a badge for each source."""
        table = Table(title="Golden records", title_justify="left")
        for column, width in (("name", 16), ("email", 20), ("phone", 12), ("from", 30)):
            table.add_column(column, overflow="ellipsis", no_wrap=True, min_width=width)
        for record in sorted(records, key=_width, reverse=True)[:rows]:
            name = " ".join(part for part in (record.first_name, record.last_name) if part)
            table.add_row(*map(_cell, (name, record.email, record.phone)), _badges(record))
        self.console.print(table)

    def change(self, record: ContactDetail) -> None:
        """Show a golden record that changed."""
        fields = record.fields
        name = " ".join(fields[part] for part in ("first_name", "last_name") if fields.get(part))
        newest = max(record.sources, key=lambda source: (source.updated_at is not None, source.updated_at))
        at = datetime.now().astimezone().strftime("%H:%M:%S")
        self.say(f"  {at}  {name or '(no name)':<28} {fields.get('email') or '':<34} from {badge(newest.provider)}")

    def _draw(self, source: str, fetched: int, total: int | None, state: str) -> None:
        if source not in self._tasks:
            self._tasks[source] = self._bars.add_task(source, total=None, state=state)
        self._bars.update(self._tasks[source], completed=fetched, total=total, state=state)

    def _print(self, source: str, line: str, state: str) -> None:
        at, before = self._printed.get(source, (0.0, ""))
        if line != before and (time.monotonic() - at > _PLAIN_SECONDS or state not in before):
            self._printed[source] = (time.monotonic(), line)
            self.say(line)


def badge(provider: str) -> str:
    """A provider as people write it."""
    return _WRITTEN.get(provider, provider.capitalize())


def _badges(record: ContactSummary) -> Text:
    """A chip for each provider, with the number of its records where there are several."""
    chips = Text()
    for provider, count in sorted(Counter(source.provider for source in record.sources).items()):
        chips.append(f" {badge(provider)}{f' x{count}' if count > 1 else ''} ", style=_STYLES.get(provider, "reverse"))
        chips.append(" ")
    return chips


def _width(record: ContactSummary) -> tuple[int, int]:
    return len({source.provider for source in record.sources}), len(record.sources)


def _cell(value: str | None) -> str:
    # What people are called is not markup.
    return (value or "").replace("[", r"\[")
