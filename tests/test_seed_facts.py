"""The seed says what the source page says: every row of it, and nothing else."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TypeVar

import yaml

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
)
from vru_ledger.exchange.seed_file import Seed, built_in_seed, read_seed

LONDON = Path(__file__).parents[2] / "shared" / "reference" / "london.yaml"
AnyRecord = TypeVar("AnyRecord")


def the_seed() -> Seed:
    checked = read_seed(built_in_seed())
    assert checked.findings == []
    assert checked.seed is not None
    return checked.seed


SEED = the_seed()


def all_of(kind: type[AnyRecord]) -> list[AnyRecord]:
    return [record for record in SEED.records if isinstance(record, kind)]


FUNDS = {fund.code: fund for fund in all_of(Fund)}
RECIPIENTS = {recipient.code: recipient for recipient in all_of(Recipient)}
CAPS = {cap.cap: cap for cap in SEED.caps}
AMOUNTS = {funding.fund: funding.amount_pence for funding in SEED.fundings}


def listed(fund: str) -> list[str]:
    return [listing.recipient for listing in all_of(Listing) if listing.fund == fund]


def test_the_eight_funds_have_their_names_amounts_and_sections():
    assert [(f.code, f.name, AMOUNTS[f.code], f.theme, f.citation) for f in FUNDS.values()] == [
        ("MYENDS", "MyEnds", 600_000_000, "MyEnds", "VRU-PAGE, MyEnds; PCD-1149"),
        ("AE-YOUTH", "Youth workers in A&E", 400_000_000, "Youth work", "VRU-PAGE, Youth work"),
        ("DIVERT", "DIVERT", 90_000_000, "Youth work", "VRU-PAGE, Youth work"),
        ("YW-TRAINING", "Youth worker training", 110_000_000, "Youth work", "VRU-PAGE, Youth work"),
        ("CBT", "Cognitive Behaviour Therapy", 1_000_000_000, "Youth work", "VRU-PAGE, Youth work"),
        ("STRONGER-FUTURES", "Stronger Futures", 130_000_000, "Education", "VRU-PAGE, Education"),
        (
            "PRU-MENTORING",
            "Mentoring in Pupil Referral Units",
            84_000_000,
            "Education",
            "VRU-PAGE, Education",
        ),
        (
            "DIVERSION",
            "Borough diversionary work",
            440_000_000,
            "Partnership approach",
            "VRU-PAGE, Partnership approach",
        ),
    ]


def test_the_funds_add_up_to_28_540_000_pounds():
    assert sum(AMOUNTS.values()) == 2_854_000_000
    assert len(SEED.fundings) == 8


def test_no_year_is_published_and_only_cbt_has_a_source_of_its_own():
    assert {funding.fy for funding in SEED.fundings} == {""}
    assert {f.fund: f.source for f in SEED.fundings if f.source} == {"CBT": "NATIONAL"}
    assert [source.code for source in all_of(FundingSource)] == ["NATIONAL"]


def test_the_headline_is_no_fund():
    [schools] = all_of(Headline)
    assert (schools.code, schools.amount_pence) == ("SCHOOLS", 700_000_000)
    assert "never summed" in schools.note
    assert schools.code not in FUNDS


def test_the_caps_are_those_of_the_page_and_a_stop_on_each_total():
    said = {
        c.cap: (c.fund, c.measure, c.limit, c.per, c.only)
        for c in SEED.caps
        if c.cap != f"{c.fund}-FUND"
    }
    assert said == {
        "MYENDS-EACH": ("MYENDS", "amount", 75_000_000, ("recipient",), ""),
        "MYENDS-COUNT": ("MYENDS", "recipients", 8, (), ""),
        "MYENDS-ENDS": ("MYENDS", "end", 20230331, (), ""),
        "AE-YOUTH-AE": ("AE-YOUTH", "recipients", 8, (), "a-and-e"),
        "AE-YOUTH-MTC": ("AE-YOUTH", "recipients", 4, (), "major-trauma-centre"),
    }
    for code, amount in AMOUNTS.items():
        cap = CAPS[f"{code}-FUND"]
        assert (cap.measure, cap.limit, cap.per, cap.only) == ("amount", amount, (), "")
    assert {(cap.severity, cap.tolerance, cap.tolerance_bp) for cap in SEED.caps} == {
        ("stop", None, None)
    }


def test_eight_consortiums_of_750_000_are_all_of_myends():
    assert CAPS["MYENDS-COUNT"].limit * CAPS["MYENDS-EACH"].limit == AMOUNTS["MYENDS"]


def test_900_000_over_12_units_is_75_000_and_4_400_000_over_32_boroughs_is_137_500():
    assert AMOUNTS["DIVERT"] == len(listed("DIVERT")) * 7_500_000
    assert AMOUNTS["DIVERSION"] == len(listed("DIVERSION")) * 13_750_000


def test_eight_departments_and_four_centres_are_twelve_sites_in_two_counts():
    assert CAPS["AE-YOUTH-AE"].limit + CAPS["AE-YOUTH-MTC"].limit == 12
    assert FUNDS["AE-YOUTH"].kinds == "a-and-e,major-trauma-centre"


def test_each_fund_goes_to_those_whom_the_page_names_and_is_open_where_it_names_none():
    names = {
        fund: [(RECIPIENTS[code].kind, RECIPIENTS[code].name) for code in listed(fund)]
        for fund in FUNDS
    }
    assert [name for _, name in names["MYENDS"]] == [
        "Croydon", "Haringey", "Newham", "Southwark",
        "Lambeth", "Brent", "Hackney", "Tower Hamlets",
    ]  # fmt: skip
    units = [area.name for area in all_of(Area) if area.kind == "bcu"]
    boroughs = [area.name for area in all_of(Area) if area.kind == "borough"]
    assert names["DIVERT"] == [("bcu", unit) for unit in units]
    assert names["CBT"] == names["DIVERSION"] == [("borough", borough) for borough in boroughs]
    assert {fund for fund, whom in names.items() if not whom} == {
        "AE-YOUTH", "YW-TRAINING", "STRONGER-FUTURES", "PRU-MENTORING",
    }  # fmt: skip
    assert {fund.code: fund.closed for fund in FUNDS.values()} == {
        fund: bool(whom) for fund, whom in names.items()
    }
    assert {fund.code: fund.kinds for fund in FUNDS.values() if not fund.closed} == {
        "AE-YOUTH": "a-and-e,major-trauma-centre",
        "YW-TRAINING": "",
        "STRONGER-FUTURES": "community-organisation",
        "PRU-MENTORING": "pupil-referral-unit",
    }


def test_recipients_are_8_networks_12_units_and_32_boroughs_and_no_hospital_is_made_up():
    assert Counter(recipient.kind for recipient in RECIPIENTS.values()) == {
        "consortium": 8,
        "bcu": 12,
        "borough": 32,
    }
    area = {area.code: area.name for area in all_of(Area)}
    assert all(area[one.area] == one.name for one in RECIPIENTS.values())
    assert RECIPIENTS["NET-NEWHAM"].area == RECIPIENTS["LB-NEWHAM"].area == "E09000025"


def test_only_myends_has_a_last_day_and_says_that_it_was_chosen():
    fund = FUNDS["MYENDS"]
    assert (fund.term_words, fund.term_from) == ("up to April 2023", None)
    assert fund.term_to == date(2023, 3, 31)
    assert "is our choice" in fund.note
    assert "1 April 2023" in fund.note
    assert [one.code for one in FUNDS.values() if one.term_to or one.term_words] == ["MYENDS"]
    assert [one.code for one in FUNDS.values() if one.term_from] == []


def test_the_programmes_without_an_amount_have_their_facts():
    facts = {programme.name: programme.facts for programme in all_of(Programme)}
    expected = {
        "Parents and carers support; mentoring": ["4,000 young Londoners"],
        "Social Switch": ["youth workers", "risk and opportunity online"],
        "Dream, Believe, Succeed": ["Edmonton Community Partnership", "19 schools", "10 to 16"],
        "Stepping Stones": ["primary to secondary", "45 schools", "4,000"],
        "Nurture in schools": ["30 schools", "13 boroughs"],
        "Young People's Action Group": ["10 young", "exclusion", "online harms", "employment"],
        "Housing associations": ["Nine", "mentoring", "counselling", "parents", "safe spaces"],
        "Youth practitioner pilot": ["before YW-TRAINING", "94"],
    }
    assert list(facts) == list(expected)
    for name, parts in expected.items():
        assert [part for part in parts if part not in facts[name]] == []


def test_the_outputs_have_their_values_kinds_and_periods():
    assert [
        (o.subject, o.output, o.value, o.kind, o.approximate, o.period) for o in all_of(Output)
    ] == [
        ("VRU", "programmes funded", 126, "actual", False, "last year"),
        ("VRU", "young people supported", 80_000, "actual", False, "2020"),
        ("SCHOOLS", "schools supported to be more inclusive", 150, "actual, ongoing", False, ""),
        ("DIVERT", "people helped", 1_169, "actual, to date", False, ""),
        (
            "DIVERT",
            "of those helped, into employment, education or training",
            800,
            "actual, to date",
            True,
            "",
        ),
        ("YW-TRAINING", "youth workers trained", 200, "ceiling", False, ""),
        ("CBT", "practitioners", 100, "ceiling", False, ""),
        ("CBT", "children and young people reached", 2_500, "target", False, ""),
        ("STEPPING-STONES", "young Londoners helped", 4_000, "target", False, ""),
        ("PARENTS-MENTORING", "young Londoners", 4_000, "target", False, ""),
        ("PRACTITIONER-PILOT", "practitioners", 94, "actual", False, ""),
    ]


def test_money_is_divided_only_by_outputs_that_it_bought():
    cost = {o.output: AMOUNTS[o.fund] / o.value for o in all_of(Output) if o.fund}
    assert cost == {
        "children and young people reached": 400_000,
        "youth workers trained": 550_000,
    }


def test_everything_is_cited_from_a_document_that_is_there():
    documents = {document.code for document in all_of(Document)}
    cited = [
        *(r.citation for r in SEED.records if not isinstance(r, Document | Listing)),
        *(funding.citation for funding in SEED.fundings),
        *(cap.citation for cap in SEED.caps),
    ]
    for citation in cited:
        for part in citation.split("; "):
            assert part.partition(",")[0] in documents


# Number of the GSS code, name, row and column of the tile, and the command unit.
AREAS = """
1 City of London 4 5 -
2 Barking and Dagenham 4 8 East Area
3 Barnet 2 4 North West
4 Bexley 5 8 South East
5 Brent 3 3 North West
6 Bromley 6 6 South Area
7 Camden 3 4 Central North
8 Croydon 6 5 South Area
9 Ealing 3 2 West Area
10 Enfield 1 5 North Area
11 Greenwich 5 7 South East
12 Hackney 3 6 Central East
13 Hammersmith and Fulham 4 2 Central West
14 Haringey 2 5 North Area
15 Harrow 2 3 North West
16 Havering 3 8 East Area
17 Hillingdon 3 1 West Area
18 Hounslow 4 1 West Area
19 Islington 3 5 Central North
20 Kensington and Chelsea 4 3 Central West
21 Kingston upon Thames 6 3 South West
22 Lambeth 5 4 Central South
23 Lewisham 5 6 South East
24 Merton 6 4 South West
25 Newham 4 7 North East
26 Redbridge 3 7 East Area
27 Richmond upon Thames 5 2 South West
28 Southwark 5 5 Central South
29 Sutton 7 4 South Area
30 Tower Hamlets 4 6 Central East
31 Waltham Forest 2 6 North East
32 Wandsworth 5 3 South West
33 Westminster 4 4 Central West
"""


def rows_of_areas() -> list[str]:
    unit = {area.code: area.name for area in all_of(Area) if area.kind == "bcu"}
    return [
        f"{int(area.code[3:])} {area.name} {area.tile_row} {area.tile_column} "
        f"{unit.get(area.bcu, '-')}"
        for area in all_of(Area)
        if area.kind != "bcu"
    ]


def test_the_33_areas_have_their_codes_tiles_and_command_units():
    assert rows_of_areas() == AREAS.split("\n")[1:-1]
    assert all(
        area.code == f"E09{int(area.code[3:]):06}"
        for area in all_of(Area)
        if not area.code.startswith("BCU")
    )


def test_the_12_units_cover_the_32_boroughs_once_each_and_the_city_is_in_none():
    cover = Counter(area.bcu for area in all_of(Area) if area.kind == "borough")
    assert set(cover) == {area.code for area in all_of(Area) if area.kind == "bcu"}
    assert (len(cover), sum(cover.values())) == (12, 32)
    assert [area.bcu for area in all_of(Area) if area.kind == "city"] == [""]


def test_no_two_of_the_33_tiles_are_the_same():
    tiles = {(area.tile_row, area.tile_column) for area in all_of(Area) if area.tile_row}
    assert len(tiles) == 33


# The reference lies beside a checkout where the project is worked on, and nowhere else; the table
# above was compared with it, and stands for it elsewhere.
if LONDON.is_file():

    def test_the_areas_are_those_of_the_reference():
        london = yaml.safe_load(LONDON.read_text(encoding="utf-8"))
        tile = {cell["gss"]: cell for cell in london["tile_grid"]["cells"]}
        assert rows_of_areas() == [
            f"{int(one['gss'][3:])} {one['name']} {tile[one['gss']]['row']} "
            f"{tile[one['gss']]['col']} {one['bcu'] or '-'}"
            for one in london["boroughs"]
        ]
        units = {area.name: area.code for area in all_of(Area) if area.kind == "bcu"}
        assert {one["name"]: sorted(one["boroughs"]) for one in london["bcus"]} == {
            name: sorted(a.code for a in all_of(Area) if a.bcu == code and a.kind == "borough")
            for name, code in units.items()
        }
