-- What the database itself keeps on PostgreSQL, whoever writes: see guards_sqlite.sql for its twin.

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$;

CREATE FUNCTION entries_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM head WHERE number = NEW.number - 1 AND hash = NEW.previous_hash) THEN
    RAISE EXCEPTION 'an entry follows the head of the chain'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER entries_follow BEFORE INSERT ON entries
  FOR EACH ROW EXECUTE FUNCTION entries_follow();
CREATE FUNCTION entries_lead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE head SET number = NEW.number, hash = NEW.hash;
  RETURN NULL;
END $$;
CREATE TRIGGER entries_lead AFTER INSERT ON entries
  FOR EACH ROW EXECUTE FUNCTION entries_lead();
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
  FOR EACH ROW EXECUTE FUNCTION refuse('an entry is never changed');
CREATE TRIGGER entries_remain BEFORE DELETE ON entries
  FOR EACH ROW EXECUTE FUNCTION refuse('an entry is never removed');
CREATE TRIGGER entries_kept BEFORE TRUNCATE ON entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('an entry is never removed');

CREATE FUNCTION head_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> 1 OR NEW.number <> OLD.number + 1
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

CREATE FUNCTION movements_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM entries WHERE number = NEW.entry AND NEW.n BETWEEN 1 AND movements) THEN
    RAISE EXCEPTION 'a movement belongs to an entry that has room for it'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT EXISTS (
    SELECT 1 FROM balances WHERE scope = 'stage' AND fund = NEW.fund AND name = NEW.stage
      AND bucket = NEW.source || '|' || NEW.fy || '|' || NEW.area AND entry >= NEW.entry) THEN
    RAISE EXCEPTION 'no movement without its balance'
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

CREATE FUNCTION awards_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM caps WHERE fund = NEW.fund AND severity = 'stop'
      AND only_kind IN ('', NEW.recipient_kind)
      AND NOT EXISTS (
        SELECT 1 FROM balances WHERE scope = 'cap' AND fund = NEW.fund AND name = caps.code
          AND bucket = CASE WHEN caps.measure IN ('award', 'end') THEN NEW.ref ELSE
            replace(replace(replace(replace(replace(replace(replace(replace(caps.per,
              ',', '|'), 'recipient', NEW.recipient), 'area', NEW.area), 'bcu', NEW.bcu),
              'financial-year', NEW.fy), 'source', NEW.source), 'kind', NEW.recipient_kind),
              'purpose', NEW.purpose) END
          AND entry >= NEW.entry)) THEN
    RAISE EXCEPTION 'every cap that stops counts an award'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER awards_counted BEFORE INSERT ON awards
  FOR EACH ROW EXECUTE FUNCTION awards_counted();
CREATE TRIGGER awards_stay BEFORE UPDATE ON awards
  FOR EACH ROW EXECUTE FUNCTION refuse('an award is changed by entries only');
CREATE TRIGGER awards_remain BEFORE DELETE ON awards
  FOR EACH ROW EXECUTE FUNCTION refuse('an award is never removed');
CREATE TRIGGER awards_kept BEFORE TRUNCATE ON awards
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('an award is never removed');

CREATE FUNCTION balances_begin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.scope = 'cap' AND NOT EXISTS (
    SELECT 1 FROM caps WHERE code = NEW.name AND fund = NEW.fund AND NEW.floor IS NULL
      AND NEW.ceiling IS NOT DISTINCT FROM CASE severity WHEN 'stop' THEN ceiling END
      AND (NEW.grandfathered = 0 OR caps.entry = NEW.entry)) THEN
    RAISE EXCEPTION 'a cap''s ceiling is the one its entry set'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER balances_begin BEFORE INSERT ON balances
  FOR EACH ROW EXECUTE FUNCTION balances_begin();
CREATE FUNCTION balances_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.scope, NEW.fund, NEW.name, NEW.bucket) <> (OLD.scope, OLD.fund, OLD.name, OLD.bucket)
    OR NEW.floor IS DISTINCT FROM OLD.floor OR NEW.entry <= OLD.entry THEN
    RAISE EXCEPTION 'a balance moves only with a new entry'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.scope = 'cap'
    AND (NEW.ceiling IS DISTINCT FROM OLD.ceiling OR NEW.grandfathered > OLD.grandfathered)
    AND NOT EXISTS (
      SELECT 1 FROM caps WHERE code = NEW.name AND fund = NEW.fund AND caps.entry = NEW.entry
        AND NEW.ceiling IS NOT DISTINCT FROM CASE severity WHEN 'stop' THEN ceiling END) THEN
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

CREATE FUNCTION caps_begin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM entries WHERE number = NEW.entry AND kind = 'cap' AND fund = NEW.fund) THEN
    RAISE EXCEPTION 'a cap is set by an entry' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER caps_begin BEFORE INSERT ON caps FOR EACH ROW EXECUTE FUNCTION caps_begin();
CREATE FUNCTION caps_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.code <> OLD.code OR NEW.entry <= OLD.entry OR NOT EXISTS (
    SELECT 1 FROM entries WHERE number = NEW.entry AND kind IN ('cap', 'fund')
      AND fund = NEW.fund) THEN
    RAISE EXCEPTION 'a cap is set by a new entry' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER caps_move BEFORE UPDATE ON caps FOR EACH ROW EXECUTE FUNCTION caps_move();
CREATE TRIGGER caps_remain BEFORE DELETE ON caps
  FOR EACH ROW EXECUTE FUNCTION refuse('a cap is never removed');
CREATE TRIGGER caps_kept BEFORE TRUNCATE ON caps
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('a cap is never removed');
