"""The small project that `init` writes: one campaign, one layout, and what is needed to try them."""

from __future__ import annotations

SETTINGS = """\
# Where this content lives. Keys are never written here, only the names of the variables that hold them.
default_workspace = "qa"

[workspaces.qa]
region = "us"
from = "Example <hello@example.org>"
vars = { base_url = "https://qa.example.org" }
# app_key = { env = "CIO_QA_APP_KEY" }
"""

CAMPAIGN = """\
name: Welcome
trigger:
  event: signed_up
workflow:
  - email: hello
  - wait: 2d
  - branch:
      if: {person: {plan: pro}}
      then:
        - email: pro-tips
"""

HELLO = """\
---
subject: 'Welcome, {{ customer.first_name | default: "friend" }}!'
preheader: Two minutes to set things up
layout: base@1
---
<h1>Hello {{ customer.first_name | default: "there" }}</h1>
<p>You signed up with {{ event.method }}. Here is where everything is:</p>
<p><a href="{{ mailwright.base_url }}/start">Get started</a></p>
"""

PRO_TIPS = """\
---
subject: Three things only pro can do
preheader: The first takes a minute
layout: base@1
---
<p>Exports, shared folders and an API key are waiting for you.</p>
<p><a href="{{ mailwright.base_url }}/pro">Show me</a></p>
"""

LAYOUT = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
  body { margin: 0; background: #f4f4f5; font-family: Helvetica, Arial, sans-serif; color: #18181b; }
  .card { max-width: 560px; margin: 0 auto; padding: 24px; background: #ffffff; }
  .footer { max-width: 560px; margin: 0 auto; padding: 16px 24px; font-size: 12px; color: #63636b; }
</style>
</head>
<body>
<div class="card">
{{ content }}
</div>
<p class="footer">You get this because you have an account.
<a href="{% unsubscribe_url %}">Unsubscribe</a></p>
</body>
</html>
"""

EVENT = """\
name: signed_up
description: Somebody made an account.
stage: acquisition
properties:
  method: {type: text, required: true, allowed: [email, google], example: email}
  invited_by: {type: text, description: The id of the person who invited them.}
"""

PEOPLE = """\
identifier: id
attributes:
  email: {type: text, required: true, example: ana@example.org, sensitive: true}
  first_name: {type: text, example: Ana, sensitive: true}
  plan: {type: text, required: true, allowed: [free, pro], example: free}
"""

SAMPLE = """\
name: A new person
person:
  id: "1"
  attributes: {email: ana@example.org, first_name: Ana, plan: pro}
event:
  name: signed_up
  data: {method: google}
at: "2026-01-05T09:00:00Z"
campaigns: [welcome]
"""

EVENTS = """\
{"type":"identify","id":"01","person":"1","timestamp":1767603600,"attributes":{"email":"ana@example.org",\
"first_name":"Ana","plan":"pro"}}
{"type":"track","id":"02","person":"1","name":"signed_up","timestamp":1767603601,"data":{"method":"google"}}
{"type":"identify","id":"03","person":"2","timestamp":1767690000,"attributes":{"email":"ben@example.org","plan":"free"}}
{"type":"track","id":"04","person":"2","name":"signed_up","timestamp":1767690001,"data":{"method":"email"}}
"""

SCENARIO = """\
scenarios:
  - name: a pro customer is welcomed, and told two days later what only pro can do
    given:
      people:
        ana: {email: ana@example.org, first_name: Ana, plan: pro}
    when:
      - event: signed_up
        data: {method: google}
      - wait: 3d
    then:
      campaigns: [welcome]
      emails:
        - email: welcome/hello
          subject: Welcome, Ana!
        - email: welcome/pro-tips
          after: 2d

  - name: a free customer is only welcomed
    given:
      people:
        ben: {email: ben@example.org, plan: free}
    when:
      - event: signed_up
        data: {method: email}
      - wait: 3d
    then:
      emails: [welcome/hello]
      branches: {welcome/branch-3: else}

  - name: whoever signs up again is welcomed again
    given:
      people:
        cai: {email: cai@example.org, plan: free}
    when:
      - event: signed_up
        data: {method: email}
      - wait: 1d
      - event: signed_up
        data: {method: google}
    then:
      campaigns: [welcome, welcome]
      emails: [welcome/hello, welcome/hello]
"""

README = """\
# Campaigns

The content of a Customer.io account, as files: one folder a campaign in `campaigns/`, what surrounds emails in
`layouts/`, events, people, segments and samples in `campaigns/_shared/`.

    mailwright check                     every mistake, with file, line and column
    mailwright test                      the scenarios beside the campaigns (*.scenario.yaml), and Python tests
    mailwright simulate events.ndjson    who would get what, and why not
    mailwright new campaign goodbye --event account_closed
"""

GITIGNORE = """\
.mailwright/cache/
.mailwright/journal/
.mailwright/schemas/
.mailwright/demo/
.pytest_cache/
__pycache__/
"""

FILES = {
    "mailwright.toml": SETTINGS,
    "README.md": README,
    ".gitignore": GITIGNORE,
    "events.ndjson": EVENTS,
    "campaigns/welcome/campaign.yaml": CAMPAIGN,
    "campaigns/welcome/hello.liquid": HELLO,
    "campaigns/welcome/pro-tips.liquid": PRO_TIPS,
    "campaigns/welcome/welcome.scenario.yaml": SCENARIO,
    "campaigns/_shared/events/signed_up.yaml": EVENT,
    "campaigns/_shared/people.yaml": PEOPLE,
    "campaigns/_shared/samples/new-person.yaml": SAMPLE,
    "layouts/base/1.liquid": LAYOUT,
}
"""Every file of the starter by its path, without the editor lines that `init` puts on top of YAML files."""
