"""Arrivals: what a customer wrote, in public or directly, opens or continues a case judged by a playbook."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workflows.domain.case import Case, CaseId, Status, answered, customer_wrote
from workflows.domain.effects import PRIORITIES
from workflows.domain.playbook import Playbook
from workflows.domain.post import Author, Post, follows_up, names
from workflows.domain.rules import Author as Writer
from workflows.domain.rules import Mention
from workflows.playbook.judge import Judgement, judge
from workflows.services.approvals import void_approvals
from workflows.services.assignment import free_from_absent, give_to_somebody
from workflows.services.board import post_card, show
from workflows.services.clocks import BEFORE_US, case_playbook, change_ladder, keep_time, timing_of
from workflows.services.handoffs import ask_for_reach, heed_words, opts_out
from workflows.store.cases import NewMessage
from workflows.store.history import Event
from workflows.store.unit_of_work import UnitOfWork
from workflows.words.understand import is_thanks

NETWORK = "x"


@dataclass(frozen=True)
class Arrival:
    """A customer's post on its way into a case; how it finds its case, the kinds of messages say."""

    uow: UnitOfWork
    account: Author
    post: Post
    playbook: Playbook
    channel: str
    first_look: bool

    def take(self) -> bool:
        """Store the post and let its case follow; False when it was there already."""
        customer_id = self.uow.cases.keep_customer(self.post.author, NETWORK)
        conversation = self.conversation()
        case = self.known_case(customer_id, conversation)
        judged: Judgement | None = None
        is_new = False
        if case is None:
            judged = self._judge(self.playbook, customer_id)
            case, is_new = self._open(customer_id, conversation, judged)
        if self.uow.cases.add_message(self._message(case)) is None:
            return False
        if is_new and judged:
            self._opened(case, judged)
        else:
            self._continued(case)
        return True

    def conversation(self) -> str:
        """Return the conversation that the message belongs to."""
        raise NotImplementedError

    def known_case(self, customer_id: int, conversation: str) -> Case | None:
        """Return the case that the message continues; None for a new one."""
        raise NotImplementedError

    @property
    def kind(self) -> str:
        """What kind of message it is: mention, reply, quote or dm."""
        raise NotImplementedError

    @property
    def facts(self) -> dict[str, str]:
        """What the history tells of this kind of message besides."""
        return {}

    def arrived(self, case: Case) -> None:
        """Do what this kind of message asks for, before clocks and card follow."""

    def _judge(self, playbook: Playbook, customer_id: int) -> Judgement:
        author = self.post.author
        writer = Writer(
            username=author.username,
            followers=author.followers,
            verified=author.verified,
            earlier_cases=self.uow.cases.earlier_cases(customer_id),
        )
        mention = Mention(
            text=self.post.text,
            author=writer,
            kind=self.kind,
            at=self._since(),
            hint=self.post.language,
            media=self.post.media,
            account=self.account.username,
        )
        return judge(playbook, mention)

    def _since(self) -> datetime:
        return written_at(self.uow, self.post)

    def _open(self, customer_id: int, conversation: str, judged: Judgement) -> tuple[Case, bool]:
        verdict = judged.verdict
        routed = self.uow.house.channel(judged.route.channel)
        return self.uow.cases.open_for(
            self.account.id,
            customer_id,
            conversation,
            channel=self.channel if judged.route.channel == "cards" else routed or self.channel,
            priority=verdict.priority,
            playbook=self.playbook.digest,
            rule=_rule(judged),
            language=verdict.language,
            sentiment=verdict.sentiment,
            tags=verdict.tags,
            sensitive=verdict.sensitive,
            team=judged.team,
        )

    def _opened(self, case: Case, judged: Judgement) -> None:
        facts = {"priority": case.priority, "rule": case.rule, "playbook": case.playbook}
        self._note(case, Event.OPENED, facts)
        ask_for_reach(self.uow, case)
        self._heed(case)
        post_card(self.uow, case)
        case = give_to_somebody(self.uow, case, self.playbook, judged.route)
        keep_time(self.uow, case)

    def _continued(self, case: Case) -> None:
        """Let the case go on: open again unless this is only thanks, and more urgent if the words are."""
        uow = self.uow
        # Who thanks waits for nothing; nor does who asks to be left alone.
        is_only_thanks = is_thanks(self.post.text, case.language) or opts_out(self.post.text, case.language)
        self._note(case, Event.POST_RECEIVED, {"thanks": "1"} if is_only_thanks else {})
        self._heed(case)
        after = case
        if not is_only_thanks:
            if case.status is Status.RESOLVED:
                uow.history.add(
                    case.id, Event.REOPENED, ("customer", str(case.customer_id)), post=self.post.id
                )
            after = self.raised(customer_wrote(case))
        changed = uow.cases.save(case, after)
        if changed == case:
            uow.cases.touch(case.id)
        if not is_only_thanks:
            changed = free_from_absent(uow, changed, case_playbook(uow, case))
        show(uow, keep_time(uow, changed))

    def _heed(self, case: Case) -> None:
        heed_words(self.uow, case, self.post.text, self.post.id)
        self.arrived(case)

    def raised(self, case: Case) -> Case:
        """Let what the customer writes now make the case more urgent, never less."""
        playbook = case_playbook(self.uow, case)
        judged = self._judge(playbook, case.customer_id)
        verdict = judged.verdict
        more = [tag for tag in verdict.tags if tag not in case.tags]
        is_higher = PRIORITIES.index(verdict.priority) < PRIORITIES.index(case.priority)
        by_rule = is_higher and verdict.rule is not None
        if not by_rule and not more and (case.sensitive or not verdict.sensitive):
            return case
        before = timing_of(self.uow.history.of(case.id), case, playbook, self.uow.now)
        facts = {"rule": _rule(judged), "tags": ",".join(more), "post": self.post.id}
        if by_rule:
            facts["priority"] = verdict.priority
        self.uow.history.add(case.id, Event.TRIAGED, **facts)
        raised = replace(
            case,
            priority=verdict.priority if by_rule else case.priority,
            rule=_rule(judged) if by_rule else case.rule,
            tags=(*case.tags, *more),
            sensitive=case.sensitive or verdict.sensitive,
            team=case.team or judged.team,
        )
        return change_ladder(self.uow, raised, before)

    def _note(self, case: Case, event: Event, facts: dict[str, str]) -> None:
        written = {"post": self.post.id, "written": self._since().isoformat()}
        if self.first_look and self.uow.now - self._since() > BEFORE_US:
            written["before_us"] = "1"
        writer = ("customer", str(case.customer_id))
        self.uow.history.add(case.id, event, writer, **written, **self.facts, **facts)

    def _message(self, case: Case) -> NewMessage:
        return NewMessage(
            case_id=case.id,
            account_id=self.account.id,
            author="customer",
            kind=self.kind,
            post=self.post,
            names_us=names(self.post, self.account),
            follows_up=follows_up(self.post, self.account),
        )


