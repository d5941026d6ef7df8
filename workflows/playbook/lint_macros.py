"""Warnings about macros: what X, a customer without a name, or our own tone check would stumble over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workflows.domain.length import POST_LIMIT, weighted_length
from workflows.domain.links import has_link
from workflows.domain.macro import Macro, placeholders_in
from workflows.domain.playbook import Playbook
from workflows.domain.text import fold
from workflows.playbook.checks import Finder
from workflows.playbook.problems import Problem, safe
from workflows.playbook.strict_yaml import Path
from workflows.playbook.wordings import DM_LINK, filled, longest, names_in

# X's names may be empty, or hold nothing but emoji; a time is promised or not.
_MAY_BE_MISSING = ("customer.first_name", "customer.name", "promised_by")
CUSTOMER, AGENT = "Asha", "Deniz"
SAMPLE = {
    "customer.first_name": CUSTOMER,
    "customer.name": CUSTOMER,
    "customer.username": "@asha",
    "agent.first_name": AGENT,
    "agent.name": AGENT,
    "account.name": "Acme",
    "account.username": "@acme",
    "case.number": "1204",
    "promised_by": "17:00",
    DM_LINK: "https://x.com/messages/compose?recipient_id=1",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of a macro and where it stands."""

    macro: Macro
    language: str
    text: str
    path: Path

    @property
    def sample(self) -> str:
        """Return what a customer could read."""
        return filled(self.text, SAMPLE)


def macro_problems(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    """Yield what is odd about the macros and the signature."""
    by_macro = wordings_by_macro(finder, playbook)
    everything = [wording for wordings in by_macro for wording in wordings]
    yield from _languages(finder, playbook)
    yield from _alike(finder, everything)
    for wording in everything:
        yield from _fallbacks(finder, wording.text, wording.path)
        yield from _link(finder, playbook, wording)
        yield from _signed(finder, playbook, wording)
    for number, wordings in enumerate(by_macro):
        yield from _too_few(finder, playbook, wordings, number)
    yield from _signature(finder, playbook)


def wordings_by_macro(finder: Finder, playbook: Playbook) -> list[list[Wording]]:
    """Return the wordings of each macro with their places."""
    return [list(_wordings(finder, macro, number)) for number, macro in enumerate(playbook.macros)]


def _wordings(finder: Finder, macro: Macro, number: int) -> Iterator[Wording]:
    for language, texts in macro.wordings.items():
        path: Path = ("macros", number, "text", language)
        is_list = (*path, 0) in finder.document.values
        for place, text in enumerate(texts):
            yield Wording(macro, language, text, (*path, place) if is_list else path)


def languages_used(playbook: Playbook) -> list[str]:
    """Return the languages that the playbook answers in or routes by, in the order in which they appear."""
    of_macros = [language for macro in playbook.macros for language in macro.wordings]
    return list(dict.fromkeys([*of_macros, *(each for route in playbook.routes for each in route.languages)]))


def _languages(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    used = languages_used(playbook)
    for number, macro in enumerate(playbook.macros):
        missing = [language for language in used if language not in macro.wordings]
        if missing:
            found = f"the macro `{safe(macro.name)}` without {', '.join(missing)}, which others speak"
            fix = f"write it in these too, as in `{missing[0]}: …`; until then its customers read another"
            yield finder.problem(("macros", number, "text"), found, fix, "missing-language", of_key=True)


def _alike(finder: Finder, wordings: Sequence[Wording]) -> Iterator[Problem]:
    first: dict[tuple[str, str], Path] = {}
    for wording in wordings:
        key = (wording.language, " ".join(fold(wording.text).split()))
        earlier = first.setdefault(key, wording.path)
        if earlier != wording.path:
            fix = f"word it differently: X refuses the same text twice (line {finder.line(earlier)} has it)"
            yield finder.problem(wording.path, "the same wording again", fix, "same-wording")


def _fallbacks(finder: Finder, text: str, path: Path) -> Iterator[Problem]:
    for placeholder in placeholders_in(text):
        if placeholder.name.endswith(".username") and text[: placeholder.start].endswith("@"):
            found, fix = f"an @ before `{{{placeholder.name}}}`", "leave it out: the value begins with one"
            yield finder.problem(path, found, fix, "at-twice")
        if placeholder.name in _MAY_BE_MISSING and placeholder.fallback is None:
            found = f"`{{{placeholder.name}}}` without a fallback"
            fix = f"say what stands there where it is not known, as in `{{{placeholder.name}|there}}`"
            yield finder.problem(path, found, fix, "no-fallback")
            return


def _link(finder: Finder, playbook: Playbook, wording: Wording) -> Iterator[Problem]:
    if playbook.prices and has_link(filled(wording.text, {**SAMPLE, DM_LINK: "…"})):
        link, reply = playbook.prices.link, playbook.prices.reply
        found = f"a link: such a reply costs ${link:.3f}, another ${reply:.3f}"
        yield finder.problem(wording.path, found, "leave it out, unless it is worth that", "link-cost")


def _signed(finder: Finder, playbook: Playbook, wording: Wording) -> Iterator[Problem]:
    signature = playbook.replies.signature
    if not signature:
        return
    over = weighted_length(f"{longest(wording.text)}\n{longest(signature)}") - POST_LIMIT
    if over > 0:
        found = f"a wording that is {over} too long once it is signed"
        yield finder.problem(
            wording.path, found, f"shorten it by {over}, or the signature", "over-length-signed"
        )


def _too_few(
    finder: Finder, playbook: Playbook, wordings: Sequence[Wording], number: int
) -> Iterator[Problem]:
    """Macros with tags are offered first, and those of the way to direct messages are used each day."""
    macro, moves = playbook.macros[number], playbook.move_to_dm
    if not macro.tags and macro.name not in (moves.invite, moves.nudge, moves.other_channels, moves.closing):
        return
    single = [one for one in wordings if len(macro.wordings[one.language]) == 1]
    alike = [one for one in single if "case.number" not in names_in(one.text)]
    if alike:
        languages = ", ".join(one.language for one in alike)
        found = f"one wording only in {languages}, of a macro that is used often"
        fix = "write two or three, as in `[…, …]`: X refuses the same text twice"
        yield finder.problem(alike[0].path, found, fix, "one-wording")


def _signature(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    text, path = playbook.replies.signature, ("replies", "signature")
    yield from _fallbacks(finder, text, path)
    if playbook.prices and has_link(filled(text, SAMPLE)):
        found = f"a link in the signature: each reply then costs ${playbook.prices.link:.3f}"
        yield finder.problem(path, found, "leave it out", "link-cost")
