import pytest
from hypothesis import given
from hypothesis import strategies as st
from providers.markup import plain_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (None, None),
        ("", None),
        ("<p> </p>", None),
        ("Just words, 5 < 6 & so on", "Just words, 5 < 6 & so on"),
        ("<div><p>Acme &amp; us:&nbsp;<b>met</b></p></div>", "Acme & us: met"),
        ("Agenda<ul><li>One</li><li>Two</li></ul>", "Agenda\nOne\nTwo"),
        ("One<br/>two<br>three", "One\ntwo\nthree"),
        ("<style>p { color: red }</style><script>alert(1)</script>Hello", "Hello"),
        ("<p>Half a\0 word", "Half a word"),
        ("</style>still here", "still here"),
    ],
)
def test_markup_is_read_as_people_read_it(markup, text):
    assert plain_text(markup) == text


@given(st.text(alphabet="<>/=&;#!-'\"abp \n\0", max_size=200))
def test_no_markup_is_too_odd(markup):
    plain_text(markup)
