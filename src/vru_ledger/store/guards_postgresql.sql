-- What the database itself keeps on PostgreSQL, whoever writes: see guards_sqlite.sql for its twin.
-- Every function looks for tables in the ledger's own schema, whatever tables its caller has made.
-- An overload there wins over the server's own function wherever it fits the arguments better, so
-- each call says pg_catalog, and each operator has the very types that the server's own is made for.

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$;

-- What the text of each kind of entry holds, and of each record: the type of every field, which of
-- them it cannot do without, and between which stages its money goes if it is always the same.
-- kind_of: written by scripts/tables.py.
CREATE FUNCTION kind_of(name text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
BEGIN RETURN CASE name
    WHEN 'register' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "records":
      "list", "dated": "day", "reason": "text", "decision": "text", "key": "text"}, "needed":
      "{kind,actor,recorded_at,number,records}", "stages": ["", ""]}'::jsonb
    WHEN 'fund' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "amount_pence": "whole", "source": "text", "fy": "year", "citation": "text", "certainty":
      "text", "underwriter": "text", "use_by": "day", "in_year_only": "flag", "relates_to": "text",
      "dated": "day", "reason": "text", "decision": "text", "key": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,amount_pence}"}'::jsonb
    WHEN 'cap' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "cap":
      "text", "fund": "text", "measure": "text", "limit": "whole", "per": "list", "only": "text",
      "severity": "text", "tolerance": "whole", "tolerance_bp": "whole", "citation": "text", "dated":
      "day", "reason": "text", "decision": "text", "key": "text"}, "needed":
      "{kind,actor,recorded_at,number,cap,fund,measure,limit}", "stages": ["", ""]}'::jsonb
    WHEN 'allocate' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "title": "text", "term_from": "day", "term_to": "day",
      "restates": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages":
      ["unallocated", "committed"]}'::jsonb
    WHEN 'propose' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "title": "text", "term_from": "day", "term_to": "day",
      "restates": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages":
      ["unallocated", "proposed"]}'::jsonb
    WHEN 'approve' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages":
      ["proposed", "committed"]}'::jsonb
    WHEN 'reject' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages":
      ["proposed", "unallocated"]}'::jsonb
    WHEN 'withdraw' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages":
      ["proposed", "unallocated"]}'::jsonb
    WHEN 'amend' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text", "from_stage": "text",
      "to_stage": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}"}'::jsonb
    WHEN 'claim' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages":
      ["committed", "payable"]}'::jsonb
    WHEN 'reject-claim' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages":
      ["payable", "committed"]}'::jsonb
    WHEN 'pay' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages":
      ["payable", "disbursed"]}'::jsonb
    WHEN 'advance' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages":
      ["committed", "disbursed"]}'::jsonb
    WHEN 'clawback' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages":
      ["disbursed", "recoverable"]}'::jsonb
    WHEN 'recover' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages":
      ["recoverable", "unallocated"]}'::jsonb
    WHEN 'write-off' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages":
      ["recoverable", "disbursed"]}'::jsonb
    WHEN 'close' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages":
      ["committed", "unallocated"]}'::jsonb
    WHEN 'suspend' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages": ["",
      ""]}'::jsonb
    WHEN 'resume' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages": ["",
      ""]}'::jsonb
    WHEN 'reverse' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text", "reverses": "whole",
      "was": "text", "from_stage": "text", "to_stage": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}"}'::jsonb
    WHEN 'vire' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "amount_pence": "whole", "source": "text", "fy": "year", "to_fund": "text", "to_source":
      "text", "to_fy": "year", "certainty": "text", "underwriter": "text", "use_by": "day",
      "in_year_only": "flag", "proposal": "whole", "ref": "text", "relates_to": "text", "dated": "day",
      "reason": "text", "decision": "text", "key": "text", "plan": "text", "approved_by": "text"},
      "needed": "{kind,actor,recorded_at,number,fund,amount_pence}"}'::jsonb
    WHEN 'carry' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "amount_pence": "whole", "source": "text", "fy": "year", "to_fund": "text", "to_source":
      "text", "to_fy": "year", "certainty": "text", "underwriter": "text", "use_by": "day",
      "in_year_only": "flag", "proposal": "whole", "ref": "text", "relates_to": "text", "dated": "day",
      "reason": "text", "decision": "text", "key": "text", "plan": "text", "approved_by": "text"},
      "needed": "{kind,actor,recorded_at,number,fund,amount_pence}"}'::jsonb
    WHEN 'lapse' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "amount_pence": "whole", "source": "text", "fy": "year", "to_fund": "text", "to_source":
      "text", "to_fy": "year", "certainty": "text", "underwriter": "text", "use_by": "day",
      "in_year_only": "flag", "proposal": "whole", "ref": "text", "relates_to": "text", "dated": "day",
      "reason": "text", "decision": "text", "key": "text", "plan": "text", "approved_by": "text"},
      "needed": "{kind,actor,recorded_at,number,fund,amount_pence}"}'::jsonb
    WHEN 'surrender' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "amount_pence": "whole", "source": "text", "fy": "year", "to_fund": "text", "to_source":
      "text", "to_fy": "year", "certainty": "text", "underwriter": "text", "use_by": "day",
      "in_year_only": "flag", "proposal": "whole", "ref": "text", "relates_to": "text", "dated": "day",
      "reason": "text", "decision": "text", "key": "text", "plan": "text", "approved_by": "text"},
      "needed": "{kind,actor,recorded_at,number,fund,amount_pence}"}'::jsonb
    WHEN 'confirm' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "amount_pence": "whole", "source": "text", "fy": "year", "to_fund": "text", "to_source":
      "text", "to_fy": "year", "certainty": "text", "underwriter": "text", "use_by": "day",
      "in_year_only": "flag", "proposal": "whole", "ref": "text", "relates_to": "text", "dated": "day",
      "reason": "text", "decision": "text", "key": "text", "plan": "text", "approved_by": "text", "now":
      "text"}, "needed": "{kind,actor,recorded_at,number,fund,amount_pence}"}'::jsonb
    WHEN 'cover' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "amount_pence": "whole", "source": "text", "fy": "year", "to_fund": "text", "to_source":
      "text", "to_fy": "year", "certainty": "text", "underwriter": "text", "use_by": "day",
      "in_year_only": "flag", "proposal": "whole", "ref": "text", "relates_to": "text", "dated": "day",
      "reason": "text", "decision": "text", "key": "text", "plan": "text", "approved_by": "text"},
      "needed": "{kind,actor,recorded_at,number,fund,amount_pence}"}'::jsonb
    WHEN 'propose-authority' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "amount_pence": "whole", "source": "text", "fy": "year", "to_fund": "text", "to_source":
      "text", "to_fy": "year", "certainty": "text", "underwriter": "text", "use_by": "day",
      "in_year_only": "flag", "proposal": "whole", "ref": "text", "relates_to": "text", "dated": "day",
      "reason": "text", "decision": "text", "key": "text", "plan": "text", "approved_by": "text", "what":
      "text"}, "needed": "{kind,actor,recorded_at,number,fund,amount_pence}", "stages": ["", ""]}'::jsonb
    WHEN 'reverse-authority' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "amount_pence": "whole", "source": "text", "fy": "year", "to_fund": "text", "to_source":
      "text", "to_fy": "year", "certainty": "text", "underwriter": "text", "use_by": "day",
      "in_year_only": "flag", "proposal": "whole", "ref": "text", "relates_to": "text", "dated": "day",
      "reason": "text", "decision": "text", "key": "text", "plan": "text", "approved_by": "text",
      "reverses": "whole", "was": "text", "now": "text"}, "needed":
      "{kind,actor,recorded_at,number,fund,amount_pence}"}'::jsonb
    WHEN 'profile' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text", "instalments": "list",
      "version": "whole"}, "needed":
      "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}", "stages": ["",
      ""]}'::jsonb
    WHEN 'milestone' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "fund":
      "text", "recipient": "text", "amount_pence": "whole", "award": "text", "recipient_kind": "text",
      "area": "text", "bcu": "text", "source": "text", "fy": "year", "purpose": "text",
      "unassigned_pence": "whole", "dated": "day", "reason": "text", "decision": "text", "key": "text",
      "plan": "text", "approved_by": "text", "ref": "text", "relates_to": "text", "milestone": "text"},
      "needed": "{kind,actor,recorded_at,number,fund,recipient,amount_pence,award,recipient_kind}",
      "stages": ["", ""]}'::jsonb
    WHEN 'override' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "cap":
      "text", "fund": "text", "amount_pence": "whole", "bucket": "text", "until": "day", "dated": "day",
      "reason": "text", "decision": "text", "key": "text", "plan": "text", "approved_by": "text"},
      "needed": "{kind,actor,recorded_at,number,cap,fund,amount_pence}", "stages": ["", ""]}'::jsonb
    WHEN 'reverse-override' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "cap":
      "text", "fund": "text", "amount_pence": "whole", "bucket": "text", "until": "day", "dated": "day",
      "reason": "text", "decision": "text", "key": "text", "plan": "text", "approved_by": "text",
      "reverses": "whole", "was": "text", "since": "day"}, "needed":
      "{kind,actor,recorded_at,number,cap,fund,amount_pence}", "stages": ["", ""]}'::jsonb
    WHEN 'paper' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "dated":
      "day", "reason": "text", "decision": "text", "key": "text", "paper": "text", "at": "whole", "head":
      "text"}, "needed": "{kind,actor,recorded_at,number}", "stages": ["", ""]}'::jsonb
    WHEN 'close-period' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "dated":
      "day", "reason": "text", "decision": "text", "key": "text", "period": "text", "first_day": "day",
      "last_day": "day"}, "needed": "{kind,actor,recorded_at,number}", "stages": ["", ""]}'::jsonb
    WHEN 'reopen-period' THEN
      '{"fields": {"kind": "text", "actor": "text", "recorded_at": "moment", "number": "whole", "dated":
      "day", "reason": "text", "decision": "text", "key": "text", "period": "text", "first_day": "day",
      "last_day": "day"}, "needed": "{kind,actor,recorded_at,number}", "stages": ["", ""]}'::jsonb
    WHEN 'records of documents' THEN
      '{"fields": {"table": "text", "code": "text", "title": "text", "publisher": "text", "file": "text"},
      "needed": "{table,code,title}"}'::jsonb
    WHEN 'records of areas' THEN
      '{"fields": {"table": "text", "code": "text", "name": "text", "kind": "text", "bcu": "text",
      "tile_row": "whole", "tile_column": "whole", "citation": "text"}, "needed":
      "{table,code,name,kind}"}'::jsonb
    WHEN 'records of sources' THEN
      '{"fields": {"table": "text", "code": "text", "name": "text", "citation": "text", "in_year_only":
      "flag", "use_by": "day"}, "needed": "{table,code,name}"}'::jsonb
    WHEN 'records of recipients' THEN
      '{"fields": {"table": "text", "code": "text", "name": "text", "kind": "text", "area": "text",
      "citation": "text"}, "needed": "{table,code,name,kind}"}'::jsonb
    WHEN 'records of funds' THEN
      '{"fields": {"table": "text", "code": "text", "name": "text", "theme": "text", "closed": "flag",
      "kinds": "text", "term_from": "day", "term_to": "day", "term_words": "text", "citation": "text",
      "note": "text"}, "needed": "{table,code,name}"}'::jsonb
    WHEN 'records of listings' THEN
      '{"fields": {"table": "text", "fund": "text", "recipient": "text"}, "needed":
      "{table,fund,recipient}"}'::jsonb
    WHEN 'records of headlines' THEN
      '{"fields": {"table": "text", "code": "text", "name": "text", "amount_pence": "whole", "note":
      "text", "citation": "text"}, "needed": "{table,code,name,amount_pence}"}'::jsonb
    WHEN 'records of programmes' THEN
      '{"fields": {"table": "text", "code": "text", "name": "text", "facts": "text", "citation": "text"},
      "needed": "{table,code,name}"}'::jsonb
    WHEN 'records of outputs' THEN
      '{"fields": {"table": "text", "code": "text", "subject": "text", "output": "text", "value": "whole",
      "kind": "text", "approximate": "flag", "period": "text", "fund": "text", "citation": "text"},
      "needed": "{table,code,subject,output,value,kind}"}'::jsonb
    WHEN 'records of decisions' THEN
      '{"fields": {"table": "text", "code": "text", "title": "text", "amount_pence": "whole", "signed_on":
      "day", "signed_by": "text", "citation": "text"}, "needed": "{table,code}"}'::jsonb
    WHEN 'records of authority_limits' THEN
      '{"fields": {"table": "text", "code": "text", "decision_over_pence": "whole",
      "second_person_over_pence": "whole", "citation": "text"}, "needed": "{table,code}"}'::jsonb
    WHEN 'instalments' THEN
      '{"fields": {"period": "text", "amount_pence": "whole", "milestone": "text"}, "needed":
      "{period,amount_pence}"}'::jsonb END;
