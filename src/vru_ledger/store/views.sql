-- Plain nouns for people who open the ledger with their own tools; the same on both databases.

CREATE VIEW fund_position AS
SELECT fund,
  CAST(SUM(CASE name WHEN 'authority' THEN held ELSE 0 END) AS BIGINT) AS authority_pence,
  CAST(SUM(CASE name WHEN 'unallocated' THEN held ELSE 0 END) AS BIGINT) AS unallocated_pence,
  CAST(SUM(CASE name WHEN 'proposed' THEN held ELSE 0 END) AS BIGINT) AS proposed_pence,
  CAST(SUM(CASE name WHEN 'committed' THEN held ELSE 0 END) AS BIGINT) AS committed_pence,
  CAST(SUM(CASE name WHEN 'payable' THEN held ELSE 0 END) AS BIGINT) AS payable_pence,
  CAST(SUM(CASE name WHEN 'disbursed' THEN held ELSE 0 END) AS BIGINT) AS disbursed_pence,
  CAST(SUM(CASE name WHEN 'recoverable' THEN held ELSE 0 END) AS BIGINT) AS recoverable_pence
FROM balances WHERE scope = 'stage' GROUP BY fund;

CREATE VIEW allocations AS
SELECT awards.ref AS award, awards.fund, funds.name AS fund_name, awards.recipient,
  recipients.name AS recipient_name, awards.area, awards.fy, awards.source, awards.title,
  awards.term_from, awards.term_to, entries.amount_pence, entries.dated, entries.actor,
  entries.reason, entries.decision, entries.number AS entry
FROM awards
JOIN entries ON entries.number = awards.entry
JOIN funds ON funds.code = awards.fund
JOIN recipients ON recipients.code = awards.recipient;

CREATE VIEW cap_use AS
SELECT caps.code AS cap, caps.fund, caps.measure, caps.per, caps.severity, balances.bucket,
  balances.held, caps.bound, caps.ceiling
FROM caps JOIN balances
  ON balances.scope = 'cap' AND balances.fund = caps.fund AND balances.name = caps.code;
