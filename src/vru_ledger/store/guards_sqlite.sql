-- What the database itself keeps on SQLite, whoever writes: see guards_postgresql.sql for its twin.
-- A guard that a conflict clause could slip past (INSERT OR REPLACE deletes without a DELETE trigger
-- unless recursive_triggers is on) looks for the row that is already there.

CREATE TRIGGER entries_follow BEFORE INSERT ON entries
BEGIN
  SELECT RAISE(ABORT, 'an entry follows the head of the chain') FROM head
    WHERE NEW.number IS NOT head.number + 1 OR NEW.previous_hash IS NOT head.hash;
  -- With one open at a time no balance can move past an entry in the name of a later one.
  SELECT RAISE(ABORT, 'an entry begins when the one before it is whole')
    FROM entries p WHERE p.number = NEW.number - 1 AND p.movements > 0
      AND NOT EXISTS (SELECT 1 FROM movements m WHERE m.entry = p.number AND m.n = p.movements);
  SELECT RAISE(ABORT, 'a key is used once')
    WHERE EXISTS (SELECT 1 FROM entries WHERE "key" = NEW."key");
END;
CREATE TRIGGER entries_move BEFORE INSERT ON entries
WHEN NEW.movements > 0 AND NEW.award IS NULL AND NEW.kind NOT IN
  ('fund', 'vire', 'carry', 'lapse', 'surrender', 'reverse-authority')
BEGIN SELECT RAISE(ABORT, 'an entry of this kind moves no money'); END;
CREATE TRIGGER entries_reverse BEFORE INSERT ON entries WHEN NEW.reverses IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'an entry is reversed once, by its opposite')
    WHERE EXISTS (SELECT 1 FROM entries WHERE reverses = NEW.reverses)
      OR NOT EXISTS (SELECT 1 FROM entries o WHERE o.number = NEW.reverses AND o.reverses IS NULL
        AND o.award IS NEW.award AND o.amount_pence = NEW.amount_pence
        AND o.from_stage = NEW.to_stage AND o.to_stage = NEW.from_stage);
END;
CREATE TRIGGER entries_approve BEFORE INSERT ON entries
WHEN NEW.from_stage = 'proposed' AND NEW.to_stage <> 'unallocated'
BEGIN
  SELECT RAISE(ABORT, 'nobody approves what they proposed')
    WHERE EXISTS (
      SELECT 1 FROM entries p WHERE p.award = NEW.award AND p.to_stage = 'proposed'
        AND p.actor = NEW.actor AND NOT EXISTS (
          SELECT 1 FROM entries d WHERE d.award = p.award AND d.number > p.number
            AND d.kind IN ('approve', 'reject', 'withdraw')
            AND NOT EXISTS (SELECT 1 FROM entries r WHERE r.reverses = d.number)
            -- It moved all of the money: not whatever calls itself a decision.
            AND 0 = (SELECT COALESCE(SUM(m.pence), 0)
              FROM entries e CROSS JOIN movements m WHERE e.award = d.award
                AND e.number <= d.number AND m.entry = e.number
                AND m.award = d.award AND m.stage = 'proposed')));
END;
CREATE TRIGGER entries_amend BEFORE INSERT ON entries
WHEN NEW.kind = 'amend' AND NEW.to_stage = 'committed'
BEGIN
  -- Nor is anything promised at once in an award that nobody has approved.
  SELECT RAISE(ABORT, 'nobody approves what they proposed')
    WHERE EXISTS (SELECT 1 FROM entries p WHERE p.award = NEW.award AND p.kind = 'propose')
      AND NOT EXISTS (SELECT 1 FROM entries d WHERE d.award = NEW.award AND d.kind = 'approve'
        AND NOT EXISTS (SELECT 1 FROM entries r WHERE r.reverses = d.number));
END;
CREATE TRIGGER entries_take_up BEFORE INSERT ON entries WHEN NEW.proposal IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'what somebody asked for is made once, by somebody else')
    WHERE EXISTS (SELECT 1 FROM entries WHERE proposal = NEW.proposal)
      OR NOT EXISTS (SELECT 1 FROM entries p WHERE p.number = NEW.proposal
        AND p.kind = 'propose-authority' AND p.actor <> NEW.actor AND p.fund = NEW.fund
        AND p.to_fund IS NEW.to_fund AND p.amount_pence = NEW.amount_pence
        AND NOT EXISTS (SELECT 1 FROM entries r WHERE r.reverses = p.number));
END;
CREATE TRIGGER entries_lead AFTER INSERT ON entries
BEGIN
  UPDATE head SET number = NEW.number, hash = NEW.hash;
END;
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER entries_remain BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'an entry is never removed'); END;

CREATE TRIGGER head_moves BEFORE UPDATE ON head
WHEN NEW.id <> 1 OR NEW.number <> OLD.number + 1
  OR NOT EXISTS (SELECT 1 FROM entries WHERE number = NEW.number AND hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'the head moves only to the next entry'); END;