END $$;
-- Whether a text holds what its kind holds, each once, of its type to the letter, and nothing else.
CREATE FUNCTION holds(told json, shape jsonb) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
  fields jsonb := shape->'fields'::text;
  part json;
  all_of_their_types boolean;
BEGIN
  IF fields IS NULL OR pg_catalog.json_typeof(told) <> 'object'
    OR NOT pg_catalog.jsonb_exists_all(told::jsonb, (shape->>'needed'::text)::text[]) THEN
    RETURN false;
  END IF;
  SELECT pg_catalog.bool_and(COALESCE(CASE fields->>one.key
      WHEN 'text' THEN pg_catalog.json_typeof(one.value) = 'string'
      WHEN 'whole' THEN one.value::text ~ '^(0|-{0,1}[1-9][0-9]{0,17})$'
      WHEN 'day' THEN CASE
        WHEN one.value::text ~ '^"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"$'
        THEN pg_catalog.substr(one.value::text, 2, 10)::date IS NOT NULL END
      WHEN 'flag' THEN pg_catalog.json_typeof(one.value) = 'boolean'
      WHEN 'year' THEN one.value::text = '""' OR CASE
        WHEN one.value::text ~ '^"[0-9]{4}/[0-9]{2}"$'
        THEN (pg_catalog.substr(one.value::text, 4, 2)::int + 1) % 100
          = pg_catalog.substr(one.value::text, 7, 2)::int END
      WHEN 'moment' THEN CASE
        WHEN one.value::text ~ '^"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-5][0-9]:[0-5][0-9]Z"$'
        THEN pg_catalog.substr(one.value::text, 2, 19)::timestamp IS NOT NULL END
      WHEN 'list' THEN pg_catalog.json_typeof(one.value) = 'array' END, false))
      AND pg_catalog.count(*) = (
        SELECT pg_catalog.count(*) FROM pg_catalog.jsonb_object_keys(told::jsonb))
    INTO all_of_their_types FROM pg_catalog.json_each(told) one;
  IF NOT all_of_their_types THEN RETURN false; END IF;
  FOR part IN SELECT pg_catalog.json_array_elements(told->'records'::text) LOOP
    IF pg_catalog.json_typeof(part) <> 'object'
      OR NOT holds(part, kind_of('records of ' || COALESCE(part->>'table'::text, ''))) THEN
      RETURN false;
    END IF;
  END LOOP;
  FOR part IN SELECT pg_catalog.json_array_elements(told->'instalments'::text) LOOP
    IF NOT holds(part, kind_of('instalments'::text)) OR part->>'period'::text
      !~ '^[0-9]{4}/[0-9]{2}-(Q[1-4]|P(0[1-9]|1[0-2]))$'
      OR (pg_catalog.substr(part->>'period'::text, 3, 2)::int + 1) % 100
        <> pg_catalog.substr(part->>'period'::text, 6, 2)::int THEN
      RETURN false;
    END IF;
  END LOOP;
  FOR part IN SELECT pg_catalog.json_array_elements(told->'per'::text) LOOP
    IF pg_catalog.json_typeof(part) <> 'string' THEN RETURN false; END IF;
  END LOOP;
  RETURN true;
END $$;
-- The movements of an entry, one by one, as its text says them: see domain.entries.
CREATE FUNCTION movement_of(e entries, told jsonb, n bigint) RETURNS movements LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
  moved movements;
  lent bigint := COALESCE((told->>'unassigned_pence'::text)::bigint, 0::bigint);
  first bigint;
  place bigint := n;
  sign bigint := -1;
  leaves boolean;
BEGIN
  moved.entry := e.number;
  moved.n := n;
  moved.fund := e.fund;
  moved.source := COALESCE(told->>'source'::text, '');
  moved.fy := COALESCE(told->>'fy'::text, '');
  moved.area := '';
  IF e.award IS NOT NULL THEN
    first := CASE e.from_stage WHEN 'unallocated' THEN
      CASE WHEN lent > 0 THEN 3 ELSE 0 END + CASE WHEN lent < e.amount_pence THEN 1 ELSE 0 END
      ELSE 1 END;
    moved.stage := e.from_stage;
    IF n > first THEN
      moved.stage := e.to_stage;
      sign := 1;
      place := n - first;
    END IF;
    IF moved.stage <> 'unallocated' THEN
      moved.award := e.award;
      moved.recipient := e.recipient;
      moved.area := COALESCE(told->>'area'::text, '');
      moved.pence := CASE place WHEN 1 THEN sign * e.amount_pence END;
      RETURN moved;
    END IF;
    IF lent = 0 THEN place := place + 3; END IF;
    IF place = 1 OR place = 2 THEN moved.fy := ''; END IF;
    IF place = 2 OR place = 3 THEN moved.stage := 'authority'; END IF;
    moved.pence := CASE place WHEN 1 THEN sign * lent WHEN 2 THEN -sign * lent
      WHEN 3 THEN sign * lent WHEN 4 THEN sign * (e.amount_pence - lent) END;
    RETURN moved;
  END IF;
  leaves := e.kind IN ('vire', 'carry', 'lapse', 'surrender') OR (e.kind = 'reverse-authority'
    AND told->>'was'::text NOT IN ('lapse', 'surrender', 'confirm', 'cover', 'propose-authority'));
  IF leaves AND n <= 2 THEN
    moved.stage := CASE n WHEN 1 THEN 'unallocated' ELSE 'authority' END;
    moved.pence := CASE n WHEN 1 THEN -e.amount_pence ELSE e.amount_pence END;
    RETURN moved;
  END IF;
  IF leaves THEN place := n - 2; END IF;
  IF e.kind <> 'fund' THEN
    moved.fund := e.to_fund;
    moved.source := COALESCE(told->>'to_source'::text, '');
    moved.fy := COALESCE(told->>'to_fy'::text, '');
  END IF;
  moved.stage := CASE place WHEN 1 THEN 'authority' ELSE 'unallocated' END;
  moved.pence := CASE place WHEN 1 THEN -e.amount_pence WHEN 2 THEN e.amount_pence END;
  RETURN moved;
END $$;
CREATE FUNCTION movements_of(e entries, told jsonb) RETURNS bigint LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
  drawn bigint := 1;
  lent bigint := COALESCE((told->>'unassigned_pence'::text)::bigint, 0::bigint);
