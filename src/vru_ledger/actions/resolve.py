"""From the names that people type to what the register holds, or a sentence saying what is near."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from vru_ledger.domain.chain import kind_called, kinds
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Area, Fund, FundingSource, Recipient, Record
from vru_ledger.domain.text import code_from, fold, parse_purpose, shown
from vru_ledger.errors import BadInput, NotFound
from vru_ledger.store import ledger, register
from vru_ledger.store.database import Session

if TYPE_CHECKING:
    from vru_ledger.store import awards

SomeRecord = TypeVar("SomeRecord", bound=Record)


def fund(session: Session, asked: str) -> Fund:
    """Return the fund with this code or name. Raises NotFound, naming a near one."""
    if found := register.find_fund(session, asked):
        return found
    if not (near := _near(session, asked, Fund)) and register.find_recipients(session, asked):
        raise NotFound(
            f"{_quoted(asked)} is a recipient, not a fund", "to list funds: vru-ledger fund list"
        )
    raise NotFound(
        f"no fund is called {_quoted(asked)}{near}",
        "to list them: vru-ledger fund list",
        column="fund",
    )


def source(session: Session, asked: str) -> FundingSource:
    """Return the funding source with this code or name. Raises NotFound."""
    if found := register.find_source(session, asked):
        return found
    raise NotFound(
        f"no funding source is called {_quoted(asked)}{_near(session, asked, FundingSource)}",
        "to list them: vru-ledger source list",
        column="source",
    )


def area(session: Session, asked: str, kind: str = "") -> Area:
    """Return the area with this code or name, of `kind` if given. Raises NotFound, BadInput."""
    found = [one for one in register.find_area(session, asked) if kind in ("", one.kind)]
    if len(found) == 1:
        return found[0]
    if found:
        raise BadInput(
            f"{_quoted(asked)} can mean {_listed(found)}",
            "write the code of the one you mean",
            column="area",
        )
    raise NotFound(
        f"no {'command unit' if kind == 'bcu' else 'area'} is called "
        f"{_quoted(asked)}{_near(session, asked, Area)}",
        "areas are the 32 boroughs, the City of London and the 12 command units",
        column="area",
    )


def recipient(
    session: Session, asked: str, within: Fund | None = None, *, near: bool = True
) -> Recipient:
    """Return the recipient with this code or name; of several, the one that `within` lists.

    Raises NotFound, naming a near one unless `near` is False, or BadInput where the name alone does
    not say which.
    """
    found = register.find_recipients(session, asked)
    if len(found) > 1 and within:
        named = [one for one in found if register.is_listed(session, within.code, one.code)]
        allowed = [one for one in found if one.kind in within.kinds.split(",")]
        found = named or allowed or found
    if len(found) == 1:
        return found[0]
    if found:
        raise BadInput(
            f"{_quoted(asked)} can mean {_listed(found)}",
            "write the code of the one you mean",
            column="recipient",
        )
    hint, cells = "to list them: vru-ledger recipient list", {}
    if within and not within.closed:
        hint = "to add it on the spot, say --new-recipient"
        cells = {"recipient": "one that is registered; to add it: vru-ledger recipient add --help"}
    nearest = _near(session, asked, Recipient, within) if near else ""
    raise NotFound(
        f"no recipient is called {_quoted(asked)}{nearest}", hint, column="recipient", cells=cells
    )


def free_code(session: Session, name: str) -> str:
    """Return a code made from a name that no recipient has yet: 'ST-GILES', or 'ST-GILES-2'."""
    made = code_from(name) or "RECIPIENT"
    code, number = made, 1
    while register.recipient(session, code):
        number += 1
        code = f"{made[:36]}-{number}"
    return code


def query(session: Session, asked: Query) -> Query:
    """Return the query with the codes of the names in it. Raises NotFound, BadInput."""
    of_fund = fund(session, asked.fund) if asked.fund else None
    award = asked.award.strip().upper()
    if award and not ledger.award_exists(session, award):
        raise NotFound(f"no award is called {_quoted(asked.award)}", "to find one: vru-ledger log")
    if asked.kind and kind_called(asked.kind) is None:
        raise BadInput(f"--kind: {_quoted(asked.kind)} is none of {', '.join(kinds())}")
    known_at = asked.known_at
    if asked.known or known_at is not None:
        from vru_ledger.actions.when import entry_known_at

        known_at = entry_known_at(session, asked.known or str(known_at))
    return asked.replace(
        known_at=known_at,
        fund=of_fund.code if of_fund else "",
        recipient=recipient(session, asked.recipient, of_fund).code if asked.recipient else "",
        area=area(session, asked.area).code if asked.area else "",
        bcu=area(session, asked.bcu, "bcu").code if asked.bcu else "",
        source=source(session, asked.source).code if asked.source else "",
        award=award,
    )


def _quoted(asked: str) -> str:
    return f"'{shown(asked if len(asked) <= 80 else asked[:80] + '...')}'"


def _listed(found: Iterable[Recipient | Area]) -> str:
    return " or ".join(f"{one.code} ({one.name}, {one.kind})" for one in found)


def _near(
    session: Session, asked: str, record: type[SomeRecord], within: Fund | None = None
) -> str:
    """Return '; did you mean MYENDS (MyEnds)?', or nothing where nothing is near."""
    # Imported only when somebody has mistyped: the everyday path does not pay for it.
    from rapidfuzz import fuzz, process, utils

    names: dict[str, str] = {}
    listed = {one.code for one in register.listed(session, within.code)} if within else set()
    for one in register.everything(session, record):
        code, name = getattr(one, "code", ""), getattr(one, "name", "")
        if listed and code not in listed:
            continue
        names[code], names[f"{code} "] = name, code
    best = process.extractOne(
        asked[:200],
        names,
        scorer=fuzz.ratio,
        processor=utils.default_process,
        score_cutoff=70,
    )
    wanted = fold(asked)
    begins = {
        code.strip() for code, name in names.items() if wanted and fold(name).startswith(wanted)
    }
    if best is None and len(begins) != 1:
        return ""
    code = best[2].strip() if best else begins.pop()
    return f"; did you mean {names[code]} ({code})?"


def award(session: Session, asked: str) -> awards.Made:
    """Return the award of this reference, whatever its case. Raises NotFound."""
    from vru_ledger.store import awards

    found = awards.made(session, asked.strip().upper())
    if found is None:
        raise _no_award(session, asked)
    return found


def _no_award(session: Session, asked: str) -> NotFound:
    """Return that no award is called so, with the awards of a recipient of that name, if any."""
    from vru_ledger.store import awards

    named = shown(asked[:60])
    for one in register.find_recipients(session, asked.strip()):
        refs = [made.award for made in awards.of_recipient(session, one.code)][:5]
        if refs:
            which = f"did you mean {refs[0]}?" if len(refs) == 1 else f"its: {', '.join(refs)}"
            return NotFound(f"{named!r} is a recipient, not an award", which, column="award")
    if asked.strip().isascii() and asked.strip().isdigit() and len(asked) <= _LONGEST_NUMBER:
        return _an_entry(session, int(asked))
    before, dash, number = asked.strip().upper().rpartition("-")
    said = f"no award is called {named!r}"
    if dash and number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER:
        ref = f"{before}-{int(number):04}"
        if awards.made(session, ref):
            said += f"; did you mean {shown(ref)}?"
    return NotFound(said, "to list them: vru-ledger award list", column="award")


def _an_entry(session: Session, number: int) -> NotFound:
    """Return that the number of an entry is no award, and what may have been meant."""
    found = ledger.entry(session, number)
    about = getattr(found.entry, "award", "") if found else ""
    said, hint = f"no award is called '{number}'", "to list them: vru-ledger award list"
    if found and found.entry.KIND == "propose-authority":
        from vru_ledger.actions.asked_for import asked_for

        asked = asked_for(session, number)
        became = asked.became() if asked else ""
        said = f"entry {number} asks for money of a fund to move; it is no award"
        hint = f"to take it back: vru-ledger reverse {number} --reason 'Not agreed'"
        if asked and became:
            said += f", and {became}"
            hint = f"vru-ledger show {asked.undone or asked.made_undone or asked.made}"
    elif about:
        said += f"; entry {number} is about {about}"
    return NotFound(said, hint, column="award")


_LONGEST_NUMBER = 12


def purpose(asked: str) -> str:
    """Return a purpose in the form in which it is counted, whoever asked and however."""
    try:
        return parse_purpose(asked) if asked else ""
    except ValueError as problem:
        raise BadInput(f"the purpose: {problem}") from None
