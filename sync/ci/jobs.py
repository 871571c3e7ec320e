"""CI files as text: an offline job that is safe on forks, a plan as a comment, drift every night.

Only the offline job runs what a stranger proposes. The others need keys; they ask Customer.io for a token that cannot
write, and do not run for forks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailwright.definitions.project import Project
from mailwright.definitions.workspace import Workspace
from mailwright.diagnostics import ConfigurationError

GITHUB_FILE = ".github/workflows/mailwright.yml"
GITLAB_FILE = ".gitlab-ci.yml"


@dataclass(frozen=True, slots=True)
class Jobs:
    """What the jobs of one repository are made from."""

    called: str  # how mailwright is called
    install: str  # what installs it; empty where the call does so itself
    plan_for: str  # the workspace that a pull request is planned for
    plan_variables: tuple[str, ...]  # names of the variables that hold its keys
    drift_of: tuple[str, ...]
    variables: tuple[str, ...]  # names of the variables that hold the keys of all of them

    def check_commands(self) -> list[str]:
        """What runs without any key."""
        return [f"{self.called} check", f"{self.called} test"]

    def plan_command(self) -> str:
        """The plan as Markdown."""
        return f"{self.called} plan {self.plan_for} --format md > plan.md"

    def drift_command(self) -> str:
        """The drift as Markdown; exit code 2 fails the job."""
        return f"{self.called} drift {' '.join(self.drift_of)} --format md > drift.md"


def jobs_for(project: Project) -> Jobs:
    """The jobs of a project: a plan for its default workspace, drift of every one that is not on this machine.

    Raises: ConfigurationError when the settings name no such workspace.
    """
    known = {name: one for name, one in project.settings.workspaces.items() if one.url is None and one.region}
    if not known:
        message = "the settings name no workspace at Customer.io: there is nothing to plan for"
        raise ConfigurationError(message, hint='[…workspaces.qa] region = "us", id = …, service_account = …')
    wanted = project.settings.default_workspace
    plan_for = wanted if wanted in known else next(iter(known))
    has_script = (project.root / "mw").is_file()
    return Jobs(
        called="./mw" if has_script else "mailwright",
        install="" if has_script else "pip install mailwright",
        plan_for=plan_for,
        plan_variables=_variables(known[plan_for]),
        drift_of=tuple(known),
        variables=tuple(dict.fromkeys(variable for one in known.values() for variable in _variables(one))),
    )


def _variables(workspace: Workspace) -> tuple[str, ...]:
    return tuple(one.env for one in (workspace.service_account, workspace.app_key) if one is not None)


def github_workflow(jobs: Jobs) -> str:
    """`.github/workflows/mailwright.yml`.

    Source: GitHub docs, "Workflow syntax for GitHub Actions"; `gh pr comment --help`.
    """
    install = f"      - run: {jobs.install}\n" if jobs.install else ""
    checks = "".join(
        f"      - run: {command}{' --format github' if ' check' in command else ''}\n"
        for command in jobs.check_commands()
    )
    set_up = (
        "      - uses: actions/checkout@v4\n"
        "      - uses: actions/setup-python@v5\n"
        '        with: {python-version: "3.12"}\n' + install
    )
    return f"""\
# Written by `mailwright ci init github`; yours to change.
name: mailwright
on:
  pull_request:
  push: {{branches: [main]}}
  schedule: [{{cron: "17 5 * * *"}}]
  workflow_dispatch:
permissions: {{contents: read}}

jobs:
  check: # offline and without any key: safe for what a fork proposes
    if: github.event_name != 'schedule'
    runs-on: ubuntu-latest
    steps:
{set_up}{checks}
  plan: # what a merge would change, as a comment; the token it asks for cannot write
    if: >-
      github.event_name == 'pull_request' &&
      github.event.pull_request.head.repo.full_name == github.repository
    needs: check
    runs-on: ubuntu-latest
    permissions: {{contents: read, pull-requests: write}}
    steps:
{set_up}      - run: {jobs.plan_command()}
        env:
{_secrets(jobs.plan_variables)}      - run: gh pr comment "$NUMBER" --edit-last --create-if-none --body-file plan.md
        env:
          GH_TOKEN: ${{{{ github.token }}}}
          NUMBER: ${{{{ github.event.pull_request.number }}}}

  drift: # every night: fails when a workspace moved behind the repository's back
    if: github.event_name == 'schedule' || github.event_name == 'workflow_dispatch'
    runs-on: ubuntu-latest
    steps:
{set_up}      - run: {jobs.drift_command()}
        env:
{_secrets(jobs.variables)}      - if: always()
        run: test ! -f drift.md || cat drift.md >> "$GITHUB_STEP_SUMMARY"
"""


def gitlab_pipeline(jobs: Jobs) -> str:
    """`.gitlab-ci.yml`.

    Source: GitLab docs, "CI/CD YAML syntax reference", "Notes API".
    """
    before = f"  before_script: [{jobs.install}]\n" if jobs.install else ""
    names = ", ".join(jobs.variables) or "the keys"
    return f"""\
# Written by `mailwright ci init gitlab`; yours to change.
# Masked, protected variables of the project: {names};
# GITLAB_COMMENT_TOKEN (scope api) lets the plan stand as a comment, without it the plan is an artifact only.
.mailwright:
  image: python:3.12
{before}
mailwright-check: # offline and without any key: safe for what a fork proposes
  extends: .mailwright
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE != "schedule"
  script:
{_listed(jobs.check_commands())}
mailwright-plan: # what a merge would change; the token it asks for cannot write
  extends: .mailwright
  needs: [mailwright-check]
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID
  script:
    - {jobs.plan_command()}
    - |
      if [ -n "${{GITLAB_COMMENT_TOKEN:-}}" ]; then
        curl --fail --silent --show-error --header "PRIVATE-TOKEN: $GITLAB_COMMENT_TOKEN" --form "body=<plan.md" \\
          "$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes"
      fi
  artifacts: {{paths: [plan.md], expose_as: mailwright plan}}

mailwright-drift: # on the schedule: fails when a workspace moved behind the repository's back
  extends: .mailwright
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
  script:
    - {jobs.drift_command()}
  artifacts: {{paths: [drift.md], when: always}}
"""


def _secrets(names: Sequence[str]) -> str:
    return "".join(f"          {name}: ${{{{ secrets.{name} }}}}\n" for name in names)


def _listed(commands: Sequence[str]) -> str:
    return "".join(f"    - {command}\n" for command in commands)