BEGIN
  IF e.award IS NOT NULL THEN
    IF e.amount_pence = 0 THEN RETURN 0; END IF;
    IF 'unallocated' IN (e.from_stage, e.to_stage) THEN
      drawn := CASE WHEN lent > 0 THEN 3 ELSE 0 END
        + CASE WHEN lent < e.amount_pence THEN 1 ELSE 0 END;
    END IF;
    RETURN 1 + drawn;
  END IF;
  RETURN CASE WHEN e.kind = 'fund' THEN 2
    WHEN e.kind IN ('lapse', 'surrender') THEN CASE WHEN e.to_fund IS NULL THEN 2 ELSE 4 END
    WHEN e.kind IN ('vire', 'carry') THEN CASE WHEN e.to_fund IS NULL THEN 2 ELSE 4 END
    WHEN e.kind <> 'reverse-authority' OR told->>'was'::text
      IN ('confirm', 'cover', 'propose-authority') THEN 0
    WHEN told->>'was'::text IN ('lapse', 'surrender')
      THEN CASE WHEN e.to_fund IS NULL THEN 0 ELSE 2 END
    WHEN e.to_fund IS NULL THEN 2 ELSE 4 END;
END $$;
-- Whether an entry's columns are what its text says.
CREATE FUNCTION tells(e entries, told jsonb, shape jsonb) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
  lent bigint := COALESCE((told->>'unassigned_pence'::text)::bigint, 0::bigint);
  sure text[] := ARRAY['', 'expected', COALESCE(told->>'certainty'::text, ''),
    COALESCE(told->>'now'::text, CASE e.kind WHEN 'confirm' THEN 'confirmed' ELSE '' END)];
  made jsonb;
  name text;
BEGIN
  IF told->>'kind'::text IS DISTINCT FROM e.kind
    OR told->>'number'::text IS DISTINCT FROM e.number::text
    OR told->>'actor'::text IS DISTINCT FROM e.actor
    OR told->>'recorded_at'::text IS DISTINCT FROM e.recorded_at
    OR COALESCE(told->>'fund'::text, '') <> e.fund
    OR NULLIF(told->>'to_fund'::text, '') IS DISTINCT FROM e.to_fund
    OR told->>'award'::text IS DISTINCT FROM e.award
    OR told->>'recipient'::text IS DISTINCT FROM e.recipient
    OR told->>'cap'::text IS DISTINCT FROM e.cap
    OR COALESCE((told->>'amount_pence'::text)::bigint, 0::bigint) <> e.amount_pence
    OR (CASE WHEN pg_catalog.jsonb_exists(shape->'fields'::text, 'reverses')
      THEN COALESCE((told->>'reverses'::text)::bigint, 0::bigint) END) IS DISTINCT FROM e.reverses
    OR NULLIF((told->>'proposal'::text)::bigint, 0::bigint) IS DISTINCT FROM e.proposal
    OR told->>'dated'::text IS DISTINCT FROM e.dated
    OR COALESCE(told->>'reason'::text, '') <> e.reason
    OR COALESCE(told->>'decision'::text, '') <> e.decision
    OR NULLIF(told->>'key'::text, '') IS DISTINCT FROM e.key
    OR lent < 0 OR lent > e.amount_pence OR e.movements <> movements_of(e, told)
    -- The line of no year lends to a year, and gets back only what an undoing takes back.
    OR (lent > 0 AND (COALESCE(told->>'fy'::text, '') = ''
      OR (e.from_stage <> 'unallocated' AND e.kind <> 'reverse'))) THEN
    RETURN false;
  END IF;
  IF pg_catalog.jsonb_exists(shape, 'stages') THEN
    IF e.from_stage <> shape->'stages'::text->>0::int
      OR e.to_stage <> shape->'stages'::text->>1::int THEN RETURN false; END IF;
  ELSIF e.award IS NULL THEN
    IF e.from_stage <> ALL (sure) OR e.to_stage <> ALL (sure) THEN RETURN false; END IF;
  ELSIF e.from_stage <> COALESCE(told->>'from_stage'::text, '')
    OR e.to_stage <> COALESCE(told->>'to_stage'::text, '')
    OR (e.kind = 'amend' AND NOT ((e.from_stage = 'unallocated'
        AND e.to_stage IN ('committed', 'proposed'))
      OR (e.to_stage = 'unallocated' AND e.from_stage IN ('committed', 'proposed')))) THEN
    RETURN false;
  END IF;
  IF e.reverses IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entries o WHERE o.number = e.reverses
    AND o.kind = COALESCE(told->>'was'::text,
      CASE e.kind WHEN 'reverse-override' THEN 'override' ELSE '' END)
    AND COALESCE((o.fact::jsonb->>'unassigned_pence'::text)::bigint, 0::bigint) = lent
    AND o.cap IS NOT DISTINCT FROM e.cap
    AND o.fact::jsonb->>'bucket'::text IS NOT DISTINCT FROM told->>'bucket'::text) THEN
    RETURN false;
  END IF;
  -- What authority is given back is the very money that was moved.
  IF e.kind = 'reverse-authority' AND EXISTS (
    SELECT 1 FROM (SELECT m.fund, m.stage, m.source, m.fy, m.pence FROM movements m
        WHERE m.entry = e.reverses
      UNION ALL SELECT m.fund, m.stage, m.source, m.fy, m.pence
        FROM pg_catalog.generate_series(1::bigint, e.movements) n, LATERAL movement_of(e, told, n) m
      ) both_ways
    GROUP BY fund, stage, source, fy HAVING pg_catalog.sum(pence) <> 0::numeric) THEN
    RETURN false;
  END IF;
  IF e.kind = 'propose-authority' AND COALESCE(told->>'what'::text, '') NOT IN (
    'vire', 'carry', 'lapse', 'surrender') THEN
    RETURN false;
  END IF;
  IF e.award IS NULL AND ((e.fund <> '' AND NOT EXISTS (SELECT 1 FROM funds WHERE code = e.fund))
    OR (e.to_fund IS NOT NULL AND NOT EXISTS (SELECT 1 FROM funds WHERE code = e.to_fund))) THEN
    RETURN false;
  END IF;
  IF e.award IS NULL OR e.kind IN ('allocate', 'propose') THEN RETURN true; END IF;
  -- A step says the same of its award as the entry that made it, the first of that award.
  SELECT a.fact::jsonb INTO made FROM entries a WHERE a.award = e.award
    AND a.kind IN ('allocate', 'propose') ORDER BY a.number LIMIT 1;
  IF made IS NULL THEN RETURN false; END IF;
  FOREACH name IN ARRAY ARRAY['fund', 'recipient', 'recipient_kind', 'area', 'bcu', 'source', 'fy',
      'purpose'] LOOP
    IF COALESCE(told->>name, '') <> COALESCE(made->>name, '') THEN RETURN false; END IF;
  END LOOP;
  RETURN true;
END $$;
-- What decided a proposal moved all of its money: not whatever calls itself a decision.
CREATE FUNCTION nothing_is_proposed_after(d entries) RETURNS boolean LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT COALESCE(pg_catalog.sum(m.pence), 0::numeric) = 0::numeric
    FROM entries e JOIN movements m ON m.entry = e.number
    WHERE e.award = d.award AND e.number <= d.number
      AND m.award = d.award AND m.stage = 'proposed' $$;
CREATE FUNCTION entries_follow() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  -- Of several at once the first follows the head, and each of the others the one before it.
  IF NOT EXISTS (SELECT 1 FROM head WHERE number < NEW.number
    AND ((number = NEW.number - 1 AND hash = NEW.previous_hash) OR EXISTS (
      SELECT 1 FROM entries e WHERE e.number = NEW.number - 1 AND e.number > head.number
        AND e.hash = NEW.previous_hash))) THEN
    RAISE EXCEPTION 'an entry follows the head of the chain'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.reverses IS NOT NULL AND (EXISTS (SELECT 1 FROM entries WHERE reverses = NEW.reverses)
    OR NOT EXISTS (SELECT 1 FROM entries o WHERE o.number = NEW.reverses AND o.reverses IS NULL
      AND o.award IS NOT DISTINCT FROM NEW.award AND o.amount_pence = NEW.amount_pence
      AND o.from_stage = NEW.to_stage AND o.to_stage = NEW.from_stage)) THEN
    RAISE EXCEPTION 'an entry is reversed once, by its opposite'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.from_stage = 'proposed' AND NEW.to_stage <> 'unallocated' AND EXISTS (
    SELECT 1 FROM entries p WHERE p.award = NEW.award AND p.to_stage = 'proposed'
      AND p.actor = NEW.actor AND NOT EXISTS (
        SELECT 1 FROM entries d WHERE d.award = p.award AND d.number > p.number
          AND d.kind IN ('approve', 'reject', 'withdraw') AND nothing_is_proposed_after(d)
          AND NOT EXISTS (SELECT 1 FROM entries r WHERE r.reverses = d.number))) THEN
    RAISE EXCEPTION 'nobody approves what they proposed'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  -- Nor is anything promised at once in an award that nobody has approved.
  IF NEW.kind = 'amend' AND NEW.to_stage = 'committed' AND EXISTS (
      SELECT 1 FROM entries p WHERE p.award = NEW.award AND p.kind = 'propose')
    AND NOT EXISTS (SELECT 1 FROM entries d WHERE d.award = NEW.award AND d.kind = 'approve'
      AND NOT EXISTS (SELECT 1 FROM entries r WHERE r.reverses = d.number)) THEN
    RAISE EXCEPTION 'nobody approves what they proposed'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.proposal IS NOT NULL AND (EXISTS (SELECT 1 FROM entries WHERE proposal = NEW.proposal)
    OR NOT EXISTS (SELECT 1 FROM entries p WHERE p.number = NEW.proposal
      AND p.kind = 'propose-authority' AND p.actor <> NEW.actor AND p.fund = NEW.fund
      AND p.to_fund IS NOT DISTINCT FROM NEW.to_fund AND p.amount_pence = NEW.amount_pence
      AND NOT EXISTS (SELECT 1 FROM entries r WHERE r.reverses = p.number))) THEN
    RAISE EXCEPTION 'what somebody asked for is made once, by somebody else'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER entries_follow BEFORE INSERT ON entries
  FOR EACH ROW EXECUTE FUNCTION entries_follow();
