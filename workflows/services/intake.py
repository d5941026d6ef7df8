"""Intake: what a network showed us becomes cases, each post exactly once, judged by a playbook."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workflows.domain.case import Case, CaseId, Status, customer_wrote
from workflows.domain.case import answered as answered_case
from workflows.domain.effects import PRIORITIES
from workflows.domain.playbook import Playbook
from workflows.domain.post import Author, Post, follows_up, id_order, names
from workflows.domain.rules import Author as Writer
from workflows.domain.rules import Mention
from workflows.playbook.judge import Judgement, judge
from workflows.services.assignment import free_from_absent, give_to_somebody
from workflows.services.board import post_card, show
from workflows.services.clocks import BEFORE_US, case_playbook, change_ladder, keep_time, timing_of
from workflows.services.playbooks import current_playbook
from workflows.store.cases import NewMessage
from workflows.store.history import Event
from workflows.store.unit_of_work import UnitOfWork
from workflows.words.understand import is_thanks

NETWORK = "x"


def take_posts(
    uow: UnitOfWork, account: Author, posts: Sequence[Post], *, channel: str, first_look: bool = False
) -> int:
    """Store these posts, open or continue their cases, and return how many were new.

    channel     where the card of a new case goes whose playbook says `cards`.
    first_look  the account was never polled before: what is older than an hour calls nobody.

    The same post again, from whichever poll or process, changes nothing. Retweets are no cases; posts
    of our own are attached to the case that they answer and open none.
    """
    new = 0
    playbook = current_playbook(uow, account.username)
    known = uow.cases.known_posts(account.id, [post.id for post in posts])
    for post in sorted(map(_storable, posts), key=lambda post: id_order(post.id)):
        if post.id in known or post.retweets:
            continue
        if post.author.id == account.id:
            new += _own(uow, account, post)
        else:
            new += _Arrival(uow, account, post, playbook, channel, first_look).take()
    return new


@dataclass(frozen=True)
class _Arrival:
    """A customer's post on its way into a case."""

    uow: UnitOfWork
    account: Author
    post: Post
    playbook: Playbook
    channel: str
    first_look: bool

    def take(self) -> bool:
        """Store the post and let its case follow; False when it was there already."""
        customer_id = self.uow.cases.keep_customer(self.post.author, NETWORK)
        conversation = _conversation(self.uow, self.account, self.post)
        case = self._known_case(customer_id, conversation)
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

    def _known_case(self, customer_id: int, conversation: str) -> Case | None:
        """Return the case that the post continues: of its conversation, or of a burst; None for a new one."""
        uow, windows = self.uow, self.playbook.threading
        case = uow.cases.of_conversation(self.account.id, customer_id, conversation)
        if case is not None:
            last = uow.cases.last_post_at(case.id) or case.opened_at
            window = windows.public
            if case.status is Status.RESOLVED:
                window = min(windows.public, windows.reopen)
            if uow.now - last <= window or case.status is not Status.RESOLVED:
                return case
            uow.cases.leave_conversation(case, conversation)
        latest = uow.cases.latest_new(self.account.id, customer_id) if windows.burst else None
        if latest and timedelta() <= uow.now - latest[1] <= windows.burst:
            uow.cases.join(latest[0], conversation)
            return latest[0]
        return None

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
            kind=_kind(self.post),
            at=self._since(),
            hint=self.post.language,
            media=self.post.media,
            account=self.account.username,
        )
        return judge(playbook, mention)

    def _since(self) -> datetime:
        """Return since when the customer waits, in desk time: X tells how old a post is by its own clock."""
        age = self.uow.machine - self.post.written_at
        return self.uow.now - max(age, timedelta())

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
        post_card(self.uow, case)
        case = give_to_somebody(self.uow, case, self.playbook, judged.route)
        keep_time(self.uow, case)

    def _continued(self, case: Case) -> None:
        """Let the case go on: open again unless this is only thanks, and more urgent if the words are."""
        uow = self.uow
        is_only_thanks = is_thanks(self.post.text, case.language)
        self._note(case, Event.POST_RECEIVED, {"thanks": "1"} if is_only_thanks else {})
        after = case
        if not is_only_thanks:
            if case.status is Status.RESOLVED:
                uow.history.add(
                    case.id, Event.REOPENED, ("customer", str(case.customer_id)), post=self.post.id
                )
            after = self._raised(customer_wrote(case))
        changed = uow.cases.save(case, after)
        if changed == case:
            uow.cases.touch(case.id)
        if not is_only_thanks:
            changed = free_from_absent(uow, changed, case_playbook(uow, case))
        show(uow, keep_time(uow, changed))

    def _raised(self, case: Case) -> Case:
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
        self.uow.history.add(case.id, event, ("customer", str(case.customer_id)), **written, **facts)

    def _message(self, case: Case) -> NewMessage:
        return NewMessage(
            case_id=case.id,
            account_id=self.account.id,
            author="customer",
            kind=_kind(self.post),
            post=self.post,
            names_us=names(self.post, self.account),
            follows_up=follows_up(self.post, self.account),
        )


def _kind(post: Post) -> str:
    return "quote" if post.quotes else "reply" if post.in_reply_to else "mention"


def _rule(judged: Judgement) -> str:
    """Return set and name of the rule that gave the priority."""
    rule = judged.verdict.rule
    if rule is None:
        return ""
    return next(f"{tried.rule_set}/{rule.name}" for tried in judged.verdict.tried if tried.rule is rule)


def _conversation(uow: UnitOfWork, account: Author, post: Post) -> str:
    """Return the conversation of a post; where X leaves it out, it is that of the post it answers."""
    if post.in_reply_to and post.conversation_id == post.in_reply_to:
        return uow.cases.conversation_of(account.id, post.in_reply_to) or post.conversation_id
    return post.conversation_id


def _own(uow: UnitOfWork, account: Author, post: Post) -> bool:
    """Attach a post of ours to the case whose post it answers; the echo of our reply is there already."""
    answered = uow.cases.message(account.id, post.in_reply_to) if post.in_reply_to else None
    if answered is None:
        return False
    message = NewMessage(
        case_id=answered.case_id,
        account_id=account.id,
        author="brand",
        kind="reply",
        post=post,
        names_us=False,
        follows_up=False,
    )
    if uow.cases.add_message(message) is None:
        return False
    if not uow.drafts.under_way(answered.case_id, target=post.in_reply_to or ""):
        _answered_by_hand(uow, CaseId(answered.case_id), post)
    return True


def _answered_by_hand(uow: UnitOfWork, case_id: CaseId, post: Post) -> None:
    """Somebody answered on X itself, past the desk: the customer waits no more."""
    case = uow.cases.get(case_id)
    uow.history.add(case_id, Event.ANSWERED_ON_X, post=post.id)
    case = keep_time(uow, case)
    still_waits = case.waiting_since is not None
    show(uow, uow.cases.save(case, answered_case(case, customer_wrote_since=still_waits)))


def _storable(post: Post) -> Post:
    """Return the post with words that every database takes: no NUL, no lone surrogate."""
    author = replace(post.author, name=_plain(post.author.name), username=_plain(post.author.username))
    return replace(post, text=_plain(post.text), author=author)


def _plain(text: str) -> str:
    return text.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
