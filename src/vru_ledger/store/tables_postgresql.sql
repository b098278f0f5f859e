-- The tables of a new ledger, as tables.py declares them: written by scripts/tables.py.

CREATE TABLE entries (
  number BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  fund TEXT COLLATE "C" NOT NULL,
  to_fund TEXT COLLATE "C",
  award TEXT COLLATE "C",
  recipient TEXT COLLATE "C",
  cap TEXT COLLATE "C",
  amount_pence BIGINT NOT NULL,
  movements BIGINT NOT NULL,
  from_stage TEXT COLLATE "C" NOT NULL,
  to_stage TEXT COLLATE "C" NOT NULL,
  reverses BIGINT,
  proposal BIGINT,
  dated TEXT COLLATE "C",
  recorded_at TEXT COLLATE "C" NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  decision TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C",
  fact TEXT COLLATE "C" NOT NULL,
  previous_hash TEXT COLLATE "C" NOT NULL,
  hash TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (number),
  CHECK (length(hash) = 64),
  CHECK (amount_pence >= 0),
  FOREIGN KEY(reverses) REFERENCES entries (number),
  FOREIGN KEY(proposal) REFERENCES entries (number),
  UNIQUE (key),
  UNIQUE (previous_hash)
);

CREATE UNIQUE INDEX entries_approving ON entries (proposal) WHERE proposal IS NOT NULL;

CREATE INDEX entries_into_fund ON entries (to_fund, number) WHERE to_fund IS NOT NULL;

CREATE INDEX entries_of_award ON entries (award, number);

CREATE INDEX entries_of_fund ON entries (fund, number);

CREATE INDEX entries_of_history ON entries (kind, number) WHERE kind IN ('cap', 'close-period', 'paper', 'reopen-period');

CREATE INDEX entries_of_kind ON entries (kind, number) WHERE kind <> 'allocate';

CREATE INDEX entries_of_recipient ON entries (recipient, number);

CREATE UNIQUE INDEX entries_reversed ON entries (reverses) WHERE reverses IS NOT NULL;

CREATE INDEX entries_under_decision ON entries (decision, number) WHERE decision <> '';

CREATE TABLE head (
  id INTEGER NOT NULL,
  number BIGINT NOT NULL,
  hash TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
);

CREATE TABLE ledger (
  id INTEGER NOT NULL,
  application TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  created_at TEXT COLLATE "C" NOT NULL,
  created_by TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
);

CREATE TABLE areas (
  entry BIGINT NOT NULL,
  citation TEXT COLLATE "C" NOT NULL,
  code TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  folded TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  bcu TEXT COLLATE "C" NOT NULL,
  tile_row BIGINT,
  tile_column BIGINT,
  PRIMARY KEY (code),
  UNIQUE (kind, folded),
  FOREIGN KEY(entry) REFERENCES entries (number)
);

CREATE INDEX ix_areas_folded ON areas (folded);

CREATE TABLE authority_limits (
  code TEXT COLLATE "C" NOT NULL,
  decision_over_pence BIGINT,
  second_person_over_pence BIGINT,
  entry BIGINT NOT NULL,
  citation TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
);

CREATE TABLE decisions (
  code TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  amount_pence BIGINT,
  signed_on TEXT COLLATE "C",
  signed_by TEXT COLLATE "C" NOT NULL,
  entry BIGINT NOT NULL,
  citation TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
);

CREATE TABLE documents (
  code TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  publisher TEXT COLLATE "C" NOT NULL,
  file TEXT COLLATE "C" NOT NULL,
  entry BIGINT NOT NULL,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
);

CREATE TABLE folios (
  number BIGINT NOT NULL,
  first BIGINT NOT NULL,
  last BIGINT NOT NULL,
  turnovers BIGINT NOT NULL,
  PRIMARY KEY (number),
  CHECK (first <= last),
  FOREIGN KEY(last) REFERENCES entries (number)
);