-- Once for all that are written at once: each version of a row that a transaction leaves behind
-- is looked at by every later look at that row, so a head that moved by every entry of a batch
-- made its time grow with the square of its length. So did balances that moved so.
CREATE FUNCTION entries_lead() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE head SET number = e.number, hash = e.hash
    FROM (SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1) e
    WHERE head.number < e.number;
  RETURN NULL;
END $$;
CREATE TRIGGER entries_lead AFTER INSERT ON entries
  FOR EACH STATEMENT EXECUTE FUNCTION entries_lead();
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
  FOR EACH ROW EXECUTE FUNCTION refuse('an entry is never changed');
CREATE TRIGGER entries_remain BEFORE DELETE ON entries
  FOR EACH ROW EXECUTE FUNCTION refuse('an entry is never removed');
CREATE TRIGGER entries_kept BEFORE TRUNCATE ON entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('an entry is never removed');

-- What an entry of authority says of its lines: how sure their money is and on what terms it came.
-- See `lines` in domain.entries and domain.authority.
CREATE FUNCTION said_of(e entries, told jsonb) RETURNS TABLE (fund text, name text, bucket text, pence bigint) LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
  of_kind text := CASE e.kind WHEN 'reverse-authority' THEN told->>'was'::text ELSE e.kind END;
  sign bigint := CASE e.kind WHEN 'reverse-authority' THEN -1::bigint ELSE 1::bigint END;
  a bigint := e.amount_pence;
  sure text := COALESCE(told->>'certainty'::text, '');
  who text := COALESCE(told->>'underwriter'::text, '');
  here text := COALESCE(told->>'source'::text, '') || '|' || COALESCE(told->>'fy'::text, '') || '|';
  there text := COALESCE(told->>'to_source'::text, '') || '|'
    || COALESCE(told->>'to_fy'::text, '') || '|';
  gives_fund text := e.fund;
  gives text := here;
  takes_fund text := e.to_fund;
  takes text := there;
BEGIN
  IF of_kind = 'confirm' THEN
    RETURN QUERY VALUES (e.fund, sure, here || who, -sign * a),
      (e.fund, COALESCE(told->>'now'::text, 'confirmed'), here, sign * a);
    RETURN;
  ELSIF of_kind = 'cover' THEN
    RETURN QUERY VALUES (e.fund, 'expected'::text, here, -sign * a),
      (e.fund, 'expected'::text, here || who, sign * a);
    RETURN;
  ELSIF of_kind = 'fund' THEN
    gives_fund := NULL;
    takes_fund := e.fund;
    takes := here;
  ELSIF of_kind NOT IN ('vire', 'carry', 'lapse', 'surrender') THEN
    RETURN;
  ELSIF sign < 0::bigint THEN
    -- An undoing names the lines the other way round, and what lapsed came from there.
    gives_fund := e.to_fund;
    gives := there;
    takes_fund := CASE WHEN of_kind IN ('vire', 'carry') THEN e.fund END;
    takes := here;
  END IF;
  IF gives_fund IS NOT NULL AND sure <> '' THEN
    RETURN QUERY VALUES (gives_fund, sure, gives || who, -sign * a);
  END IF;
  IF takes_fund IS NULL THEN RETURN; END IF;
  IF sure <> '' THEN RETURN QUERY VALUES (takes_fund, sure, takes || who, sign * a); END IF;
  IF pg_catalog.jsonb_exists(told, 'use_by') THEN
    RETURN QUERY VALUES (takes_fund, 'use-by'::text, takes || (told->>'use_by'::text), sign * a);
  END IF;
  IF (told->>'in_year_only'::text)::boolean THEN
    RETURN QUERY VALUES (takes_fund, 'in-year-only'::text, takes, sign * a);
  END IF;
END $$;

-- At the commit: an entry that is left open would keep everybody after it from closing theirs, and
-- its balances could stay where they are although no cap was asked.
CREATE FUNCTION entries_whole() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NEW.movements <> (SELECT pg_catalog.count(*) FROM movements WHERE entry = NEW.number)
    OR (NEW.kind IN ('allocate', 'propose') AND NOT EXISTS (
      SELECT 1 FROM awards WHERE ref = NEW.award AND entry = NEW.number)) THEN
    RAISE EXCEPTION 'an entry is kept with its award and all its movements'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.award IS NULL AND EXISTS (
    SELECT 1 FROM (SELECT s.fund, s.name, s.bucket, pg_catalog.sum(s.pence) AS pence
        FROM said_of(NEW, NEW.fact::jsonb) s GROUP BY s.fund, s.name, s.bucket) l
      LEFT JOIN balances b ON b.scope = 'line' AND b.fund = l.fund AND b.name = l.name
        AND b.bucket = l.bucket
      LEFT JOIN balances m ON l.name = 'expected' AND m.scope = 'stage' AND m.fund = l.fund
        AND m.name = 'unallocated' AND m.bucket = l.bucket
    WHERE l.pence <> 0::numeric AND (b.entry IS NULL OR b.entry < NEW.number OR m.floor <> b.held)
  ) THEN
    RAISE EXCEPTION 'an entry of authority is kept with what it says of its lines'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entries_whole AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION entries_whole();

CREATE FUNCTION head_moves() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NEW.id <> 1 OR NEW.number <= OLD.number
    OR EXISTS (SELECT 1 FROM entries WHERE number > NEW.number)
    OR NOT EXISTS (SELECT 1 FROM entries WHERE number = NEW.number AND hash = NEW.hash) THEN
    RAISE EXCEPTION 'the head moves only to the next entry'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER head_moves BEFORE UPDATE ON head FOR EACH ROW EXECUTE FUNCTION head_moves();
CREATE TRIGGER head_remains BEFORE DELETE ON head
  FOR EACH ROW EXECUTE FUNCTION refuse('the head is never removed');
CREATE TRIGGER head_kept BEFORE TRUNCATE ON head
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('the head is never removed');

-- Movements are written in the order of their entries, so every entry after this one is open. One
-- that lacks a movement is open too: else a cap could be counted past it in the next one's name.
CREATE FUNCTION last_closed() RETURNS bigint LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT COALESCE((SELECT e.number - CASE WHEN e.movements > (
        SELECT pg_catalog.count(*) FROM movements m WHERE m.entry = e.number) THEN 1 ELSE 0 END
    FROM entries e WHERE e.number = (SELECT pg_catalog.max(entry) FROM movements)), 0::bigint) $$;
CREATE FUNCTION movements_follow() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  last bigint;
  made entries;
BEGIN
  SELECT * INTO made FROM entries e WHERE e.number = NEW.entry;
  IF made.number IS NULL OR NEW.n NOT BETWEEN 1 AND made.movements THEN
    RAISE EXCEPTION 'a movement belongs to an entry that has room for it'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  last := last_closed();
  IF NEW.entry < last OR EXISTS (SELECT 1 FROM entries
    WHERE number > last AND number < NEW.entry AND movements > 0) THEN
    RAISE EXCEPTION 'movements follow one another as their entries do'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT EXISTS (
    SELECT 1 FROM balances WHERE scope = 'stage' AND fund = NEW.fund AND name = NEW.stage
      AND bucket = NEW.source || '|' || NEW.fy || '|' || NEW.area AND entry >= NEW.entry) THEN
    RAISE EXCEPTION 'no movement without its balance'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW IS DISTINCT FROM movement_of(made, made.fact::jsonb, NEW.n) THEN
    RAISE EXCEPTION 'money moves as its entry says'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.award IS NOT NULL AND (NOT EXISTS (
    SELECT 1 FROM balances WHERE scope = 'award' AND fund = NEW.fund AND name = NEW.stage
      AND bucket = NEW.award AND entry >= NEW.entry) OR NOT EXISTS (
    SELECT 1 FROM balances WHERE scope = 'recipient' AND fund = NEW.fund AND name = NEW.stage
      AND bucket = NEW.recipient AND entry >= NEW.entry)) THEN
    RAISE EXCEPTION 'an award''s money moves with its balance'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  -- What enters an award out of no other stage of it is new under every cap, and what leaves it so
  -- is no longer under any. How many recipients there are follows from what each of them holds.
  IF made.from_stage <> 'unallocated' AND NEW.award IS NOT NULL AND NEW.pence > 0
    AND NOT EXISTS (SELECT 1 FROM movements
      WHERE entry = NEW.entry AND award = NEW.award AND pence = -NEW.pence) THEN
    RAISE EXCEPTION 'every cap counts an award'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.award IS NOT NULL AND 'unallocated' IN (made.from_stage, made.to_stage) AND EXISTS (
    SELECT 1 FROM (SELECT * FROM cap_buckets WHERE award = NEW.award OFFSET 0) c WHERE
      NOT EXISTS (SELECT 1 FROM balances WHERE scope = 'cap' AND fund = c.fund
        AND name = c.cap AND bucket = c.bucket AND entry >= NEW.entry)
      OR (c.measure = 'recipients' AND NOT EXISTS (SELECT 1 FROM balances
        WHERE scope = 'member' AND fund = c.fund AND name = c.cap
          AND bucket = c.bucket || '|' || NEW.recipient AND entry >= NEW.entry))
      OR (c.lacks AND c.severity = 'stop' AND made.from_stage = 'unallocated')) THEN
    RAISE EXCEPTION 'every cap counts an award'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER movements_follow BEFORE INSERT ON movements
  FOR EACH ROW EXECUTE FUNCTION movements_follow();
CREATE TRIGGER movements_stay BEFORE UPDATE ON movements
  FOR EACH ROW EXECUTE FUNCTION refuse('a movement is never changed');
CREATE TRIGGER movements_remain BEFORE DELETE ON movements
  FOR EACH ROW EXECUTE FUNCTION refuse('a movement is never removed');
CREATE TRIGGER movements_kept BEFORE TRUNCATE ON movements
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('a movement is never removed');

