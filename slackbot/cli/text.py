"""What can be typed after `mentiondesk text`: looks at words as the dialogs do."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from slackbot.cli.streams import FINE, NOT_SO, answer_lines, plainly, read_text, tell, tell_json

if TYPE_CHECKING:
    from workflows.domain.playbook import Playbook
    from workflows.domain.tone import Said

text = typer.Typer(help="Look at a text as the reply dialog does.", no_args_is_help=True)

Words = Annotated[str | None, typer.Argument(help="the text; - reads it from standard input")]
AsJson = Annotated[bool, typer.Option("--json", help="print a JSON object")]
Jsonl = Annotated[
    str, typer.Option(help="many texts: a file with one a line, or -", metavar="FILE|-", show_default=False)
]


@text.command("length")
def length(words: Words = None, as_json: AsJson = False, jsonl: Jsonl = "") -> None:
    """Weigh a text as X does."""
    with plainly():
        from workflows.domain.length import weighted_length  # noqa: PLC0415
        from workflows.settings import load_settings  # noqa: PLC0415

        limit = load_settings().x_post_limit

        def weigh(given: Mapping[str, Any]) -> dict[str, Any]:
            weighted = weighted_length(_text_of(given))
            return {"weighted": weighted, "limit": limit, "ok": weighted <= limit}

        if jsonl:
            raise typer.Exit(answer_lines(jsonl, weigh))
        answer = weigh({"text": read_text(words)})
        if as_json:
            tell_json(answer)
        else:
            tell(f"{answer['weighted']} of {limit}")
        raise typer.Exit(FINE if answer["ok"] else NOT_SO)


@text.command("language")
def language(words: Words = None, as_json: AsJson = False, jsonl: Jsonl = "") -> None:
    """Find out the language and the mood of a text, as triage does."""
    with plainly():
        from workflows.words.understand import understand  # noqa: PLC0415

        def look(given: Mapping[str, Any]) -> dict[str, Any]:
            understood = understand(_text_of(given), hint=str(given.get("lang") or ""))
            return {"language": understood.language, "sentiment": understood.sentiment.value}

        if jsonl:
            raise typer.Exit(answer_lines(jsonl, look))
        answer = look({"text": read_text(words)})
        if as_json:
            tell_json(answer)
        else:
            tell(f"{answer['language']} {answer['sentiment']}")


@text.command("tone")
def tone(
    words: Words = None,
    as_json: AsJson = False,
    jsonl: Jsonl = "",
    file: Annotated[
        Path | None, typer.Option("--playbook", help="whose verdicts count; else the usual ones")
    ] = None,
) -> None:
    """Say what a draft should not say or leaves out: where, why, and what to do instead."""
    with plainly():
        from workflows.playbook.given import object_in  # noqa: PLC0415

        judge = _judge(file)
        if jsonl:
            raise typer.Exit(answer_lines(jsonl, judge))
        draft = read_text(words)
        given = object_in(draft)
        answer = judge({"text": draft} if given is None else given)
        if as_json:
            tell_json(answer)
        else:
            tell("\n".join([answer["verdict"], *(_line(one) for one in answer["findings"])]))
        raise typer.Exit(NOT_SO if answer["verdict"] in ("approval", "refuse") else FINE)


def _judge(file: Path | None) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return what judges one draft by this playbook, else by one that says nothing of tone."""
    from slackbot.render.tone import why  # noqa: PLC0415
    from workflows.domain.tone import hardest  # noqa: PLC0415
    from workflows.settings import load_settings  # noqa: PLC0415
    from workflows.words.tone import check_tone  # noqa: PLC0415

    limit = load_settings().x_post_limit
    playbook = _playbook_of(file)

    def judge(given: Mapping[str, Any]) -> dict[str, Any]:
        bills = playbook.prices is not None
        found = check_tone(_said(given), playbook.tone, limit=limit, bills=bills)
        findings = [
            {"code": one.check.value, "start": one.start, "end": one.end, "why": why(one)} for one in found
        ]
        return {"verdict": hardest(found).value, "findings": findings}

    return judge


def _playbook_of(file: Path | None) -> "Playbook":
    from slackbot.cli.playbook import readable  # noqa: PLC0415
    from workflows.domain.playbook import Playbook  # noqa: PLC0415

    return readable([file])[0] if file else Playbook("usual")


def _said(given: Mapping[str, Any]) -> "Said":
    """Return the draft of `{text, customer?, customer_text?, angry?, agent?, lang?}`.

    Whether the customer is angry is told by their words where it is not given; so is the language.
    Raises WrongUsage.
    """
    from workflows.domain.rules import Sentiment  # noqa: PLC0415
    from workflows.domain.tone import Said  # noqa: PLC0415
    from workflows.words.understand import language_of, mood_of  # noqa: PLC0415

    draft, theirs = _text_of(given), _word_of(given, "customer_text")
    spoken = _word_of(given, "lang") or _known(language_of(draft)) or language_of(theirs)
    angry = given.get("angry")
    if angry is None:
        angry = mood_of(theirs, language_of(theirs, hint=spoken)) is Sentiment.ANGRY
    return Said(
        draft,
        spoken,
        customer=_word_of(given, "customer"),
        customer_text=theirs,
        is_angry=bool(angry),
        agent=_word_of(given, "agent"),
    )


def _known(code: str) -> str:
    return "" if code == "und" else code


def _word_of(given: Mapping[str, Any], key: str) -> str:
    from workflows.playbook.given import WrongUsage, without_halves  # noqa: PLC0415

    value = given.get(key)
    if value is not None and not isinstance(value, str):
        raise WrongUsage(f"`{key}` is a text, not {value!r}")
    return without_halves(value or "")


def _line(finding: Mapping[str, Any]) -> str:
    return f"{finding['code']} {finding['start']}-{finding['end']}: {finding['why']}"


def _text_of(given: Mapping[str, Any]) -> str:
    from workflows.playbook.given import mention_of  # noqa: PLC0415

    return mention_of({"text": given.get("text")}).text
