-- The role and the database of the API and the worker. Run at every start; changes only what is not so yet.
\set ON_ERROR_STOP on
\getenv password KAIFANG_DB_PASSWORD

select 'create role kaifang' where not exists (select from pg_roles where rolname = 'kaifang') \gexec
alter role kaifang login password :'password';
select 'create database kaifang owner kaifang' where not exists (select from pg_database where datname = 'kaifang') \gexec
