"""List the Chinese texts of the public pages in the English catalogue: ``python -m tools.translations [--write]``.

Texts come from the templates (by the same extension that marks them), from the labels of codes, and from calls of
``phrase`` and ``translated``. A new text gets an empty place to be filled in; one that is gone is taken out.
"""

import argparse
import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, pofile
from jinja2 import nodes

from registry import catalogue, errors
from registry.app import open_doors
from registry.domain import labels, record_fields, reporting_rates
from registry.domain.cases import relief
from registry.domain.cases.filed_kinds import FILED_KINDS
from registry.domain.cases.procedures import DOCUMENTS
from registry.web import language, workbook
from registry.web.public.downloads import LISTS

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "registry" / "web" / "templates"
DESKS = frozenset({
    "all_components", "components", "desk_base", "login", "own_account", "passkeys", "password", "password_code",
    "password_wanted", "progress", "proposal", "proposals", "recovery_codes", "report_file", "second_factor",
    "second_factor_new",
})  # fmt: skip
"""Templates for signed-in people, who work in Chinese."""
WORDS = (
    "web/sections.py", "web/measures.py", "web/public/statistics.py", "web/views.py", "domain/checks/explanation.py",
    "domain/checks/comparison.py", "domain/checks/credit_report_words.py", "domain/checks/reviews.py",
    "domain/cases/relief.py", "domain/cases/relief_certificate.py", "domain/publication/consistency_proof.py",
    "queries/checks/receipt_proof.py",
    "domain/checks/receipts.py", "verifier.py", "printing/receipt_pdf.py", "printing/attachments.py",
    "printing/credit_report_pdf.py", "printing/evaluation_sheet.py", "printing/relief_papers.py",
)  # fmt: skip
"""Files whose strings are all read by the public."""
OF_CHECKS = frozenset({"FINDINGS", "SHELL_ACTS", "TRANSPORTS", "DELIVERIES"})
"""Labels of what is no public page."""
NAMED = ("sectors", "penalty_kinds", "id_types")
"""Tables whose rows are named in English too; the names of lists, measures, behaviours and districts stay Chinese."""
REFUSALS = frozenset({
    "ApplicantUnfit", "BodyRefused", "CodeWrong", "ConcurrentChange", "DateMalformed", "DocumentMissing",
    "DocumentRefused", "EntryAhead", "EpochOver", "FileTooLarge", "IdNumberMalformed", "IdTypeUnknown", "ListTooLong",
    "NotDecidedHere", "PageUnknown", "PdfUnavailable", "QueryEncoding", "QueryRefused", "ReceiptRefused",
    "RecordUnknown", "ReliefOpen", "ReliefRefused", "ReliefUnknown", "RepairTooEarly", "ReportUnknown",
    "ResidentIdCheckCharacter", "ResidentIdMalformed", "ReviewDecisionRefused", "SectorUnknown", "StoreUnavailable",
    "TooManyApplications", "TooManyRequests", "TransitionRefused", "UsccCheckCharacter", "UsccImpossible",
    "UsccMalformed",
})  # fmt: skip
"""What a public page refuses; the rest is said in Chinese."""
REFUSING = frozenset({
    "DocumentRefused", "PdfUnavailable", "ReceiptRefused", "ReliefRefused", "RepairTooEarly", "ReviewDecisionRefused",
    "TooManyApplications", "_build_refusal",
})  # fmt: skip
"""Calls whose texts tell a visitor what is wrong and what would be right."""
MARKS = frozenset({"Phrase", "phrase", "translated", "translated_markup"})


def texts() -> dict[str, list[str]]:
    """Every text that needs English words, and where it stands."""
    found: dict[str, list[str]] = {}
    for text, place in (*_of_templates(), *_of_code(), *_of_words(), *_of_labels(), *_of_refusals()):
        if re.search(language.CJK, text) and place not in found.setdefault(text, []):
            found[text].append(place)
    return found


def _of_templates() -> Iterator[tuple[str, str]]:
    environment = language.english_templates(open_doors())
    for path in sorted(TEMPLATES.glob("*.html")):
        if path.stem not in DESKS:
            parsed = environment.parse(path.read_text())
            for call in parsed.find_all(nodes.Call):
                is_mark = isinstance(call.node, nodes.Name) and call.node.name in MARKS
                if is_mark and call.args and isinstance(call.args[0], nodes.Const):
                    yield str(call.args[0].value), f"templates/{path.name}"


def _of_code() -> Iterator[tuple[str, str]]:
    """The first words of each call that makes a text for the public, and of each refusal of a receipt."""
    for path in sorted((ROOT / "registry").rglob("*.py")):
        if path.is_relative_to(ROOT / "registry" / "web") and path.parent.name not in ("web", "public"):
            continue
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name | ast.Attribute):
                continue
            name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            if name in MARKS:
                found = (part.value for part in call.args[:1] if isinstance(part, ast.Constant))
                yield from ((str(text), path.name) for text in found)
            elif name in REFUSING:
                found = (part.value for part in call.args if isinstance(part, ast.Constant))
                yield from ((str(text), path.name) for text in found if isinstance(text, str))


def _of_words() -> Iterator[tuple[str, str]]:
    """The titles of sections and fields: every string of these files that is not part of a composed one."""
    for name in WORDS:
        tree = ast.parse((ROOT / "registry" / name).read_text())
        composed = {part for text in ast.walk(tree) if isinstance(text, ast.JoinedStr) for part in ast.walk(text)}
        for text in ast.walk(tree):
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and text not in composed:
                yield text.value, name


def _of_labels() -> Iterator[tuple[str, str]]:
    for name, table in vars(labels).items():
        if name.isupper() and isinstance(table, dict) and name not in OF_CHECKS:
            yield from ((text, "labels") for text in table.values() if isinstance(text, str))
    yield from ((text, "labels") for text in (*LISTS.values(), *reporting_rates.RATES.values(), *workbook.NOTES))
    documents = {*relief.OPTIONAL, *(kind for noun in labels.RELIEFS for kind in relief.documents(noun))}
    yield from ((DOCUMENTS[kind], "labels") for kind in sorted(documents))
    for kind in FILED_KINDS:
        yield FILED_KINDS[kind].section, "labels"
        yield from ((one.title, "labels") for one in record_fields.own_fields(kind))
    for table in NAMED:
        rows = tomllib.loads((ROOT / "registry" / "reference" / f"{table}.toml").read_text())["rows"]
        yield from ((row["name"], f"reference/{table}.toml") for row in rows)


def _of_refusals() -> Iterator[tuple[str, str]]:
    kinds = [errors.Refusal]
    for kind in kinds:
        kinds += kind.__subclasses__()
    yield from ((kind.title, "refusals") for kind in kinds if kind.__name__ in REFUSALS)


def updated() -> Catalog:
    """The catalogue with a place for each text, in the order of the texts."""
    with catalogue.CATALOGUE.open("rb") as file:
        known = pofile.read_po(file, locale="en")
    made = Catalog(locale="en")
    for text, places in texts().items():
        former = known.get(text)
        made.add(text, former.string if former else "", locations=[(place, None) for place in places])
    return made


def main() -> None:
    """Write the catalogue, or only count what lacks words."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--write", action="store_true", help="write the catalogue again")
    made = updated()
    if arguments.parse_args().write:
        with catalogue.CATALOGUE.open("wb") as file:
            pofile.write_po(file, made, width=0, omit_header=True, sort_output=False)
    missing = [message.id for message in made if message.id and not message.string]
    print(f"{len(made)} texts, {len(missing)} without English words")


if __name__ == "__main__":
    main()
