"""The model card: a model in words and tables, for its decision makers."""

import json
from pathlib import Path

from ..bundle.metadata import Metadata
from ..bundle.read import Bundle
from ..bundle.schema import Schema
from ..counts import counted
from ..features import Feature
from ..features.names import with_unit
from .by_class import section
from .evaluate import Scores
from .figures import Picture

_FEATURES = 100
_CLASSES = 30
_LABELS = 10
_LONGEST_LABEL = 40


def write_model_card(
    folder: Path, bundle: Bundle, scores: Scores, pictures: dict[str, Picture], more: list[str]
) -> None:
    """Write model-card.md.

    Args:
        folder: The reports' folder.
        bundle: What the card is about.
        scores: The primary metric beside folds and baseline.
        pictures: Each file's name and what it shows.
        more: Lines about what not every training has: leaks, AutoML.
    """
    schema, metadata = bundle.schema, bundle.metadata
    lines = [
        f"# {metadata.title or metadata.name}, version {metadata.version}",
        "",
        metadata.description,
        "",
        f"Made {metadata.created:%Y-%m-%d %H:%M} UTC from {counted(metadata.data.rows, 'row')} "
        f"(SHA-256 `{metadata.data.sha256[:12]}…`"
        + (f", commit `{metadata.git_commit[:12]}`" if metadata.git_commit else "")
        + f"). Served by `{metadata.engine}`.",
        *(f"\n**{name}: {value}**" for name, value in metadata.tags.items()),
        *_parameters(metadata),
        "",
        "## What it is asked",
        "",
        "| feature | type | unit | bounds or labels | optional | description |",
        "|---|---|---|---|---|---|",
        *(_feature_row(feature) for feature in schema.features[:_FEATURES]),
        *_more(len(schema.features) - _FEATURES, "features"),
        "",
        "## What it answers",
        "",
        _answers(schema),
        "",
        "## How good it is",
        "",
        f"{scores}."[0].upper() + f"{scores}."[1:],
        "",
        "| metric (hold-out) | model | simplest answer | threshold |",
        "|---|---|---|---|",
        *(
            f"| {name} | {value:.4g} | {scores.baseline[name]:.4g} "
            f"| {metadata.thresholds.get(name, '')} |"
            for name, value in metadata.metrics.items()
        ),
        "",
        *section(scores.classes),
        *more,
        "## Is the compiled model the same?",
        "",
        _parity(metadata),
        "",
        *(picture_lines(name, picture) for name, picture in pictures.items()),
    ]
    (folder / "model-card.md").write_text("\n".join(lines), "utf-8")


def _parameters(metadata: Metadata) -> list[str]:
    given = [f"`{name}: {json.dumps(value)}`" for name, value in metadata.parameters.items()]
    return [f"\nLearned with {', '.join(given)} (`training.parameters`)."] if given else []


def _feature_row(feature: Feature) -> str:
    if feature.labels is not None:
        shown = ", ".join(_brief(label) for label in feature.labels[:_LABELS])
        shown += f" … ({len(feature.labels):,})" if len(feature.labels) > _LABELS else ""
    else:
        shown = _limits(feature)
    cells = [feature.name, feature.type, feature.unit or "", shown]
    about = ": ".join(filter(None, [feature.label, feature.description]))
    cells += ["yes" if feature.optional else "", about]
    return "| " + " | ".join(cell.replace("|", r"\|").replace("\n", " ") for cell in cells) + " |"


def _limits(feature: Feature) -> str:
    bounds = ["" if bound is None else _bound(bound) for bound in (feature.min, feature.max)]
    if any(bounds):
        return " to ".join(bounds)
    lengths = {"at least": feature.min_length, "at most": feature.max_length}
    bounds = [f"{word} {length:,}" for word, length in lengths.items() if length]
    told = [f"{' and '.join(bounds)} characters"] if bounds else []
    return ", ".join([*told, *([f"`{feature.pattern}`"] if feature.pattern else [])])


def _bound(bound: float | str) -> str:
    return bound if isinstance(bound, str) else f"{bound:g}"


def _answers(schema: Schema) -> str:
    about = schema.answer.description
    if not schema.classes:
        return f"A number: {with_unit(schema.title, schema.answer.unit)}. {about}".rstrip()
    pairs = list(zip(schema.flags, schema.classes, strict=True))[:_CLASSES]
    lines = [f"- `{flag}`: the probability of {schema.answer.name(name)}" for flag, name in pairs]
    more = _more(len(schema.classes) - _CLASSES, "classes")
    return "\n".join([*([f"{about}\n"] if about else []), *lines, *more])


def _more(n: int, things: str) -> list[str]:
    """Return a line about what the card leaves out, if it does."""
    return [f"\nAnd {n:,} more {things}: see `schema.json` in the bundle."] if n > 0 else []


def _brief(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def picture_lines(name: str, picture: Picture) -> str:
    """Return a report's section about a picture."""
    note = f"\n{picture.note.strip()}\n" if picture.note else ""
    return f"## {picture.title}\n\n![{picture.title}]({name})\n{note}"


def _parity(metadata: Metadata) -> str:
    parity = metadata.parity
    if not parity.proven:
        return f"No compiled model is served: {parity.obstacle}. scikit-learn answers itself."
    groups = ", ".join(f"{rows:,} {name}" for name, rows in parity.rows.items())
    return (
        f"Yes. On {counted(sum(parity.rows.values()), 'row')} ({groups}) every label is "
        f"scikit-learn's and the largest difference is {parity.largest_difference:.1e} "
        f"(allowed: {parity.tolerance:.0e})."
    )
