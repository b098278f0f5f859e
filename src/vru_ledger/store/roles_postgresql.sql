-- The roles of a team, for whoever looks after the server: run it once, as the tables' owner with
-- CREATEROLE, or as a superuser.
BEGIN;

CREATE ROLE {owner} NOLOGIN;
CREATE ROLE {reader} NOLOGIN;
CREATE ROLE {analyst} NOLOGIN;
CREATE ROLE {finance} NOLOGIN;
GRANT {reader} TO {analyst};
GRANT {analyst} TO {finance};

-- Nobody else makes anything beside the tables: servers older than 15 let everybody.
REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC;

-- What everybody may read.
GRANT USAGE ON SCHEMA {schema} TO {reader};
GRANT SELECT ON {relations} TO {reader};

-- What analysts write: new entries and what follows from them; the guards see that it does.
GRANT INSERT ON {schema}.entries, {schema}.movements, {schema}.awards, {schema}.balances, {schema}.recipients, {schema}.listings, {schema}.papers, {schema}.folios, {schema}.turnovers TO {analyst};
GRANT UPDATE (number, hash) ON {schema}.head TO {analyst};
GRANT UPDATE (held, floor, grandfathered, entry) ON {schema}.balances TO {analyst};
GRANT UPDATE ON {schema}.recipients, {schema}.listings TO {analyst};

-- What finance alone writes: limits, periods, and the rest of the register.
GRANT UPDATE (ceiling) ON {schema}.balances TO {finance};
GRANT INSERT ON {schema}.overrides TO {finance};
GRANT INSERT, UPDATE ON {schema}.caps, {schema}.periods, {schema}.funds, {schema}.sources, {schema}.areas, {schema}.documents, {schema}.headlines, {schema}.programmes, {schema}.outputs, {schema}.decisions, {schema}.authority_limits TO {finance};

-- The tables belong to nobody who can log in, so that nobody takes a guard away by a slip.
GRANT USAGE, CREATE ON SCHEMA {schema} TO {owner};
GRANT {owner} TO CURRENT_USER;
{ownership}
REVOKE CREATE ON SCHEMA {schema} FROM {owner};
REVOKE {owner} FROM CURRENT_USER;

COMMIT;
