-- Temporal's two databases and its login, which is no superuser and owns nothing else. For psql and a superuser, after
-- stack/databases.sql, at every start; changes only what is not so yet, and brings along what an earlier version made.
\set ON_ERROR_STOP on
\getenv password TEMPORAL_DB_PASSWORD

select 'create role temporal' where not exists (select from pg_roles where rolname = 'temporal') \gexec
alter role temporal login nosuperuser nocreatedb nocreaterole nobypassrls password :'password';
select format('create database %I owner temporal', name) from unnest(array['temporal', 'temporal_visibility']) as name
where not exists (select from pg_database where datname = name) \gexec
select format('alter database %I owner to temporal', datname) from pg_database
where datname in ('temporal', 'temporal_visibility') and datdba <> 'temporal'::regrole \gexec

\connect temporal
\ir temporal-ownership.sql
\connect temporal_visibility
\ir temporal-ownership.sql
