"""The meaning of settings: config.yaml's comments, and the settings' own descriptions."""

from pydantic import BaseModel, Field

from model_runtime.delivery.meanings import meanings


class Section(BaseModel):
    """Some settings."""

    host: str = "#"
    rare: int = Field(default=1, description="told by the setting")
    place: str = Field(default="", description="told by the setting, too")


class Settings(BaseModel):
    """All of them."""

    section: Section = Section()


CONFIG = """
# About the file.

section:                      # for services
  host: "#"                   # where it listens; "#" is
                              # no host
  # Above it.
  # On two lines.
  port: 80
  place: a#b                  # told by config.yaml
  # Of nothing.

  deep:
    list: [a, "b # c"]        # of letters
  last: 'x'
"""


def test_comments_and_descriptions_are_found_by_path() -> None:
    assert meanings(CONFIG, Settings) == {
        "section": "for services",
        "section.host": 'where it listens; "#" is no host',
        "section.port": "Above it. On two lines.",
        "section.place": "told by config.yaml",
        "section.rare": "told by the setting",
        "section.deep.list": "of letters",
    }
