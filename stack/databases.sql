-- The database and its four logins, none a superuser (docs/decisions/0068). For psql and a superuser, at every start;
-- changes only what is not so yet, and brings along what an earlier version made.
\set ON_ERROR_STOP on
\getenv owner KAIFANG_DB_OWNER_PASSWORD
\getenv writer KAIFANG_DB_PASSWORD
\getenv gate KAIFANG_DB_GATE_PASSWORD
\getenv reader KAIFANG_DB_READER_PASSWORD

select format('create role %I', role) from unnest(array['kaifang_owner', 'kaifang_writer', 'kaifang_gate', 'kaifang_reader'])
as role where not exists (select from pg_roles where rolname = role) \gexec
alter role kaifang_owner login nosuperuser nocreatedb nocreaterole nobypassrls password :'owner';
alter role kaifang_writer login nosuperuser nocreatedb nocreaterole nobypassrls password :'writer';
alter role kaifang_gate login nosuperuser nocreatedb nocreaterole nobypassrls password :'gate';
alter role kaifang_reader login nosuperuser nocreatedb nocreaterole nobypassrls password :'reader';
-- What somebody has locked who is frozen or cut off is free again within seconds (docs/decisions/0128). An operator who wants
-- other figures sets them `in database kaifang`, where they go before these.
select format('alter role %I set %I = %L', role, name, value) from unnest(array['kaifang_writer', 'kaifang_gate', 'kaifang_reader'])
as role cross join (values ('idle_in_transaction_session_timeout', '15s'), ('lock_timeout', '8s'), ('statement_timeout', '75s'),
('transaction_timeout', '600s')) as wanted (name, value) where exists (select from pg_settings where pg_settings.name = wanted.name) \gexec
select 'create database kaifang owner kaifang_owner' where not exists (select from pg_database where datname = 'kaifang') \gexec
select 'alter database kaifang owner to kaifang_owner'
where (select datdba from pg_database where datname = 'kaifang') <> 'kaifang_owner'::regrole \gexec
-- The one login that there was before: it owns nothing any more, and where it is no superuser, nobody comes in by it.
select 'alter role kaifang nologin' from pg_roles where rolname = 'kaifang' and rolcanlogin and not rolsuper \gexec

\connect kaifang
select format('alter table %s owner to kaifang_owner', oid::regclass) from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') and relowner <> 'kaifang_owner'::regrole \gexec
select format('alter sequence %s owner to kaifang_owner', oid::regclass) from pg_class
where relnamespace = 'public'::regnamespace and relkind = 'S' and relowner <> 'kaifang_owner'::regrole
and not exists (select from pg_depend where objid = pg_class.oid and deptype in ('a', 'i')) \gexec
select format('alter routine %s owner to kaifang_owner', oid::regprocedure) from pg_proc
where pronamespace = 'public'::regnamespace and proowner <> 'kaifang_owner'::regrole \gexec
