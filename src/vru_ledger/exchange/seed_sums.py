"""What a seed's figures must keep: limits, lines and shares fit the funds, tiles and units the map.

What could not be read is 0 or empty here, and reported: nothing is said of a sum it belongs to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from vru_ledger.caps import stops_total
from vru_ledger.domain.money import format_pounds
from vru_ledger.domain.quantity import day_text
from vru_ledger.exchange.seed_findings import Findings
from vru_ledger.exchange.seed_shape import FundExpects, FundRow, SeedFile, Tile
from vru_ledger.exchange.yaml_file import Path


def check_sums(seed: SeedFile, findings: Findings) -> None:
    """Add a finding for every figure that does not fit another."""
    kind_of = {row.code: row.kind for row in seed.recipients}
    for at, fund in enumerate(seed.funds):
        path: Path = ("funds", at)
        if not findings.is_group(path):
            continue
        _check_amount(fund, path, findings)
        _check_caps(fund, path, findings)
        _check_term(fund, path, findings)
        if fund.expects:
            _check_expected(fund, fund.expects, path, kind_of, findings)
    _check_tiles(seed, findings)
    _check_cover(seed, findings)
    _check_whole(seed, findings)


def amount_of(fund: FundRow) -> int:
    """Return a fund's amount in pence: as published, or else its lines' sum; 0 if not known."""
    if fund.amount or not all(line.amount for line in fund.lines):
        return fund.amount
    return sum(line.amount for line in fund.lines)


def _check_amount(fund: FundRow, path: Path, findings: Findings) -> None:
    if not findings.has((*path, "amount")) and not findings.has((*path, "lines")):
        findings.add(
            "seed-missing-key",
            (*path, "amount"),
            "a fund needs 'amount', or 'lines' that add up to it",
            "add a line that begins with 'amount:'; without a published amount it is a programme",
        )
    split = sum(line.amount for line in fund.lines)
    if fund.amount and split > fund.amount:
        findings.add(
            "seed-sum-exceeds-fund",
            (*path, "lines"),
            f"the lines add up to {format_pounds(split)}, "
            f"{format_pounds(split - fund.amount)} more than the fund",
            "correct a line or the amount",
        )
    parts: set[tuple[str, str]] = set()
    for at, line in enumerate(fund.lines):
        part = (line.funding_source, line.year)
        if part in parts and any(part):
            findings.add(
                "seed-duplicate",
                (*path, "lines", at),
                "another line of this fund has the same source and year",
                "add the two up into one line",
            )
        parts.add(part)


def _check_caps(fund: FundRow, path: Path, findings: Findings) -> None:
    """Compare a fund's caps in pence with its amount and with the cap on its total."""
    amount = amount_of(fund)
    unread = any(not cap.measure for cap in fund.caps) or not _caps_readable(path, findings)
    if not unread and not any(map(stops_total, fund.caps)):
        findings.add(
            "seed-no-total-cap",
            (*path, "code"),
            f"no cap stops the total of {fund.code or 'this fund'}, so nothing could be allocated",
            "add a cap with measure: amount, severity: stop, and neither per nor only",
        )
    totals = [cap.limit for cap in fund.caps if stops_total(cap) and cap.measure == "amount"]
    total = min(filter(None, totals), default=amount)
    for at, cap in enumerate(fund.caps):
        limit_path = (*path, "caps", at, "limit")
        if cap.measure not in ("amount", "award") or not cap.limit:
            continue
        whole = cap.measure == "amount" and not cap.per and not cap.only
        if whole and amount and cap.limit > amount:
            findings.add(
                "seed-sum-exceeds-fund",
                limit_path,
                f"{cap.code} allows {format_pounds(cap.limit - amount)} more than "
                f"the fund's {format_pounds(amount)}",
                "lower the limit, or correct the amount",
            )
        elif not whole and total and cap.limit > total:
            findings.add(
                "seed-cap-never-binds",
                limit_path,
                f"{cap.code} is above the {format_pounds(total)} that the whole fund may reach",
                "check the limit; as it is, it stops nothing",
                severity="warn",
            )


def _caps_readable(path: Path, findings: Findings) -> bool:
    caps = (*path, "caps")
    return findings.is_list(caps) or not findings.has(caps)


def _check_term(fund: FundRow, path: Path, findings: Findings) -> None:
    term = fund.term
    if term is None:
        return
    if term.starts and term.to and term.starts > term.to:
        findings.add(
            "seed-impossible-date",
            (*path, "term", "to"),
            f"the term ends on {term.to}, before it begins on {term.starts}",
            "correct one of the two days",
        )
    if term.chosen and not term.ground and not findings.has((*path, "term", "ground")):
        findings.add(
            "seed-missing-key",
            (*path, "term", "ground"),
            "a last day that was chosen needs 'ground'",
            "say why that day, or write chosen: false if the source gives it",
        )
    for at, cap in enumerate(fund.caps):
        if cap.measure != "end" or not cap.limit or term.to is None:
            continue
        if cap.limit != int(term.to.strftime("%Y%m%d")):
            findings.add(
                "seed-term-differs",
                (*path, "caps", at, "limit"),
                f"{cap.code} ends on {day_text(cap.limit)}, the fund's term on {term.to}",
                "make them the same day, unless the sources differ",
                severity="warn",
            )


