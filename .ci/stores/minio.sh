#!/usr/bin/env bash
# MinIO on the loopback address, for the tests: one drive, built once from its Go module, because
# the project ships no binaries any more.
#
#   minio.sh build            build it (about two minutes on two cores, kept afterwards)
#   minio.sh start DIR PORT   build it if missing, start it, create the bucket, write DIR/env
#   minio.sh stop DIR         end it and drop its data
#
# Environment, read by `start`: ACCESS, SECRET, BUCKET. MINIO_BIN names a server that is there already.
set -euo pipefail

VERSION=v0.0.0-20260212201848-7aac2a2c5b7c
BIN=${MINIO_BIN:-${XDG_CACHE_HOME:-$HOME/.cache}/s3-upload-stores/minio-$VERSION}
REGION=us-east-1
READY_WITHIN_SECONDS=60

die() { printf 'minio: %s\n' "$*" >&2; exit 1; }

build() {
  [[ ! -x $BIN ]] || return 0
  [[ -z ${MINIO_BIN:-} ]] || die "MINIO_BIN=$MINIO_BIN cannot be run"
  command -v go >/dev/null || die 'needs Go 1.24 or newer to build MinIO, or MINIO_BIN'
  local new
  mkdir -p "$(dirname "$BIN")"
  new=$(mktemp -d "$BIN.XXXXXX")
  GOBIN=$new go install -trimpath -ldflags='-s -w' "github.com/minio/minio@$VERSION" >"$new/log" 2>&1 ||
    { tail -20 "$new/log" >&2; die 'go install failed'; }
  # Whole or not at all.
  mv "$new/minio" "$BIN"
  rm -rf "$new"
}

start() {
  local dir=$1 port=$2 ends=$((SECONDS + READY_WITHIN_SECONDS)) status
  [[ -n $port ]] || die 'start needs a port'
  build
  mkdir -p "$dir/data"
  MINIO_ROOT_USER=$ACCESS MINIO_ROOT_PASSWORD=$SECRET MINIO_SITE_REGION=$REGION \
    MINIO_KMS_SECRET_KEY="lab:$(head -c 32 /dev/urandom | base64)" \
    MINIO_API_CORS_ALLOW_ORIGIN='*' MINIO_BROWSER=off MINIO_UPDATE=off MINIO_CALLHOME_ENABLE=off \
    MINIO_API_STALE_UPLOADS_EXPIRY=24h MINIO_CI_CD=1 \
    setsid nohup "$BIN" server --quiet --address "127.0.0.1:$port" "$dir/data" </dev/null >"$dir/log" 2>&1 &
  echo $! >"$dir/pid"
  until curl -sf -o /dev/null --max-time 2 "http://127.0.0.1:$port/minio/health/ready"; do
    kill -0 "$(cat "$dir/pid")" 2>/dev/null || { tail -20 "$dir/log" >&2; die 'it ended by itself'; }
    ((SECONDS < ends)) || { stop "$dir"; die "not ready within $READY_WITHIN_SECONDS s"; }
    sleep 0.1
  done
  status=$(curl -s -o "$dir/bucket.out" -w '%{http_code}' --max-time 20 -X PUT \
    --aws-sigv4 "aws:amz:$REGION:s3" --user "$ACCESS:$SECRET" "http://127.0.0.1:$port/$BUCKET") || true
  [[ $status == 200 || $status == 409 ]] || { stop "$dir"; die "the bucket cannot be created: $status"; }
  echo "ENDPOINT=http://127.0.0.1:$port" >"$dir/env"
}

stop() {
  local dir=$1 pid
  pid=$(cat "$dir/pid" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  kill -KILL "$pid" 2>/dev/null || true
  rm -rf "$dir/data" "$dir/pid" "$dir/env"
}

case ${1:-} in
build) build ;;
start) start "${2:?a folder is missing}" "${3:-}" ;;
stop) stop "${2:?a folder is missing}" ;;
*) sed -n '2,9p' "$0"; exit 2 ;;
esac