def written_at(uow: UnitOfWork, post: Post) -> datetime:
    """Return when a post was written, in desk time: X tells how old it is by its own clock."""
    return uow.now - max(uow.machine - post.written_at, timedelta())


def answered_past_the_desk(uow: UnitOfWork, case_id: CaseId, message: Post, **facts: str) -> None:
    """Somebody answered on X itself: the customer waits no more, and no draft of ours goes out unseen.

    facts  what the history tells besides.
    """
    written = written_at(uow, message).isoformat()
    uow.history.add(case_id, Event.ANSWERED_ON_X, post=message.id, written=written, **facts)
    void_approvals(uow, case_id, Event.ANSWERED_ON_X)
    case = keep_time(uow, uow.cases.get(case_id))
    still_waits = case.waiting_since is not None
    show(uow, uow.cases.save(case, answered(case, customer_wrote_since=still_waits)))


def _rule(judged: Judgement) -> str:
    """Return set and name of the rule that gave the priority."""
    rule = judged.verdict.rule
    if rule is None:
        return ""
    return next(f"{tried.rule_set}/{rule.name}" for tried in judged.verdict.tried if tried.rule is rule)


def storable(post: Post) -> Post:
    """Return the post with words that every database takes: no NUL, no lone surrogate."""
    author = replace(post.author, name=_plain(post.author.name), username=_plain(post.author.username))
    return replace(post, text=_plain(post.text), author=author)


def _plain(text: str) -> str:
    return text.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