CREATE VIEW cap_buckets AS
SELECT awards.ref AS award, awards.fund, caps.code AS cap, caps.severity, caps.measure,
  -- Leaving out what a cap counts per would be a way round it.
  caps.per <> '' AND (
    (awards.area = '' AND position(',area,' IN ',' || caps.per || ',') > 0)
    OR (awards.bcu = '' AND position(',bcu,' IN ',' || caps.per || ',') > 0)
    OR (awards.fy = '' AND position(',financial-year,' IN ',' || caps.per || ',') > 0)
    OR (awards.source = '' AND position(',source,' IN ',' || caps.per || ',') > 0)
    OR (awards.purpose = '' AND position(',purpose,' IN ',' || caps.per || ',') > 0)) AS lacks,
  CASE WHEN caps.measure IN ('award', 'end') THEN awards.ref ELSE
    pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
    pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
    pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
      caps.per, ',', '|')
      , 'recipient', pg_catalog.chr(1))
      , 'area', pg_catalog.chr(2))
      , 'bcu', pg_catalog.chr(3))
      , 'financial-year', pg_catalog.chr(4))
      , 'source', pg_catalog.chr(5))
      , 'kind', pg_catalog.chr(6))
      , 'purpose', pg_catalog.chr(7))
      , pg_catalog.chr(1), awards.recipient)
      , pg_catalog.chr(2), awards.area)
      , pg_catalog.chr(3), awards.bcu)
      , pg_catalog.chr(4), awards.fy)
      , pg_catalog.chr(5), awards.source)
      , pg_catalog.chr(6), awards.recipient_kind)
      , pg_catalog.chr(7), awards.purpose) END AS bucket
FROM awards JOIN caps ON caps.fund = awards.fund AND caps.only_kind IN ('', awards.recipient_kind);

CREATE FUNCTION awards_begin() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  told jsonb;
BEGIN
  SELECT e.fact::jsonb INTO told FROM entries e WHERE e.number = NEW.entry AND e.award = NEW.ref
    AND e.fund = NEW.fund AND e.kind IN ('allocate', 'propose')
    AND NOT EXISTS (SELECT 1 FROM movements m WHERE m.entry = e.number);
  IF told IS NULL THEN
    RAISE EXCEPTION 'an award belongs to the entry that makes it'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.recipient <> told->>'recipient'::text
    OR NEW.recipient_kind <> told->>'recipient_kind'::text
    OR NEW.area <> COALESCE(told->>'area'::text, '') OR NEW.bcu <> COALESCE(told->>'bcu'::text, '')
    OR NEW.source <> COALESCE(told->>'source'::text, '')
    OR NEW.fy <> COALESCE(told->>'fy'::text, '')
    OR NEW.purpose <> COALESCE(told->>'purpose'::text, '')
    OR NEW.title <> COALESCE(told->>'title'::text, '')
    OR NEW.term_from IS DISTINCT FROM told->>'term_from'::text
    OR NEW.term_to IS DISTINCT FROM told->>'term_to'::text
    OR NEW.ref <> NEW.fund || '-' || pg_catalog.lpad(
      NEW.number::text, GREATEST(4, pg_catalog.length(NEW.number::text)), '0')
    OR NEW.number <> 1 + COALESCE(
      (SELECT pg_catalog.max(number) FROM awards WHERE fund = NEW.fund), 0::bigint)
    -- Buckets of caps are named by these, with a stroke between them and letters of control.
    OR NEW.recipient = '' OR NEW.recipient || NEW.purpose ~ '[|\x01-\x1f]'
    OR NEW.term_to < NEW.term_from THEN
    RAISE EXCEPTION 'an award is what its entry says'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM recipients WHERE code = NEW.recipient AND kind = NEW.recipient_kind)
    OR (NEW.area <> '' OR NEW.bcu <> '') AND NOT EXISTS (
      SELECT 1 FROM areas WHERE code = NEW.area AND bcu = NEW.bcu) THEN
    RAISE EXCEPTION 'an award says of its recipient and area what the register does'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.term_to IS NULL AND EXISTS (SELECT 1 FROM caps WHERE fund = NEW.fund AND measure = 'end'
    AND severity = 'stop' AND only_kind IN ('', NEW.recipient_kind)) THEN
    RAISE EXCEPTION 'every cap counts an award'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER awards_begin BEFORE INSERT ON awards
  FOR EACH ROW EXECUTE FUNCTION awards_begin();
-- What a cap counts is worked out from the awards that are there, so none comes after its counting.
CREATE FUNCTION awards_uncounted() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM cap_buckets c JOIN balances b ON b.fund = c.fund AND b.name = c.cap
    AND ((b.scope = 'cap' AND b.bucket = c.bucket)
      OR (b.scope = 'member' AND b.bucket = c.bucket || '|' || NEW.recipient))
    WHERE c.award = NEW.ref AND b.entry >= NEW.entry) THEN
    RAISE EXCEPTION 'an award is there before any cap counts it'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER awards_uncounted AFTER INSERT ON awards
  FOR EACH ROW EXECUTE FUNCTION awards_uncounted();
CREATE TRIGGER awards_stay BEFORE UPDATE ON awards
  FOR EACH ROW EXECUTE FUNCTION refuse('an award is changed by entries only');
CREATE TRIGGER awards_remain BEFORE DELETE ON awards
  FOR EACH ROW EXECUTE FUNCTION refuse('an award is never removed');
CREATE TRIGGER awards_kept BEFORE TRUNCATE ON awards
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('an award is never removed');

CREATE VIEW line_entries AS
SELECT entries.number, fund, to_fund, amount_pence FROM entries JOIN head ON head.number = entries.number
WHERE kind IN ('fund', 'confirm', 'cover', 'vire', 'carry', 'lapse', 'surrender', 'reverse-authority');
CREATE FUNCTION raised_by(of_cap text, of_bucket text) RETURNS bigint LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT CAST(COALESCE(pg_catalog.sum(amount_pence), 0) AS bigint) FROM overrides
    WHERE cap = of_cap AND bucket = of_bucket $$;
CREATE FUNCTION entry_is_open(wanted bigint) RETURNS boolean LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT EXISTS (SELECT 1 FROM entries e WHERE e.number = wanted AND e.movements > 0
    AND NOT EXISTS (SELECT 1 FROM movements m WHERE m.entry = e.number)) $$;
-- What the awards of one bucket of a cap grew by, or of one member of it, entry by entry. Whose
-- they are is often known from the bucket; then nobody else's entries are read.
CREATE FUNCTION growth(of balances, after bigint)
RETURNS TABLE (who text, at bigint, grows bigint) LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
  parts text[] := pg_catalog.string_to_array(of.bucket, '|');
  per text[];
  one_award text;
  one_recipient text;
BEGIN
  SELECT pg_catalog.string_to_array(
      caps.per || CASE of.scope WHEN 'member' THEN ',recipient' ELSE '' END, ','),
    CASE measure WHEN 'award' THEN of.bucket END INTO per, one_award FROM caps WHERE code = of.name;
  IF one_award IS NULL AND pg_catalog.cardinality(parts) = pg_catalog.cardinality(per) THEN
    one_recipient := parts[pg_catalog.array_position(per, 'recipient')];
  END IF;
  RETURN QUERY SELECT e.recipient, e.number, CASE 'unallocated' WHEN e.from_stage THEN e.amount_pence
      WHEN e.to_stage THEN -e.amount_pence ELSE 0 END
    FROM (SELECT * FROM entries WHERE one_award IS NOT NULL AND award = one_award
        AND number > after AND number <= of.entry
      UNION ALL SELECT * FROM entries WHERE one_recipient IS NOT NULL AND recipient = one_recipient
        AND fund = of.fund AND number > after AND number <= of.entry
      UNION ALL SELECT * FROM entries WHERE COALESCE(one_award, one_recipient) IS NULL
        AND fund = of.fund AND number > after AND number <= of.entry) e
    JOIN cap_buckets c ON c.award = e.award AND c.cap = of.name
      AND of.bucket = c.bucket || CASE of.scope WHEN 'member' THEN '|' || e.recipient ELSE '' END;
END $$;
-- What the awards of one source, year and area moved into a stage of a fund, or out of it. Nothing
-- is known of it, and of a line, while an award is not there that an entry speaks of.
CREATE FUNCTION stage_growth(of balances, after bigint) RETURNS bigint LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
  RETURN (SELECT CASE WHEN pg_catalog.bool_and(m.bucket IS NOT NULL) IS NOT FALSE THEN
      COALESCE(pg_catalog.sum(m.pence) FILTER (WHERE m.bucket = of.bucket), 0::numeric)::bigint END
    FROM (SELECT CASE of.name WHEN e.to_stage THEN e.amount_pence ELSE -e.amount_pence END AS pence,
        (SELECT a.source || '|' || a.fy || '|' || a.area FROM awards a WHERE a.ref = e.award)
          AS bucket
      FROM entries e WHERE e.fund = of.fund AND e.number > after AND e.number <= of.entry
        AND e.award IS NOT NULL AND of.name IN (e.from_stage, e.to_stage)
      OFFSET 0) m);  -- Else each award is looked up once for each time that it is named.
END $$;
-- What moved a line's unallocated money, or its authority, which is counted the other way round: by
-- awards, of which the line of no year may lend a part, and by entries of authority.
CREATE FUNCTION line_growth(of balances, after bigint) RETURNS bigint LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
  of_awards bigint;
  of_authority bigint;
  all_there boolean;
