"""What a seed's names must keep: each code once, no two names alike, and nothing that dangles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from vru_ledger.domain.text import fold, likeness, scripts
from vru_ledger.exchange.seed_findings import Findings, folded
from vru_ledger.exchange.seed_shape import (
    AREA_KINDS,
    Coded,
    FundRow,
    Named,
    Row,
    SeedFile,
    Source,
    keys_of,
)
from vru_ledger.exchange.yaml_file import Path

UNIT = "VRU"
"""The subject of an output that belongs to the whole unit, and to no fund or programme."""

Known = Mapping[str, str] | None
"""Names by folded form; None where a list could not be read, so that nothing is said of it."""


def check_names(seed: SeedFile, findings: Findings) -> None:
    """Add a finding for every code that is taken, name that is alike, and name that dangles."""
    known = {section: _known(section, rows, findings) for section, rows in seed.sections().items()}
    known["kinds"] = folded(seed.kinds) if _is_readable("kinds", findings) else None
    _check_codes(seed, findings)
    _check_alike(seed, findings)
    documents = known["documents"]
    for path, source in _sources(seed, ()):
        _must_be("document", source.document, documents, (*path, "document"), findings)
        for at, code in enumerate(source.also):
            _must_be("document", code, documents, (*path, "also", at), findings)
    _check_areas(seed, known["areas"], findings)
    _check_kinds(seed, known["kinds"], findings)
    kind_of = {row.code: row.kind for row in seed.recipients}
    for at, fund in enumerate(seed.funds):
        _check_fund(fund, ("funds", at), known, kind_of, findings)
    _check_outputs(seed, known, findings)


def _known(section: str, rows: Sequence[Coded], findings: Findings) -> Known:
    """Return a list's codes, those that were refused and reported included."""
    if not _is_readable(section, findings):
        return None
    return folded(row.code or findings.typed((section, at, "code")) for at, row in enumerate(rows))


def _is_readable(section: str, findings: Findings) -> bool:
    """Say whether a list can be read, or is really not there rather than mistyped."""
    mistyped = findings.keys_at(()) - set(keys_of(SeedFile))
    return findings.is_list((section,)) or not (findings.has((section,)) or mistyped)


def _sources(row: Row, path: Path) -> Iterator[tuple[Path, Source]]:
    """Yield every source cited in a group and in what lies in it, with its path."""
    if isinstance(row, Source):
        yield path, row
        return
    for name in type(row).model_fields:
        value = getattr(row, name)
        if isinstance(value, Row):
            yield from _sources(value, (*path, name))
        elif isinstance(value, list):
            for at, item in enumerate(value):
                if isinstance(item, Row):
                    yield from _sources(item, (*path, name, at))


def _must_be(noun: str, name: str, known: Known, path: Path, findings: Findings) -> None:
    """Add a finding if `name` is not among what is known."""
    if name and known is not None and fold(name) not in known:
        findings.add(
            "seed-dangling-name",
            path,
            f"there is no {noun} {name!r} in this file",
            findings.near(name, known, f"add the {noun}, or correct the name"),
        )


def _check_codes(seed: SeedFile, findings: Findings) -> None:
    """Find each code that stands for two things; a headline must never pass for a fund."""
    sections = seed.sections()
    for section in ("documents", "areas", "funding_sources", "recipients", "outputs"):
        _once(_codes_of((section,), sections[section]), findings)
    funds = folded(fund.code for fund in seed.funds)
    for path, code in _codes_of(("headlines",), seed.headlines):
        if code and fold(code) in funds:
            findings.add(
                "seed-headline-is-fund",
                path,
                f"{code!r} is a fund too: a headline is never added to the funds",
                "give the headline a code of its own",
            )
    programmes = _codes_of(("programmes",), seed.programmes)
    _once([*_codes_of(("funds",), seed.funds), *programmes], findings)
    _once([*programmes, *_codes_of(("headlines",), seed.headlines)], findings)
    _once(
        [
            found
            for at, fund in enumerate(seed.funds)
            for found in _codes_of(("funds", at, "caps"), fund.caps)
        ],
        findings,
    )


def _codes_of(path: Path, rows: Sequence[Coded]) -> list[tuple[Path, str]]:
    return [((*path, at, "code"), row.code) for at, row in enumerate(rows)]


def _once(named: Iterable[tuple[Path, str]], findings: Findings) -> None:
    """Find each name that stands a second time."""
    first: dict[str, Path] = {}
    for path, name in named:
        if name and first.setdefault(name, path) != path:
            findings.add(
                "seed-duplicate",
                path,
                f"{name!r} stands here again; the first is on line {findings.line(first[name])}",
                "take one of the two out, or choose another code",
            )