CREATE TRIGGER head_once BEFORE INSERT ON head WHEN EXISTS (SELECT 1 FROM head)
BEGIN SELECT RAISE(ABORT, 'there is one head'); END;
CREATE TRIGGER head_remains BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'the head is never removed'); END;

CREATE TRIGGER movements_follow BEFORE INSERT ON movements
BEGIN
  SELECT RAISE(ABORT, 'a movement belongs to an entry that has room for it')
    WHERE NOT EXISTS (SELECT 1 FROM entries WHERE number = NEW.entry AND NEW.n BETWEEN 1 AND movements)
      OR EXISTS (SELECT 1 FROM movements WHERE entry = NEW.entry AND n = NEW.n);
  SELECT RAISE(ABORT, 'no movement without its balance')
    WHERE NOT EXISTS (
      SELECT 1 FROM balances WHERE scope = 'stage' AND fund = NEW.fund AND name = NEW.stage
        AND bucket = NEW.source || '|' || NEW.fy || '|' || NEW.area AND entry >= NEW.entry);
  SELECT RAISE(ABORT, 'an award''s money moves as its entry says')
    WHERE NEW.award IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM entries e WHERE e.number = NEW.entry AND e.award = NEW.award
        AND e.recipient = NEW.recipient AND e.amount_pence = abs(NEW.pence)
        AND NEW.stage = CASE WHEN NEW.pence > 0 THEN e.to_stage ELSE e.from_stage END);
  SELECT RAISE(ABORT, 'an award''s money moves with its balance')
    WHERE NEW.award IS NOT NULL AND (NOT EXISTS (
      SELECT 1 FROM balances WHERE scope = 'award' AND fund = NEW.fund AND name = NEW.stage
        AND bucket = NEW.award AND entry >= NEW.entry) OR NOT EXISTS (
      SELECT 1 FROM balances WHERE scope = 'recipient' AND fund = NEW.fund AND name = NEW.stage
        AND bucket = NEW.recipient AND entry >= NEW.entry));
  SELECT RAISE(ABORT, 'money moves as its entry says')
    FROM entries e WHERE e.number = NEW.entry AND (abs(NEW.pence) > e.amount_pence
      OR (e.movements = NEW.n AND NEW.pence <> -(
        SELECT COALESCE(SUM(pence), 0) FROM movements WHERE entry = NEW.entry)));
  -- What enters an award out of no other stage of it is new under every cap, and what leaves it so
  -- is no longer under any. How many recipients there are follows from what each of them holds.
  SELECT RAISE(ABORT, 'every cap counts an award')
    WHERE NEW.award IS NOT NULL AND NEW.pence > 0
      AND NOT EXISTS (SELECT 1 FROM movements
        WHERE entry = NEW.entry AND award = NEW.award AND pence = -NEW.pence)
      AND (SELECT from_stage FROM entries WHERE number = NEW.entry) <> 'unallocated';
  SELECT RAISE(ABORT, 'every cap counts an award')
    FROM entries e JOIN cap_buckets c ON c.award = NEW.award
    WHERE e.number = NEW.entry AND 'unallocated' IN (e.from_stage, e.to_stage) AND (
      (c.severity = 'stop' AND e.from_stage = 'unallocated' AND c.lacks)
      OR NOT EXISTS (SELECT 1 FROM balances WHERE scope = 'cap' AND fund = c.fund
        AND name = c.cap AND bucket = c.bucket AND entry >= NEW.entry)
      OR (c.measure = 'recipients' AND NOT EXISTS (SELECT 1 FROM balances
        WHERE scope = 'member' AND fund = c.fund AND name = c.cap
          AND bucket = c.bucket || '|' || NEW.recipient AND entry >= NEW.entry)));
END;
CREATE TRIGGER movements_stay BEFORE UPDATE ON movements
BEGIN SELECT RAISE(ABORT, 'a movement is never changed'); END;
CREATE TRIGGER movements_remain BEFORE DELETE ON movements
BEGIN SELECT RAISE(ABORT, 'a movement is never removed'); END;

-- The bucket in which each cap counts an award: named by what the cap counts per. The names of the
-- properties are first replaced by control characters, which no value can hold, so that a value may
-- read like a property.
CREATE VIEW cap_buckets AS
SELECT awards.ref AS award, awards.fund, caps.code AS cap, caps.severity, caps.measure,
  -- Leaving out what a cap counts per would be a way round it.
  caps.per <> '' AND ((awards.area = '' AND instr(',' || caps.per || ',', ',area,') > 0)
    OR (awards.bcu = '' AND instr(',' || caps.per || ',', ',bcu,') > 0)
    OR (awards.fy = '' AND instr(',' || caps.per || ',', ',financial-year,') > 0)
    OR (awards.source = '' AND instr(',' || caps.per || ',', ',source,') > 0)
    OR (awards.purpose = '' AND instr(',' || caps.per || ',', ',purpose,') > 0)) AS lacks,
  CASE WHEN caps.measure IN ('award', 'end') THEN awards.ref ELSE
    replace(replace(replace(replace(replace(replace(replace(
      replace(replace(replace(replace(replace(replace(replace(replace(caps.per, ',', '|')
      , 'recipient', char(1)), 'area', char(2)), 'bcu', char(3))
      , 'financial-year', char(4)), 'source', char(5)), 'kind', char(6))
      , 'purpose', char(7)), char(1), awards.recipient), char(2), awards.area)
      , char(3), awards.bcu), char(4), awards.fy), char(5), awards.source)
      , char(6), awards.recipient_kind), char(7), awards.purpose) END AS bucket