BEGIN
  SELECT pg_catalog.bool_and(d.lines IS NOT NULL), pg_catalog.sum(CASE 'unallocated' WHEN d.from_stage THEN -1::bigint ELSE 1::bigint END * (
      CASE WHEN of.bucket = d.lines[1] THEN d.lent ELSE 0::bigint END
      + CASE WHEN of.bucket <> d.lines[2] THEN 0::bigint
        WHEN of.name = 'authority' THEN -d.lent ELSE d.amount_pence - d.lent END))
    INTO all_there, of_awards FROM (
    SELECT e.from_stage, e.amount_pence, (SELECT ARRAY[a.source || '||',
        a.source || '|' || a.fy || '|'] FROM awards a WHERE a.ref = e.award) AS lines,
      -- A text is read as JSON only where it may speak of it; a backslash may spell it otherwise.
      CASE WHEN position('unassigned_pence' IN e.fact) > 0 OR position('\' IN e.fact) > 0
        THEN COALESCE((e.fact::jsonb->>'unassigned_pence'::text)::bigint, 0::bigint)
        ELSE 0::bigint END AS lent
    FROM entries e WHERE e.fund = of.fund AND e.number > after AND e.number <= of.entry
      AND e.movements > 0 AND e.award IS NOT NULL
      AND 'unallocated' IN (e.from_stage, e.to_stage) OFFSET 0) d;
  IF NOT all_there THEN RETURN NULL; END IF;
  SELECT pg_catalog.sum(CASE of.name WHEN 'authority' THEN -m.pence ELSE m.pence END)
    INTO of_authority
    FROM (SELECT * FROM entries WHERE fund = of.fund AND award IS NULL
        AND number > after AND number <= of.entry AND movements > 0
      UNION ALL SELECT * FROM entries WHERE to_fund = of.fund AND fund <> of.fund
        AND number > after AND number <= of.entry AND movements > 0) e,
    LATERAL pg_catalog.generate_series(1::bigint, e.movements) n,
    LATERAL movement_of(e::entries, e.fact::jsonb, n) m
    WHERE m.fund = of.fund AND m.stage = of.name
      AND m.source || '|' || m.fy || '|' || m.area = of.bucket;
  RETURN COALESCE(of_awards, 0::bigint) + COALESCE(of_authority, 0::bigint);
END $$;
CREATE FUNCTION moves_as_its_entries(was bigint, since bigint, now balances)
RETURNS boolean LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
  after bigint := GREATEST(since, last_closed());
  change bigint := now.held - was;
  counts text;
  wanted bigint;
  ends boolean;
BEGIN
  IF now.scope IN ('award', 'recipient') THEN
    SELECT pg_catalog.sum(CASE now.name WHEN e.to_stage THEN e.amount_pence
        WHEN e.from_stage THEN -e.amount_pence ELSE 0 END), pg_catalog.bool_or(e.number = now.entry)
      INTO wanted, ends FROM (
      SELECT * FROM entries WHERE now.scope = 'award' AND award = now.bucket AND fund = now.fund
        AND number > after AND number <= now.entry
      UNION ALL SELECT * FROM entries WHERE now.scope = 'recipient' AND recipient = now.bucket
        AND fund = now.fund AND award IS NOT NULL AND number > after AND number <= now.entry) e;
    RETURN COALESCE(change = wanted AND ends, false);
  END IF;
  IF now.scope = 'stage' THEN
    RETURN COALESCE(change = CASE WHEN now.name IN ('unallocated', 'authority')
      THEN line_growth(now, after) ELSE stage_growth(now, after) END, false);
  END IF;
  counts := (SELECT measure FROM caps WHERE code = now.name);
  IF now.scope = 'cap' AND counts = 'end' THEN
    -- The last day of its term, as 20230331; none of an award that was undone.
    RETURN now.held = COALESCE((SELECT pg_catalog.replace(a.term_to, '-', '')::bigint FROM awards a
      WHERE a.ref = now.bucket AND NOT EXISTS (SELECT 1 FROM entries r
        WHERE r.reverses = a.entry AND r.number <= now.entry)), 0::bigint);
  END IF;
  IF now.scope = 'cap' AND counts = 'recipients' THEN
    -- Whether each held nothing before, although their balances may have moved since.
    SELECT pg_catalog.sum((r.before + r.more > 0)::int - (r.before > 0)::int) INTO wanted FROM (
      SELECT pg_catalog.sum(g.grows)::bigint AS more, COALESCE(pg_catalog.min(m.held), 0)
        - COALESCE(pg_catalog.sum(g.grows) FILTER (WHERE g.at <= m.entry), 0)::bigint AS before
      FROM growth(now, after) g LEFT JOIN balances m ON m.scope = 'member' AND m.fund = now.fund
        AND m.name = now.name AND m.bucket = now.bucket || '|' || g.who
      GROUP BY g.who) r;
  ELSE
    SELECT pg_catalog.sum(g.grows) INTO wanted FROM growth(now, after) g;
  END IF;
  RETURN change = COALESCE(wanted, 0);
END $$;
CREATE FUNCTION balances_begin() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  no_cap boolean := NEW.scope IN ('cap', 'member')
    AND NOT EXISTS (SELECT 1 FROM caps WHERE code = NEW.name);
BEGIN
  IF NOT entry_is_open(NEW.entry) AND NOT (no_cap
    AND EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
      WHERE entries.number = NEW.entry AND kind = 'cap' AND cap = NEW.name))
    AND NOT (NEW.scope = 'line' AND EXISTS (SELECT 1 FROM line_entries WHERE number = NEW.entry))
    AND NOT (NEW.scope = 'cap' AND NEW.held = 0 AND EXISTS (SELECT 1 FROM overrides
      WHERE entry = NEW.entry AND cap = NEW.name AND bucket = NEW.bucket)) THEN
    RAISE EXCEPTION 'a balance moves only with a new entry'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.scope = 'line' AND NOT EXISTS (SELECT 1 FROM line_entries l JOIN entries e
    ON e.number = l.number WHERE e.number = NEW.entry AND NEW.held = (
      SELECT pg_catalog.sum(s.pence)::bigint FROM said_of(e::entries, e.fact::jsonb) s
        WHERE s.fund = NEW.fund AND s.name = NEW.name AND s.bucket = NEW.bucket)) THEN
    RAISE EXCEPTION 'a line changes by what its entry says'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.scope = 'cap') <> (NEW.floor IS NULL)
    OR (NEW.scope <> 'cap' AND NEW.grandfathered <> 0::bigint)
    OR (NEW.scope = 'stage' AND NEW.name NOT IN ('authority', 'unallocated', 'proposed',
      'committed', 'payable', 'disbursed', 'recoverable'))
    OR (no_cap AND NOT EXISTS (SELECT 1 FROM entries WHERE number = NEW.entry AND kind = 'cap'
      AND cap = NEW.name)) THEN
    RAISE EXCEPTION 'a balance is of a stage, an award, a recipient, a cap or a line'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.scope = 'stage' AND NEW.floor <> 0::bigint AND NEW.floor <> (
    SELECT COALESCE(pg_catalog.max(held), 0::bigint) FROM balances WHERE scope = 'line'
      AND fund = NEW.fund AND name = 'expected' AND bucket = NEW.bucket) THEN
    RAISE EXCEPTION 'what is expected and not covered is not promised'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.scope <> 'line' AND NOT no_cap AND NOT moves_as_its_entries(0::bigint, 0::bigint, NEW) THEN
    RAISE EXCEPTION 'a balance moves by what its entry moves'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.scope = 'cap' AND EXISTS (
    SELECT 1 FROM caps WHERE code = NEW.name AND NOT (fund = NEW.fund
      AND NEW.ceiling IS NOT DISTINCT FROM CASE severity WHEN 'stop' THEN ceiling END
        + raised_by(NEW.name, NEW.bucket)
      AND NEW.grandfathered = 0)) THEN
    RAISE EXCEPTION 'a cap''s ceiling is the one its entry set'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER balances_begin BEFORE INSERT ON balances
  FOR EACH ROW EXECUTE FUNCTION balances_begin();
CREATE FUNCTION balances_move() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF (NEW.scope, NEW.fund, NEW.name, NEW.bucket) <> (OLD.scope, OLD.fund, OLD.name, OLD.bucket)
    OR NEW.entry <= OLD.entry
    OR (NEW.floor IS DISTINCT FROM OLD.floor AND NEW.scope <> 'stage')
    OR (NEW.grandfathered <> OLD.grandfathered AND NEW.scope <> 'cap') THEN
    RAISE EXCEPTION 'a balance moves only with a new entry'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT entry_is_open(NEW.entry)
    AND NOT (NEW.scope = 'cap' AND NEW.held = OLD.held AND EXISTS (
      SELECT 1 FROM caps WHERE code = NEW.name AND fund = NEW.fund AND caps.entry = NEW.entry
      UNION ALL SELECT 1 FROM overrides WHERE entry = NEW.entry AND cap = NEW.name
        AND bucket = NEW.bucket))
    AND NOT ((NEW.scope = 'line' OR (NEW.scope = 'stage' AND NEW.held = OLD.held))
      AND EXISTS (SELECT 1 FROM line_entries WHERE number = NEW.entry)) THEN
    RAISE EXCEPTION 'a balance moves only with a new entry'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.scope = 'line' AND NOT EXISTS (SELECT 1 FROM line_entries l JOIN entries e
    ON e.number = l.number WHERE e.number = NEW.entry AND NEW.held - OLD.held = (
      SELECT pg_catalog.sum(s.pence)::bigint FROM said_of(e::entries, e.fact::jsonb) s
        WHERE s.fund = NEW.fund AND s.name = NEW.name AND s.bucket = NEW.bucket)) THEN
    RAISE EXCEPTION 'a line changes by what its entry says'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.floor IS DISTINCT FROM OLD.floor AND NEW.floor IS DISTINCT FROM (
    SELECT COALESCE(pg_catalog.max(held), 0::bigint) FROM balances WHERE scope = 'line'
      AND fund = NEW.fund AND name = 'expected' AND bucket = NEW.bucket) THEN
    RAISE EXCEPTION 'what is expected and not covered is not promised'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.scope <> 'line' AND NOT moves_as_its_entries(OLD.held, OLD.entry, NEW) THEN
    RAISE EXCEPTION 'a balance moves by what its entry moves'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.scope = 'cap'
    AND (NEW.ceiling IS DISTINCT FROM OLD.ceiling OR NEW.grandfathered > OLD.grandfathered)
    AND NOT EXISTS (
      SELECT 1 FROM caps WHERE code = NEW.name AND fund = NEW.fund
        AND (caps.entry = NEW.entry OR EXISTS (SELECT 1 FROM overrides
          WHERE entry = NEW.entry AND cap = NEW.name AND bucket = NEW.bucket))
        AND NEW.ceiling IS NOT DISTINCT FROM CASE severity WHEN 'stop' THEN ceiling END
          + raised_by(NEW.name, NEW.bucket)) THEN
    RAISE EXCEPTION 'a cap''s ceiling is the one its entry set'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER balances_move BEFORE UPDATE ON balances
  FOR EACH ROW EXECUTE FUNCTION balances_move();
