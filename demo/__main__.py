"""`python -m demo`: the main job end to end, on real HTTP sites."""

import os
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Column, Table

from demo import steps
from demo.pictures import take_office_pictures, take_other_pictures, take_pictures
from records.models import Case
from records.settings import PROJECT

console = Console() if sys.stdout.isatty() else Console(width=150)

# The case that the demo walks through all states.
WALKED = "/function.html"


def main(
    once: bool = typer.Option(False, "--once", help="end by itself; exit code 1 on any surprise"),
    port: int = typer.Option(8800, min=1024, max=65000, help="first of eight ports: pages, then the sites"),
    screenshots: Path = typer.Option(None, "--screenshots", help="folder for pictures of the pages"),
) -> None:
    """Crawl the demo's institutions, judge, walk one case to 已核验, serve the pages."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with ExitStack() as running:
            surprises = run(running, once, port, screenshots)
    except steps.DemoFailed as failed:
        console.print(f"demo: {failed}", style="red", markup=False)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        console.print("\ndemo: ended")
        return
    if surprises:
        raise typer.Exit(1)


def run(running: ExitStack, once: bool, port: int, screenshots: Path | None) -> list[str]:
    """All steps; returns the surprises."""
    stage = steps.make_stage(PROJECT / "var" / "demo", port)
    say(f"1/6 set-up: database, registry, users ({stage.folder.relative_to(PROJECT)})")
    token = steps.set_up(stage)
    say(f"2/6 starting {len(stage.sites)} institutions' sites and Qingyi")
    steps.start_servers(stage, running)
    say("3/6 crawling and judging: qingyi crawl --due")
    console.print(stage.qingyi("crawl", "--due"), markup=False)
    cases = steps.flagged_cases(stage)
    console.print(flagged_table(cases))
    say("4/6 comparing with what must be found, and with the lawful pages")
    surprises = steps.surprises(stage)
    for surprise in surprises:
        console.print(f"  SURPRISE {surprise}", style="red", markup=False)
    if not surprises:
        console.print("  as expected: every violation found, no lawful page flagged")
    if screenshots:
        departing = next(case.id for case in cases if case.judgement.alignment)
        take_pictures(stage, cases[0].id, departing, screenshots)
    say("5/6 walking one case: review → transfer → take → page removed → disposed → re-checked")
    walked = next(case for case in cases if case.page.url.endswith(WALKED))
    states = steps.walk_one_case(stage, token, walked)
    console.print(f"  case {walked.id}: {' → '.join(states)}", markup=False)
    if screenshots:
        same_site = [
            case for case in cases if case.page.source_id == cases[1].page.source_id and case is not walked
        ]
        for case in same_site[:3]:
            steps.transfer_case(stage, case)
        take_office_pictures(stage, screenshots)
        take_other_pictures(stage, steps.alike(cases), screenshots)
    if states[-1] != "已核验":
        surprises.append(f"case {walked.id} ended as {states[-1]}")
    say("6/6 where to look")
    show_where(stage, token)
    if not once:
        console.print("Ctrl-C ends the demo.")
        while True:
            time.sleep(3600)
    return surprises


def say(words: str) -> None:
    """A heading of the demo's output."""
    console.print(f"\n[bold]{words}[/]")


def flagged_table(cases: list[Case]) -> Table:
    """The flagged pages, highest score first."""
    table = Table("分值", Column("机构", no_wrap=True), "页面", "命中", show_lines=True)
    for case in cases:
        titles = dict.fromkeys(finding.title for finding in case.judgement.findings)
        table.add_row(str(case.score), case.page.source.institution.name, case.page.url, "、".join(titles))
    return table


def show_where(stage: steps.Stage, token: str) -> None:
    """Addresses, users and the token, for a person at the keyboard."""
    console.print(f"  pages     {stage.url}/", highlight=False)
    for name, password in stage.passwords.items():
        console.print(f"  sign in   {name} / {password}", markup=False, highlight=False)
    console.print(
        f"  API       {stage.url}/api/v1/openapi.json  token {token}", markup=False, highlight=False
    )
    for name, address in stage.sites.items():
        console.print(f"  site      {address}  {name}", markup=False, highlight=False)


if __name__ == "__main__":
    os.chdir(PROJECT)
    typer.run(main)
