-- What an earlier version made as superuser in the database at hand is Temporal's own; what an extension brought is not.
select format('alter table %s owner to temporal', oid::regclass) from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') and relowner <> 'temporal'::regrole \gexec
select format('alter sequence %s owner to temporal', oid::regclass) from pg_class
where relnamespace = 'public'::regnamespace and relkind = 'S' and relowner <> 'temporal'::regrole
and not exists (select from pg_depend where objid = pg_class.oid and deptype in ('a', 'i')) \gexec
select format('alter routine %s owner to temporal', oid::regprocedure) from pg_proc
where pronamespace = 'public'::regnamespace and proowner <> 'temporal'::regrole
and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e') \gexec
