"""The real seed, broken in one way at a time: what is changed, and what must be found where.

A ‸ in what is written stands where a finding must be; the codes are in the order of the file.
"""

MARK = "‸"

Change = tuple[str, str]
"""What stands in the seed, once; and what is written instead."""

BROKEN: dict[str, tuple[list[Change], list[str]]] = {
    "an unknown key": (
        [("    theme: MyEnds\n", "    ‸teme: MyEnds\n")],
        ["seed-unknown-key"],
    ),
    "a missing key": (
        [("- code: MYENDS\n    name: MyEnds\n", "- ‸code: MYENDS\n")],
        ["seed-missing-key"],
    ),
    "an amount left out": (
        [("- code: DIVERT\n", "- ‸code: DIVERT\n"), ("    amount: £900,000\n", "")],
        ["seed-missing-key"],
    ),
    "nothing behind a key": (
        [("    amount: £6,000,000\n", "    ‸amount:\n")],
        ["seed-empty-value"],
    ),
    "a text for a list": (
        [("kinds: [consortium]", "kinds: ‸consortium")],
        ["seed-wrong-type"],
    ),
    "a list for a text": ([("name: DIVERT\n", "‸name: [DIVERT]\n")], ["seed-wrong-type"]),
    "an amount with a slip": (
        [("    amount: £6,000,000\n", "    amount: ‸£6,000,00\n")],
        ["seed-bad-amount"],
    ),
    "a number with a nought before it": (
        [("tile: {row: 4, column: 5}", "tile: {row: 4, column: ‸05}")],
        ["seed-bad-number"],
    ),
    "a date with dots": (
        [("gathered: 2026-11-22", "gathered: ‸22.11.2026")],
        ["seed-bad-date"],
    ),
    "a day that there is not": (
        [("      to: 2023-03-31", "      to: ‸2023-04-31")],
        ["seed-impossible-date"],
    ),
    "a term that ends before it begins": (
        [("      to: 2023-03-31", "      from: 2023-04-01\n      to: ‸2023-03-31")],
        ["seed-impossible-date"],
    ),
    "a bare year": (
        [
            (
                "    amount: £840,000\n",
                "    amount: £840,000\n    lines:\n      - amount: £1\n        year: ‸2021\n",
            )
        ],
        ["seed-bad-year"],
    ),
    "a code with an underscore": (
        [("- code: MYENDS-EACH", "- code: ‸MYENDS_EACH")],
        ["seed-bad-code"],
    ),
    "an output of no kind": (
        [("kind: ceiling\n    fund", "kind: ‸limit\n    fund")],
        ["seed-bad-kind"],
    ),
    "yes for true": ([("approximate: true", "approximate: ‸yes")], ["seed-bad-flag"]),
    "a name that goes on and on": (
        [("name: MyEnds\n", f"name: ‸{'My' * 61}\n")],
        ["seed-bad-text"],
    ),
    "a mark that turns text round": (
        [("name: City of London", "name: City‸\u202e of London")],
        ["seed-text-unsafe"],
    ),
    "a mark that turns text round, written as an escape": (
        [("name: DIVERT\n", 'name: ‸"DIVERT\\u202e"\n')],
        ["seed-text-unsafe"],
    ),
    "a measure that there is not": (
        [("measure: end", "measure: ‸ends")],
        ["seed-unknown-measure"],
    ),
    "a property that there is not": (
        [("per: [recipient]", "per: [‸recipents]")],
        ["seed-unknown-property"],
    ),
    "a severity that there is not": (
        [("per: [recipient]\n        severity: stop", "severity: ‸hard")],
        ["seed-unknown-severity"],
    ),
    "a limit in words": (
        [
            (
                "measure: recipients\n        limit: 8\n        sev",
                "measure: recipients\n        limit: ‸eight\n        sev",
            )
        ],
        ["seed-bad-limit"],
    ),
    "a tolerance on a last day": (
        [("limit: 2023-03-31\n", "limit: 2023-03-31\n        tolerance: ‸5\n")],
        ["seed-bad-tolerance"],
    ),
    "a code twice": ([("- code: MYENDS-EACH", "- code: ‸MYENDS-FUND")], ["seed-duplicate"]),
    "a recipient listed twice": (
        [("NET-CROYDON, NET-HARINGEY, NET-NEWHAM,", "NET-CROYDON, NET-HARINGEY, ‸NET-CROYDON,")],
        ["seed-duplicate"],
    ),
    "two names that read alike": (
        [("name: Haringey, kind: consortium", "name: ‸CROYDON, kind: consortium")],
        ["seed-name-alike"],
    ),
    "a name that is another's code": (
        [("name: Stronger Futures", "name: ‸divert")],
        ["seed-name-alike"],
    ),
    "a document that is not there": (
        [("section: MyEnds}\n    caps", "section: MyEnds, also: [‸PCD-1150]}\n    caps")],
        ["seed-dangling-name"],
    ),
    "an area that is not there": (
        [("kind: consortium, area: E09000008", "kind: consortium, area: ‸E09000080")],
        ["seed-dangling-name"],
    ),
    "a command unit that is not there": (
        [
            (
                "bcu: BCU-EAST-AREA, tile: {row: 4, column: 8}",
                "bcu: ‸BCU-EAST, tile: {row: 4, column: 8}",
            )
        ],
        ["seed-dangling-name"],
    ),
    "a funding source that is not there": (
        [("funding_source: NATIONAL", "funding_source: ‸NATIONL")],
        ["seed-dangling-name"],
    ),
    "a recipient that is not there": (
        [("BCU-NORTH-AREA, BCU-NORTH-EAST,", "‸BCU-NORT-AREA, BCU-NORTH-EAST,")],
        ["seed-dangling-name"],
    ),
    "a kind that is not there": (
        [("only: a-and-e\n", "only: ‸a-and-ee\n")],
        ["seed-dangling-name"],
    ),
    "an output of a fund that is not there": (
        [("    fund: CBT\n", "    fund: ‸CTB\n")],
        ["seed-dangling-name"],
    ),
    "an output of nothing": (
        [("subject: STEPPING-STONES", "subject: ‸STEPPING-STONE")],
        ["seed-dangling-name"],
    ),
    "a headline that passes for a fund": (
        [("- code: SCHOOLS\n", "- code: ‸DIVERT\n"), ("subject: SCHOOLS\n", "subject: DIVERT\n")],
        ["seed-headline-is-fund"],
    ),
    "a headline that passes for a programme": (
        [("- code: SCHOOLS\n", "- code: ‸HOUSING\n"), ("subject: SCHOOLS\n", "subject: HOUSING\n")],
        ["seed-duplicate"],
    ),
    "a recipient of another kind": (
        [("NET-CROYDON, NET-HARINGEY,", "‸LB-CROYDON, NET-HARINGEY,")],
        ["seed-kind-mismatch"],
    ),
    "a fund closed to everybody": (
        [("amount: £1,100,000\n    closed: false", "amount: £1,100,000\n    closed: ‸true")],
        ["seed-closed-to-all"],
    ),
    "a fund whose total nothing stops": (
        [
            ("- code: DIVERT\n", "- code: ‸DIVERT\n"),
            ("limit: £900,000\n        severity: stop", "limit: £900,000\n        severity: warn"),
        ],
        ["seed-no-total-cap"],
    ),
    "a cap above its fund": (
        [("limit: £6,000,000", "limit: ‸£6,000,000.01")],
        ["seed-sum-exceeds-fund"],
    ),
    "lines above their fund": (
        [
            (
                "    amount: £840,000\n",
                "    amount: £840,000\n    ‸lines:\n      - amount: £840,000.01\n",
            )
        ],
        ["seed-sum-exceeds-fund"],
    ),
    "equal shares above their fund": (
        [("equal_share: £75,000", "equal_share: ‸£75,000.01")],
        ["seed-sum-exceeds-fund"],
    ),
    "equal shares below their fund": (
        [("equal_share: £137,500", "equal_share: ‸£137,499.99")],
        ["seed-expectation"],
    ),
    "a limit that never binds": (
        [("limit: £750,000", "limit: ‸£7,500,000")],
        ["seed-cap-never-binds"],
    ),
    "a cap on another last day": (
        [("limit: 2023-03-31", "limit: ‸2023-04-30")],
        ["seed-term-differs"],
    ),
    "a last day chosen on no ground": (
        [
            ("    term:\n      to", "    term:\n      ‸to"),
            (
                "      ground: >-\n"
                "        the words name no day, and the extension of the programme was decided to "
                "run from 1 April 2023\n        (PCD 1149)\n",
                "",
            ),
        ],
        ["seed-missing-key"],
    ),
    "two areas on one tile": (
        [("tile: {row: 4, column: 4}", "‸tile: {row: 4, column: 5}")],
        ["seed-tile-shared"],
    ),
    "a borough in no command unit": (
        [
            (
                "{code: E09000003, name: Barnet, kind: borough, bcu: BCU-NORTH-WEST,",
                "{code: ‸E09000003, name: Barnet, kind: borough,",
            )
        ],
        ["seed-bcu-cover"],
    ),
    "a command unit without boroughs": (
        [
            ("bcu: 12}\n  recipients", "bcu: 13}\n  recipients"),
            (
                "areas:\n  - {code: BCU",
                "areas:\n  - {code: ‸BCU-X, name: X, kind: bcu, source: {document: VRU-PAGE}}\n"
                "  - {code: BCU",
            ),
        ],
        ["seed-bcu-cover"],
    ),
    "the City in a command unit": (
        [
            (
                "{code: E09000001, name: City of London, kind: city,",
                "{code: ‸E09000001, name: City of London, kind: city, bcu: BCU-EAST-AREA,",
            )
        ],
        ["seed-bcu-cover"],
    ),
    "a fund too few": ([("funds: 8", "funds: ‸9")], ["seed-expectation"]),
    "a penny more in all": (
        [("total: £28,540,000", "total: ‸£28,540,000.01")],
        ["seed-expectation"],
    ),
    "a borough too few": ([("borough: 32, city", "borough: ‸33, city")], ["seed-expectation"]),
    "a consortium too few": (
        [("{consortium: 8", "{consortium: ‸9")],
        ["seed-expectation"],
    ),
    "a tile too few": ([("tiles: 33", "tiles: ‸34")], ["seed-expectation"]),
    "a hospital too many": (
        [("kinds: {a-and-e: 8,", "‸kinds: {a-and-e: ‸9,")],
        ["seed-expectation", "seed-expectation"],
    ),
    "a reference": ([("name: DIVERT\n", "name: ‸*divert\n")], ["seed-yaml-alias"]),
    "a tag": ([("name: DIVERT\n", "name: ‸!!str DIVERT\n")], ["seed-yaml-tag"]),
    "a merge": (
        [("    name: DIVERT\n", "    name: DIVERT\n    ‸<<: {a: 1}\n")],
        ["seed-yaml-merge"],
    ),
    "a key twice": (
        [("    name: DIVERT\n", "    name: DIVERT\n    ‸name: DIVERT\n")],
        ["seed-yaml-duplicate-key"],
    ),
    "a list for a key": (
        [("    name: DIVERT\n", "    name: DIVERT\n    ? ‸[a]\n    : b\n")],
        ["seed-yaml-key"],
    ),
    "a tab": ([("    name: DIVERT\n", "‸\tname: DIVERT\n")], ["seed-yaml-syntax"]),
    "too many levels": (
        [("name: DIVERT\n", f"name: {'[' * 17}‸[\n")],
        ["seed-yaml-depth"],
    ),
}