def _check_expected(
    fund: FundRow,
    expects: FundExpects,
    path: Path,
    kind_of: Mapping[str, str],
    findings: Findings,
) -> None:
    """Prove what the fund says of itself: its recipients, their kinds and their equal shares."""
    here = (*path, "expects")
    count, kinds = expects.recipients, expects.kinds
    if kinds and count and sum(kinds.values()) != count:
        said = " + ".join(str(number) for number in kinds.values())
        _expected(f"{said} is {sum(kinds.values())}, not {count}", (*here, "kinds"), findings)
    if fund.closed and count and len(fund.recipients) != count:
        said = f"{fund.code} lists {len(fund.recipients)} recipients, not {count}"
        _expected(said, (*here, "recipients"), findings)
    if share := expects.equal_share:
        _check_share(fund, count, share, (*here, "equal_share"), findings)
    listed = Counter(kind_of.get(code, "") for code in fund.recipients)
    for kind, number in kinds.items():
        if fund.closed and not listed[""] and listed[kind] != number:
            said = f"{fund.code} lists {listed[kind]} of kind {kind}, not {number}"
            _expected(said, (*here, "kinds", kind), findings)
    for cap in fund.caps:
        if cap.measure != "recipients" or cap.per or not cap.limit:
            continue
        number = kinds.get(cap.only, 0) if cap.only else count
        where = (*here, "kinds", cap.only) if cap.only else (*here, "recipients")
        if number and number != cap.limit:
            _expected(f"{cap.code} allows {cap.limit} recipients, not {number}", where, findings)


def _check_share(fund: FundRow, count: int, share: int, path: Path, findings: Findings) -> None:
    amount, shares = amount_of(fund), count * share
    if not count:
        if not findings.has((*path[:-1], "recipients")):
            findings.add(
                "seed-missing-key",
                (*path[:-1], "recipients"),
                "an equal share needs 'recipients': how many there are",
                "add a line that begins with 'recipients:'",
            )
    elif amount and shares != amount:
        said = f"{count} x {format_pounds(share)} is {format_pounds(shares)}"
        findings.add(
            "seed-sum-exceeds-fund" if shares > amount else "seed-expectation",
            path,
            f"{said}, and the fund is {format_pounds(amount)}",
            "correct the share, the number of recipients or the amount",
        )


def _expected(said: str, path: Path, findings: Findings) -> None:
    findings.add(
        "seed-expectation", path, said, "correct the one that is wrong; the sources say which"
    )


def _check_tiles(seed: SeedFile, findings: Findings) -> None:
    first: dict[tuple[int, int], int] = {}
    for at, area in enumerate(seed.areas):
        tile: Tile | None = area.tile
        if tile is None or not (tile.row and tile.column):
            continue
        other = first.setdefault((tile.row, tile.column), at)
        if other != at:
            findings.add(
                "seed-tile-shared",
                ("areas", at, "tile"),
                f"{area.code} lies on the tile of {seed.areas[other].code}: "
                f"row {tile.row}, column {tile.column}",
                "give it a tile of its own",
            )


def _check_cover(seed: SeedFile, findings: Findings) -> None:
    """The command units cover the boroughs, each once, and nothing else."""
    units = [area for area in seed.areas if area.kind == "bcu"]
    if not units:
        return
    covered = {area.bcu for area in seed.areas if area.kind == "borough"}
    # A kind or a unit that could not be read may be the one that is looked for.
    unread = any(
        not area.kind or (not area.bcu and findings.has(("areas", at, "bcu")))
        for at, area in enumerate(seed.areas)
    )
    for at, area in enumerate(seed.areas):
        path: Path = ("areas", at)
        if area.kind == "borough" and not area.bcu and not findings.has((*path, "bcu")):
            said, remedy = f"{area.code} is a borough in no command unit", "add its bcu"
        elif area.kind == "city" and area.bcu:
            said = f"{area.code} is no borough, and has no command unit"
            remedy = "take its bcu out: the City has a police force of its own"
        elif area.kind == "bcu" and area.code and not unread and area.code not in covered:
            said, remedy = f"no borough is in {area.code}", "say in its boroughs: bcu"
        elif area.kind == "bcu" and area.bcu not in ("", area.code):
            said, remedy = f"{area.code} is a command unit and lies in none", "take its bcu out"
        else:
            continue
        findings.add("seed-bcu-cover", (*path, "code"), said, remedy)


def _check_whole(seed: SeedFile, findings: Findings) -> None:
    """Prove what the file says of itself as a whole."""
    expects = seed.expects
    if expects is None:
        return
    if expects.funds and len(seed.funds) != expects.funds:
        said = f"there are {len(seed.funds)} funds, not {expects.funds}"
        _expected(said, ("expects", "funds"), findings)
    amounts = [amount_of(fund) for fund in seed.funds]
    if expects.total and all(amounts) and sum(amounts) != expects.total:
        said = f"the funds add up to {format_pounds(sum(amounts))}"
        path = ("expects", "total")
        _expected(f"{said}, not {format_pounds(expects.total)}", path, findings)
    for key, expected, kinds in (
        ("areas", expects.areas, Counter(area.kind for area in seed.areas)),
        ("recipients", expects.recipients, Counter(row.kind for row in seed.recipients)),
    ):
        for kind, number in expected.items():
            # One whose kind could not be read may be of any.
            if not kinds[""] and kinds[kind] != number:
                said = f"there are {kinds[kind]} {key} of kind {kind}, not {number}"
                _expected(said, ("expects", key, kind), findings)
    tiles = sum(area.tile is not None for area in seed.areas)
    if expects.tiles and tiles != expects.tiles:
        _expected(f"{tiles} areas have tiles, not {expects.tiles}", ("expects", "tiles"), findings)
