"""What can be wrong with a seed file: every code with its meaning, and the list that collects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz, process

from vru_ledger.domain.findings import Finding
from vru_ledger.domain.text import fold, shown
from vru_ledger.exchange.yaml_file import START, Path, Place, Tree

MOST_FINDINGS = 1_000
"""More than anybody mends in one go; what is above it is counted."""

CODES = {
    "seed-text-unsafe": "a character that cannot be seen or steers the terminal",
    "seed-yaml-syntax": "the file is not YAML; only the first place is found",
    "seed-yaml-empty": "there is nothing in the file",
    "seed-yaml-tag": "a tag (!name), which is not read here",
    "seed-yaml-alias": "an anchor (&name) or a reference (*name), which is not read here",
    "seed-yaml-merge": "a merge (<<), which is not read here",
    "seed-yaml-depth": "lists and groups more than 20 levels deep",
    "seed-yaml-documents": "a second document in the file",
    "seed-yaml-duplicate-key": "a key twice in one group",
    "seed-yaml-key": "a key that is not a word",
    "seed-unknown-key": "a key that means nothing here",
    "seed-missing-key": "a key that must be there and is not",
    "seed-empty-value": "a key with nothing behind it",
    "seed-wrong-type": "a text where a list or a group belongs, or the other way round",
    "seed-bad-amount": "not an amount like £750,000 or 750k, above zero, in whole pence",
    "seed-bad-number": "not a whole number like 8 or 2,500",
    "seed-bad-date": "not a date like 2023-03-31",
    "seed-impossible-date": "no such day, or a term that ends before it begins",
    "seed-bad-year": "not a financial year like 2022/23",
    "seed-bad-code": "not a code: capital letters, digits and hyphens",
    "seed-bad-kind": "not a kind: small letters, digits and hyphens; or not one of those allowed",
    "seed-bad-flag": "not true or false",
    "seed-bad-text": "a text that is too long",
    "seed-unknown-measure": "a cap that measures what nothing can measure",
    "seed-unknown-property": "a cap per something that an allocation does not have",
    "seed-unknown-severity": "a severity that is not stop, warn or track",
    "seed-bad-limit": "a limit that its measure cannot read",
    "seed-bad-tolerance": "a tolerance that its measure cannot read or does not take",
    "seed-duplicate": "a code, or one of a list, a second time",
    "seed-name-alike": "two records of one kind whose names read alike",
    "seed-name-mixed": "letters of two alphabets in one name (a warning)",
    "seed-dangling-name": "a name of something that is not in the file",
    "seed-headline-is-fund": "a headline with the code of a fund or programme",
    "seed-kind-mismatch": "a kind of recipient that the fund does not go to",
    "seed-closed-to-all": "a fund that is closed and lists nobody",
    "seed-no-total-cap": "a fund whose total no cap stops",
    "seed-sum-exceeds-fund": "lines, shares or a limit on the total above the fund's amount",
    "seed-cap-never-binds": "a limit above the one on the fund's total (a warning)",
    "seed-term-differs": "a cap on the last day that differs from the term (a warning)",
    "seed-tile-shared": "two areas on one tile",
    "seed-bcu-cover": "a borough in no command unit, or a unit without boroughs",
    "seed-expectation": "what the file expects of itself does not hold",
    "seed-too-many": "there are more findings than are listed",
}
"""Every code a finding about a seed can have, and what it means. Codes never change meaning."""


class Findings:
    """Collects what is wrong with one seed file, each at its place; once per code and place."""

    def __init__(self, file: str, tree: Tree) -> None:
        self.file = file
        self._tree = tree
        self._found: dict[tuple[str, Place, str], Finding] = {}
        for problem in tree.problems:
            self._put(*problem)

    def add(
        self,
        code: str,
        path: Path,
        message: str,
        remedy: str = "",
        *,
        at_key: bool = False,
        severity: str = "error",
    ) -> None:
        """Add a finding about the value at `path`, or about the key that leads to it.

        Something that is not in the file is found where the group begins that lacks it.
        """
        text = str(path[-1]) if at_key and path else self.typed(path)
        place = self._place(path, at_key=at_key or not text)
        self._put(code.removeprefix("seed-"), message, remedy, place, text, severity)

    def line(self, path: Path) -> int:
        """Return the line on which something stands."""
        return self._place(path, at_key=False).line

    def has(self, path: Path) -> bool:
        """Say whether something stands at `path`, even if it cannot be read."""
        return path in self._tree.places

    def is_list(self, path: Path) -> bool:
        """Say whether a list stands at `path`."""
        return isinstance(self._tree.value_at(path), list)

    def is_group(self, path: Path) -> bool:
        """Say whether a group of keys stands at `path`."""
        return isinstance(self._tree.value_at(path), dict)

    def keys_at(self, path: Path) -> set[str]:
        """Return the keys of the group at `path`, none if there is no group."""
        value = self._tree.value_at(path)
        return set(value) if isinstance(value, dict) else set()

    def typed(self, path: Path) -> str:
        """Return the text that stands at `path`, empty if none does."""
        value = self._tree.value_at(path)
        return value if isinstance(value, str) else ""

    def _place(self, path: Path, *, at_key: bool) -> Place:
        keys, places = self._tree.keys, self._tree.places
        if at_key and path in keys:
            return keys[path]
        while path and path not in places:
            path = path[:-1]
        return places.get(path, START)

    def _put(
        self,
        code: str,
        message: str,
        remedy: str,
        place: Place,
        value: str = "",
        severity: str = "error",
    ) -> None:
        code = f"seed-{code}"
        if code not in CODES:
            raise LookupError(code)
        finding = Finding(
            code=code,
            message=shown(message),
            remedy=shown(remedy),
            file=self.file,
            line=place.line,
            column=place.column,
            value=shown(value[:60]),
            severity=severity,
        )
        self._found.setdefault((code, place, finding.message), finding)

    def near(self, asked: str, known: Mapping[str, str], otherwise: str = "") -> str:
        """Return what `near` does, until there are more findings than are listed."""
        return otherwise if self.are_too_many() else near(asked, known, otherwise)

    def listed(self) -> list[Finding]:
        """Return what was found, in the order of the file; the last may count what is left out."""
        found = sorted(self._found.values(), key=lambda one: (one.line, one.column, one.code))
        if len(found) <= MOST_FINDINGS:
            return found
        left = found[MOST_FINDINGS]
        more = Finding(
            code="seed-too-many",
            message=f"at least {len(found) - MOST_FINDINGS:,} more, from here on",
            remedy="mend those above and check again",
            file=self.file,
            line=left.line,
            column=left.column,
        )
        return [*found[:MOST_FINDINGS], more]

    def are_too_many(self) -> bool:
        """Say whether there are more than are listed, so that looking for more is no use."""
        return len(self._found) > MOST_FINDINGS

    def in_error(self) -> bool:
        """Say whether anything found is more than a warning."""
        return any(one.severity == "error" for one in self._found.values())


def folded(known: Iterable[str]) -> Mapping[str, str]:
    """Return names by the form in which they are compared."""
    return {fold(one): one for one in known}


def near(asked: str, known: Mapping[str, str], otherwise: str = "") -> str:
    """Return 'did you mean ...?' with the closest of `known`, or `otherwise` if none is close."""
    best = process.extractOne(fold(asked), known.keys(), scorer=fuzz.ratio, score_cutoff=70)
    return f"did you mean {known[best[0]]}?" if best else otherwise
