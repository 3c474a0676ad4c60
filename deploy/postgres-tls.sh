#!/bin/sh
# PostgreSQL as the compose file starts it, and nobody without TLS over the network.
exec docker-entrypoint.sh "$@" -c ssl=on -c ssl_cert_file=/tls/postgres.pem -c ssl_key_file=/tls/postgres.key \
  -c hba_file=/deploy/pg_hba.conf
