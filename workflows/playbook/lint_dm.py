"""Warnings about direct messages: the channel where they are read, and the line about privacy."""

from collections.abc import Iterator

from workflows.domain.links import has_link
from workflows.domain.playbook import Playbook
from workflows.playbook.checks import Finder
from workflows.playbook.lint_macros import languages_used
from workflows.playbook.patterns import CHANNEL_ROLES
from workflows.playbook.problems import Problem, safe
from workflows.playbook.strict_yaml import Path

_PRIVACY: Path = ("move_to_dm", "privacy")


def dm_problems(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    """Yield what is odd about where direct messages are read, and about what the first one ends with."""
    yield from _channel(finder, playbook)
    yield from _privacy(finder, playbook)


def _channel(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    """A playbook that names no channel of its own is still a template: nobody has decided about any."""
    channel = playbook.dm_channel
    named = _channels(playbook)
    if channel in named:
        found = f"`{safe(channel)}`, to which cards and pings go too"
        fix = "name a private channel of its own: whoever reads the cards would read direct messages"
        yield finder.problem(("dm_channel",), found, fix, "dm-channel-shared")
    elif channel:
        found = f"`{safe(channel)}`, of which a file cannot say whether it is private"
        fix = "run `mentiondesk doctor`: it checks that, and so does the running desk before it writes there"
        yield finder.problem(("dm_channel",), found, fix, "dm-channel-private")
    elif named and ("move_to_dm",) in finder.document.values:
        found = "no `dm_channel`: direct messages are then read in dialogs only"
        fix = 'name a private channel, as in `dm_channel: "#customers-private"`, or leave it so'
        yield finder.problem(("move_to_dm",), found, fix, "no-dm-channel", of_key=True)


def _channels(playbook: Playbook) -> set[str]:
    """Return the channels that this playbook names by name or id."""
    rungs = [rung for ladder in playbook.escalation.ladders for rung in ladder.rungs]
    channels = {route.channel for route in playbook.routes} | {rung.channel for rung in rungs}
    return channels - {"", *CHANNEL_ROLES}


def _privacy(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    lines = playbook.move_to_dm.privacy
    if not lines:
        if playbook.move_to_dm.invite:
            found = "no `privacy`: X wants the privacy policy and the way out in direct messages"
            fix = 'write it, as in `privacy: {en: "https://example.com/privacy · Reply STOP to opt out."}`'
            yield finder.problem(("move_to_dm",), found, fix, "no-privacy", of_key=True)
        return
    missing = [language for language in languages_used(playbook) if language not in lines]
    if missing:
        found = f"no line in {', '.join(missing)}, in which the macros speak"
        fix = f"write it in these too, as in `{missing[0]}: …`"
        yield finder.problem(_PRIVACY, found, fix, "missing-language", of_key=True)
    for language, line in lines.items():
        path = (*_PRIVACY, language)
        if not has_link(line):
            fix = "say where your privacy policy stands, as in `https://example.com/privacy`"
            yield finder.problem(path, "a privacy line without a link", fix, "privacy-without-link")
        if not _shows_way_out(line, language):
            fix = "say by which word people are left alone, as in `Reply STOP and we write no more`"
            yield finder.problem(path, "a privacy line without a way out", fix, "privacy-without-opt-out")


def _shows_way_out(line: str, language: str) -> bool:
    # The word lists, which files without a line about privacy need not wait for.
    from workflows.words.reading import read  # noqa: PLC0415

    return bool(read(line, language).of("opt_out"))