CREATE TRIGGER balances_remain BEFORE DELETE ON balances
  FOR EACH ROW EXECUTE FUNCTION refuse('a balance is never removed');
CREATE TRIGGER balances_kept BEFORE TRUNCATE ON balances
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('a balance is never removed');

-- Whether a cap is what the entry that set it says, and its ceiling what that comes to now.
CREATE FUNCTION cap_is_as_told(c caps) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
  told jsonb := (SELECT fact::jsonb FROM entries WHERE number = c.entry AND kind = 'cap');
  bound numeric := c.cap_limit::numeric;
BEGIN
  IF c.measure = 'share' THEN
    bound := pg_catalog.div(bound * (SELECT COALESCE(pg_catalog.sum(held), 0::numeric) FROM balances
      WHERE scope = 'stage' AND fund = c.fund AND name = 'authority'), 10000::numeric);
  END IF;
  RETURN c.bound::numeric = bound AND c.ceiling::numeric = bound + COALESCE(LEAST(
      c.tolerance::numeric, pg_catalog.div(bound * c.tolerance_bp::numeric, 10000::numeric)),
      0::numeric)
    AND (told IS NULL OR (c.measure = told->>'measure'::text
      AND c.cap_limit = (told->>'limit'::text)::bigint
      AND c.per = COALESCE((SELECT pg_catalog.string_agg(p.value, ',' ORDER BY p.ordinality)
        FROM pg_catalog.jsonb_array_elements_text(told->'per'::text) WITH ORDINALITY p), '')
      AND c.only_kind = COALESCE(told->>'only'::text, '')
      AND c.severity = COALESCE(told->>'severity'::text, 'stop')
      AND c.tolerance IS NOT DISTINCT FROM (told->>'tolerance'::text)::bigint
      AND c.tolerance_bp IS NOT DISTINCT FROM (told->>'tolerance_bp'::text)::bigint
      AND c.citation = COALESCE(told->>'citation'::text, '')));
END $$;
CREATE FUNCTION caps_begin() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM entries JOIN head ON head.number = entries.number
      WHERE entries.number = NEW.entry AND kind = 'cap' AND cap = NEW.code AND fund = NEW.fund) THEN
    RAISE EXCEPTION 'a cap is set by an entry' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT cap_is_as_told(NEW) THEN
    RAISE EXCEPTION 'a cap is what its entry says' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM balances WHERE scope = 'cap' AND fund = NEW.fund AND name = NEW.code
    AND (entry <> NEW.entry OR ceiling IS DISTINCT FROM
      CASE NEW.severity WHEN 'stop' THEN NEW.ceiling END)) THEN
    RAISE EXCEPTION 'a cap''s ceiling is the one its entry set'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER caps_begin BEFORE INSERT ON caps FOR EACH ROW EXECUTE FUNCTION caps_begin();
CREATE FUNCTION caps_move() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NEW.code <> OLD.code OR NEW.entry <= OLD.entry OR NOT EXISTS (
    SELECT 1 FROM entries JOIN head ON head.number = entries.number
      WHERE entries.number = NEW.entry
        AND ((kind = 'cap' AND fund = NEW.fund AND cap = NEW.code) OR (
        EXISTS (SELECT 1 FROM movements m WHERE m.entry = NEW.entry AND m.fund = NEW.fund
          AND m.stage = 'authority')
        AND NEW.measure = 'share' AND OLD.measure = 'share' AND NEW.cap_limit = OLD.cap_limit
        AND NEW.fund = OLD.fund AND NEW.per = OLD.per AND NEW.only_kind = OLD.only_kind
        AND NEW.severity = OLD.severity AND NEW.tolerance IS NOT DISTINCT FROM OLD.tolerance
        AND NEW.tolerance_bp IS NOT DISTINCT FROM OLD.tolerance_bp))) THEN
    RAISE EXCEPTION 'a cap is set by a new entry' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT cap_is_as_told(NEW) THEN
    RAISE EXCEPTION 'a cap is what its entry says' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER caps_move BEFORE UPDATE ON caps FOR EACH ROW EXECUTE FUNCTION caps_move();
CREATE TRIGGER caps_remain BEFORE DELETE ON caps
  FOR EACH ROW EXECUTE FUNCTION refuse('a cap is never removed');
CREATE TRIGGER caps_kept BEFORE TRUNCATE ON caps
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('a cap is never removed');

CREATE FUNCTION overrides_begin() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
    WHERE entries.number = NEW.entry AND cap = NEW.cap AND fund = NEW.fund
      AND NEW.bucket = COALESCE(fact::jsonb->>'bucket'::text, '')
      AND NEW.until IS NOT DISTINCT FROM fact::jsonb->>'until'::text
      AND NEW.amount_pence = CASE kind WHEN 'override' THEN amount_pence
        WHEN 'reverse-override' THEN -amount_pence END) THEN
    RAISE EXCEPTION 'a cap is passed only by an entry that says so'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER overrides_begin BEFORE INSERT ON overrides
  FOR EACH ROW EXECUTE FUNCTION overrides_begin();
CREATE TRIGGER overrides_stay BEFORE UPDATE ON overrides
  FOR EACH ROW EXECUTE FUNCTION refuse('an override is never changed');
CREATE TRIGGER overrides_remain BEFORE DELETE ON overrides
  FOR EACH ROW EXECUTE FUNCTION refuse('an override is never removed');
CREATE TRIGGER overrides_kept BEFORE TRUNCATE ON overrides
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('an override is never removed');

CREATE FUNCTION register_changes() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
      WHERE entries.number = NEW.entry AND kind = 'register')
    OR (TG_OP = 'UPDATE' AND NEW.entry <= OLD.entry) THEN
    RAISE EXCEPTION 'the register changes only by entries'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER documents_begin BEFORE INSERT ON documents
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER documents_move BEFORE UPDATE ON documents
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER documents_remain BEFORE DELETE ON documents
  FOR EACH ROW EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER documents_kept BEFORE TRUNCATE ON documents
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER areas_begin BEFORE INSERT ON areas
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER areas_move BEFORE UPDATE ON areas
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER areas_remain BEFORE DELETE ON areas
  FOR EACH ROW EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER areas_kept BEFORE TRUNCATE ON areas
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER sources_begin BEFORE INSERT ON sources
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER sources_move BEFORE UPDATE ON sources
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER sources_remain BEFORE DELETE ON sources
  FOR EACH ROW EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER sources_kept BEFORE TRUNCATE ON sources
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER recipients_begin BEFORE INSERT ON recipients
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER recipients_move BEFORE UPDATE ON recipients
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER recipients_remain BEFORE DELETE ON recipients
  FOR EACH ROW EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER recipients_kept BEFORE TRUNCATE ON recipients
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER funds_begin BEFORE INSERT ON funds
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER funds_move BEFORE UPDATE ON funds
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER funds_remain BEFORE DELETE ON funds
  FOR EACH ROW EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER funds_kept BEFORE TRUNCATE ON funds
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER listings_begin BEFORE INSERT ON listings
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER listings_move BEFORE UPDATE ON listings
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER listings_remain BEFORE DELETE ON listings
  FOR EACH ROW EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER listings_kept BEFORE TRUNCATE ON listings
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER headlines_begin BEFORE INSERT ON headlines
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER headlines_move BEFORE UPDATE ON headlines
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER headlines_remain BEFORE DELETE ON headlines
  FOR EACH ROW EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER headlines_kept BEFORE TRUNCATE ON headlines
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER programmes_begin BEFORE INSERT ON programmes
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER programmes_move BEFORE UPDATE ON programmes
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER programmes_remain BEFORE DELETE ON programmes
  FOR EACH ROW EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER programmes_kept BEFORE TRUNCATE ON programmes
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER outputs_begin BEFORE INSERT ON outputs
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER outputs_move BEFORE UPDATE ON outputs
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER outputs_remain BEFORE DELETE ON outputs
  FOR EACH ROW EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER outputs_kept BEFORE TRUNCATE ON outputs
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER decisions_begin BEFORE INSERT ON decisions
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER decisions_move BEFORE UPDATE ON decisions
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER decisions_remain BEFORE DELETE ON decisions
  FOR EACH ROW EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER decisions_kept BEFORE TRUNCATE ON decisions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER authority_limits_begin BEFORE INSERT ON authority_limits
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER authority_limits_move BEFORE UPDATE ON authority_limits
  FOR EACH ROW EXECUTE FUNCTION register_changes();
CREATE TRIGGER authority_limits_remain BEFORE DELETE ON authority_limits
  FOR EACH ROW EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER authority_limits_kept BEFORE TRUNCATE ON authority_limits
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('nothing leaves the register');
CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger
  FOR EACH ROW EXECUTE FUNCTION refuse('what a ledger is never changes');
CREATE TRIGGER ledger_remains BEFORE DELETE ON ledger
  FOR EACH ROW EXECUTE FUNCTION refuse('what a ledger is never changes');
CREATE TRIGGER ledger_kept BEFORE TRUNCATE ON ledger
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('what a ledger is never changes');

CREATE FUNCTION entries_dated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM periods
    WHERE closed = 1 AND last_day >= NEW.dated AND first_day <= NEW.dated) THEN
    RAISE EXCEPTION 'nothing is dated in a closed period'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER entries_dated BEFORE INSERT ON entries
  FOR EACH ROW EXECUTE FUNCTION entries_dated();
