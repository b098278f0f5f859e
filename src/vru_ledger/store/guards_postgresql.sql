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
  IF NOT EXISTS (SELECT 1 FROM entries e WHERE e.number = NEW.entry AND e.award = NEW.ref
    AND e.fund = NEW.fund AND NOT EXISTS (SELECT 1 FROM movements m WHERE m.entry = e.number)) THEN
    RAISE EXCEPTION 'an award belongs to the entry that makes it'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (
    SELECT 1 FROM caps WHERE fund = NEW.fund AND severity = 'stop'
      AND only_kind IN ('', NEW.recipient_kind)
      AND NOT EXISTS (
        SELECT 1 FROM balances WHERE scope = 'cap' AND fund = NEW.fund AND name = caps.code
          AND bucket = CASE WHEN caps.measure IN ('award', 'end') THEN NEW.ref ELSE
            replace(replace(replace(replace(replace(replace(replace(
              replace(replace(replace(replace(replace(replace(replace(replace(caps.per, ',', '|')
              , 'recipient', chr(1)), 'area', chr(2)), 'bcu', chr(3))
              , 'financial-year', chr(4)), 'source', chr(5)), 'kind', chr(6))
              , 'purpose', chr(7)), chr(1), NEW.recipient), chr(2), NEW.area)
              , chr(3), NEW.bcu), chr(4), NEW.fy), chr(5), NEW.source)
              , chr(6), NEW.recipient_kind), chr(7), NEW.purpose) END
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

CREATE FUNCTION entry_is_open(wanted bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM entries e WHERE e.number = wanted AND e.movements > 0
    AND NOT EXISTS (SELECT 1 FROM movements m WHERE m.entry = e.number)) $$;
CREATE FUNCTION balances_begin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT entry_is_open(NEW.entry) AND NOT (NEW.scope IN ('cap', 'member')
    AND NOT EXISTS (SELECT 1 FROM caps WHERE code = NEW.name)) THEN
    RAISE EXCEPTION 'a balance moves only with a new entry'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.scope = 'cap' AND EXISTS (
    SELECT 1 FROM caps WHERE code = NEW.name AND NOT (fund = NEW.fund
      AND NEW.ceiling IS NOT DISTINCT FROM CASE severity WHEN 'stop' THEN ceiling END
      AND NEW.grandfathered = 0)) THEN
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
  IF NOT entry_is_open(NEW.entry)
    AND NOT (NEW.scope = 'cap' AND NEW.held = OLD.held AND EXISTS (
      SELECT 1 FROM caps WHERE code = NEW.name AND fund = NEW.fund AND caps.entry = NEW.entry)) THEN
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
    SELECT 1 FROM entries JOIN head ON head.number = entries.number
      WHERE entries.number = NEW.entry AND cap = NEW.code AND fund = NEW.fund) THEN
    RAISE EXCEPTION 'a cap is set by an entry' USING ERRCODE = 'integrity_constraint_violation';
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
CREATE FUNCTION caps_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.code <> OLD.code OR NEW.entry <= OLD.entry OR NOT EXISTS (
    SELECT 1 FROM entries JOIN head ON head.number = entries.number
      WHERE entries.number = NEW.entry AND fund = NEW.fund
        AND (cap = NEW.code OR (kind = 'fund' AND NEW.measure = 'share'
          AND OLD.measure = 'share' AND NEW.cap_limit = OLD.cap_limit
          AND NEW.severity = OLD.severity AND NEW.tolerance IS NOT DISTINCT FROM OLD.tolerance
          AND NEW.tolerance_bp IS NOT DISTINCT FROM OLD.tolerance_bp))) THEN
    RAISE EXCEPTION 'a cap is set by a new entry' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER caps_move BEFORE UPDATE ON caps FOR EACH ROW EXECUTE FUNCTION caps_move();
CREATE TRIGGER caps_remain BEFORE DELETE ON caps
  FOR EACH ROW EXECUTE FUNCTION refuse('a cap is never removed');
CREATE TRIGGER caps_kept BEFORE TRUNCATE ON caps
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('a cap is never removed');
