"""The columns that lists of golden records have, on the page and in files."""

from typing import Literal, get_args

Column = Literal[
    "id", "first_name", "last_name", "email", "emails", "phone", "phones", "company", "job_title", "birth_date",
    "street", "postal_code", "city", "region", "country", "owner", "url", "sources", "source_records", "created_at",
    "updated_at", "last_interaction_at",
]  # fmt: skip

COLUMNS: tuple[Column, ...] = get_args(Column)