CREATE TABLE funds (
  entry BIGINT NOT NULL,
  citation TEXT COLLATE "C" NOT NULL,
  code TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  folded TEXT COLLATE "C" NOT NULL,
  theme TEXT COLLATE "C" NOT NULL,
  closed BIGINT NOT NULL,
  kinds TEXT COLLATE "C" NOT NULL,
  term_from TEXT COLLATE "C",
  term_to TEXT COLLATE "C",
  term_words TEXT COLLATE "C" NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number),
  UNIQUE (folded)
);

CREATE TABLE headlines (
  entry BIGINT NOT NULL,
  citation TEXT COLLATE "C" NOT NULL,
  code TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  amount_pence BIGINT NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
);

CREATE TABLE outputs (
  entry BIGINT NOT NULL,
  citation TEXT COLLATE "C" NOT NULL,
  code TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  output TEXT COLLATE "C" NOT NULL,
  value BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  approximate BIGINT NOT NULL,
  period TEXT COLLATE "C" NOT NULL,
  fund TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
);

CREATE TABLE papers (
  name TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  head TEXT COLLATE "C" NOT NULL,
  entry BIGINT NOT NULL,
  PRIMARY KEY (name),
  FOREIGN KEY(entry) REFERENCES entries (number)
);

CREATE TABLE periods (
  name TEXT COLLATE "C" NOT NULL,
  first_day TEXT COLLATE "C",
  last_day TEXT COLLATE "C",
  closed BIGINT NOT NULL,
  entry BIGINT NOT NULL,
  PRIMARY KEY (name),
  CHECK (closed IN (0, 1)),
  CHECK (first_day <= last_day),
  FOREIGN KEY(entry) REFERENCES entries (number)
);

CREATE INDEX periods_closed ON periods (last_day, first_day) WHERE closed = 1;

CREATE TABLE programmes (
  entry BIGINT NOT NULL,
  citation TEXT COLLATE "C" NOT NULL,
  code TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  facts TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
);

CREATE TABLE recipients (
  entry BIGINT NOT NULL,
  citation TEXT COLLATE "C" NOT NULL,
  code TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  folded TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  area TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (code),
  UNIQUE (kind, folded),
  FOREIGN KEY(entry) REFERENCES entries (number)
);

CREATE INDEX recipients_named ON recipients (folded);

CREATE TABLE sources (
  entry BIGINT NOT NULL,
  citation TEXT COLLATE "C" NOT NULL,
  code TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  folded TEXT COLLATE "C" NOT NULL,
  in_year_only BIGINT NOT NULL,
  use_by TEXT COLLATE "C",
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number),
  UNIQUE (folded)
);

CREATE TABLE awards (
  ref TEXT COLLATE "C" NOT NULL,
  fund TEXT COLLATE "C" NOT NULL,
  number BIGINT NOT NULL,
  entry BIGINT NOT NULL,
  recipient TEXT COLLATE "C" NOT NULL,
  recipient_kind TEXT COLLATE "C" NOT NULL,
  area TEXT COLLATE "C" NOT NULL,
  bcu TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  fy TEXT COLLATE "C" NOT NULL,
  purpose TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  term_from TEXT COLLATE "C",
  term_to TEXT COLLATE "C",
  PRIMARY KEY (ref),
  UNIQUE (fund, number),
  FOREIGN KEY(fund) REFERENCES funds (code),
  FOREIGN KEY(entry) REFERENCES entries (number),
  FOREIGN KEY(recipient) REFERENCES recipients (code)
);

CREATE INDEX awards_of_recipient ON awards (recipient, fund);