FROM awards JOIN caps ON caps.fund = awards.fund AND caps.only_kind IN ('', awards.recipient_kind);

CREATE TRIGGER awards_begin BEFORE INSERT ON awards
BEGIN
  SELECT RAISE(ABORT, 'an award is made once')
    WHERE EXISTS (SELECT 1 FROM awards WHERE ref = NEW.ref)
      OR EXISTS (SELECT 1 FROM awards WHERE fund = NEW.fund AND number = NEW.number);
  SELECT RAISE(ABORT, 'an award belongs to the entry that makes it')
    WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.number = NEW.entry AND e.award = NEW.ref
      AND e.fund = NEW.fund AND e.recipient = NEW.recipient AND e.kind IN ('allocate', 'propose')
      AND NOT EXISTS (SELECT 1 FROM movements m WHERE m.entry = e.number));
  SELECT RAISE(ABORT, 'an award is what its entry says')
    WHERE NEW.ref <> NEW.fund || '-' || printf('%04d', NEW.number)
      OR NEW.number <> 1 + COALESCE((SELECT MAX(number) FROM awards WHERE fund = NEW.fund), 0)
      -- Buckets of caps are named by these, with a stroke between them and letters of control.
      OR NEW.recipient = '' OR instr(NEW.recipient || NEW.purpose, '|') > 0
      OR NEW.recipient || NEW.purpose GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR NEW.term_to < NEW.term_from;
  SELECT RAISE(ABORT, 'every cap counts an award')
    WHERE NEW.term_to IS NULL AND EXISTS (SELECT 1 FROM caps WHERE fund = NEW.fund
      AND measure = 'end' AND severity = 'stop' AND only_kind IN ('', NEW.recipient_kind));
  SELECT RAISE(ABORT, 'an award says of its recipient and area what the register does')
    WHERE NOT EXISTS (SELECT 1 FROM recipients
        WHERE code = NEW.recipient AND kind = NEW.recipient_kind)
      OR (NEW.area || NEW.bcu <> '' AND NOT EXISTS (
        SELECT 1 FROM areas WHERE code = NEW.area AND bcu = NEW.bcu));
END;
CREATE TRIGGER awards_stay BEFORE UPDATE ON awards
BEGIN SELECT RAISE(ABORT, 'an award is changed by entries only'); END;
CREATE TRIGGER awards_remain BEFORE DELETE ON awards
BEGIN SELECT RAISE(ABORT, 'an award is never removed'); END;

-- A balance moves only while its entry is open: there, and its movements not yet written. A cap
-- that is new finds its past before its own row is written. What is said of a line of authority may
-- change without a movement, by the newest entry.
CREATE VIEW line_entries AS
SELECT entries.number, fund, to_fund, amount_pence, from_stage, to_stage
FROM entries JOIN head ON head.number = entries.number
WHERE kind IN ('fund', 'confirm', 'cover', 'vire', 'carry', 'lapse', 'surrender', 'reverse-authority');
-- Between which lines of a fund the money of an entry moves, and how much of it is lent by the line
-- of no year.
CREATE VIEW stage_moves AS
SELECT e.number, e.award, e.amount_pence, e.from_stage, e.to_stage, a.area,
  a.source || '||' AS no_year, a.source || '|' || a.fy || '|' AS year,
  CASE 'unallocated' WHEN e.from_stage THEN -1 WHEN e.to_stage THEN 1 ELSE 0 END AS sign,
  CASE WHEN instr(e.fact, '"unassigned_pence":') > 0 THEN max(0, min(e.amount_pence, CAST(
      substr(e.fact, instr(e.fact, '"unassigned_pence":') + 19) AS INTEGER)))
    ELSE 0 END AS lent
