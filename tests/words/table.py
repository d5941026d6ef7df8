"""Print the accuracy on the sentence files as Markdown: `python -m tests.words.table [--misses]`."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workflows.domain.rules import Sentiment
from workflows.words.understand import language_of, mood_of

FOLDER = Path(__file__).parent
_BAD = (Sentiment.ANGRY, Sentiment.NEGATIVE)


@dataclass(frozen=True)
class Sentence:
    language: str
    mood: Sentiment
    text: str


@dataclass(frozen=True)
class Measured:
    """Shares of sentences: language right; bad or not right; mood exactly right."""

    sentences: int
    language: float
    bad: float
    exact: float


def read_sentences(path: Path) -> list[Sentence]:
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line.strip() and not line.startswith("# "))
    return [Sentence(language, Sentiment(mood), text) for language, mood, text in rows]


def sentence_files() -> list[Path]:
    return sorted(FOLDER.glob("sentences_*.tsv"))


def measure(sentences: list[Sentence]) -> Measured:
    moods = [(sentence.mood, mood_of(sentence.text, sentence.language)) for sentence in sentences]
    return Measured(
        len(sentences),
        _share(language_of(sentence.text) == sentence.language for sentence in sentences),
        _share((wanted in _BAD) == (found in _BAD) for wanted, found in moods),
        _share(wanted == found for wanted, found in moods),
    )


def misses(sentences: list[Sentence]) -> list[str]:
    found = [(one, language_of(one.text), mood_of(one.text, one.language)) for one in sentences]
    return [
        f"{one.language} {one.mood}, found {language} {mood}: {one.text}"
        for one, language, mood in found
        if (one.language, one.mood) != (language, mood)
    ]


def _share(right: Iterable[bool]) -> float:
    answers = list(right)
    return sum(answers) / len(answers)


def main() -> None:
    out = [
        "| file | sentences | language | angry or negative, or not | mood exact |",
        "|---|---|---|---|---|",
    ]
    for path in [*sentence_files(), *sorted(FOLDER.glob("held_out_*.tsv"))]:
        found = measure(read_sentences(path))
        shares = " | ".join(f"{share:.1%}" for share in (found.language, found.bad, found.exact))
        out.append(f"| `{path.name}` | {found.sentences} | {shares} |")
        if "--misses" in sys.argv:
            out += misses(read_sentences(path))
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
