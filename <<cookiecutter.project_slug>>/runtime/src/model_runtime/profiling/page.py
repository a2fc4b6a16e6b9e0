"""The page of a profile."""

from collections.abc import Iterable
from html import escape

from ..counts import counted
from ..features.date import iso_date
from ..html_page import html_page, large
from .column import Column
from .findings import findings
from .profile import Profile

_STYLE = """\
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr));
  gap: 1rem; align-items: start; }
article { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; min-width: 0; }
.note { color: var(--muted); font-size: .875rem; }
svg { display: block; width: 100%; height: 4rem; margin-top: .5rem; }
svg rect { fill: var(--accent); }
.ends { display: flex; justify-content: space-between; gap: 1rem; }
dl { display: grid; grid-template-columns: fit-content(40%) 1fr auto; gap: .15rem .75rem;
  margin: .5rem 0 0; font-size: .875rem; align-items: center; }
dt { overflow-wrap: anywhere; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
.bar { height: .75rem; background: var(--accent); border-radius: .2rem; min-width: 1px; }
li { margin: .35rem 0; overflow-wrap: anywhere; }
"""

_BODY = """{large}
{sampled}
<h2>To look at</h2>
{findings}
<h2>The target, {target}</h2>
<p>{about}</p>
{spread}
<h2>What tells most of it</h2>
<p class="note">The share of the target that each column tells alone, without the others; a model
uses them together.</p>
{telling}
<h2>The columns</h2>
<div class="cards">
{cards}
</div>"""

_KINDS = {
    "number": "Number",
    "integer": "Whole number",
    "boolean": "True or false",
    "category": "Category",
    "date": "Date",
    "text": "Text",
    "left out": "No feature",
}
_TELLING = 12
_HEIGHT = 64


def page(profile: Profile) -> str:
    """Return the page."""
    told = sorted(profile.told.items(), key=lambda pair: -pair[1])[:_TELLING]
    body = _BODY.format(
        large=large(_figures(profile)),
        sampled=_sampled(profile),
        findings=_list(findings(profile)),
        target=escape(profile.target.name),
        about=escape(_target(profile)),
        spread=_spread(profile.target),
        telling=_bars([(name, share, f"{share:.0%}") for name, share in told], 1.0),
        cards="\n".join(_card(each, profile.told.get(each.name)) for each in profile.columns),
    )
    return html_page(f"The data before training: {profile.source}", body, _STYLE)


def _figures(profile: Profile) -> dict[str, str]:
    cells = profile.rows * max(1, len(profile.columns))
    missing = sum(each.missing for each in profile.columns)
    return {
        "rows": f"{profile.rows:,}",
        "columns beside the target": f"{len(profile.columns):,}",
        "of the values are missing": f"{missing / cells:.1%}",
        "rows are repeated": f"{profile.repeated:,}",
    }


def _sampled(profile: Profile) -> str:
    if not profile.sampled:
        return ""
    return (
        f"<p>This is of {profile.looked_at:,} of the {counted(profile.rows, 'row')}, drawn at "
        "random; what is missing, and the least and greatest numbers, are of all.</p>"
    )


def _list(sentences: list[str]) -> str:
    if not sentences:
        return "<p>Nothing stands out.</p>"
    return f"<ul>{''.join(f'<li>{escape(each)}</li>' for each in sentences)}</ul>"


def _target(profile: Profile) -> str:
    target = profile.target
    if profile.task == "classification":
        return f"A classification, of {counted(target.distinct, 'class', 'classes')}."
    if target.ends is None:
        return "A regression, of no numbers."
    low, middle, high = map(_number, target.ends)
    return f"A regression, from {low} to {high}; half of the rows up to {middle}."


def _card(column: Column, told: float | None) -> str:
    missing = (
        f"missing in {counted(column.missing, 'row')} ({column.share_missing:.1%})"
        if column.missing
        else "never missing"
    )
    kind = _KINDS[column.kind]
    said = [f"{kind}, {missing}.", _sentence(column)]
    if told is not None:
        said.append(f"Alone it tells {told:.0%} of the target.")
    lines = "".join(f"<p>{escape(each)}</p>" for each in said if each)
    return f"<article><h3>{escape(column.name)}</h3>{lines}{_spread(column)}</article>"


def _sentence(column: Column) -> str:
    if column.why:
        return f"{column.why[0].upper()}{column.why[1:]}."
    if column.kind in ("number", "integer") and column.ends:
        low, middle, high = map(_number, column.ends)
        values = counted(column.distinct, "different value")
        return f"{low} to {high}, half of them up to {middle}; {values}."
    if column.kind == "date" and column.ends:
        return f"{iso_date(column.ends[0])} to {iso_date(column.ends[2])}."
    if column.kind == "text" and column.ends:
        low, middle, high = map(_number, column.ends)
        said = f"{low} to {high} words, half of them up to {middle}"
        return f"{said}; {counted(column.distinct, 'different text')}."
    return f"{counted(column.distinct, 'label')}." if column.kind == "category" else ""


def _spread(column: Column) -> str:
    if not column.bars:
        return ""
    if column.kind in ("number", "integer", "date", "text"):
        return _histogram(column)
    rows = sum(count for _, count in column.bars) + column.rest
    bars = [
        (label, count / rows, f"{count:,} ({count / rows:.0%})") for label, count in column.bars
    ]
    if column.rest:
        others = column.distinct - len(column.bars)
        said = f"{column.rest:,} ({column.rest / rows:.0%})"
        bars.append((counted(others, "other"), column.rest / rows, said))
    return _bars(bars, max(share for _, share, _ in bars))


def _histogram(column: Column) -> str:
    """Return bars, beside each other, and in words which is the highest."""
    counts = [count for _, count in column.bars]
    highest, n = max(counts), len(counts)
    rects = "".join(
        f'<rect x="{k}" y="{_HEIGHT * (1 - count / highest):.1f}" width="0.9" '
        f'height="{_HEIGHT * count / highest:.1f}"><title>{escape(name)}: {count:,}</title></rect>'
        for k, (name, count) in enumerate(column.bars)
        if count
    )
    unit = " words" if column.kind == "text" else ""
    most = column.bars[counts.index(highest)][0]
    said = f"Histogram of {column.name}: most rows, {highest:,}, have {most}{unit}"
    return (
        f'<svg role="img" aria-label="{escape(said)}" viewBox="0 0 {n} {_HEIGHT}" '
        f'preserveAspectRatio="none">{rects}</svg>'
        f'<div class="ends note"><span>{escape(_first(column))}</span>'
        f"<span>{escape(_last(column))}</span></div>"
    )


def _first(column: Column) -> str:
    return column.bars[0][0].split(" to ")[0]


def _last(column: Column) -> str:
    if column.kind == "date" and column.ends:
        return iso_date(column.ends[2])
    return column.bars[-1][0].split(" to ")[-1]


def _bars(bars: Iterable[tuple[str, float, str]], longest: float) -> str:
    """Return a list of names, bars and what they stand for."""
    rows = "".join(
        f'<dt>{escape(name)}</dt><dd aria-hidden="true"><div class="bar" '
        f'style="width: {100 * share / (longest or 1):.1f}%"></div></dd><dd>{escape(said)}</dd>'
        for name, share, said in bars
    )
    return f"<dl>{rows}</dl>" if rows else ""


def _number(value: float) -> str:
    whole = abs(value) < 1e15 and (value.is_integer() or abs(value) >= 1_000)
    if not whole:
        return f"{value:.4g}"
    # Four digits stand together, as on the web page: they may be a year.
    return f"{value:,.0f}" if abs(round(value)) >= 10_000 else f"{value:.0f}"
