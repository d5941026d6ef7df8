"""What the bot says: every sentence is in the catalogue, and every place in it is filled."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from slackbot.words import count, say

PACKAGE = Path(__file__).resolve().parents[2] / "slackbot"
CATALOGUES = sorted(PACKAGE.glob("locale/*/LC_MESSAGES/mentiondesk.po"))
PLACE = re.compile(r"%\((\w+)\)s")


def said() -> Iterator[tuple[str, ast.Call]]:
    """Yield every call of say and count with where it stands."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name == "words.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("say", "count")
            ):
                yield f"{path.name}:{node.lineno}", node


SAID = list(said())


def sentences(call: ast.Call) -> list[str]:
    """Return the literal sentences of a call: one of say, two of count."""
    number = 1 if isinstance(call.func, ast.Name) and call.func.id == "say" else 2
    return [str(ast.literal_eval(argument)) for argument in call.args[:number]]


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def test_there_is_an_english_catalogue_and_something_to_say() -> None:
    assert [path.parts[-3] for path in CATALOGUES] == ["en"]
    assert len(SAID) > 60


@pytest.mark.parametrize(("where", "call"), SAID, ids=[where for where, _ in SAID])
def test_every_place_in_a_sentence_is_filled_and_nothing_else_is_given(where: str, call: ast.Call) -> None:
    found = sentences(call)
    given = {keyword.arg for keyword in call.keywords}
    if len(found) == 2:
        assert [PLACE.findall(sentence) for sentence in found] == [["number"], ["number"]]
        assert not given
    else:
        assert set(PLACE.findall(found[0])) == given
    for sentence in found:
        assert "%" not in PLACE.sub("", sentence), "a lone % would break the filling in"
        assert sentence.strip() == sentence
        assert sentence


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_the_catalogue_holds_what_is_said_and_nothing_else(path: Path) -> None:
    extracted = extract_from_dir(PACKAGE, keywords={"say": None, "count": (1, 2)})
    wanted = {message for _, _, message, _, _ in extracted}
    kept = {message.id for message in read(path) if message.id}

    assert {m if isinstance(m, tuple) else (m,) for m in wanted} == {
        tuple(sentences(call)) for _, call in SAID
    }
    assert kept == wanted, "make messages"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_translation_has_the_places_of_its_sentence(path: Path) -> None:
    for message in read(path):
        translated = message.string if isinstance(message.string, tuple) else (message.string,)
        one = message.id[0] if isinstance(message.id, tuple) else message.id
        for sentence in translated if one else ():
            assert not sentence or set(PLACE.findall(str(sentence))) == set(PLACE.findall(str(one)))


def test_numbers_are_said_as_people_read_them() -> None:
    assert count("%(number)s post", "%(number)s posts", 1) == "1 post"
    assert count("%(number)s post", "%(number)s posts", 1204) == "1,204 posts"
    assert count("%(number)s post", "%(number)s posts", 0) == "0 posts"


def test_a_value_is_put_in_as_it_is() -> None:
    assert say("%(who)s wrote", who="100 % %(sure)s") == "100 % %(sure)s wrote"
