"""A fund's authority and who may decide, from Python: each call a transaction."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from vru_ledger.api_awards import now, read, whole_pence
from vru_ledger.domain.decisions import parse_decision
from vru_ledger.domain.periods import parse_period_name
from vru_ledger.domain.register import Decision, FundingSource
from vru_ledger.domain.text import parse_code, parse_name, parse_sentence
from vru_ledger.domain.years import parse_financial_year
from vru_ledger.errors import BadInput, ReasonMissing
from vru_ledger.store.database import Database

if TYPE_CHECKING:
    from vru_ledger.actions.administer import Told
    from vru_ledger.actions.authority_request import Changed
    from vru_ledger.actions.decide import Put
    from vru_ledger.actions.limits import CapChange
    from vru_ledger.actions.override import Overridden


class AuthorityCalls:
    """Calls about authority, decisions, sources and limits. Amounts are whole pence above zero."""

    database: Database
    actor: str

    def change_authority(
        self,
        kind: str,
        fund: str,
        amount_pence: int | None = None,
        *,
        on: date | None = None,
        preview: bool = False,
        **more: Any,
    ) -> list[Changed]:
        """Receive, confirm, cover, vire, carry, lapse or surrender a fund's authority.

        `kind` is fund, confirm, cover, vire, carry, lapse or surrender, as the words of the command
        line; None is all that is there. `more` is what `AuthorityRequest` holds besides: source,
        fy, to_fund, to_fy, certainty, underwriter, use_by, in_year_only, expected, propose, ref,
        relates_to, reason, decision, key. Returns what was recorded. Raises EntryRefused,
        AuthorityMissing, NotFound, BadInput, KeyConflict or LedgerBusy.
        """
        from vru_ledger.actions import authority
        from vru_ledger.actions.authority_request import AuthorityRequest
        from vru_ledger.domain.authority import MOVES

        if kind not in ("fund", "confirm", "cover", *MOVES):
            raise BadInput(
                f"kind: {kind[:40]!r} is none of fund, confirm, cover, {', '.join(MOVES)}"
            )
        texts = {
            name: read(parse, name, more[name])
            for name, parse in (
                *(("fy", _year_or_none), ("to_fy", parse_financial_year)),
                *(("reason", parse_sentence), ("decision", parse_decision), ("key", parse_name)),
                *(("ref", parse_sentence), ("relates_to", parse_period_name)),
            )
            if name in more
        }
        request = AuthorityRequest(
            **{**more, **texts},
            kind=kind,
            fund=fund,
            amount_pence=None if amount_pence is None else whole_pence(amount_pence),
            dated=on or date.today(),
            dated_by_clock=on is None,
        )
        return authority.change(
            self.database, request, actor=self.actor, recorded_at=now(), preview=preview
        )

    def approve_entry(
        self, number: int, *, on: date | None = None, decision: str = "", preview: bool = False
    ) -> Changed:
        """Make what somebody else proposed in entry `number`. Raises AuthorityMissing, NotFound."""
        from vru_ledger.actions import authority
        from vru_ledger.actions.authority_request import AuthorityRequest

        request = AuthorityRequest(
            kind="approve",
            fund="",
            dated=on or date.today(),
            dated_by_clock=on is None,
            proposal=number,
            decision=read(parse_decision, "decision", decision),
        )
        return authority.change(
            self.database, request, actor=self.actor, recorded_at=now(), preview=preview
        )[0]

    def override_cap(
        self,
        cap: str,
        amount_pence: int,
        until: date,
        *,
        reason: str,
        decision: str,
        bucket: tuple[str, ...] = (),
        on: date | None = None,
        key: str = "",
        preview: bool = False,
    ) -> Overridden:
        """Let one bucket of a cap pass its limit by pence until a day, under a decision.

        `bucket` names what the cap counts per, in its order: ('Newham',). Raises AuthorityMissing,
        NotFound, BadInput, KeyConflict.
        """
        from vru_ledger.actions.override import override

        return override(
            *(self.database, cap, bucket, whole_pence(amount_pence), until),
            _told_of(on, reason, decision, key),
            actor=self.actor,
            recorded_at=now(),
            preview=preview,
        )

    def set_cap(
        self,
        cap: str,
        limit: str,
        *,
        reason: str,
        on: date | None = None,
        decision: str = "",
        key: str = "",
        preview: bool = False,
        **more: Any,
    ) -> CapChange:
        """Set a cap: a new one, or another limit for one that is there. `limit` as it is typed.

        `more` is what `NewCap` holds besides: fund, measure, per, only, severity, tolerance and
        citation; what is not given stays. Raises NotFound, AlreadyThere, BadInput or KeyConflict.
        """
        from vru_ledger.actions.limits import NewCap, set_cap

        return set_cap(
            *(self.database, NewCap(code=read(parse_code, "cap", cap), limit=limit, **more)),
            _told_of(on, reason, decision, key),
            actor=self.actor,
            recorded_at=now(),
            preview=preview,
        )

    def register(
        self,
        record: Decision | FundingSource,
        *,
        reason: str,
        on: date | None = None,
        key: str = "",
        preview: bool = False,
    ) -> Put:
        """Register a decision or a funding source. Raises AlreadyThere."""
        from vru_ledger.actions import decide

        told = _told_of(on, reason, "", key)
        by: Any = {"actor": self.actor, "recorded_at": now(), "preview": preview}
        if isinstance(record, Decision):
            code = read(parse_decision, "code", record.code)
            return decide.add_decision(self.database, record.replace(code=code), told, **by)
        code = read(parse_code, "code", record.code)
        return decide.add_source(self.database, record.replace(code=code), told, **by)

    def set_source(
        self,
        code: str,
        *,
        reason: str,
        name: str = "",
        in_year_only: bool | None = None,
        use_by: date | None = None,
        no_use_by: bool = False,
        on: date | None = None,
        key: str = "",
        preview: bool = False,
    ) -> Put:
        """Correct what is said of a funding source; what is not given stays. Raises NotFound."""
        from vru_ledger.actions import decide

        asked = decide.SourceChange(
            code=code,
            name=read(parse_name, "name", name),
            in_year_only=in_year_only,
            use_by=use_by,
            no_use_by=no_use_by,
        )
        told = _told_of(on, reason, "", key)
        return decide.set_source(
            *(self.database, asked, told), actor=self.actor, recorded_at=now(), preview=preview
        )

    def set_authority(
        self,
        *,
        reason: str,
        decision_over_pence: int | None = None,
        second_person_over_pence: int | None = None,
        on: date | None = None,
        preview: bool = False,
    ) -> Put:
        """Set from a day on over which pence an entry needs a decision, or a second person.

        None is no limit: both are set, whatever they were.
        """
        from vru_ledger.actions.decide import NewLimit, set_limit

        new = NewLimit(decision_over_pence, True, second_person_over_pence, True)
        return set_limit(
            *(self.database, new, _told_of(on, reason, "", "")),
            actor=self.actor,
            recorded_at=now(),
            preview=preview,
        )


def _told_of(on: date | None, reason: str, decision: str, key: str) -> Told:
    from vru_ledger.actions.administer import Told

    if not reason.strip():
        raise ReasonMissing
    return Told(
        dated=on or date.today(),
        dated_by_clock=on is None,
        reason=read(parse_sentence, "reason", reason),
        decision=read(parse_decision, "decision", decision),
        key=read(parse_name, "key", key),
    )


def _year_or_none(text: str) -> str:
    return text if text == "none" else parse_financial_year(text)
