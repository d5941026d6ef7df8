"""Print how often the tone check is right: `python -m tests.words.tone_table [--misses] [--first]`."""

import sys
from dataclasses import dataclass
from pathlib import Path

from workflows.domain.tone import Check, Finding, Said, TonePolicy, Verdict, hardest
from workflows.words.tone import check_tone

FOLDER = Path(__file__).parent
LIMIT = 280
STOPS = (Verdict.APPROVAL, Verdict.REFUSE)
HELD_OUT = 80  # the replies after these were read last, when the lists were done


@dataclass(frozen=True)
class Reply:
    """A reply as an agent may write it; `wanted` is the check that should find it, None for a good one."""

    language: str
    wanted: Check | None
    said: Said


@dataclass(frozen=True)
class Measured:
    """Shares: of good replies that were stopped or warned of, of bad ones named for the right reason."""

    good: int
    bad: int
    stopped: float
    warned: float
    named: float


def reply_files() -> list[Path]:
    return sorted(FOLDER.glob("tone_*.tsv"))


def read_replies(path: Path) -> list[Reply]:
    language = path.stem.removeprefix("tone_")
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    replies = []
    for line in filter(None, lines):
        verdict, code, angry, customer, theirs, text = line.split("\t")
        said = Said(text, language, customer=customer, customer_text=theirs, is_angry=angry == "1")
        replies.append(Reply(language, Check(code) if verdict == "bad" else None, said))
    return replies


def found_in(reply: Reply) -> list[Finding]:
    return list(check_tone(reply.said, TonePolicy(), limit=LIMIT))


def measure(replies: list[Reply]) -> Measured:
    good = [found_in(reply) for reply in replies if reply.wanted is None]
    bad = [(reply.wanted, found_in(reply)) for reply in replies if reply.wanted is not None]
    return Measured(
        len(good),
        len(bad),
        _share([hardest(found) in STOPS for found in good]),
        _share([hardest(found) is Verdict.WARN for found in good]),
        _share([any(finding.check is wanted for finding in found) for wanted, found in bad]),
    )


def misses(replies: list[Reply]) -> list[str]:
    out = []
    for reply in replies:
        found = found_in(reply)
        names = ", ".join(f"{finding.check}: {finding.what!r}" for finding in found)
        if reply.wanted is None and hardest(found) in (*STOPS, Verdict.WARN):
            out.append(f"{reply.language} good, found {names}: {reply.said.text}")
        elif reply.wanted and not any(finding.check is reply.wanted for finding in found):
            out.append(f"{reply.language} {reply.wanted}, found {names or 'nothing'}: {reply.said.text}")
    return out


def _share(right: list[bool]) -> float:
    return sum(right) / len(right)


def main() -> None:
    out = [
        "| language | replies | good ones stopped | good ones warned of | bad ones named |",
        "|---|---|---|---|---|",
    ]
    for path in reply_files():
        replies = read_replies(path)
        parts = (
            [("", replies[:HELD_OUT])]
            if "--first" in sys.argv
            else [("", replies), (", last third", replies[HELD_OUT:])]
        )
        for name, part in parts:
            found = measure(part)
            shares = " | ".join(f"{share:.1%}" for share in (found.stopped, found.warned, found.named))
            out.append(f"| {path.stem.removeprefix('tone_')}{name} | {len(part)} | {shares} |")
        if "--misses" in sys.argv:
            out += misses(parts[0][1])
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
