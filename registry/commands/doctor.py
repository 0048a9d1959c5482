"""registry doctor: what is wrong with this installation, in words."""

import json
import sys

import click

from registry import runtime, settings
from registry.maintenance import doctor
from registry.maintenance.doctor import Finding
from registry.maintenance.installation import examine


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Every question and its answer, for programs.")
def diagnose(as_json: bool) -> None:
    """Say what is wrong with this installation and what to do; exits 1 when something is. Changes nothing."""
    with examine(settings.known_from_environment(), runtime.clock()) as installation:
        findings = doctor.examine(installation)
    wrong = [finding for finding in findings if finding.state == doctor.WRONG]
    unchecked = [finding.check.name for finding in findings if finding.state == doctor.UNCHECKED]
    if as_json:
        click.echo(json.dumps([_describe(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in wrong:
            click.echo(f"{finding.check.name}: {finding.check.wrong}（{'；'.join(finding.seen)}）")
            click.echo(f"  {finding.check.remedy}")
        click.echo(f"{len(findings)} 项检查，{len(wrong)} 项有问题，{len(unchecked)} 项未能检查")
    if wrong:
        sys.exit(1)


def _describe(finding: Finding) -> dict[str, object]:
    check, is_wrong = finding.check, finding.state == doctor.WRONG
    answer: dict[str, object] = {"name": check.name, "question": check.question, "state": finding.state}
    return answer | ({"wrong": check.wrong, "seen": finding.seen, "remedy": check.remedy} if is_wrong else {})
