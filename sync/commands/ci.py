"""Write the CI jobs of a repository: checks without keys, a plan as a comment, drift every night.

  mailwright ci init github     .github/workflows/mailwright.yml
  mailwright ci init gitlab     .gitlab-ci.yml

The offline job is safe for what a fork proposes. The other two need the keys that the settings name, as secrets of the
repository; they never write to a workspace.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `ci`."""
    parser.add_argument("action", choices=("init",), help="write the file")
    parser.add_argument("forge", choices=("github", "gitlab"), help="where the repository lives")
    parser.add_argument("--force", action="store_true", help="write over the file that is there")
    parser.add_argument("--stdout", action="store_true", help="print the file instead of writing it")


def run(args: argparse.Namespace) -> int:
    """Write the file, and say which secrets it needs.

    Raises: RefusedError when the file exists; ConfigurationError when the project cannot be read or written to.
    """
    import sys
    from pathlib import Path

    from mailwright.loading.folder import load_project
    from mailwright.writing import write_new_files
    from sync.ci.jobs import GITHUB_FILE, GITLAB_FILE, github_workflow, gitlab_pipeline, jobs_for

    jobs = jobs_for(load_project(args.root))
    name = GITHUB_FILE if args.forge == "github" else GITLAB_FILE
    text = github_workflow(jobs) if args.forge == "github" else gitlab_pipeline(jobs)
    if args.stdout:
        sys.stdout.write(text)
        return 0
    if args.force:
        (Path(args.root) / name).unlink(missing_ok=True)
    write_new_files(Path(args.root), {name: text})
    secrets = f"; secrets to set: {', '.join(jobs.variables)}" if jobs.variables else ""
    print(f"{name} written{secrets}")
    return 0
