"""The small page a person sees on coming back from a provider, when no page of ours asked for them."""

import base64
import hashlib
from html import escape

STYLE = """
:root { color-scheme: light dark }
body { font: 1.1rem/1.5 system-ui, sans-serif; display: grid; min-height: 90vh; place-content: center; margin: 1rem }
main { max-width: 32rem }
h1 { font-size: 1.4rem; margin: 0 0 .5rem }
p { margin: 0; overflow-wrap: anywhere }
"""

_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""The address of the page holds the provider's code: nothing may see it, keep it or pass it on."""


def page(title: str, words: str) -> bytes:
    """Write the page; both texts may come from anywhere."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f"<main><h1>{escape(title)}</h1><p>{escape(words)}</p></main></html>\n"
    ).encode()
