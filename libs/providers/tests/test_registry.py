"""What every source owes those who read the registry: services, routes and the page."""

import pytest
from contracts.sources import SOURCE_NAMES
from providers.registry import FILES, PROVIDERS, SOURCES


def test_a_source_is_named_where_all_services_know_it():
    assert tuple(SOURCES) == SOURCE_NAMES


def test_every_source_is_of_one_kind():
    assert SOURCES.keys() == PROVIDERS.keys() | FILES.keys()
    assert all(source.name == name for name, source in SOURCES.items())


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_says_what_it_is_and_what_it_shows(name):
    source = SOURCES[name]

    assert source.label
    assert source.says
    assert set(source.listings) <= set(source.streams)


def test_every_kind_of_file_has_an_address_of_its_own():
    slugs = [kind.slug for kind in FILES.values()]

    # `/connections/providers` is a list, and the others are where credentials are handed over
    assert len({*slugs, *PROVIDERS, "providers"}) == len(slugs) + len(PROVIDERS) + 1
    assert all(slug.isascii() and slug.isalpha() and slug.islower() for slug in slugs)


@pytest.mark.parametrize("name", FILES)
def test_a_kind_of_file_says_how_such_files_end_and_what_may_be_said_of_them(name):
    kind = FILES[name]

    assert kind.endings
    assert all(ending.startswith(".") for ending in kind.endings)
    assert not {"file", "name"} & kind.options.keys()
