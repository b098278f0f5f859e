-- The tables of a new ledger, as tables.py declares them: written by scripts/tables.py.

CREATE TABLE entries (
  number INTEGER NOT NULL,
  kind TEXT NOT NULL,
  fund TEXT NOT NULL,
  to_fund TEXT,
  award TEXT,
  recipient TEXT,
  cap TEXT,
  amount_pence INTEGER NOT NULL,
  movements INTEGER NOT NULL,
  from_stage TEXT NOT NULL,
  to_stage TEXT NOT NULL,
  reverses INTEGER,
  proposal INTEGER,
  dated TEXT,
  recorded_at TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  decision TEXT NOT NULL,
  "key" TEXT,
  fact TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (number),
  CHECK (length(hash) = 64),
  CHECK (amount_pence >= 0),
  FOREIGN KEY(reverses) REFERENCES entries (number),
  FOREIGN KEY(proposal) REFERENCES entries (number),
  UNIQUE ("key"),
  UNIQUE (previous_hash)
)
 STRICT;

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
  number INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
)
 STRICT;

CREATE TABLE ledger (
  id INTEGER NOT NULL,
  application TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  created_by TEXT NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
)
 STRICT;

CREATE TABLE areas (
  entry INTEGER NOT NULL,
  citation TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  folded TEXT NOT NULL,
  kind TEXT NOT NULL,
  bcu TEXT NOT NULL,
  tile_row INTEGER,
  tile_column INTEGER,
  PRIMARY KEY (code),
  UNIQUE (kind, folded),
  FOREIGN KEY(entry) REFERENCES entries (number)
)
 STRICT;

CREATE INDEX ix_areas_folded ON areas (folded);

CREATE TABLE authority_limits (
  code TEXT NOT NULL,
  decision_over_pence INTEGER,
  second_person_over_pence INTEGER,
  entry INTEGER NOT NULL,
  citation TEXT NOT NULL,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
)
 STRICT;

CREATE TABLE decisions (
  code TEXT NOT NULL,
  title TEXT NOT NULL,
  amount_pence INTEGER,
  signed_on TEXT,
  signed_by TEXT NOT NULL,
  entry INTEGER NOT NULL,
  citation TEXT NOT NULL,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
)
 STRICT;

CREATE TABLE documents (
  code TEXT NOT NULL,
  title TEXT NOT NULL,
  publisher TEXT NOT NULL,
  file TEXT NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
)
 STRICT;

CREATE TABLE folios (
  number INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  turnovers INTEGER NOT NULL,
  PRIMARY KEY (number),
  CHECK (first <= last),
  FOREIGN KEY(last) REFERENCES entries (number)
)
 STRICT;

CREATE TABLE funds (
  entry INTEGER NOT NULL,
  citation TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  folded TEXT NOT NULL,
  theme TEXT NOT NULL,
  closed INTEGER NOT NULL,
  kinds TEXT NOT NULL,
  term_from TEXT,
  term_to TEXT,
  term_words TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number),
  UNIQUE (folded)
)
 STRICT;

CREATE TABLE headlines (
  entry INTEGER NOT NULL,
  citation TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  amount_pence INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
)
 STRICT;

CREATE TABLE outputs (
  entry INTEGER NOT NULL,
  citation TEXT NOT NULL,
  code TEXT NOT NULL,
  subject TEXT NOT NULL,
  output TEXT NOT NULL,
  value INTEGER NOT NULL,
  kind TEXT NOT NULL,
  approximate INTEGER NOT NULL,
  period TEXT NOT NULL,
  fund TEXT NOT NULL,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
)
 STRICT;

CREATE TABLE papers (
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  head TEXT NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (name),
  FOREIGN KEY(entry) REFERENCES entries (number)
)
 STRICT;

CREATE TABLE periods (
  name TEXT NOT NULL,
  first_day TEXT,
  last_day TEXT,
  closed INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (name),
  CHECK (closed IN (0, 1)),
  CHECK (first_day <= last_day),
  FOREIGN KEY(entry) REFERENCES entries (number)
)
 STRICT;

CREATE INDEX periods_closed ON periods (last_day, first_day) WHERE closed = 1;

CREATE TABLE programmes (
  entry INTEGER NOT NULL,
  citation TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  facts TEXT NOT NULL,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
)
 STRICT;

CREATE TABLE recipients (
  entry INTEGER NOT NULL,
  citation TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  folded TEXT NOT NULL,
  kind TEXT NOT NULL,
  area TEXT NOT NULL,
  PRIMARY KEY (code),
  UNIQUE (kind, folded),
  FOREIGN KEY(entry) REFERENCES entries (number)
)
 STRICT;

CREATE INDEX recipients_named ON recipients (folded);

CREATE TABLE sources (
  entry INTEGER NOT NULL,
  citation TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  folded TEXT NOT NULL,
  in_year_only INTEGER NOT NULL,
  use_by TEXT,
  PRIMARY KEY (code),
  FOREIGN KEY(entry) REFERENCES entries (number),
  UNIQUE (folded)
)
 STRICT;

