"""The seed file: published funds, caps, recipients, areas and outputs, each with its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from vru_ledger.domain.entries import CapSet, Funding
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import (
    Area,
    Document,
    Fund,
    FundingSource,
    Headline,
    Listing,
    Output,
    Programme,
    Recipient,
    Record,
)
from vru_ledger.domain.text import shown
from vru_ledger.errors import FileUnreadable
from vru_ledger.exchange.input_file import read_text
from vru_ledger.exchange.seed_findings import Findings
from vru_ledger.exchange.seed_names import check_names
from vru_ledger.exchange.seed_reading import read_shape
from vru_ledger.exchange.seed_shape import FundRow, SeedFile
from vru_ledger.exchange.seed_sums import amount_of, check_sums
from vru_ledger.exchange.yaml_file import read_yaml

MOST_BYTES = 256 * 1024
"""A seed of ten times the funds there are is smaller than this."""


@dataclass(frozen=True, slots=True)
class Seed:
    """What a seed file holds, checked: the register's records, each fund's authority, the caps.

    Records stand in an order in which none names a later one.
    """

    gathered: date
    records: tuple[Record, ...]
    fundings: tuple[Funding, ...]
    caps: tuple[CapSet, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A seed and what was found in its file; no seed if any finding is an error."""

    seed: Seed | None
    findings: list[Finding]


def read_seed(path: Path | str) -> Checked:
    """Read and check a seed file; whatever is wrong in it is in the findings.

    Raises FileUnreadable if it is not a text file of at most MOST_BYTES.
    """
    return read_seed_text(read_text(path, MOST_BYTES), str(path))


def read_seed_text(text: str, file_name: str) -> Checked:
    """Read and check a seed's text; `file_name` is what findings call it."""
    tree = read_yaml(text)
    findings = Findings(shown(file_name), tree)
    if not tree.complete:
        return Checked(None, findings.listed())
    rows = read_shape(tree, findings)
    if rows is not None:
        check_names(rows, findings)
        check_sums(rows, findings)
    if rows is None or rows.gathered is None or findings.in_error():
        return Checked(None, findings.listed())
    seed = Seed(
        rows.gathered,
        tuple(_records(rows)),
        tuple(funding for fund in rows.funds for funding in _fundings(fund)),
        tuple(cap for fund in rows.funds for cap in _caps(fund)),
    )
    return Checked(seed, findings.listed())


def built_in_seed() -> Path:
    """Return the seed that the product comes with. Raises FileUnreadable if it is not there."""
    here = Path(__file__).resolve()
    # A wheel carries a copy in the package; a checkout has the one that people edit.
    for seed in (here.parents[1] / "data" / "seed.yaml", here.parents[3] / "data" / "seed.yaml"):
        if seed.is_file():
            return seed
    raise FileUnreadable(
        "the seed that comes with vru-ledger is not installed",
        "install vru-ledger again, or name a seed with --seed FILE",
    )


def _records(rows: SeedFile) -> Iterator[Record]:
    """Yield the register's records, none before one that it names."""
    for document in rows.documents:
        yield Document(
            code=document.code,
            title=document.title,
            publisher=document.publisher,
            file=document.file,
        )
    yield from _places(rows)
    for fund in rows.funds:
        yield _fund(fund)
    for fund in rows.funds:
        for recipient in fund.recipients:
            yield Listing(fund=fund.code, recipient=recipient)
    for headline in rows.headlines:
        yield Headline(
            code=headline.code,
            name=headline.name,
            amount_pence=headline.amount,
            note=headline.note,
            citation=headline.source.citation(),
        )
    for programme in rows.programmes:
        yield Programme(
            code=programme.code,
            name=programme.name,
            facts=programme.facts,
            citation=programme.source.citation(),
        )
    for output in rows.outputs:
        yield Output(
            code=output.code,
            subject=output.subject,
            output=output.output,
            value=output.value,
            kind=output.kind,
            approximate=output.approximate,
            period=output.period,
            fund=output.fund,
            citation=output.source.citation(),
        )


def _places(rows: SeedFile) -> Iterator[Record]:
    """Yield areas, command units first because boroughs name them; then who and where from."""
    for area in sorted(rows.areas, key=lambda area: area.kind != "bcu"):
        yield Area(
            code=area.code,
            name=area.name,
            kind=area.kind,
            bcu=area.code if area.kind == "bcu" else area.bcu,
            tile_row=area.tile.row if area.tile else None,
            tile_column=area.tile.column if area.tile else None,
            citation=area.source.citation(),
        )
    for source in rows.funding_sources:
        yield FundingSource(code=source.code, name=source.name, citation=source.source.citation())
    for recipient in rows.recipients:
        yield Recipient(
            code=recipient.code,
            name=recipient.name,
            kind=recipient.kind,
            area=recipient.area,
            citation=recipient.source.citation(),
        )


def _fund(fund: FundRow) -> Fund:
    """Return a fund's record; its note keeps apart what was published and what we chose."""
    term, note, cited = fund.term, fund.note, [fund.source.citation()]
    if term and term.chosen:
        chosen = f"The last day, {term.to}, is our choice: {term.ground}"
        note = f"{note} {chosen}" if note else chosen
    if term and term.source:
        cited.append(term.source.citation())
    return Fund(
        code=fund.code,
        name=fund.name,
        theme=fund.theme,
        closed=fund.closed,
        kinds=",".join(fund.kinds),
        term_from=term.starts if term else None,
        term_to=term.to if term else None,
        term_words=term.words if term else "",
        citation="; ".join(cited),
        note=note,
    )


def _fundings(fund: FundRow) -> Iterator[Funding]:
    """Yield a fund's authority by source and year, and the rest of it without a year."""
    for line in fund.lines:
        yield Funding(
            fund=fund.code,
            amount_pence=Pence(line.amount),
            source=line.funding_source or fund.funding_source,
            fy=line.year,
            citation=(line.source or fund.source).citation(),
        )
    rest = amount_of(fund) - sum(line.amount for line in fund.lines)
    if rest:
        yield Funding(
            fund=fund.code,
            amount_pence=Pence(rest),
            source=fund.funding_source,
            citation=fund.source.citation(),
        )


def _caps(fund: FundRow) -> Iterator[CapSet]:
    for cap in fund.caps:
        yield CapSet(
            cap=cap.code,
            fund=fund.code,
            measure=cap.measure,
            limit=cap.limit,
            per=tuple(cap.per),
            only=cap.only,
            severity=cap.severity,
            tolerance=cap.tolerance,
            tolerance_bp=cap.tolerance_share,
            citation=cap.source.citation(),
        )
