-- What the database itself keeps on PostgreSQL, whoever writes: see guards_sqlite.sql for its twin.
-- Every function looks for tables in the ledger's own schema, whatever tables its caller has made.

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$;

CREATE FUNCTION entries_follow() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM head WHERE number = NEW.number - 1 AND hash = NEW.previous_hash) THEN
    RAISE EXCEPTION 'an entry follows the head of the chain'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER entries_follow BEFORE INSERT ON entries
  FOR EACH ROW EXECUTE FUNCTION entries_follow();
CREATE FUNCTION entries_lead() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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

CREATE FUNCTION head_moves() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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

CREATE FUNCTION movements_follow() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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

CREATE FUNCTION awards_counted() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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

CREATE FUNCTION entry_is_open(wanted bigint) RETURNS boolean LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT EXISTS (SELECT 1 FROM entries e WHERE e.number = wanted AND e.movements > 0
    AND NOT EXISTS (SELECT 1 FROM movements m WHERE m.entry = e.number)) $$;
CREATE FUNCTION balances_begin() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NOT entry_is_open(NEW.entry) AND NOT (NEW.scope IN ('cap', 'member')
    AND NOT EXISTS (SELECT 1 FROM caps WHERE code = NEW.name)
    AND EXISTS (SELECT 1 FROM entries JOIN head ON head.number = entries.number
      WHERE entries.number = NEW.entry AND cap = NEW.name)) THEN
    RAISE EXCEPTION 'a balance moves only with a new entry'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.scope <> 'stage'
    AND (NEW.scope NOT IN ('cap', 'member') OR EXISTS (SELECT 1 FROM caps WHERE code = NEW.name))
    AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.number = NEW.entry AND CASE
        WHEN e.kind <> 'allocate' THEN NEW.held = 0
        WHEN NEW.scope <> 'cap' THEN NEW.held - 0 = e.amount_pence
        ELSE CASE (SELECT measure FROM caps WHERE code = NEW.name)
          WHEN 'end' THEN NEW.held >= 0
          WHEN 'recipients' THEN NEW.held - 0 = CASE WHEN EXISTS (
            SELECT 1 FROM balances m WHERE m.scope = 'member' AND m.fund = NEW.fund
              AND m.name = NEW.name AND m.bucket = NEW.bucket || '|' || e.recipient
              AND m.held > 0 AND m.entry < NEW.entry) THEN 0 ELSE 1 END
          ELSE NEW.held - 0 = e.amount_pence END
        END) THEN
    RAISE EXCEPTION 'a balance moves by what its entry moves'
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
CREATE FUNCTION balances_move() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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
  IF NEW.scope <> 'stage' AND NOT EXISTS (
    SELECT 1 FROM entries e WHERE e.number = NEW.entry AND CASE
        WHEN e.kind <> 'allocate' THEN NEW.held = OLD.held
        WHEN NEW.scope <> 'cap' THEN NEW.held - OLD.held = e.amount_pence
        ELSE CASE (SELECT measure FROM caps WHERE code = NEW.name)
          WHEN 'end' THEN NEW.held >= OLD.held
          WHEN 'recipients' THEN NEW.held - OLD.held = CASE WHEN EXISTS (
            SELECT 1 FROM balances m WHERE m.scope = 'member' AND m.fund = NEW.fund
              AND m.name = NEW.name AND m.bucket = NEW.bucket || '|' || e.recipient
              AND m.held > 0 AND m.entry < NEW.entry) THEN 0 ELSE 1 END
          ELSE NEW.held - OLD.held = e.amount_pence END
        END) THEN
    RAISE EXCEPTION 'a balance moves by what its entry moves'
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

CREATE FUNCTION caps_begin() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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
CREATE FUNCTION caps_move() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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
CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger
  FOR EACH ROW EXECUTE FUNCTION refuse('what a ledger is never changes');
CREATE TRIGGER ledger_remains BEFORE DELETE ON ledger
  FOR EACH ROW EXECUTE FUNCTION refuse('what a ledger is never changes');
CREATE TRIGGER ledger_kept BEFORE TRUNCATE ON ledger
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('what a ledger is never changes');
