#!/bin/sh
# The namespace with its retention, and the search attributes. May be run again. A test compares both with the code.
set -eu

until temporal operator cluster health >/dev/null; do sleep 2; done

retention=720h
if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$retention"
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$retention"
fi

# A new namespace is known to every part of the server only after a while.
until temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; do sleep 2; done

while read -r name type; do
  temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type "$type" </dev/null
done <<ATTRIBUTES
KaifangCity Keyword
KaifangProcedure Keyword
KaifangCaseNumber Keyword
KaifangStage KeywordList
KaifangBody KeywordList
KaifangDueAt Datetime
ATTRIBUTES
