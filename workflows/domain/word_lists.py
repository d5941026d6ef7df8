"""Reads the lists of words that lie beside the domain's modules as text files."""

from importlib.resources import files


def read_words(name: str) -> list[str]:
    """Return the words of the file `name` of this package; a line that starts with # is a comment."""
    lines = files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]