FROM entries e LEFT JOIN awards a ON a.ref = e.award;
CREATE TRIGGER balances_begin BEFORE INSERT ON balances
BEGIN
  SELECT RAISE(ABORT, 'a balance begins once')
    WHERE EXISTS (SELECT 1 FROM balances WHERE scope = NEW.scope AND fund = NEW.fund
      AND name = NEW.name AND bucket = NEW.bucket);
  SELECT RAISE(ABORT, 'a balance moves only with a new entry')
    WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.number = NEW.entry AND e.movements > 0
      AND NOT EXISTS (SELECT 1 FROM movements m WHERE m.entry = e.number))
    AND NOT (NEW.scope IN ('cap', 'member')
      AND NOT EXISTS (SELECT 1 FROM caps WHERE code = NEW.name)
      AND EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
        WHERE entries.number = NEW.entry AND kind = 'cap' AND cap = NEW.name))
    AND NOT (NEW.scope = 'line' AND EXISTS (SELECT 1 FROM line_entries WHERE number = NEW.entry))
    AND NOT (NEW.scope = 'cap' AND NEW.held = 0 AND EXISTS (SELECT 1 FROM overrides
      WHERE entry = NEW.entry AND cap = NEW.name AND bucket = NEW.bucket));
  SELECT RAISE(ABORT, 'a line changes by what its entry says')
    WHERE NEW.scope = 'line' AND NOT EXISTS (SELECT 1 FROM line_entries
      WHERE number = NEW.entry AND NEW.fund IN (fund, to_fund) AND NEW.held = amount_pence
      AND NEW.name IN (from_stage, to_stage, 'use-by', 'in-year-only'));
  SELECT RAISE(ABORT, 'a balance is of a stage, an award, a recipient, a cap or a line')
    WHERE (NEW.scope = 'cap') <> (NEW.floor IS NULL)
      OR (NEW.scope <> 'cap' AND NEW.grandfathered <> 0)
      OR (NEW.scope = 'stage' AND NEW.name NOT IN ('authority', 'unallocated', 'proposed',
        'committed', 'payable', 'disbursed', 'recoverable'))
      OR (NEW.scope IN ('cap', 'member') AND NOT EXISTS (SELECT 1 FROM caps WHERE code = NEW.name)
        AND NOT EXISTS (SELECT 1 FROM entries WHERE number = NEW.entry AND kind = 'cap'
          AND cap = NEW.name));
  SELECT RAISE(ABORT, 'what is expected and not covered is not promised')
    WHERE NEW.scope = 'stage' AND NEW.floor <> 0 AND NEW.floor IS NOT COALESCE((
      SELECT held FROM balances WHERE scope = 'line' AND fund = NEW.fund AND name = 'expected'
        AND bucket = NEW.bucket), 0);
  SELECT RAISE(ABORT, 'a balance moves by what its entry moves')
    FROM stage_moves m WHERE NEW.scope = 'stage' AND m.number = NEW.entry AND NOT
      (CASE WHEN m.award IS NULL THEN abs(NEW.held - 0) IN (0, m.amount_pence)
      WHEN m.year IS NULL THEN 0
      WHEN NEW.name IN ('unallocated', 'authority') THEN NEW.held - 0 = m.sign * CASE NEW.name
        WHEN 'authority' THEN (NEW.bucket = m.no_year) * m.lent - (NEW.bucket = m.year) * m.lent
        ELSE (NEW.bucket = m.no_year) * m.lent + (NEW.bucket = m.year) * (m.amount_pence - m.lent) END
      ELSE NEW.bucket = m.year || m.area AND NEW.held - 0 = CASE NEW.name
        WHEN m.to_stage THEN m.amount_pence WHEN m.from_stage THEN -m.amount_pence ELSE 0 END END);
  SELECT RAISE(ABORT, 'a balance moves by what its entry moves')
    WHERE NEW.scope NOT IN ('stage', 'line')
      AND (NEW.scope NOT IN ('cap', 'member') OR EXISTS (SELECT 1 FROM caps WHERE code = NEW.name))
      AND NOT EXISTS (
        SELECT 1 FROM (
          SELECT award, recipient, from_stage, to_stage, amount_pence,
            CASE from_stage WHEN 'unallocated' THEN amount_pence ELSE 0 END
              - CASE to_stage WHEN 'unallocated' THEN amount_pence ELSE 0 END AS grows
          FROM entries WHERE number = NEW.entry) e
        WHERE CASE NEW.scope
          WHEN 'award' THEN NEW.bucket = e.award AND NEW.held - 0 = CASE NEW.name
            WHEN e.to_stage THEN e.amount_pence WHEN e.from_stage THEN -e.amount_pence ELSE 0 END
          WHEN 'recipient' THEN NEW.bucket = e.recipient AND NEW.held - 0 = CASE NEW.name
            WHEN e.to_stage THEN e.amount_pence WHEN e.from_stage THEN -e.amount_pence ELSE 0 END
          WHEN 'member' THEN NEW.held - 0 = e.grows AND EXISTS (
            SELECT 1 FROM cap_buckets c WHERE c.award = e.award AND c.cap = NEW.name
              AND NEW.bucket = c.bucket || '|' || e.recipient)
          ELSE (e.grows >= 0 OR NEW.bucket IN (
              SELECT c.bucket FROM cap_buckets c WHERE c.award = e.award AND c.cap = NEW.name))
            AND CASE (SELECT measure FROM caps WHERE code = NEW.name)
              WHEN 'end' THEN NEW.held = (SELECT CASE WHEN EXISTS (
                  SELECT 1 FROM entries r WHERE r.reverses = a.entry) THEN 0
                ELSE COALESCE(CAST(replace(a.term_to, '-', '') AS INTEGER), 0) END
                FROM awards a WHERE a.ref = NEW.bucket)
              WHEN 'recipients' THEN NEW.held - 0 = (
                SELECT CASE WHEN b.held + e.grows > 0 THEN 1 ELSE 0 END
                  - CASE WHEN b.held > 0 THEN 1 ELSE 0 END
                FROM (SELECT COALESCE((
                  SELECT m.held FROM balances m WHERE m.scope = 'member' AND m.fund = NEW.fund
                    AND m.name = NEW.name AND m.bucket = NEW.bucket || '|' || e.recipient
                    AND m.entry < NEW.entry), 0) AS held) b)
              ELSE NEW.held - 0 = e.grows END
        END);
  SELECT RAISE(ABORT, 'a cap''s ceiling is the one its entry set')
    WHERE NEW.scope = 'cap' AND EXISTS (
      SELECT 1 FROM caps WHERE code = NEW.name AND NOT (fund = NEW.fund
        AND NEW.ceiling IS CASE severity WHEN 'stop' THEN ceiling END + (SELECT COALESCE(SUM(amount_pence), 0)
          FROM overrides WHERE cap = NEW.name AND bucket = NEW.bucket)
        AND NEW.grandfathered = 0));
