"""What is odd about macros, approvals, prices and direct messages is warned of, at its place."""

import pytest

from tests.playbook.broken_replies import approval, macro
from tests.playbook.test_broken import source_and_place
from tests.playbook.test_lint import warnings_of

TWO = "[Hello!, Good day!]"
HERE = '["Here: {dm_link}", "There: {dm_link}"]'
PRIVACY = 'privacy: {en: "https://example.com/privacy · Reply STOP to opt out."}'
INVITES = f"macros: [{{name: invite, text: {{en: {HERE}}}}}]\n"
ROUTE = 'routing: [{channel: "#press"}]\n'


def rules(*entries: str, trainees: str = "") -> str:
    """Return a playbook with these rules for approvals besides one for what the tone check wants."""
    written = "".join(f"    - {{{entry}}}\n" for entry in (*entries, "name: tone, when: {tone: true}"))
    return f"approvals:\n{f'  trainees: {trainees}' + chr(10) if trainees else ''}  rules:\n{written}"


MACROS = [
    (
        "a macro without a language of the others",
        macro("{en: Hi, tr: Selam}", "  - name: bye\n    §text: {tr: Güle güle}\n"),
        "missing-language",
        "`en: …`",
    ),
    (
        "a macro without a language of the routes",
        "routing: [{languages: [hi]}]\nmacros:\n  - name: bye\n    §text: {en: Bye}\n",
        "missing-language",
        "`hi: …`",
    ),
    (
        "a first name without a fallback",
        macro('{en: §"Hi {customer.first_name}!"}'),
        "no-fallback",
        "|there}",
    ),
    ("a name without a fallback", macro('{en: [Hello, §"Hi {customer.name}!"]}'), "no-fallback", "|there}"),
    ("a time that may not be promised", macro('{en: §"Until {promised_by}"}'), "no-fallback", "not known"),
    ("an @ twice", macro('{en: §"Hi @{customer.username}!"}'), "at-twice", "leave it out"),
    (
        "one wording of what is offered first",
        macro("{en: §Sorry!}", "    tags: [late]\n") + "triage: {otherwise: {tags: [late]}}\n",
        "one-wording",
        "two or three",
    ),
    (
        "one wording of the invitation",
        macro('{en: §"Here: {dm_link}"}', f"move_to_dm: {{invite: thanks, {PRIVACY}}}\n"),
        "one-wording",
        "two or three",
    ),
    ("a link in a wording", macro("{en: [Hi, §See example.com/help]}"), "link-cost", "leave it out"),
    ("two sentences that make a link", macro("{tr: §Merhaba.Com size yardım}"), "link-cost", "leave it out"),
    ("a wording twice", macro('{en: [Hello  you!, §"HELLO you!"]}'), "same-wording", "line 5"),
    (
        "a wording of another macro",
        macro("{en: Hello!}", "  - {name: b, text: {en: §Hello!}}\n"),
        "same-wording",
        "line 5",
    ),
    (
        "a wording too long once it is signed",
        macro(f'{{en: §"{"a" * 270}"}}', "replies: {signature: from your friends}\n"),
        "over-length-signed",
        "by 8,",
    ),
    (
        "a wording that shows what is personal",
        macro('{en: [Hello!, §"Write to jane.doe@gmail.com"]}'),
        "refused-macro",
        "direct message",
    ),
    (
        "a wording that shows an order number",
        macro('{en: §"It is İŞ-1234."}', "tone: {order_numbers: ['\\bİŞ-[0-9]{4}\\b']}\n"),
        "refused-macro",
        "direct message",
    ),
    (
        "a tag that no rule sets on a macro",
        macro(f"{{en: {TWO}}}", "    tags: [§late]\n"),
        "no-such-tag",
        "set it",
    ),
    ("a link in the signature", "replies: {signature: §example.com}\n", "link-cost", "leave it out"),
]

