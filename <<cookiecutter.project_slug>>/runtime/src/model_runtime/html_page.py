"""The frame of the reports that are pages: one file, which needs no other and loads nothing."""

from html import escape

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --paper: #fff; --ink: #1c2733; --muted: #5a6775; --line: #dfe5ec;
  --accent: #0b6e99; --warm: #d98200; --good: #0b6b3a; --bad: #b3261e; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --paper: #14191f; --ink: #e6ebf0; --muted: #a3afbb; --line: #36424e;
    --accent: #5db8e0; --warm: #f0a840; --good: #5cc98b; --bad: #ff8a80; }}
}}
body {{ font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; overflow-wrap: anywhere; }}
h2 {{ font-size: 1.15rem; margin-top: 2rem; }}
table {{ border-collapse: collapse; }}
th, td {{ text-align: left; padding: .25rem 1.5rem .25rem 0;
  border-bottom: 1px solid var(--line); }}
th {{ font-weight: 600; }}
td.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
.large {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: 1rem;
  margin: 1.5rem 0; }}
.large div {{ color: var(--muted); }}
.large b {{ display: block; font-size: 1.8rem; color: var(--ink); line-height: 1.2; }}
{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""


def html_page(title: str, body: str, style: str = "") -> str:
    """Return a page, whose colours follow the reader's choice of light or dark.

    Args:
        title: A text; it is the page's first heading, too.
        body: HTML below the heading.
        style: CSS of this page's own, by the frame's variables for colours.
    """
    return _PAGE.format(title=escape(title), body=body, style=style)


def large(figures: dict[str, str]) -> str:
    """Return a page's main figures, by their names, as HTML."""
    found = (f"<div><b>{escape(value)}</b>{escape(name)}</div>" for name, value in figures.items())
    return f'<div class="large">{"".join(found)}</div>'