END;
CREATE TRIGGER balances_move BEFORE UPDATE ON balances
BEGIN
  SELECT RAISE(ABORT, 'a balance moves only with a new entry')
    WHERE NEW.scope <> OLD.scope OR NEW.fund <> OLD.fund OR NEW.name <> OLD.name
      OR NEW.bucket <> OLD.bucket OR NEW.entry <= OLD.entry
      OR (NEW.floor IS NOT OLD.floor AND NEW.scope <> 'stage')
      OR (NEW.grandfathered <> OLD.grandfathered AND NEW.scope <> 'cap');
  SELECT RAISE(ABORT, 'a balance moves only with a new entry')
    WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.number = NEW.entry AND e.movements > 0
      AND NOT EXISTS (SELECT 1 FROM movements m WHERE m.entry = e.number))
    AND NOT (NEW.scope = 'cap' AND NEW.held = OLD.held AND EXISTS (
      SELECT 1 FROM caps WHERE code = NEW.name AND fund = NEW.fund AND caps.entry = NEW.entry
      UNION ALL SELECT 1 FROM overrides WHERE entry = NEW.entry AND cap = NEW.name
        AND bucket = NEW.bucket))
    AND NOT ((NEW.scope = 'line' OR (NEW.scope = 'stage' AND NEW.held = OLD.held))
      AND EXISTS (SELECT 1 FROM line_entries WHERE number = NEW.entry));
  SELECT RAISE(ABORT, 'a line changes by what its entry says')
    WHERE NEW.scope = 'line' AND NOT EXISTS (SELECT 1 FROM line_entries WHERE number = NEW.entry
      AND NEW.fund IN (fund, to_fund) AND abs(NEW.held - OLD.held) = amount_pence
      AND NEW.name IN (from_stage, to_stage, 'use-by', 'in-year-only'));
  SELECT RAISE(ABORT, 'what is expected and not covered is not promised')
    WHERE NEW.floor IS NOT OLD.floor AND NEW.floor IS NOT COALESCE((
      SELECT held FROM balances WHERE scope = 'line' AND fund = NEW.fund AND name = 'expected'
        AND bucket = NEW.bucket), 0);
  SELECT RAISE(ABORT, 'a balance moves by what its entry moves')
    FROM stage_moves m WHERE NEW.scope = 'stage' AND m.number = NEW.entry AND NOT
      (CASE WHEN m.award IS NULL THEN abs(NEW.held - OLD.held) IN (0, m.amount_pence)
      WHEN m.year IS NULL THEN 0
      WHEN NEW.name IN ('unallocated', 'authority') THEN NEW.held - OLD.held = m.sign * CASE NEW.name
        WHEN 'authority' THEN (NEW.bucket = m.no_year) * m.lent - (NEW.bucket = m.year) * m.lent
        ELSE (NEW.bucket = m.no_year) * m.lent + (NEW.bucket = m.year) * (m.amount_pence - m.lent) END
      ELSE NEW.bucket = m.year || m.area AND NEW.held - OLD.held = CASE NEW.name
        WHEN m.to_stage THEN m.amount_pence WHEN m.from_stage THEN -m.amount_pence ELSE 0 END END);
  SELECT RAISE(ABORT, 'a balance moves by what its entry moves')
    WHERE NEW.scope NOT IN ('stage', 'line')
      AND NOT EXISTS (
        SELECT 1 FROM (
          SELECT award, recipient, from_stage, to_stage, amount_pence,
            CASE from_stage WHEN 'unallocated' THEN amount_pence ELSE 0 END
              - CASE to_stage WHEN 'unallocated' THEN amount_pence ELSE 0 END AS grows
          FROM entries WHERE number = NEW.entry) e
        WHERE CASE NEW.scope
          WHEN 'award' THEN NEW.bucket = e.award AND NEW.held - OLD.held = CASE NEW.name
            WHEN e.to_stage THEN e.amount_pence WHEN e.from_stage THEN -e.amount_pence ELSE 0 END
          WHEN 'recipient' THEN NEW.bucket = e.recipient AND NEW.held - OLD.held = CASE NEW.name
            WHEN e.to_stage THEN e.amount_pence WHEN e.from_stage THEN -e.amount_pence ELSE 0 END
          WHEN 'member' THEN NEW.held - OLD.held = e.grows AND EXISTS (
            SELECT 1 FROM cap_buckets c WHERE c.award = e.award AND c.cap = NEW.name
              AND NEW.bucket = c.bucket || '|' || e.recipient)
          ELSE (e.grows >= 0 OR NEW.bucket IN (
              SELECT c.bucket FROM cap_buckets c WHERE c.award = e.award AND c.cap = NEW.name))
            AND CASE (SELECT measure FROM caps WHERE code = NEW.name)
              WHEN 'end' THEN NEW.held = (SELECT CASE WHEN EXISTS (
                  SELECT 1 FROM entries r WHERE r.reverses = a.entry) THEN 0
                ELSE COALESCE(CAST(replace(a.term_to, '-', '') AS INTEGER), 0) END
                FROM awards a WHERE a.ref = NEW.bucket)
              WHEN 'recipients' THEN NEW.held - OLD.held = (
                SELECT CASE WHEN b.held + e.grows > 0 THEN 1 ELSE 0 END
                  - CASE WHEN b.held > 0 THEN 1 ELSE 0 END
                FROM (SELECT COALESCE((
                  SELECT m.held FROM balances m WHERE m.scope = 'member' AND m.fund = NEW.fund
                    AND m.name = NEW.name AND m.bucket = NEW.bucket || '|' || e.recipient
                    AND m.entry < NEW.entry), 0) AS held) b)
              ELSE NEW.held - OLD.held = e.grows END
        END);
  SELECT RAISE(ABORT, 'a cap''s ceiling is the one its entry set')
    WHERE NEW.scope = 'cap'
      AND (NEW.ceiling IS NOT OLD.ceiling OR NEW.grandfathered > OLD.grandfathered)
      AND NOT EXISTS (
        SELECT 1 FROM caps WHERE code = NEW.name AND fund = NEW.fund
          AND (caps.entry = NEW.entry OR EXISTS (SELECT 1 FROM overrides
            WHERE entry = NEW.entry AND cap = NEW.name AND bucket = NEW.bucket))
          AND NEW.ceiling IS CASE severity WHEN 'stop' THEN ceiling END + (SELECT COALESCE(SUM(amount_pence), 0)
          FROM overrides WHERE cap = NEW.name AND bucket = NEW.bucket));