APPROVALS = [
    (
        "approvers who are all new",
        rules(
            "name: a, when: {tags: [b]}, approvers: §[U0NEW, U0TWO], then: []",
            "name: t, when: {trainee: true}",
            trainees="[U0NEW, U0TWO]",
        )
        + "triage: {otherwise: {tags: [b]}}\n",
        "nobody-approves",
        "[supervisors]",
    ),
    (
        "one approver, who may write",
        rules("name: a, approvers: §[U0ASHA], then: []"),
        "nobody-approves",
        "never approve",
    ),
    (
        "the only supervisor, who is the only admin",
        "people: {supervisors: [U0ASHA], admins: [U0ASHA]}\n"
        + approval(rest="      approvers: §[supervisors]\n"),
        "nobody-approves",
        "never approve",
    ),
    (
        "as many approvals as there are people",
        rules("name: a, approvers: §[U0ASHA, U0ANNA], count: 2, then: []"),
        "nobody-approves",
        "never approve",
    ),
    (
        "trainees of whom no rule speaks",
        approval("{tone: true}").replace("approvals:\n", "approvals:\n  §trainees: [U0NEW]\n"),
        "unused-trainees",
        "trainee: true",
    ),
    (
        "a rule for trainees who are not there",
        rules("name: a, when: {trainee: §true}"),
        "never-holds",
        "[U0NEW]",
    ),
    (
        "a rule by cost where nothing costs",
        "prices: none\n" + rules("name: a, when: {cost: §{at_least: 0.1}}"),
        "never-holds",
        "prices",
    ),
    (
        "no rule for tone",
        "approvals:\n  §rules:\n    - {name: a, when: {sensitive: true}}\n",
        "tone-without-rule",
        "tone: true",
    ),
    (
        "a tag that no rule sets for approval",
        rules("name: a, when: {tags: [§press]}"),
        "no-such-tag",
        "set it",
    ),
    (
        "another's account for approval",
        "accounts: [acme]\n" + rules("name: a, when: {accounts: [§other]}"),
        "not-our-account",
        "accounts",
    ),
]

DM = [
    ("a channel of which nobody knows", 'dm_channel: §"#customers"\n', "dm-channel-private", "doctor"),
    ("a channel to which cards go", ROUTE + 'dm_channel: §"#press"\n', "dm-channel-shared", "of its own"),
    (
        "channels, but none for direct messages",
        f"{ROUTE}{INVITES}§move_to_dm: {{invite: invite, {PRIVACY}}}\n",
        "no-dm-channel",
        "dm_channel",
    ),
    ("no line about privacy", INVITES + "§move_to_dm: {invite: invite}\n", "no-privacy", "STOP"),
    (
        "privacy without a language of the macros",
        macro("{en: Hi, tr: Selam}", f"move_to_dm: {{§{PRIVACY}}}\n"),
        "missing-language",
        "`tr: …`",
    ),
    (
        "privacy without a link",
        'move_to_dm: {privacy: {en: §"See our page. Reply STOP to opt out."}}\n',
        "privacy-without-link",
        "https://",
    ),
    (
        "privacy without a way out",
        'move_to_dm: {privacy: {en: §"How we handle data: https://example.com/privacy"}}\n',
        "privacy-without-opt-out",
        "STOP",
    ),
]


@pytest.mark.parametrize(
    ("marked", "code", "mend"),
    [row[1:] for row in (*MACROS, *APPROVALS, *DM)],
    ids=[row[0] for row in (*MACROS, *APPROVALS, *DM)],
)
def test_what_could_not_leave_or_be_granted_is_warned_of_at_its_place(
    marked: str, code: str, mend: str
) -> None:
    # when
    (problem,) = warnings_of(marked)

    # then
    assert (problem.severity, problem.code) == ("warning", code)
    assert (problem.line, problem.column) == source_and_place(marked)[1]
    assert mend in problem.fix


RIGHT = [
    (
        "an offer that somebody approves",
        macro("{en: We will give you a full refund}") + rules("name: money, when: {offers: true}"),
    ),
    (
        "a name for a signature that is wanted",
        macro('{en: "Thank you! {agent.first_name}"}', "tone: {verdicts: {no_signature: refuse}}\n"),
    ),
    ("one wording of what is seldom used", macro("{en: Sorry!}")),
    (
        "one wording that is never the same",
        macro('{en: "Here: {dm_link} ({case.number})"}', f"move_to_dm: {{nudge: thanks, {PRIVACY}}}\n"),
    ),
    ("the link to direct messages", macro('{en: "Here: {dm_link}"}')),
    ("a link where nothing costs", "prices: none\n" + macro("{en: See example.com/help}")),
    ("the same words in two languages", macro("{en: OK!, tr: OK!}")),
    ("an empty fallback", macro('{en: "Hi {customer.first_name|}!"}')),
    ("an address of ours", macro("{en: Write to support@acme.example}")),
    ("one approver, and admins after them", rules("name: a, approvers: [U0ASHA]")),
    (
        "one approver of trainees",
        rules("name: t, when: {trainee: true}, approvers: [U0ASHA], then: []", trainees="[U0NEW]"),
    ),
    ("a group of approvers", rules("name: a, approvers: [S0LEADS], then: []")),
    ("a rule for every draft", "approvals: {trainees: [U0NEW], rules: [{name: all}]}\n"),
    (
        "no rule for tone where tone wants none",
        "tone: {verdicts: {aggression: warn, blame: warn}}\napprovals: {rules: []}\n",
    ),
    ("moving to direct messages in a template", INVITES + f"move_to_dm: {{invite: invite, {PRIVACY}}}\n"),
]


@pytest.mark.parametrize("source", [row[1] for row in RIGHT], ids=[row[0] for row in RIGHT])
def test_what_can_leave_and_be_granted_is_not_warned_of(source: str) -> None:
    assert warnings_of(source) == []
