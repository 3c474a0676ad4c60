"""A year of a city in minutes: the real procedures on servers of their own, worked off by officers who do not exist.

`working_hours`, `chances`, `scenario`, `office`, `report` are pure; `year` runs the events in their order against a
register; `register` and `servers` are that register on PostgreSQL and Temporal; `plot` draws.
"""