END;
CREATE TRIGGER balances_remain BEFORE DELETE ON balances
BEGIN SELECT RAISE(ABORT, 'a balance is never removed'); END;

CREATE TRIGGER caps_begin BEFORE INSERT ON caps
BEGIN
  SELECT RAISE(ABORT, 'a cap is set by an entry')
    WHERE EXISTS (SELECT 1 FROM caps WHERE code = NEW.code)
      OR NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
        WHERE entries.number = NEW.entry AND kind = 'cap' AND cap = NEW.code AND fund = NEW.fund);
  SELECT RAISE(ABORT, 'a cap''s ceiling is the one its entry set')
    WHERE EXISTS (SELECT 1 FROM balances WHERE scope = 'cap' AND fund = NEW.fund
      AND name = NEW.code
      AND (entry <> NEW.entry OR ceiling IS NOT CASE NEW.severity WHEN 'stop' THEN NEW.ceiling END));
END;
CREATE TRIGGER caps_move BEFORE UPDATE ON caps
BEGIN
  SELECT RAISE(ABORT, 'a cap is set by a new entry')
    WHERE NEW.code <> OLD.code OR NEW.entry <= OLD.entry
      OR NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
        WHERE entries.number = NEW.entry
          AND ((kind = 'cap' AND fund = NEW.fund AND cap = NEW.code) OR (
          EXISTS (SELECT 1 FROM movements m WHERE m.entry = NEW.entry AND m.fund = NEW.fund
            AND m.stage = 'authority')
          AND NEW.measure = 'share' AND OLD.measure = 'share' AND NEW.cap_limit = OLD.cap_limit
          AND NEW.fund = OLD.fund AND NEW.per = OLD.per AND NEW.only_kind = OLD.only_kind
          AND NEW.severity = OLD.severity AND NEW.tolerance IS OLD.tolerance
          AND NEW.tolerance_bp IS OLD.tolerance_bp)));
END;
CREATE TRIGGER caps_remain BEFORE DELETE ON caps
BEGIN SELECT RAISE(ABORT, 'a cap is never removed'); END;

CREATE TRIGGER overrides_begin BEFORE INSERT ON overrides
BEGIN
  SELECT RAISE(ABORT, 'a cap is passed only by an entry that says so')
    WHERE EXISTS (SELECT 1 FROM overrides WHERE entry = NEW.entry)
      OR NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
        WHERE entries.number = NEW.entry AND cap = NEW.cap AND fund = NEW.fund
          AND NEW.amount_pence = CASE kind WHEN 'override' THEN amount_pence
            WHEN 'reverse-override' THEN -amount_pence END);
END;
CREATE TRIGGER overrides_stay BEFORE UPDATE ON overrides
BEGIN SELECT RAISE(ABORT, 'an override is never changed'); END;
CREATE TRIGGER overrides_remain BEFORE DELETE ON overrides
BEGIN SELECT RAISE(ABORT, 'an override is never removed'); END;

