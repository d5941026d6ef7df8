"""Cases as their cards see them: the smallest valid view, the states, and customers of many scripts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from workflows.domain.approval import Need
from workflows.domain.case import AgentId, Case, CaseId, Status
from workflows.domain.clocks import Happening, What, clocks_of, intervals_of
from workflows.domain.handoff import Stage
from workflows.domain.macro import Macro
from workflows.domain.playbook import Hours, Playbook
from workflows.domain.post import Author
from workflows.domain.reply import Summons
from workflows.domain.rules import AllOf, Outcome, Span
from workflows.domain.rules import Rule as TriageRule
from workflows.domain.tone import Check, Finding, Verdict
from workflows.services.composing import Composed
from workflows.services.direct import Directs
from workflows.services.replies import OpenReply
from workflows.services.why import Counted, Rung, Why
from workflows.store import drafts as states
from workflows.store.directs import DirectState, DirectView
from workflows.store.drafts import Draft, DraftId
from workflows.store.escalations import HandEscalation
from workflows.store.history import Entry
from workflows.store.views import CaseView, EventView, MessageView

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ASHA, MEHMET = AgentId("U0ASHA"), AgentId("U0MEHMET")
BRAND = Author("1700000000000000001", "sarishop", "Sari Shop")
EMMA = Author("1700000000000000011", "emma_w", "Emma Wilson", followers=1204)

SCRIPTS: dict[str, tuple[Author, str, str]] = {
    "english": (
        EMMA,
        "@sarishop my parcel arrived broken, order 1044. Please help!",
        "Hi Emma, so sorry. A new one leaves today. – Asha",
    ),
    "hindi": (
        Author("12", "ravi_k", "रवि कुमार", followers=312),
        "@sarishop मेरा रिफंड कहाँ है? क्षमा नहीं, उत्तर चाहिए। 🙏🏽",
        "नमस्ते रवि जी, क्षमा करें। रिफंड आज भेज दिया है। – आशा",
    ),
    "telugu": (
        Author("13", "lakshmi_t", "లక్ష్మి", followers=8950, verified=True),
        "@sarishop నా ఆర్డర్ ఇంకా రాలేదు, దయచేసి సహాయం చేయండి",
        "నమస్తే లక్ష్మి గారు, క్షమించండి. మీ ఆర్డర్ రేపు వస్తుంది. – ఆశ",
    ),
    "bengali": (
        Author("14", "tanvir_h", "তানভীর হোসেন", followers=77),
        "@sarishop আমার টাকা কেটে নিয়েছে কিন্তু অর্ডার হয়নি",
        "নমস্কার তানভীর, দুঃখিত। টাকা আজই ফেরত যাবে। – আশা",
    ),
    "turkish": (
        Author("15", "ismail_d", "İsmail Doğan", followers=15300),
        "@sarishop İADE İSTİYORUM! Çalışmıyor, ısrarla söylüyorum",
        "Merhaba İsmail Bey, özür dileriz. İadeniz bugün yapılıyor. – Aşa",
    ),
    "arabic": (
        Author("16", "layla_a", "ليلى أحمد", followers=501),
        "@sarishop أين طلبي رقم 1044؟ انتظرت أسبوعين!",
        "مرحباً ليلى، نعتذر. سيصل طلبك غداً. – Asha",
    ),
}

HOSTILE_NAME = "<!channel> *Bold* <@U0ASHA> & Söhne \u202eevil"
HOSTILE_TEXT = (
    "@sarishop <!here> <!channel> <@U0ASHA> <#C0SUPPORT> <https://evil.example|your bank> "
    "*not bold* _nor this_ `code` :rotating_light: &lt;!everyone&gt; \u202egnp.exe\u202c\nsecond line\x07\x00"
)


def make_message(number: int = 1, text: str = "@sarishop where is it?", **more: Any) -> MessageView:
    message = MessageView(
        external_id=str(1990000000000000000 + number),
        author="customer",
        text=text,
        language="",
        written_at=NOW + timedelta(minutes=number),
        media=0,
        summons=Summons(names_us=True, follows_up=False),
    )
    return replace(message, **more)


def make_case(**more: Any) -> Case:
    case = Case(
        id=CaseId(7),
        account_id=BRAND.id,
        customer_id=3,
        conversation_id="1990000000000000001",
        status=Status.NEW,
        priority="medium",
        channel="#support",
        version=4,
        opened_at=NOW,
        waiting_since=NOW + timedelta(minutes=1),
        due_at=NOW + timedelta(minutes=61),
        due_kind="first_response",
    )
    return replace(case, **more)


def make_view(*messages: MessageView, case: Case | None = None, **more: Any) -> CaseView:
    view = CaseView(
        case=case or make_case(),
        account=BRAND,
        follow_ups_refused=False,
        customer=EMMA,
        earlier_cases=0,
        messages=messages or (make_message(text=SCRIPTS["english"][1]),),
        hidden=0,
        reply=None,
        drafting=(),
    )
    return replace(view, **more)


def make_draft(state: str = states.SUBMITTED, text: str = "So sorry!", **more: Any) -> Draft:
    draft = Draft(
        id=DraftId(31),
        case_id=CaseId(7),
        author=ASHA,
        target="1990000000000000001",
        text=text,
        digest="",
        state=state,
        reason="",
        external_id="",
        opened_at=NOW,
        submitted_at=NOW + timedelta(minutes=5),
        settled_at=None,
    )
    return replace(draft, **more)


def held(**more: Any) -> Case:
    more = {"status": Status.OPEN, "assignee": ASHA, "assigned_at": NOW + timedelta(minutes=2)} | more
    return make_case(**more)


def waits_for_customer() -> Case:
    return held(status=Status.WAITING, waiting_since=None, due_at=None, due_kind="")


def answered(state: str, case: Case | None = None, **more: Any) -> CaseView:
    return make_view(case=case or held(), reply=make_draft(state, **more))


def spoken(script: str) -> CaseView:
    """The view of a case of this script, answered in it."""
    customer, words, answer = SCRIPTS[script]
    settled = NOW + timedelta(minutes=6)
    draft = make_draft(states.SENT, answer, external_id="1990000000000000900", settled_at=settled)
    return make_view(
        make_message(text=words),
        case=waits_for_customer(),
        customer=customer,
        reply=draft,
    )


UNSUMMONED = make_message(summons=Summons(names_us=False, follows_up=True))
SENT = {"external_id": "1990000000000000900", "settled_at": NOW + timedelta(minutes=6)}

CARDS: dict[str, CaseView] = {
    "new": make_view(),
    "claimed": make_view(case=held()),
    "drafting": make_view(drafting=(ASHA, MEHMET)),
    "reply_on_its_way": answered(states.SUBMITTED),
    "reply_waits": answered(states.SUBMITTED, reason="x_busy"),
    "reply_in_doubt": answered(states.DOUBTED),
    "reply_asked": answered(states.ASKED),
    "reply_sent": answered(states.SENT, waits_for_customer(), **SENT),
    "reply_seen_by_a_person": answered(states.SENT, waits_for_customer(), settled_at=SENT["settled_at"]),
    "reply_refused": answered(states.REFUSED, reason="duplicate_text"),
    "resolved": make_view(case=held(status=Status.RESOLVED)),
    "resolved_by_nobody": make_view(case=make_case(status=Status.RESOLVED)),
    "late": make_view(case=make_case(is_late=True, priority="high")),
    "triaged": make_view(
        case=make_case(
            priority="high",
            tags=("payment", "refund"),
            sensitive=True,
            team="billing",
            language="hi-Latn",
            escalated=True,
            quiet_by=MEHMET,
        )
    ),
    "high_priority": make_view(case=make_case(priority="high"), earlier_cases=2),
    "low_priority": make_view(case=make_case(priority="low"), earlier_cases=1),
    "many_posts": make_view(
        make_message(1, "@sarishop the box was empty"),
        make_message(19, "@sarishop hello?"),
        make_message(20, "@sarishop is anybody there???", media=2),
        hidden=17,
    ),
    "answer_only_on_x": make_view(UNSUMMONED, follow_ups_refused=True),
    "edited": make_view(
        make_message(text="@sarishop mera refund कब आएगा?", newest_id="1990000000000000019", edited_at=NOW)
    ),
    "deleted": make_view(
        make_message(1, "@sarishop the box was empty"), make_message(2, "", gone="deleted"), case=held()
    ),
    "protected": make_view(make_message(text="", gone="protected"), case=waits_for_customer()),
    "answered_by_hand": make_view(
        case=make_case(status=Status.WAITING, waiting_since=None, due_at=None, due_kind=""),
        by_hand=make_message(9, "On its way!", author="brand", kind="reply"),
    ),
    "leaving": make_view(reply=make_draft(leaves_at=NOW + timedelta(seconds=5))),
    "part_refused": make_view(
        reply=make_draft(
            states.REFUSED, "Then you send it. (2/2)", reason="forbidden", part=2, parts=2, thread_of=30
        )
    ),
    "held": make_view(
        held=(
            make_draft(states.OPEN, reason="post_edited"),
            make_draft(states.OPEN, reason="x", id=DraftId(32)),
        )
    ),
    "wrote_directly": make_view(direct=DirectState(count=2, newest_at=NOW, stage=Stage.CONTINUED)),
    "invited": make_view(
        case=make_case(status=Status.WAITING, assignee=ASHA, assigned_at=NOW),
        direct=DirectState(stage=Stage.INVITED, invited_at=NOW, takes_dms="yes"),
    ),
    "answered_directly": make_view(reply=make_draft(states.SENT, "Your code is 7", channel=states.DM)),
    "hostile": make_view(
        make_message(text=HOSTILE_TEXT), customer=replace(EMMA, name=HOSTILE_NAME), reply=make_draft()
    ),
    **{script: spoken(script) for script in SCRIPTS},
}


MACROS = (
    Macro("sorry_late", "Sorry, it is late", {"en": ("Sorry!",)}, tags=("parcels",)),
    Macro("hostile", "<!channel> & *friends*", {"en": ("Hi!",)}),
)


def make_composed(text: str, **more: Any) -> Composed:
    """Return what a draft comes to, with these figures; nothing speaks against it unless given."""
    composed = Composed(text, "", (text,), 280, 0.01, (), ())
    return replace(composed, **more)


def make_open_reply(
    text: str = "",
    others: tuple[str, ...] = (),
    *,
    words: str = "",
    composed: dict[str, Any] | None = None,
    draft: dict[str, Any] | None = None,
    **more: Any,
) -> OpenReply:
    """Return an open dialog in Hindi; `composed` and `draft` change what it comes to and what it chose."""
    target = make_message(text=words or SCRIPTS["hindi"][1])
    reply = OpenReply(
        draft=replace(make_draft(states.OPEN, text), **(draft or {})),
        view=make_view(target, customer=SCRIPTS["hindi"][0]),
        target=target,
        targets=(target,),
        composed=make_composed(text, **(composed or {})),
        macros=(),
        signature=False,
        may_dm=False,
        others=others,
    )
    return replace(reply, **more)


def make_event(number: int, event: str, *, actor: str = ASHA, text: str = "", **facts: str) -> EventView:
    kind = "customer" if event in ("post_received", "opened") else "desk" if not actor else "agent"
    return EventView(number, NOW + timedelta(minutes=number), event, kind, actor, facts, text)


def thread_of(words: str, answer: str) -> Sequence[EventView]:
    """One event of every kind that the thread tells."""
    return [
        make_event(1, "claimed"),
        make_event(2, "post_received", actor="3", text=words),
        make_event(3, "released"),
        make_event(4, "taken_over", actor=MEHMET, from_whom=ASHA),
        make_event(5, "reply_sent", actor="", text=answer),
        make_event(6, "reply_refused", actor="", text=answer, reason="target_gone"),
        make_event(7, "reply_doubted", actor="", text=answer),
        make_event(8, "reply_asked", actor="", text=answer),
        make_event(9, "reply_confirmed", text=answer),
        make_event(10, "reply_resent", text=answer),
        make_event(11, "resolved"),
        make_event(12, "reopened"),
    ]


def make_why() -> Why:
    """Why a late case of a playbook is as it is, with every kind of line."""
    hours = Hours("desk", "Europe/Istanbul", {day: (Span(540, 1080),) for day in range(5)})
    rule = TriageRule("card blocked", AllOf(()), Outcome("high"), file="playbooks/bank-turkey.yaml", line=41)
    playbook = Playbook(
        "Örnek Bank <!channel>",
        digest="0123456789abcdef",
        hours={"desk": hours},
        file="playbooks/bank-turkey.yaml",
    )
    began = NOW + timedelta(minutes=1)
    happened = [Happening(began, What.WROTE, post="1"), Happening(NOW + timedelta(hours=2), What.ANSWERED)]
    happened.append(Happening(NOW + timedelta(hours=3), What.WROTE, post="2"))
    now = NOW + timedelta(days=2)
    clocks = clocks_of(happened, playbook.priorities, "high", lambda _: hours, now)
    counted = [Counted(clock, intervals_of(clock, lambda _: hours, now)) for clock in clocks.all]
    desk, agent = ("desk", ""), ("agent", ASHA)
    told = [
        Entry(NOW, "triaged", *desk, {"rule": "topics/card blocked", "priority": "high"}),
        Entry(NOW, "assigned", *desk, {"to": ASHA}),
        Entry(NOW, "breached", *desk, {"clock": "first_response"}),
        Entry(NOW, "pinged", *desk, {"step": "3", "late_s": "2400", "skipped": "1,2"}),
        Entry(NOW, "step_skipped", *desk, {"step": "4"}),
        Entry(NOW, "escalated", *agent, {"escalation": "5"}),
        Entry(NOW, "priority_changed", *agent, {"priority": "high"}),
        Entry(NOW, "acknowledged", *agent, {}),
        Entry(NOW, "playbook_changed", *desk, {}),
    ]
    states = ("done", "skipped", "next", "later", "quiet")
    case = make_case(
        priority="high", rule="topics/card blocked", playbook=playbook.digest, ladder="urgent", tags=("card",)
    )
    return Why(
        case=case,
        playbook=playbook,
        rule=rule,
        clocks=counted,
        rungs=[
            Rung(n + 1, NOW + timedelta(minutes=n), ("supervisors", "S0LEADS", MEHMET), "", state)
            for n, state in enumerate(states)
        ],
        told=told,
        asked=[HandEscalation(5, CaseId(7), NOW, ASHA, "next_step", "He threatens to <!channel> sue & more")],
        now=now,
        again=None,
    )


WHY = make_why()


NEWS = (
    make_event(41, "post_received", actor="3", text=HOSTILE_TEXT),
    make_event(42, "taken_over", actor=MEHMET, from_whom=ASHA),
)
WHOLE_REPLY = make_open_reply(
    "You should have read the terms. We will call you. https://sarishop.example/help",
    composed={
        "suffix": "– Asha",
        "final": "You should have read the terms. We will call you. https://sarishop.example/help – Asha",
        "price": 0.2,
        "findings": (
            Finding(Check.BLAME, 0, 20, "You should have read", Verdict.APPROVAL),
            Finding(Check.PROMISE_WITHOUT_TIME, 32, 48, "We will call you", Verdict.NOTE),
            Finding(Check.NO_EMPATHY, 0, 0, "", Verdict.WARN),
        ),
        "needs": (Need("tone", ("supervisors", "S0LEADS", ASHA), 1, timedelta(minutes=15)),),
    },
    targets=(make_message(2, HOSTILE_TEXT), make_message(text=SCRIPTS["hindi"][1])),
    macros=MACROS,
    signature=True,
    may_dm=True,
)
HELD_REPLY = make_open_reply(
    SCRIPTS["telugu"][2] * 4,
    composed={"parts": (f"{SCRIPTS['telugu'][2]} (1/2)", f"{SCRIPTS['telugu'][2]} (2/2)")},
    draft={"as_thread": True, "fills": 2, "macro": "sorry_late"},
    news=NEWS,
    look="news",
    macros=MACROS,
)
DIRECT_REPLY = make_open_reply(
    SCRIPTS["bengali"][2],
    composed={"limit": 10_000, "price": 0.015, "suffix": "STOP: …"},
    draft={"channel": states.DM},
    target=make_message(3, SCRIPTS["bengali"][1], kind="dm"),
    may_dm=True,
)


def make_directs(*texts: str, reply: str = "", **state: Any) -> Directs:
    """Return a case's direct messages: these of the customer's, and our answer in this state."""
    answer = make_draft(reply, SCRIPTS["turkish"][2], channel=states.DM, settled_at=NOW) if reply else None
    told = [DirectView(str(n), is_ours=False, text=t, written_at=NOW) for n, t in enumerate(texts)]
    standing = DirectState(count=len(told), newest_at=NOW, reply=answer, **state)
    return Directs(make_view(customer=SCRIPTS["turkish"][0]), standing, told, SCRIPTS["english"][2])


DIRECTS = {
    "new": make_directs(SCRIPTS["turkish"][1], stage=Stage.WROTE),
    "asked": make_directs(SCRIPTS["turkish"][1], HOSTILE_TEXT, reply=states.ASKED, takes_dms="yes"),
    "closed": make_directs(SCRIPTS["bengali"][1], reply=states.REFUSED, takes_dms="no", opted_out_at=NOW),
}
