"""How every bench prints: Markdown, so that a figure goes into the README as it stands."""

from collections.abc import Sequence


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    print(f"\n### {title}\n")
    print("| " + " | ".join(head) + " |")
    print("|" + "|".join("---" if number == 0 else "--:" for number in range(len(head))) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)