CREATE TABLE balances (
  scope TEXT COLLATE "C" NOT NULL,
  fund TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  bucket TEXT COLLATE "C" NOT NULL,
  held BIGINT NOT NULL,
  floor BIGINT,
  ceiling BIGINT,
  grandfathered BIGINT NOT NULL,
  entry BIGINT NOT NULL,
  PRIMARY KEY (scope, fund, name, bucket),
  CHECK (held >= 0),
  CHECK (held >= floor),
  CHECK (held <= ceiling + grandfathered),
  CHECK (grandfathered >= 0),
  CHECK (scope = 'cap' OR (ceiling IS NULL AND floor >= 0 AND (floor = 0 OR (scope = 'stage' AND name = 'unallocated')))),
  CHECK (scope IN ('stage', 'recipient', 'award', 'cap', 'member', 'line')),
  FOREIGN KEY(fund) REFERENCES funds (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
);

CREATE INDEX balances_fullest ON balances (scope, fund, name, held, bucket);

CREATE TABLE caps (
  code TEXT COLLATE "C" NOT NULL,
  fund TEXT COLLATE "C" NOT NULL,
  measure TEXT COLLATE "C" NOT NULL,
  cap_limit BIGINT NOT NULL,
  per TEXT COLLATE "C" NOT NULL,
  only_kind TEXT COLLATE "C" NOT NULL,
  severity TEXT COLLATE "C" NOT NULL,
  tolerance BIGINT,
  tolerance_bp BIGINT,
  citation TEXT COLLATE "C" NOT NULL,
  bound BIGINT NOT NULL,
  ceiling BIGINT NOT NULL,
  entry BIGINT NOT NULL,
  PRIMARY KEY (code),
  CHECK (severity IN ('stop', 'warn', 'track')),
  FOREIGN KEY(fund) REFERENCES funds (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
);

CREATE INDEX caps_of_fund ON caps (fund, code);

CREATE TABLE listings (
  fund TEXT COLLATE "C" NOT NULL,
  recipient TEXT COLLATE "C" NOT NULL,
  entry BIGINT NOT NULL,
  PRIMARY KEY (fund, recipient),
  FOREIGN KEY(fund) REFERENCES funds (code),
  FOREIGN KEY(recipient) REFERENCES recipients (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
);

CREATE TABLE turnovers (
  folio BIGINT NOT NULL,
  n BIGINT NOT NULL,
  month TEXT COLLATE "C" NOT NULL,
  fund TEXT COLLATE "C" NOT NULL,
  stage TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  fy TEXT COLLATE "C" NOT NULL,
  area TEXT COLLATE "C" NOT NULL,
  pence BIGINT NOT NULL,
  PRIMARY KEY (folio, n),
  CHECK (pence <> 0),
  FOREIGN KEY(folio) REFERENCES folios (number),
  FOREIGN KEY(fund) REFERENCES funds (code)
);

CREATE TABLE movements (
  entry BIGINT NOT NULL,
  n BIGINT NOT NULL,
  fund TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  fy TEXT COLLATE "C" NOT NULL,
  award TEXT COLLATE "C",
  recipient TEXT COLLATE "C",
  area TEXT COLLATE "C" NOT NULL,
  stage TEXT COLLATE "C" NOT NULL,
  pence BIGINT NOT NULL,
  PRIMARY KEY (entry, n),
  CHECK (pence <> 0),
  CHECK (stage IN ('authority', 'unallocated', 'proposed', 'committed', 'payable', 'disbursed', 'recoverable')),
  CHECK (stage IN ('authority', 'unallocated') OR award IS NOT NULL),
  FOREIGN KEY(entry) REFERENCES entries (number),
  FOREIGN KEY(fund) REFERENCES funds (code),
  FOREIGN KEY(award) REFERENCES awards (ref)
);

CREATE INDEX movements_of_stage ON movements (fund, stage, entry);

CREATE TABLE overrides (
  entry BIGINT NOT NULL,
  cap TEXT COLLATE "C" NOT NULL,
  fund TEXT COLLATE "C" NOT NULL,
  bucket TEXT COLLATE "C" NOT NULL,
  amount_pence BIGINT NOT NULL,
  dated TEXT COLLATE "C",
  until TEXT COLLATE "C",
  PRIMARY KEY (entry),
  FOREIGN KEY(entry) REFERENCES entries (number),
  FOREIGN KEY(cap) REFERENCES caps (code),
  FOREIGN KEY(fund) REFERENCES funds (code)
);

CREATE INDEX overrides_of_cap ON overrides (cap, bucket);
