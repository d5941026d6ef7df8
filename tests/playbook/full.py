"""A playbook that uses every key."""

FULL = """\
version: 1
name: Full
description: Every key once.
accounts: [Acme, acme_help]
apply_to_open: true
people:
  agents: [S0AGENTS]
  supervisors: [U0MEHMET]
  admins: [W0ANNA]
  allowed: [U0GUEST]
  teams:
    billing: {members: [S0BILLING], hours: early}
  shifts:
    - {who: [U0ASHA, U0ANNA], hours: early}
hours:
  desk:
    time_zone: Asia/Kolkata
    days: {mon-fri: ["13:30-18:00", "09:00-12:30"], sat: ["22:00-06:00"]}
    holidays: {country: IN, subdivision: TG, closed: [2026-12-31], open: [2026-10-29]}
  early:
    time_zone: Europe/Istanbul
    days: {fri-sun: ["00:00-24:00"]}
  night: always
priorities:
  high: {first_response: 15m, next_response: 20m, resolution: 4h, time_to_claim: 5m, hours: always}
  medium: {first_response: 2h}
  low: {hours: early}
triage:
  vip: [Acme_CEO]
  otherwise: {tags: [other]}
  rule_sets:
    - name: topics
      rules:
        - name: account hacked
          when:
            words: [hacked, "account stolen"]
            phrases: ["locked out"]
            regex: ['order *[0-9]{6}', '\\bÇALINDI\\b']
            hashtags: [help]
            language: [en, hi-Latn]
            sentiment: [angry, negative]
            kind: [mention, dm]
            links: [example.com]
            media: false
            followers: {at_least: 100, at_most: 5000}
            earlier_cases: {at_most: 5}
            verified: true
            vip: false
            hour: ["22:00-06:00"]
            open: night
            any: [{vip: true}, {links: true}]
            all: [{open: false}]
            not: {words: [joke]}
          then: {priority: high, tags: [security, security], sensitive: true, team: billing}
          examples:
            - post: my account was hacked
              language: en
              kind: dm
              at: 2026-12-24T18:30:00+03:00
              media: 2
              account: acme
              author: {username: fan, followers: 10, verified: true, vip: true, earlier_cases: 3}
              expect:
                rule: account hacked
                priority: high
                tags: [security]
                sensitive: true
                team: billing
                channel: "#press"
                language: en
                sentiment: angry
        - {name: rest, when: {}, then: {}}
routing:
  - {name: money, tags: [security], teams: [billing], languages: [tr], accounts: [acme], channel: "#press",
     team: billing, owner: least_load}
escalation:
  raise_priority: false
  ladders:
    - name: urgent
      priorities: [high]
      teams: [billing]
      steps:
        - {after: 15s, ping: [agents], text: "Please take this one."}
        - {at: 75%, ping: [on_duty_supervisor, U0MEHMET], channel: supervisors}
      repeat: {every: 30m, times: 3}
      quieted_by: [claim]
      rearm_after: 1h20m
threading: {public: 1d, dm: 2d, burst: 0s, reopen: 3d}
macros:
  - name: ask_order_dm
    title: Ask for the order number
    tags: [security]
    text:
      en: ["Sorry, {customer.first_name|there}! Please write here: {dm_link}", "Here we can help: {dm_link}"]
      tr: ["Merhaba {customer.first_name|}, buradan yazın: {dm_link}", "Size yardımcı olalım: {dm_link}"]
  - name: thanks
    text: {en: "Thank you, {customer.username}! {case.number}", tr: "Teşekkürler! {case.number}"}
tone:
  verdicts:
    swearing: refuse
    aggression: refuse
    blame: approval
    defensive: note
    too_long: refuse
    unclear: ok
    personal_data_shown: warn
    personal_data_asked: warn
    no_name: warn
    no_signature: warn
    no_empathy: approval
    promise_without_time: warn
    link_cost: ok
  order_numbers: ['\\bSİP-[0-9]{6}\\b', '[A-Z]{2}[0-9]{9}']
approvals:
  trainees: [U0NEW]
  rules:
    - name: money
      when:
        sensitive: true
        tags: [security]
        priorities: [high, medium]
        teams: [billing]
        accounts: [acme]
        tone: true
        offers: true
        patterns: ['[0-9]+ ?% off']
        trainee: true
        followers: {at_least: 100000}
        cost: {at_least: 0.05}
      approvers: [U0MEHMET, S0LEADS]
      count: 2
      within: 5m
      then: [supervisors, admins]
    - {name: all others}
replies: {undo: 10s, signature: "– {agent.first_name}"}
prices: {post: 0.02, reply: 0.01, link: 0.25, dm: 0}
dm_channel: "#customers-private"
move_to_dm:
  invite: ask_order_dm
  nudge: ask_order_dm
  other_channels: thanks
  closing: thanks
  wait: 45m
  privacy: {en: "Privacy: https://example.com/privacy · Reply STOP to opt out.", tr: "STOP https://example.com/kvkk"}
"""
