"""Judge a mention by a playbook: language and mood, triage, route; the desk and every tool do it here."""

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

from workflows.domain.playbook import Playbook, Route
from workflows.domain.rules import Mention
from workflows.domain.triage import Rules, Verdict, route_of
from workflows.words.understand import understand

_KEPT = 16


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the playbook makes of a mention.

    team  whose case it is: as triage or the route names it.
    """

    verdict: Verdict
    route: Route
    team: str | None


class Judge:
    """A playbook, made ready."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook

    @cached_property
    def _rules(self) -> Rules:
        return Rules(self.playbook)

    def judge(self, mention: Mention) -> Judgement:
        """Return what the playbook makes of this mention."""
        understood = understand(mention.text, language=mention.language, hint=mention.hint)
        verdict = self._rules.decide(mention, language=understood.language, sentiment=understood.sentiment)
        route = route_of(self.playbook, verdict, account=mention.account)
        return Judgement(verdict, route, verdict.team or route.team)


_judges: OrderedDict[int, Judge] = OrderedDict()


def judge(playbook: Playbook, mention: Mention) -> Judgement:
    """Return what this playbook makes of this mention; its rules are made ready once."""
    known = _judges.get(id(playbook))
    if known is None or known.playbook is not playbook:
        known = _judges[id(playbook)] = Judge(playbook)
        while len(_judges) > _KEPT:
            _judges.popitem(last=False)
    return known.judge(mention)
