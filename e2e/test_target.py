"""Which house is asked for."""

from pathlib import Path

import pytest

from e2e.target import open_house, target_of


@pytest.mark.parametrize("environ", [{}, {"E2E_TARGET": ""}])
def test_the_house_is_the_embedded_one_unless_told_otherwise(environ: dict[str, str]) -> None:
    assert target_of(environ) == "embedded"


@pytest.mark.parametrize(
    ("environ", "complaint"),
    [
        ({"E2E_TARGET": "kubernetes"}, "not 'kubernetes'"),
        ({"E2E_TARGET": "localhost:4000"}, "begins with http"),
        ({"E2E_TARGET": "http://localhost:4000"}, "E2E_SANDBOX_URL"),
        ({"E2E_TARGET": "http://localhost:4000", "E2E_SANDBOX_URL": "localhost:4100"}, "E2E_SANDBOX_URL"),
    ],
)
def test_what_is_no_house_is_refused_with_a_sentence(environ: dict[str, str], complaint: str, tmp_path: Path) -> None:
    with pytest.raises(pytest.UsageError, match=complaint):
        open_house(environ, tmp_path)