CREATE TABLE awards (
  ref TEXT NOT NULL,
  fund TEXT NOT NULL,
  number INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  recipient_kind TEXT NOT NULL,
  area TEXT NOT NULL,
  bcu TEXT NOT NULL,
  source TEXT NOT NULL,
  fy TEXT NOT NULL,
  purpose TEXT NOT NULL,
  title TEXT NOT NULL,
  term_from TEXT,
  term_to TEXT,
  PRIMARY KEY (ref),
  UNIQUE (fund, number),
  FOREIGN KEY(fund) REFERENCES funds (code),
  FOREIGN KEY(entry) REFERENCES entries (number),
  FOREIGN KEY(recipient) REFERENCES recipients (code)
)
 STRICT;

CREATE INDEX awards_of_recipient ON awards (recipient, fund);

CREATE TABLE balances (
  scope TEXT NOT NULL,
  fund TEXT NOT NULL,
  name TEXT NOT NULL,
  bucket TEXT NOT NULL,
  held INTEGER NOT NULL,
  floor INTEGER,
  ceiling INTEGER,
  grandfathered INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (scope, fund, name, bucket),
  CHECK (held >= 0),
  CHECK (held >= floor),
  CHECK (held <= ceiling + grandfathered),
  CHECK (grandfathered >= 0),
  CHECK (scope = 'cap' OR (ceiling IS NULL AND floor >= 0 AND (floor = 0 OR (scope = 'stage' AND name = 'unallocated')))),
  CHECK (scope IN ('stage', 'recipient', 'award', 'cap', 'member', 'line')),
  FOREIGN KEY(fund) REFERENCES funds (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX balances_fullest ON balances (scope, fund, name, held, bucket);

CREATE TABLE caps (
  code TEXT NOT NULL,
  fund TEXT NOT NULL,
  measure TEXT NOT NULL,
  cap_limit INTEGER NOT NULL,
  per TEXT NOT NULL,
  only_kind TEXT NOT NULL,
  severity TEXT NOT NULL,
  tolerance INTEGER,
  tolerance_bp INTEGER,
  citation TEXT NOT NULL,
  bound INTEGER NOT NULL,
  ceiling INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (code),
  CHECK (severity IN ('stop', 'warn', 'track')),
  FOREIGN KEY(fund) REFERENCES funds (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
)
 STRICT;

CREATE INDEX caps_of_fund ON caps (fund, code);

CREATE TABLE listings (
  fund TEXT NOT NULL,
  recipient TEXT NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (fund, recipient),
  FOREIGN KEY(fund) REFERENCES funds (code),
  FOREIGN KEY(recipient) REFERENCES recipients (code),
  FOREIGN KEY(entry) REFERENCES entries (number)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE turnovers (
  folio INTEGER NOT NULL,
  n INTEGER NOT NULL,
  month TEXT NOT NULL,
  fund TEXT NOT NULL,
  stage TEXT NOT NULL,
  source TEXT NOT NULL,
  fy TEXT NOT NULL,
  area TEXT NOT NULL,
  pence INTEGER NOT NULL,
  PRIMARY KEY (folio, n),
  CHECK (pence <> 0),
  FOREIGN KEY(folio) REFERENCES folios (number),
  FOREIGN KEY(fund) REFERENCES funds (code)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE movements (
  entry INTEGER NOT NULL,
  n INTEGER NOT NULL,
  fund TEXT NOT NULL,
  source TEXT NOT NULL,
  fy TEXT NOT NULL,
  award TEXT,
  recipient TEXT,
  area TEXT NOT NULL,
  stage TEXT NOT NULL,
  pence INTEGER NOT NULL,
  PRIMARY KEY (entry, n),
  CHECK (pence <> 0),
  CHECK (stage IN ('authority', 'unallocated', 'proposed', 'committed', 'payable', 'disbursed', 'recoverable')),
  CHECK (stage IN ('authority', 'unallocated') OR award IS NOT NULL),
  FOREIGN KEY(entry) REFERENCES entries (number),
  FOREIGN KEY(fund) REFERENCES funds (code),
  FOREIGN KEY(award) REFERENCES awards (ref)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX movements_of_stage ON movements (fund, stage, entry);

CREATE TABLE overrides (
  entry INTEGER NOT NULL,
  cap TEXT NOT NULL,
  fund TEXT NOT NULL,
  bucket TEXT NOT NULL,
  amount_pence INTEGER NOT NULL,
  dated TEXT,
  until TEXT,
  PRIMARY KEY (entry),
  FOREIGN KEY(entry) REFERENCES entries (number),
  FOREIGN KEY(cap) REFERENCES caps (code),
  FOREIGN KEY(fund) REFERENCES funds (code)
)
 STRICT;

CREATE INDEX overrides_of_cap ON overrides (cap, bucket);
