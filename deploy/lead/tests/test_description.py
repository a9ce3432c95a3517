"""The interface as the page knows it is the interface as it is."""

from lead import description, web


def test_the_page_knows_the_interface_as_the_services_describe_it() -> None:
    sources = web.folder()
    assert sources is not None

    known = (sources / "openapi.json").read_bytes()

    assert known == description.describe(), "a route changed: run `make types`"