-- The register changes only with the newest entry, which tells the change.
CREATE TRIGGER documents_begin BEFORE INSERT ON documents
WHEN NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER documents_move BEFORE UPDATE ON documents
WHEN NEW.entry <= OLD.entry OR NOT EXISTS (
  SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER documents_remain BEFORE DELETE ON documents
BEGIN SELECT RAISE(ABORT, 'nothing leaves the register'); END;
CREATE TRIGGER areas_begin BEFORE INSERT ON areas
WHEN NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER areas_move BEFORE UPDATE ON areas
WHEN NEW.entry <= OLD.entry OR NOT EXISTS (
  SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER areas_remain BEFORE DELETE ON areas
BEGIN SELECT RAISE(ABORT, 'nothing leaves the register'); END;
CREATE TRIGGER sources_begin BEFORE INSERT ON sources
WHEN NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER sources_move BEFORE UPDATE ON sources
WHEN NEW.entry <= OLD.entry OR NOT EXISTS (
  SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER sources_remain BEFORE DELETE ON sources
BEGIN SELECT RAISE(ABORT, 'nothing leaves the register'); END;
CREATE TRIGGER recipients_begin BEFORE INSERT ON recipients
WHEN NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER recipients_move BEFORE UPDATE ON recipients
WHEN NEW.entry <= OLD.entry OR NOT EXISTS (
  SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER recipients_remain BEFORE DELETE ON recipients
BEGIN SELECT RAISE(ABORT, 'nothing leaves the register'); END;
CREATE TRIGGER funds_begin BEFORE INSERT ON funds
WHEN NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER funds_move BEFORE UPDATE ON funds
WHEN NEW.entry <= OLD.entry OR NOT EXISTS (
  SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER funds_remain BEFORE DELETE ON funds
BEGIN SELECT RAISE(ABORT, 'nothing leaves the register'); END;
CREATE TRIGGER listings_begin BEFORE INSERT ON listings
WHEN NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER listings_move BEFORE UPDATE ON listings
WHEN NEW.entry <= OLD.entry OR NOT EXISTS (
  SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER listings_remain BEFORE DELETE ON listings
BEGIN SELECT RAISE(ABORT, 'nothing leaves the register'); END;
CREATE TRIGGER headlines_begin BEFORE INSERT ON headlines
WHEN NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER headlines_move BEFORE UPDATE ON headlines
WHEN NEW.entry <= OLD.entry OR NOT EXISTS (
  SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER headlines_remain BEFORE DELETE ON headlines
BEGIN SELECT RAISE(ABORT, 'nothing leaves the register'); END;
CREATE TRIGGER programmes_begin BEFORE INSERT ON programmes
WHEN NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER programmes_move BEFORE UPDATE ON programmes
WHEN NEW.entry <= OLD.entry OR NOT EXISTS (
  SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER programmes_remain BEFORE DELETE ON programmes
BEGIN SELECT RAISE(ABORT, 'nothing leaves the register'); END;
CREATE TRIGGER outputs_begin BEFORE INSERT ON outputs
WHEN NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER outputs_move BEFORE UPDATE ON outputs
WHEN NEW.entry <= OLD.entry OR NOT EXISTS (
  SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER outputs_remain BEFORE DELETE ON outputs
BEGIN SELECT RAISE(ABORT, 'nothing leaves the register'); END;
CREATE TRIGGER decisions_begin BEFORE INSERT ON decisions
WHEN NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER decisions_move BEFORE UPDATE ON decisions
WHEN NEW.entry <= OLD.entry OR NOT EXISTS (
  SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER decisions_remain BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'nothing leaves the register'); END;
CREATE TRIGGER authority_limits_begin BEFORE INSERT ON authority_limits
WHEN NOT EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER authority_limits_move BEFORE UPDATE ON authority_limits
WHEN NEW.entry <= OLD.entry OR NOT EXISTS (
  SELECT 1 FROM entries JOIN head ON head.number = entries.number
  WHERE entries.number = NEW.entry AND kind = 'register')
BEGIN SELECT RAISE(ABORT, 'the register changes only by entries'); END;
CREATE TRIGGER authority_limits_remain BEFORE DELETE ON authority_limits
BEGIN SELECT RAISE(ABORT, 'nothing leaves the register'); END;
CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'what a ledger is never changes'); END;
CREATE TRIGGER ledger_remains BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'what a ledger is never changes'); END;

-- Closed periods take no new date; a period and a paper are what their newest entry says. Its fact
-- is JSON without spaces, and within a text every quote has a backslash, so this finds fields only.
CREATE TRIGGER entries_dated BEFORE INSERT ON entries WHEN NEW.dated IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'nothing is dated in a closed period')
    WHERE EXISTS (SELECT 1 FROM periods
      WHERE closed = 1 AND last_day >= NEW.dated AND first_day <= NEW.dated);
END;
CREATE TRIGGER periods_begin BEFORE INSERT ON periods
BEGIN
  SELECT RAISE(ABORT, 'a period is closed and reopened by an entry')
    WHERE EXISTS (SELECT 1 FROM periods WHERE name = NEW.name)
      OR NOT EXISTS (SELECT 1 FROM entries e JOIN head ON head.number = e.number
        WHERE e.number = NEW.entry AND e.kind = 'close-period' AND NEW.closed = 1
          AND instr(e.fact, '"period":"' || NEW.name || '"') > 0
          AND instr(e.fact, '"first_day":"' || NEW.first_day || '"') > 0
          AND instr(e.fact, '"last_day":"' || NEW.last_day || '"') > 0);
END;
CREATE TRIGGER periods_move BEFORE UPDATE ON periods
BEGIN
  SELECT RAISE(ABORT, 'a period is closed and reopened by an entry')
    WHERE NEW.name <> OLD.name OR NEW.first_day IS NOT OLD.first_day
      OR NEW.last_day IS NOT OLD.last_day OR NEW.entry <= OLD.entry OR NEW.closed = OLD.closed
      OR NOT EXISTS (SELECT 1 FROM entries e JOIN head ON head.number = e.number
        WHERE e.number = NEW.entry AND instr(e.fact, '"period":"' || NEW.name || '"') > 0
          AND e.kind = CASE NEW.closed WHEN 1 THEN 'close-period' ELSE 'reopen-period' END);
END;
CREATE TRIGGER periods_remain BEFORE DELETE ON periods
BEGIN SELECT RAISE(ABORT, 'a period is never removed'); END;
CREATE TRIGGER papers_begin BEFORE INSERT ON papers
BEGIN
  SELECT RAISE(ABORT, 'a paper names its point once, by an entry')
    WHERE EXISTS (SELECT 1 FROM papers WHERE name = NEW.name)
      OR NOT EXISTS (SELECT 1 FROM entries e JOIN head ON head.number = e.number
        WHERE e.number = NEW.entry AND e.kind = 'paper' AND NEW.at = e.number - 1
          AND NEW.head = e.previous_hash AND instr(e.fact, '"paper":"' || NEW.name || '"') > 0);
END;
CREATE TRIGGER papers_stay BEFORE UPDATE ON papers
BEGIN SELECT RAISE(ABORT, 'a paper is never moved'); END;
CREATE TRIGGER papers_remain BEFORE DELETE ON papers
BEGIN SELECT RAISE(ABORT, 'a paper is never removed'); END;

-- A folio follows the one before, and the database itself writes what its entries turned over.
CREATE TRIGGER folios_begin BEFORE INSERT ON folios
BEGIN
  SELECT RAISE(ABORT, 'a folio follows the folio before it')
    WHERE EXISTS (SELECT 1 FROM folios WHERE number >= NEW.number)
      OR NEW.number <> 1 + COALESCE((SELECT MAX(number) FROM folios), 0)
      OR NEW.first <> 1 + COALESCE((SELECT last FROM folios ORDER BY number DESC LIMIT 1), 0)
      OR NEW.last > (SELECT number FROM head);
END;
CREATE TRIGGER folios_fill AFTER INSERT ON folios
BEGIN
  INSERT INTO turnovers (folio, n, month, fund, stage, source, fy, area, pence)
    SELECT NEW.number, row_number() OVER (), month, fund, stage, source, fy, area, pence FROM (
      SELECT COALESCE(substr(e.dated, 1, 7), '') AS month, m.fund, m.stage, m.source, m.fy, m.area,
        SUM(m.pence) AS pence FROM entries e CROSS JOIN movements m
        WHERE e.number BETWEEN NEW.first AND NEW.last AND m.entry = e.number
        GROUP BY 1, 2, 3, 4, 5, 6 HAVING SUM(m.pence) <> 0);
  SELECT RAISE(ABORT, 'a folio turns over what its entries move')
    WHERE NEW.turnovers <> (SELECT COUNT(*) FROM turnovers WHERE folio = NEW.number);
END;
CREATE TRIGGER folios_stay BEFORE UPDATE ON folios
BEGIN SELECT RAISE(ABORT, 'a folio is never changed'); END;
CREATE TRIGGER folios_remain BEFORE DELETE ON folios
BEGIN SELECT RAISE(ABORT, 'a folio is never removed'); END;
CREATE TRIGGER turnovers_begin BEFORE INSERT ON turnovers
BEGIN
  SELECT RAISE(ABORT, 'a folio turns over what its entries move')
    WHERE NOT EXISTS (SELECT 1 FROM folios WHERE number = NEW.folio
        AND NEW.n BETWEEN 1 AND turnovers)
      OR EXISTS (SELECT 1 FROM turnovers WHERE folio = NEW.folio AND n = NEW.n);
END;
CREATE TRIGGER turnovers_stay BEFORE UPDATE ON turnovers
BEGIN SELECT RAISE(ABORT, 'a turnover is never changed'); END;
CREATE TRIGGER turnovers_remain BEFORE DELETE ON turnovers
BEGIN SELECT RAISE(ABORT, 'a turnover is never removed'); END;
