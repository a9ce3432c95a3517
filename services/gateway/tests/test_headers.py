"""Which headers pass."""

from gateway.headers import secured, to_client, to_service

SAID = {"client": "192.0.2.7", "scheme": "https", "request_id": "r1", "trace": {"traceparent": "t1"}}


def test_two_headers_of_one_name_stay_two() -> None:
    cookies = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]

    assert to_client([(b"Set-Cookie", value) for _, value in cookies], has_body=True) == cookies


def test_what_concerns_one_connection_stays_behind() -> None:
    received = [
        *((b"connection", b"close, X-Mine"), (b"x-mine", b"1"), (b"keep-alive", b"5"), (b"te", b"trailers")),
        *((b"upgrade", b"websocket"), (b"proxy-authorization", b"x"), (b"accept", b"*/*")),
    ]

    assert {name for name, _ in to_client(received, has_body=True)} == {b"accept"}
    passed = {name for name, _ in to_service(received, **SAID)}
    assert passed == {
        *(b"accept", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-request-id", b"traceparent")
    }


def test_a_client_cannot_say_who_it_is_or_where_it_is() -> None:
    received = [
        *((b"host", b"lead.example"), (b"x-forwarded-for", b"10.0.0.1"), (b"x-forwarded-proto", b"gopher")),
        *((b"x-forwarded-host", b"evil.example"), (b"x-forwarded-port", b"1"), (b"forwarded", b"for=10.0.0.1")),
        *((b"x-real-ip", b"10.0.0.1"), (b"x-request-id", b"theirs"), (b"traceparent", b"theirs")),
    ]

    assert to_service(received, **SAID) == [
        (b"x-forwarded-for", b"192.0.2.7"),
        (b"x-forwarded-proto", b"https"),
        (b"x-forwarded-host", b"lead.example"),
        (b"x-request-id", b"r1"),
        (b"traceparent", b"t1"),
    ]


def test_a_body_has_one_length() -> None:
    received = [(b"content-length", b"5"), (b"transfer-encoding", b"chunked")]

    assert not {b"content-length", b"transfer-encoding"} & {name for name, _ in to_service(received, **SAID)}


def test_an_answer_without_a_body_tells_no_length() -> None:
    assert to_client([(b"Content-Length", b"12"), (b"ETag", b"x")], has_body=False) == [(b"etag", b"x")]


def test_an_answer_keeps_its_own_security_headers() -> None:
    answered = dict(secured([(b"Content-Security-Policy", b"default-src 'self'")]))

    assert answered[b"Content-Security-Policy"] == b"default-src 'self'"
    assert b"content-security-policy" not in answered
    assert answered[b"x-content-type-options"] == b"nosniff"
