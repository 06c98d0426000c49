#!/usr/bin/env bash
# curl's walk through a running node, as the README shows it. Usage: walk.sh http://127.0.0.1:8080
set -euo pipefail
url=$1
count=0
type=application/fhir+json

ok() { count=$((count + 1)); echo "ok $count - $1"; }
fail() { echo "FAILED: $1"; exit 1; }
# expect STATUS DESCRIPTION curl-arguments…: the body is in $body, the head in $head
expect() {
  local want=$1 what=$2; shift 2
  local file; file=$(mktemp)
  body=$(curl -sS -H "Content-Type: $type" -D "$file" "$@" -w '\n%{http_code}')
  local status=${body##*$'\n'}
  body=${body%$'\n'*}; head=$(tr -d '\r' <"$file"); rm -f "$file"
  [ "$status" = "$want" ] || fail "$what: $status instead of $want: $body"
  ok "$what"
}
header() { sed -n "s/^$1: //Ip" <<<"$head"; }

expect 201 'POST creates' -X POST "$url/fhir/Patient" -d '{"resourceType":"Patient","name":[{"family":"Curl"}],"birthDate":"1970-05"}'
id=$(header location | sed -E 's#.*/Patient/([^/]+)/_history/1#\1#')
[ -n "$(header chartlog-commit)" ] && [ -n "$(header chartlog-position)" ] && [ "$(header etag)" = 'W/"1"' ] || fail "heads of a create: $head"
position=$(header chartlog-position)
commit=$(header chartlog-commit)
expect 200 'GET reads, at least at the position written' -H "Chartlog-Min-Position: $position" "$url/fhir/Patient/$id"
expect 304 'If-None-Match of the current version' -H 'If-None-Match: W/"1"' "$url/fhir/Patient/$id"
expect 200 'the commit is known' "$url/commits/$commit"
[ "$(jq -r .state <<<"$body")" = accepted ] || fail "state: $body"
expect 412 'If-Match of a version that is not current' -X PUT -H 'If-Match: W/"7"' "$url/fhir/Patient/$id" -d "{\"resourceType\":\"Patient\",\"id\":\"$id\"}"
expect 200 'an identical PUT is confirmed' -X PUT "$url/fhir/Patient/$id" -d "{\"resourceType\":\"Patient\",\"id\":\"$id\",\"name\":[{\"family\":\"Curl\"}],\"birthDate\":\"1970-05\"}"
[ "$(header etag)" = 'W/"1"' ] || fail "an identical PUT made a version: $head"
expect 201 'the same key and content' -X POST -H "Idempotency-Key: curl-$$" "$url/fhir/Observation" -d "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"Patient/$id\"}}"
first=$(header location)
expect 201 'gets the first answer again' -X POST -H "Idempotency-Key: curl-$$" "$url/fhir/Observation" -d "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"Patient/$id\"}}"
[ "$(header location)" = "$first" ] || fail "a repeat made another: $first $(header location)"
expect 409 'the same key with other content' -X POST -H "Idempotency-Key: curl-$$" "$url/fhir/Observation" -d "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"y\"},\"subject\":{\"reference\":\"Patient/$id\"}}"
expect 200 'the chart' "$url/charts/$id"
expect 200 'the medication list' "$url/charts/$id/medications"
expect 200 'the timeline' "$url/charts/$id/timeline"
expect 400 'a moment that cannot be shown yet is refused' "$url/charts/$id?asOf=2024-01-01T00:00:00Z"
expect 400 'a token of another log' -H 'Chartlog-Min-Position: 00000000000000000000000000000000:0-1' "$url/charts/$id"
expect 404 'an unknown patient' "$url/charts/nobody"
expect 400 'broken JSON' -X POST "$url/fhir/Patient" -d '{"resourceType":"Patient",'
expect 400 'duplicate keys' -X POST "$url/fhir/Patient" -d '{"resourceType":"Patient","gender":"male","gender":"female"}'
type=text/plain expect 415 'another content type' -X POST "$url/fhir/Patient" -d 'x'
expect 405 'a method that is not there' -X DELETE "$url/charts/$id"
live=$(curl -sS -m 3 "$url/live?patient=$id&since=$(cut -d: -f1 <<<"$position"):$(cut -d: -f2 <<<"$position" | sed 's/-.*/-0/')" || true)
grep -q '^event: change' <<<"$live" || fail "no change on /live: $live"
ok 'server-sent events from a position'
echo "$count passed, 0 failed"