CREATE FUNCTION periods_change() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM entries e JOIN head ON head.number = e.number
      WHERE e.number = NEW.entry AND position('"period":"' || NEW.name || '"' IN e.fact) > 0
        AND e.kind = CASE NEW.closed WHEN 1 THEN 'close-period' ELSE 'reopen-period' END
        AND position('"first_day":"' || NEW.first_day || '"' IN e.fact) > 0
        AND position('"last_day":"' || NEW.last_day || '"' IN e.fact) > 0)
    OR (TG_OP = 'INSERT' AND NEW.closed <> 1)
    OR (TG_OP = 'UPDATE' AND (NEW.name <> OLD.name OR NEW.first_day IS DISTINCT FROM OLD.first_day
      OR NEW.last_day IS DISTINCT FROM OLD.last_day OR NEW.entry <= OLD.entry
      OR NEW.closed = OLD.closed)) THEN
    RAISE EXCEPTION 'a period is closed and reopened by an entry'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER periods_begin BEFORE INSERT ON periods
  FOR EACH ROW EXECUTE FUNCTION periods_change();
CREATE TRIGGER periods_move BEFORE UPDATE ON periods
  FOR EACH ROW EXECUTE FUNCTION periods_change();
CREATE TRIGGER periods_remain BEFORE DELETE ON periods
  FOR EACH ROW EXECUTE FUNCTION refuse('a period is never removed');
CREATE TRIGGER periods_kept BEFORE TRUNCATE ON periods
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('a period is never removed');
CREATE FUNCTION papers_begin() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM entries e JOIN head ON head.number = e.number
    WHERE e.number = NEW.entry AND e.kind = 'paper' AND NEW.at = e.number - 1
      AND NEW.head = e.previous_hash AND position('"paper":"' || NEW.name || '"' IN e.fact) > 0) THEN
    RAISE EXCEPTION 'a paper names its point once, by an entry'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER papers_begin BEFORE INSERT ON papers
  FOR EACH ROW EXECUTE FUNCTION papers_begin();
CREATE TRIGGER papers_stay BEFORE UPDATE ON papers
  FOR EACH ROW EXECUTE FUNCTION refuse('a paper is never moved');
CREATE TRIGGER papers_remain BEFORE DELETE ON papers
  FOR EACH ROW EXECUTE FUNCTION refuse('a paper is never removed');
CREATE TRIGGER papers_kept BEFORE TRUNCATE ON papers
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('a paper is never removed');

CREATE FUNCTION folios_begin() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NEW.number <> 1 + COALESCE((SELECT pg_catalog.max(number) FROM folios), 0)
    OR NEW.first <> 1 + COALESCE((SELECT pg_catalog.max(last) FROM folios), 0)
    OR NEW.last > (SELECT number FROM head) THEN
    RAISE EXCEPTION 'a folio follows the folio before it'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER folios_begin BEFORE INSERT ON folios
  FOR EACH ROW EXECUTE FUNCTION folios_begin();
CREATE FUNCTION folios_fill() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  filled bigint;
BEGIN
  INSERT INTO turnovers (folio, n, month, fund, stage, source, fy, area, pence)
    SELECT NEW.number, pg_catalog.row_number() OVER (), t.month, t.fund, t.stage, t.source, t.fy,
      t.area, t.pence FROM (
      SELECT COALESCE(pg_catalog.substr(e.dated, 1, 7), '') AS month, m.fund, m.stage, m.source,
        m.fy, m.area, CAST(pg_catalog.sum(m.pence) AS BIGINT) AS pence
        FROM entries e JOIN movements m ON m.entry = e.number
        WHERE e.number BETWEEN NEW.first AND NEW.last
        GROUP BY 1, 2, 3, 4, 5, 6 HAVING pg_catalog.sum(m.pence) <> 0::numeric) t;
  GET DIAGNOSTICS filled = ROW_COUNT;
  -- One statement may write both a folio and turnovers, which come before this.
  IF NEW.turnovers <> filled
    OR filled <> (SELECT pg_catalog.count(*) FROM turnovers WHERE folio = NEW.number) THEN
    RAISE EXCEPTION 'a folio turns over what its entries move'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER folios_fill AFTER INSERT ON folios
  FOR EACH ROW EXECUTE FUNCTION folios_fill();
CREATE TRIGGER folios_stay BEFORE UPDATE ON folios
  FOR EACH ROW EXECUTE FUNCTION refuse('a folio is never changed');
CREATE TRIGGER folios_remain BEFORE DELETE ON folios
  FOR EACH ROW EXECUTE FUNCTION refuse('a folio is never removed');
CREATE TRIGGER folios_kept BEFORE TRUNCATE ON folios
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('a folio is never removed');
CREATE FUNCTION turnovers_begin() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM folios WHERE number = NEW.folio
    AND NEW.n BETWEEN 1 AND turnovers) THEN
    RAISE EXCEPTION 'a folio turns over what its entries move'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER turnovers_begin BEFORE INSERT ON turnovers
  FOR EACH ROW EXECUTE FUNCTION turnovers_begin();
CREATE TRIGGER turnovers_stay BEFORE UPDATE ON turnovers
  FOR EACH ROW EXECUTE FUNCTION refuse('a turnover is never changed');
CREATE TRIGGER turnovers_remain BEFORE DELETE ON turnovers
  FOR EACH ROW EXECUTE FUNCTION refuse('a turnover is never removed');
CREATE TRIGGER turnovers_kept BEFORE TRUNCATE ON turnovers
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('a turnover is never removed');

-- Who writes, and what they may: of a ledger that is a team's, whose tables belong to a role
-- NAME_owner that nobody logs in as (`vru-ledger role make`). Any other ledger lets all this pass.
CREATE FUNCTION team() RETURNS text LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT pg_catalog.left(o.rolname::text, -6)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles o ON o.oid = c.relowner
    WHERE c.oid = 'entries'::regclass::oid AND NOT o.rolcanlogin
      AND pg_catalog.right(o.rolname::text, 6) = '_owner'
      AND EXISTS (SELECT 1 FROM pg_catalog.pg_roles f
        WHERE f.rolname::text = pg_catalog.left(o.rolname::text, -6) || '_finance') $$;
CREATE FUNCTION needs_finance(said text) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NOT pg_catalog.pg_has_role(session_user::name, (team() || '_finance')::name, 'USAGE'::text) THEN
    RAISE EXCEPTION '%', said
      USING ERRCODE = 'insufficient_privilege', HINT = team() || '_finance';
  END IF;
END $$;
CREATE FUNCTION entries_signed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  told jsonb := NEW.fact::jsonb;
  shape jsonb := kind_of(NEW.kind);
  ours boolean := team() IS NOT NULL;
BEGIN
  IF ours AND (NEW.actor <> session_user::text
    OR told->>'actor'::text IS DISTINCT FROM NEW.actor) THEN
    RAISE EXCEPTION 'an entry is in the name of who writes it, as the server knows them'
      USING ERRCODE = 'insufficient_privilege', HINT = session_user;
  END IF;
  IF NOT holds(NEW.fact::json, shape) THEN
    RAISE EXCEPTION 'an entry''s text holds what its kind holds, and nothing else'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT tells(NEW, told, shape) OR pg_catalog.encode(pg_catalog.sha256(
      pg_catalog.convert_to(NEW.previous_hash || NEW.fact, 'UTF8')), 'hex') <> NEW.hash THEN
    RAISE EXCEPTION 'an entry is what its text says, under the hash of it'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT ours THEN RETURN NEW; END IF;
  IF NEW.kind = 'register' THEN
    IF EXISTS (SELECT 1 FROM pg_catalog.jsonb_array_elements(told->'records'::text) r
      WHERE r->>'table'::text NOT IN ('recipients', 'listings')
        OR (r->>'table'::text = 'recipients'
          AND EXISTS (SELECT 1 FROM recipients WHERE code = r->>'code'::text))
        OR (r->>'table'::text = 'listings'
          AND EXISTS (SELECT 1 FROM funds WHERE code = r->>'fund'::text AND closed = 1))) THEN
      PERFORM needs_finance('only finance changes the register, but for new recipients');
    END IF;
  ELSIF NEW.kind NOT IN ('allocate', 'propose', 'approve', 'reject', 'withdraw', 'amend', 'claim',
    'reject-claim', 'pay', 'advance', 'clawback', 'recover', 'close', 'suspend', 'resume',
    'reverse', 'profile', 'milestone', 'propose-authority', 'paper') THEN
    PERFORM needs_finance('only finance ' || CASE NEW.kind WHEN 'cap' THEN 'sets a cap'
      WHEN 'override' THEN 'lets a cap be passed' WHEN 'fund' THEN 'gives a fund authority'
      WHEN 'write-off' THEN 'gives up what is owed' WHEN 'close-period' THEN 'closes a period'
      WHEN 'reopen-period' THEN 'reopens a period' WHEN 'reverse-override' THEN 'undoes an override'
      ELSE 'changes what a fund has to promise' END);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER entries_signed BEFORE INSERT ON entries
  FOR EACH ROW EXECUTE FUNCTION entries_signed();
CREATE FUNCTION recipients_signed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF team() IS NOT NULL THEN PERFORM needs_finance('only finance changes who a recipient is'); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER recipients_signed BEFORE UPDATE ON recipients
  FOR EACH ROW EXECUTE FUNCTION recipients_signed();
CREATE FUNCTION listings_signed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF team() IS NOT NULL AND EXISTS (SELECT 1 FROM funds WHERE code = NEW.fund AND closed = 1) THEN
    PERFORM needs_finance('only finance says whom a closed fund may be given to');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER listings_signed BEFORE INSERT OR UPDATE ON listings
  FOR EACH ROW EXECUTE FUNCTION listings_signed();
