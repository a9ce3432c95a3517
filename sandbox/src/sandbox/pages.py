"""The frame of the few pages that people see."""

from html import escape

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2a37; background: #f5f6f8; margin: 0 }
main { max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
section { background: #fff; border: 1px solid #dfe3e8; border-radius: 8px; padding: 1rem 1.25rem; margin: 1rem 0 }
h1 { font-size: 1.35rem } h2 { font-size: 1rem; margin: 0 0 .75rem }
table { border-collapse: collapse; width: 100% } th { text-align: left; font-weight: 600 }
th, td { padding: .3rem .5rem; border-bottom: 1px solid #eef0f3 } td.number { text-align: right }
form { display: inline-block; margin: .15rem .4rem .15rem 0 } label { display: block; padding: .2rem 0 }
input, select { font: inherit; padding: .2rem .35rem; max-width: 9rem }
button { font: inherit; padding: .25rem .7rem; border: 1px solid #c4cbd4; border-radius: 6px; background: #fff }
button.main { background: #1f6feb; border-color: #1f6feb; color: #fff }
code { background: #eef0f3; border-radius: 4px; padding: 0 .25rem }
"""


def page(title: str, body: str) -> str:
    """A whole page; `body` is HTML already."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
