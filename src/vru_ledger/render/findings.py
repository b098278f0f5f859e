"""What a check found, as lines for a person, JSON, annotations for GitHub, or JUnit's XML."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from vru_ledger.domain.findings import Finding
from vru_ledger.domain.text import shown

Checked = Mapping[str, Any]
"""What was checked: file or ledger, number of entries, head."""


def as_text(findings: Sequence[Finding], checked: Checked) -> str:
    """Return a line for each finding, its remedy beneath, and a verdict."""
    lines = []
    for one in findings:
        lines.append(f"{one.place() or checked['what']}: {one.severity} {one.code}: {one.message}")
        if one.remedy:
            lines.append(f"    {one.remedy}")
    lines += str(checked["verdict"]).splitlines()
    return "".join(f"{shown(line)}\n" for line in lines)


def as_json(findings: Sequence[Finding], checked: Checked) -> str:
    """Return one JSON document."""
    told = {
        "schema": "vru-ledger/check/1",
        **checked,
        "findings": [one.as_json() for one in findings],
    }
    text = json.dumps(told, ensure_ascii=False, indent=2)
    if any(shown(line) != line for line in text.split("\n")):
        # The name of a file can hold what must not reach a terminal.
        text = json.dumps(told, indent=2).replace("\x7f", "\\u007f")
    return text + "\n"


def as_github(findings: Sequence[Finding], checked: Checked) -> str:
    """Return workflow commands, which GitHub shows at the line they speak of."""
    lines = []
    for one in findings:
        level = "error" if one.severity == "error" else "warning"
        at = {"file": one.file, "line": one.line, "col": one.column, "title": one.code}
        places = ",".join(f"{name}={_property(str(value))}" for name, value in at.items() if value)
        place = "" if one.file else one.place()
        said = f"{place}: {one.message}" if place else one.message
        message = f"{said}. {one.remedy}" if one.remedy else said
        lines.append(f"::{level} {places}::{_message(shown(message))}")
    lines += [shown(line) for line in str(checked["verdict"]).splitlines()]
    return "".join(f"{line}\n" for line in lines)


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(shown(text)).replace(":", "%3A").replace(",", "%2C")


def as_junit(findings: Sequence[Finding], checked: Checked) -> str:
    """Return JUnit's XML: one test case for what was checked, or a failed one for each finding."""
    failures = sum(one.severity == "error" for one in findings)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name="vru-ledger check" tests="{max(1, len(findings))}" '
        f'failures="{failures}">',
    ]
    for one in findings:
        name = quoteattr(shown(f"{one.code} {one.place()}".strip()))
        lines.append(f'  <testcase classname="vru_ledger.check" name={name}>')
        tag = "failure" if one.severity == "error" else "system-out"
        message = f" message={quoteattr(shown(one.message))}" if tag == "failure" else ""
        lines.append(f"    <{tag}{message}>{escape(shown(one.remedy or one.message))}</{tag}>")
        lines.append("  </testcase>")
    if not findings:
        name = quoteattr(shown(str(checked["what"])))
        lines.append(f'  <testcase classname="vru_ledger.check" name={name}/>')
    lines.append("</testsuite>")
    return "".join(f"{line}\n" for line in lines)


FORMATS: Mapping[str, Callable[[Sequence[Finding], Checked], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
    "junit": as_junit,
}
