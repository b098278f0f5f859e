"""The map: what each borough has, or its command unit, at its place on the grid of London."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Sequence
from typing import Any, ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Area
from vru_ledger.domain.stages import HELD, MEASURES
from vru_ledger.domain.value import Value
from vru_ledger.errors import BadInput
from vru_ledger.reports.meta import Told, allow, meta, narrowing, standing
from vru_ledger.store import register
from vru_ledger.store.database import Session
from vru_ledger.store.figures import COLUMNS, Figures

TITLE = "Map: what each borough has, at its place on the grid"

ALLOCATED = "allocated"
MEASURED = (ALLOCATED, *HELD)
"""What a map can show: what belongs to an area."""

_FILTERS = ("fund", "recipient", "source", "fy", "stage")

LETTERS = {
    **{"E09000001": "LND", "E09000002": "BDG", "E09000003": "BNE", "E09000004": "BEX"},
    **{"E09000005": "BEN", "E09000006": "BRY", "E09000007": "CMD", "E09000008": "CRY"},
    **{"E09000009": "EAL", "E09000010": "ENF", "E09000011": "GRE", "E09000012": "HCK"},
    **{"E09000013": "HMF", "E09000014": "HRY", "E09000015": "HRW", "E09000016": "HAV"},
    **{"E09000017": "HIL", "E09000018": "HNS", "E09000019": "ISL", "E09000020": "KEC"},
    **{"E09000021": "KTT", "E09000022": "LBH", "E09000023": "LEW", "E09000024": "MRT"},
    **{"E09000025": "NWM", "E09000026": "RDB", "E09000027": "RIC", "E09000028": "SWK"},
    **{"E09000029": "STN", "E09000030": "TWH", "E09000031": "WFT", "E09000032": "WND"},
    "E09000033": "WSM",
}
"""Three letters for each borough, by its code: those of ISO 3166-2:GB."""


class Row(Value):
    """One tile. By command unit its boroughs have the unit's letters and the unit's amount.

    Rows are counted from the north, columns from the west, from 1. `amount` is of `measure`.
    """

    TOLD: ClassVar[Told] = {
        "area": {"heading": "area code"},
        "area_name": {"heading": "area"},
        "unit": {"heading": "command unit", "absent": "none"},
        "tile_row": {"machine_only": True},
        "tile_column": {"machine_only": True},
    }

    area_name: str
    area: str
    letters: str
    unit: str | None
    tile_row: int
    tile_column: int
    measure: str
    amount: Pence


def answer(session: Session, query: Query) -> Answer:
    """Return a tile for every area that has a place, from the north-west; by borough unless told.

    What belongs to no tile is said in a note, so that tiles and notes come to the total. By command
    unit a tile shows its unit's amount: the tiles are not added up. Raises BadInput for a dimension
    other than area and bcu, and for a stage that belongs to no area.
    """
    allow(query, "map", _FILTERS, by=True)
    by, measure = _asked(query)
    told = meta(session, query)
    held = Figures(session)
    question = query.replace(by=(), stage=query.stage)
    amounts = {group.keys[0]: _of(group.sums, measure) for group in held.groups((by,), question)}
    areas = register.everything(session, Area, query.known_at)
    units = {one.code: one for one in areas if one.kind == "bcu"}
    tiles = [one for one in areas if one.tile_row and one.tile_column]
    tiles.sort(key=lambda one: (one.tile_row or 0, one.tile_column or 0))
    rows = [_row(one, units, amounts, by, measure) for one in tiles]
    total = _of(held.total((by,), question), measure)
    elsewhere = total - _on_tiles(tiles, amounts, by)
    return Answer(
        name="map",
        title=_title(query, by, measure),
        row_type=Row,
        rows=rows,
        shown=tuple(Row.FIELDS),
        drop_first=("area", "letters", "unit", "measure"),
        charted=("amount",),
        picture="tiles",
        meta=told,
        measures={"amount": f"{measure}: {_meaning(measure)}"},
        notes=[
            *narrowing(told),
            *([f"at no place on the map: {format_pounds(elsewhere)}"] if elsewhere else []),
            *(_of_units(rows) if by == "bcu" else []),
            f"{measure} {format_pounds(total)} in all; {standing(told)}",
        ],
    )


def _asked(query: Query) -> tuple[str, str]:
    """Return by what tiles are told, and which measure. Raises BadInput."""
    by = query.by[0] if query.by else "area"
    by = {"borough": "area"}.get(by, by)
    if len(query.by) > 1 or by not in ("area", "bcu"):
        raise BadInput("a map is by borough or by command unit", "--by area, or --by bcu")
    if query.stage and query.stage not in HELD:
        raise BadInput(f"{query.stage} belongs to no area", f"by any of {', '.join(MEASURED)}")
    return by, query.stage or ALLOCATED


def _of(sums: Sequence[int], measure: str) -> int:
    if measure == ALLOCATED:
        return sum(sums[COLUMNS.index(HELD[0]) :])
    return sums[COLUMNS.index(measure)]


def _row(one: Area, units: dict[str, Area], amounts: dict[str, int], by: str, measure: str) -> Row:
    unit = units.get(one.bcu)
    letters = LETTERS.get(one.code, one.name[:3].upper())
    if by == "bcu":
        # The City has no unit: it is by itself, and what it has is found nowhere among the units.
        letters = _initials(unit.name) if unit else letters
    named: dict[str, Any] = {"tile_row": one.tile_row or 0, "tile_column": one.tile_column or 0}
    return Row(
        area_name=one.name,
        area=one.code,
        letters=letters,
        unit=unit.name if unit else None,
        measure=measure,
        amount=Pence(amounts.get(one.bcu if by == "bcu" else one.code, 0) if _has(one, by) else 0),
        **named,
    )


def _has(one: Area, by: str) -> bool:
    return by == "area" or bool(one.bcu)


def _initials(name: str) -> str:
    """Return two letters for a command unit: 'Central East' is CE, 'North Area' is NA."""
    return "".join(word[0] for word in name.split()).upper()[:3]


def _on_tiles(tiles: Sequence[Area], amounts: dict[str, int], by: str) -> int:
    codes = {one.bcu if by == "bcu" else one.code for one in tiles}
    return sum(pence for code, pence in amounts.items() if code and code in codes)


def _of_units(rows: Sequence[Row]) -> list[str]:
    """Say which letters stand for which command unit."""
    units = sorted({(row.letters, row.unit) for row in rows if row.unit})
    named = ", ".join(f"{letters} {unit}" for letters, unit in units)
    return ["a tile shows what its whole command unit has", named]


def _title(query: Query, by: str, measure: str) -> str:
    of = f"{query.fund}, " if query.fund else ""
    return f"Map: {of}{measure} by {'command unit' if by == 'bcu' else 'borough'}"


def _meaning(measure: str) -> str:
    return MEASURES.get(measure, "everything promised, paid or claimed: every stage of an award")
