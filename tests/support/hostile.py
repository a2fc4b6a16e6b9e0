"""Answers that would run, end a string or leave a folder, if anything took them for more."""

from pathlib import Path

from hypothesis import strategies as st

NAME = "RAN"
"""The file that a hostile answer would make."""

ATTACKS = (
    f'<<cycler.__init__.__globals__.os.system("touch {NAME}")>>',
    f'<% if cycler.__init__.__globals__.os.system("touch {NAME}") %><% endif %>',
    f'{{{{cycler.__init__.__globals__.os.system("touch {NAME}")}}}}',
    f'{{% if cycler.__init__.__globals__.os.system("touch {NAME}") %}}{{% endif %}}',
    f"$(touch {NAME})",
    f"`touch {NAME}`",
    f'"; open("{NAME}", "w") #',
    f"'''; open('{NAME}', 'w') #",
    f"2; touch {NAME}",
)
PIECES = ("<<", ">>", "<%", "%>", "<#", "#>", "{{", "}}", "{%", "%}", '"', "'", "\\", "\\n", "#")
MARKUP = (": ", "- ", "&a", "*a", "!!x", "[[x]]", '"""', "$", "${x}", "%s", "..", "/", "é", "🚢")

hostile = st.lists(
    st.one_of(st.sampled_from(ATTACKS + PIECES + MARKUP), st.text(max_size=5)),
    min_size=1,
    max_size=4,
).map("".join)


def ran(*folders: Path) -> list[Path]:
    """Return the files that hostile answers have made: in folders, and where the tests run."""
    return [path for folder in folders for path in folder.rglob(NAME)] + [
        path for path in [Path(NAME)] if path.exists()
    ]
