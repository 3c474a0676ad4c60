#!/bin/sh
# Creates and updates Temporal's two databases. Every step may be run again; an update is what an upgrade needs.
set -eu

for database in temporal temporal_visibility; do
  case $database in
    temporal) schema=temporal ;;
    temporal_visibility) schema=visibility ;;
  esac
  sql() {
    temporal-sql-tool --plugin postgres12 --endpoint "$POSTGRES_SEEDS" --port "$DB_PORT" --user "$POSTGRES_USER" \
      --database "$database" "$@"
  }
  sql create
  sql setup-schema --version 0.0
  sql update-schema --schema-name "postgresql/v12/$schema" # the one that the tool brings along
done
