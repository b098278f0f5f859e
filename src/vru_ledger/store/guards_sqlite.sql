-- What the database itself keeps on SQLite, whoever writes: see guards_postgresql.sql for its twin.
-- A guard that a conflict clause could slip past (INSERT OR REPLACE deletes without a DELETE trigger
-- unless recursive_triggers is on) looks for the row that is already there.

CREATE TRIGGER entries_follow BEFORE INSERT ON entries
BEGIN
  SELECT RAISE(ABORT, 'an entry follows the head of the chain') FROM head
    WHERE NEW.number IS NOT head.number + 1 OR NEW.previous_hash IS NOT head.hash;
  SELECT RAISE(ABORT, 'a key is used once')
    WHERE EXISTS (SELECT 1 FROM entries WHERE "key" = NEW."key");
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
END;
CREATE TRIGGER movements_stay BEFORE UPDATE ON movements
BEGIN SELECT RAISE(ABORT, 'a movement is never changed'); END;
CREATE TRIGGER movements_remain BEFORE DELETE ON movements
BEGIN SELECT RAISE(ABORT, 'a movement is never removed'); END;

CREATE TRIGGER awards_counted BEFORE INSERT ON awards
BEGIN
  SELECT RAISE(ABORT, 'an award is made once')
    WHERE EXISTS (SELECT 1 FROM awards WHERE ref = NEW.ref)
      OR EXISTS (SELECT 1 FROM awards WHERE fund = NEW.fund AND number = NEW.number);
  SELECT RAISE(ABORT, 'every cap that stops counts an award')
    WHERE EXISTS (
      SELECT 1 FROM caps WHERE fund = NEW.fund AND severity = 'stop'
        AND only_kind IN ('', NEW.recipient_kind)
        AND NOT EXISTS (
          SELECT 1 FROM balances WHERE scope = 'cap' AND fund = NEW.fund AND name = caps.code
            AND bucket = CASE WHEN caps.measure IN ('award', 'end') THEN NEW.ref ELSE
              replace(replace(replace(replace(replace(replace(replace(replace(caps.per,
                ',', '|'), 'recipient', NEW.recipient), 'area', NEW.area), 'bcu', NEW.bcu),
                'financial-year', NEW.fy), 'source', NEW.source), 'kind', NEW.recipient_kind),
                'purpose', NEW.purpose) END
            AND entry >= NEW.entry));
END;
CREATE TRIGGER awards_stay BEFORE UPDATE ON awards
BEGIN SELECT RAISE(ABORT, 'an award is changed by entries only'); END;
CREATE TRIGGER awards_remain BEFORE DELETE ON awards
BEGIN SELECT RAISE(ABORT, 'an award is never removed'); END;

CREATE TRIGGER balances_begin BEFORE INSERT ON balances
BEGIN
  SELECT RAISE(ABORT, 'a balance begins once')
    WHERE EXISTS (SELECT 1 FROM balances WHERE scope = NEW.scope AND fund = NEW.fund
      AND name = NEW.name AND bucket = NEW.bucket);
  SELECT RAISE(ABORT, 'a cap''s ceiling is the one its entry set')
    WHERE NEW.scope = 'cap' AND NOT EXISTS (
      SELECT 1 FROM caps WHERE code = NEW.name AND fund = NEW.fund AND NEW.floor IS NULL
        AND NEW.ceiling IS CASE severity WHEN 'stop' THEN ceiling END
        AND (NEW.grandfathered = 0 OR caps.entry = NEW.entry));
END;
CREATE TRIGGER balances_move BEFORE UPDATE ON balances
BEGIN
  SELECT RAISE(ABORT, 'a balance moves only with a new entry')
    WHERE NEW.scope <> OLD.scope OR NEW.fund <> OLD.fund OR NEW.name <> OLD.name
      OR NEW.bucket <> OLD.bucket OR NEW.floor IS NOT OLD.floor OR NEW.entry <= OLD.entry;
  SELECT RAISE(ABORT, 'a cap''s ceiling is the one its entry set')
    WHERE NEW.scope = 'cap'
      AND (NEW.ceiling IS NOT OLD.ceiling OR NEW.grandfathered > OLD.grandfathered)
      AND NOT EXISTS (
        SELECT 1 FROM caps WHERE code = NEW.name AND fund = NEW.fund AND caps.entry = NEW.entry
          AND NEW.ceiling IS CASE severity WHEN 'stop' THEN ceiling END);
END;
CREATE TRIGGER balances_remain BEFORE DELETE ON balances
BEGIN SELECT RAISE(ABORT, 'a balance is never removed'); END;

CREATE TRIGGER caps_begin BEFORE INSERT ON caps
BEGIN
  SELECT RAISE(ABORT, 'a cap is set by an entry')
    WHERE EXISTS (SELECT 1 FROM caps WHERE code = NEW.code)
      OR NOT EXISTS (SELECT 1 FROM entries WHERE number = NEW.entry AND kind = 'cap'
        AND fund = NEW.fund);
END;
CREATE TRIGGER caps_move BEFORE UPDATE ON caps
BEGIN
  SELECT RAISE(ABORT, 'a cap is set by a new entry')
    WHERE NEW.code <> OLD.code OR NEW.entry <= OLD.entry
      OR NOT EXISTS (SELECT 1 FROM entries WHERE number = NEW.entry AND kind IN ('cap', 'fund')
        AND fund = NEW.fund);
END;
CREATE TRIGGER caps_remain BEFORE DELETE ON caps
BEGIN SELECT RAISE(ABORT, 'a cap is never removed'); END;