def _check_alike(seed: SeedFile, findings: Findings) -> None:
    """Find names of one list, and of one kind, that a person or the command line would confuse."""
    lists: dict[str, Sequence[Named]] = {
        "areas": seed.areas,
        "funding_sources": seed.funding_sources,
        "recipients": seed.recipients,
        "funds": seed.funds,
        "headlines": seed.headlines,
        "programmes": seed.programmes,
    }
    for section, rows in lists.items():
        first: dict[tuple[str, str], int] = {}
        codes = {likeness(row.code): at for at, row in enumerate(rows) if row.code}
        for at, row in enumerate(rows):
            if not row.name:
                continue
            path, form = (section, at, "name"), likeness(row.name)
            other = first.setdefault((getattr(row, "kind", ""), form), at)
            if other == at:
                other = codes.get(form, at)
            if other != at:
                line = findings.line((section, other))
                findings.add(
                    "seed-name-alike",
                    path,
                    f"{row.name!r} reads like the name or code on line {line}",
                    "take one of the two out, or make the names differ",
                )
            if len(alphabets := scripts(row.name)) > 1:
                findings.add(
                    "seed-name-mixed",
                    path,
                    f"{row.name!r} has letters that are {' and '.join(sorted(alphabets)).title()}",
                    "type the name again on one keyboard",
                    severity="warn",
                )


def _check_areas(seed: SeedFile, areas: Known, findings: Findings) -> None:
    units = None
    if areas is not None:
        units = folded(
            row.code or findings.typed(("areas", at, "code"))
            for at, row in enumerate(seed.areas)
            if row.kind in ("bcu", "")
        )
    for at, area in enumerate(seed.areas):
        _must_be("command unit", area.bcu, units, ("areas", at, "bcu"), findings)
    for at, recipient in enumerate(seed.recipients):
        _must_be("area", recipient.area, areas, ("recipients", at, "area"), findings)


def _check_kinds(seed: SeedFile, known: Known, findings: Findings) -> None:
    """Every kind that is used is one of those listed under `kinds`, so that a slip is found."""
    _once(((("kinds", at), kind) for at, kind in enumerate(seed.kinds)), findings)
    used: list[tuple[Path, str]] = [
        (("recipients", at, "kind"), row.kind) for at, row in enumerate(seed.recipients)
    ]
    for at, fund in enumerate(seed.funds):
        path: Path = ("funds", at)
        used += [((*path, "kinds", step), kind) for step, kind in enumerate(fund.kinds)]
        used += [((*path, "caps", step, "only"), cap.only) for step, cap in enumerate(fund.caps)]
        if fund.expects:
            used += [((*path, "expects", "kinds", kind), kind) for kind in fund.expects.kinds]
    if seed.expects:
        used += [(("expects", "recipients", kind), kind) for kind in seed.expects.recipients]
        for kind in seed.expects.areas:
            path = ("expects", "areas", kind)
            _must_be("kind of area", kind, folded(AREA_KINDS), path, findings)
    for where, kind in used:
        _must_be("kind of recipient under 'kinds' called", kind, known, where, findings)


def _check_fund(
    fund: FundRow,
    path: Path,
    known: Mapping[str, Known],
    kind_of: Mapping[str, str],
    findings: Findings,
) -> None:
    """Check who may receive a fund, and where its money comes from."""
    sources, kinds = known["funding_sources"], known["kinds"] or {}
    at_source = (*path, "funding_source")
    _must_be("funding source", fund.funding_source, sources, at_source, findings)
    for at, line in enumerate(fund.lines):
        at_line = (*path, "lines", at, "funding_source")
        _must_be("funding source", line.funding_source, sources, at_line, findings)
    _once((((*path, "kinds", at), kind) for at, kind in enumerate(fund.kinds)), findings)
    _once((((*path, "recipients", at), code) for at, code in enumerate(fund.recipients)), findings)
    for at, code in enumerate(fund.recipients):
        listed = (*path, "recipients", at)
        _must_be("recipient", code, known["recipients"], listed, findings)
        _must_be_kind(kind_of.get(code, ""), kinds, fund, listed, findings)
    for at, cap in enumerate(fund.caps):
        at_cap: Path = (*path, "caps", at)
        _once((((*at_cap, "per", step), name) for step, name in enumerate(cap.per)), findings)
        _must_be_kind(cap.only, kinds, fund, (*at_cap, "only"), findings)
    for kind in fund.expects.kinds if fund.expects else ():
        _must_be_kind(kind, kinds, fund, (*path, "expects", "kinds", kind), findings)
    if fund.closed and not fund.recipients and not findings.has((*path, "recipients")):
        findings.add(
            "seed-closed-to-all",
            (*path, "closed"),
            f"{fund.code} is closed to recipients that it does not list, and it lists none",
            "list the recipients, or write closed: false",
        )


def _must_be_kind(
    kind: str, known: Mapping[str, str], fund: FundRow, path: Path, findings: Findings
) -> None:
    """Add a finding if the fund says which kinds it goes to, and this is none of them."""
    # A kind that dangles is found already.
    if kind in known and fund.kinds and "" not in fund.kinds and kind not in fund.kinds:
        findings.add(
            "seed-kind-mismatch",
            path,
            f"{fund.code} goes to recipients of kind {' or '.join(fund.kinds)}, not {kind}",
            "add the kind to the fund's kinds, or correct this",
        )


def _check_outputs(seed: SeedFile, known: Mapping[str, Known], findings: Findings) -> None:
    parts = [known["funds"], known["headlines"], known["programmes"]]
    subjects: Known = {fold(UNIT): UNIT}
    for part in parts:
        subjects = None if part is None or subjects is None else {**subjects, **part}
    for at, output in enumerate(seed.outputs):
        path: Path = ("outputs", at)
        noun = "fund, headline or programme"
        _must_be(noun, output.subject, subjects, (*path, "subject"), findings)
        _must_be("fund", output.fund, known["funds"], (*path, "fund"), findings)
