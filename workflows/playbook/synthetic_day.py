"""A made-up day of mentions: always the same one for the same seed."""

import random
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate

from workflows.domain.playbook import DESK, Playbook
from workflows.domain.rules import Author, Mention
from workflows.playbook.explain import zone_of
from workflows.playbook.sentences import SENTENCES, THINGS, TOPICS
from workflows.words.understand import words_for

# How much comes in each hour of the day by the customers' clock: little at night, most in the evening.
_CURVE = (20, 12, 8, 6, 6, 10, 20, 40, 65, 85, 95, 95, 90, 88, 85, 85, 88, 92, 100, 110, 115, 105, 80, 45)
_BURST = 0.05  # of the day's posts come within half an hour, of one outage
_BURST_MINUTES = 30
_NEAR: Mapping[str, Mapping[str, int]] = {
    "IN": {"en": 35, "hi": 20, "hi-Latn": 25, "te": 20},
    "BD": {"bn": 75, "en": 25},
    "TR": {"tr": 90, "en": 10},
}
_ANYWHERE = {"en": 50, "hi": 10, "hi-Latn": 12, "te": 8, "bn": 10, "tr": 10}
_SPAN = {"mention": 80, "reply": 12, "quote": 3, "dm": 5}
_EARLIER = (0, 0, 0, 0, 0, 0, 1, 1, 2, 4)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mention that comes, and how long its answer takes beside a plain complaint's."""

    mention: Mention
    at: datetime
    effort: float = 1.0


def synthetic_day(playbook: Playbook, day: date, *, mentions: int, seed: int) -> list[Incoming]:
    """Return a day's mentions in order of time, by the clock and in the languages of this playbook's desk."""
    maker = _Maker(playbook, random.Random(f"{seed}/{mentions}"))  # noqa: S311 - a made-up day
    midnight = datetime.combine(day, time(), tzinfo=zone_of(playbook)).astimezone(UTC)
    moments = sorted(maker.moments(mentions), key=lambda moment: moment[0])
    return [maker.incoming(midnight + since, topic) for since, topic in moments]


class _Maker:
    """Makes mentions by chance, which the seed decides."""

    def __init__(self, playbook: Playbook, chance: random.Random) -> None:
        self._chance = chance
        desk = playbook.hours.get(DESK)
        languages = _NEAR.get(desk.country if desk else "", _ANYWHERE)
        self._languages = _Urn(languages)
        self._kinds = _Urn(_SPAN)
        self._topics = _Urn({name: topic.share for name, topic in TOPICS.items()})
        self._account = playbook.accounts[0] if playbook.accounts else ""
        self._vip = sorted(playbook.triage.vip)
        self._moods = {
            (language, mood): _words(language, mood)
            for language in languages
            for mood in ("angry", "negative", "positive")
        }

    def moments(self, mentions: int) -> list[tuple[timedelta, str]]:
        """Return when each comes, since midnight, and of what it is; one outage makes a burst."""
        hours = _Urn({str(hour): share for hour, share in enumerate(_CURVE)})
        outage = timedelta(hours=self._chance.randint(10, 20), minutes=self._chance.randrange(60))
        found = []
        for number in range(mentions):
            if number < mentions * _BURST:
                found.append((outage + self._within(_BURST_MINUTES), "outage"))
            else:
                hour = timedelta(hours=int(hours.draw(self._chance)))
                found.append((hour + self._within(60), self._topics.draw(self._chance)))
        return found

    def incoming(self, at: datetime, topic: str) -> Incoming:
        """Return one mention of this matter."""
        chance = self._chance
        language = self._languages.draw(chance)
        effort = TOPICS[topic].effort * chance.uniform(0.5, 1.5)
        mention = Mention(
            text=self._text(language, topic),
            author=self._author(),
            kind=self._kinds.draw(chance),
            at=at,
            media=1 if chance.random() < 0.12 else 0,
            account=self._account,
        )
        return Incoming(mention, at, effort)

    def _within(self, minutes: int) -> timedelta:
        return timedelta(seconds=self._chance.randrange(minutes * 60))

    def _text(self, language: str, topic: str) -> str:
        chance = self._chance
        sentence = chance.choice(SENTENCES[language][topic])
        moods: Sequence[str] = self._moods.get((language, TOPICS[topic].mood), ()) or ("",)
        thing, mood = chance.choice(THINGS[language]), chance.choice(moods)
        text = sentence.format(thing=thing, days=chance.randint(2, 15), mood=mood).strip()
        return text if chance.random() < 0.7 else f"@{self._account or 'brand'} {text}"

    def _author(self) -> Author:
        chance = self._chance
        username = f"customer_{chance.randrange(1_000_000):06}"
        if self._vip and chance.random() < 0.003:
            username = chance.choice(self._vip)
        followers = int(chance.lognormvariate(5.0, 1.8))
        verified = chance.random() < (0.3 if followers > 10_000 else 0.02)
        return Author(username, followers, verified, earlier_cases=chance.choice(_EARLIER))


class _Urn:
    """Names, each with its share of what is drawn."""

    def __init__(self, shares: Mapping[str, int]) -> None:
        self._names = list(shares)
        self._sums = list(accumulate(shares.values()))

    def draw(self, chance: random.Random) -> str:
        """Return one by its share."""
        return self._names[bisect(self._sums, chance.randrange(self._sums[-1]))]


def _words(language: str, mood: str) -> list[str]:
    entries = words_for(language).get(mood, {})
    return sorted(entry for entry in entries if "*" not in entry and len(entry) > 3)
