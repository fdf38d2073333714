# Sourced by the scripts beside it. Each starts one S3 server on the loopback address for the tests:
#
#   NAME.sh build             install the pinned version, once (cached afterwards)
#   NAME.sh start DIR PORT    install it if missing, start it, create the bucket, print its settings
#   NAME.sh stop DIR          end it and drop its data
#
# Environment, read by `start`: ACCESS, SECRET, BUCKET, CORS_ORIGINS (all optional).
#
# The server ends with the process that called `start`, even if that is killed. A script defines
# `build`, `serve` (replaces the shell with the server, for $PORT and $DIR/data), and, where the
# server has a way of its own, `allow_origins`.
set -euo pipefail

NAME=$(basename "$0" .sh)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/s3-upload-stores
VERB=${1:-}
DIR=${2:-}
PORT=${3:-}
ACCESS=${ACCESS:-labaccesskey0000}
SECRET=${SECRET:-labsecretlabsecretlabsecretlabsecret0000}
BUCKET=${BUCKET:-uploads}
REGION=${REGION:-us-east-1}
CORS_ORIGINS=${CORS_ORIGINS:-*}
START_WITHIN_SECONDS=60

say() { printf '%s: %s\n' "$NAME" "$*" >&2; }
die() { say "$*"; exit 1; }

# Installs into a new folder that gets its name only when it is complete.
install_into() { # FOLDER COMMAND...
  local folder=$1 began=$SECONDS
  shift
  [[ ! -e $folder ]] || return 0
  mkdir -p "$CACHE"
  local new
  new=$(mktemp -d "$CACHE/new.XXXXXX")
  "$@" "$new" >"$new/log" 2>&1 || { tail -20 "$new/log" >&2; rm -rf "$new"; die "cannot be installed"; }
  mv -T "$new" "$folder" 2>/dev/null || rm -rf "$new"
  say "installed in $((SECONDS - began)) s"
}

signed() { # METHOD PATH BODY_FILE [curl's arguments]
  local method=$1 path=$2 body=$3
  shift 3
  curl -s --max-time 20 -X "$method" --aws-sigv4 "aws:amz:$REGION:s3" --user "$ACCESS:$SECRET" \
    -H "x-amz-content-sha256: $(openssl sha256 -r "$body" | cut -d' ' -f1)" --data-binary "@$body" \
    "http://127.0.0.1:$PORT$path" "$@"
}

answers() { curl -s -o /dev/null --max-time 2 "http://127.0.0.1:$PORT/"; }

make_bucket() {
  local code
  code=$(signed PUT "/$BUCKET" /dev/null -o "$DIR/bucket.out" -w '%{http_code}') || true
  [[ $code == 200 || $code == 409 ]] || die "create bucket: $code $(cat "$DIR/bucket.out")"
}

# By PutBucketCors, for which Amazon requires Content-MD5.
allow_origins() {
  local origin origins rules='' code
  # Not by word splitting, which would also replace * by the names of files.
  read -ra origins <<<"$CORS_ORIGINS"
  for origin in "${origins[@]}"; do rules+="<AllowedOrigin>$origin</AllowedOrigin>"; done
  printf '<CORSConfiguration><CORSRule>%s%s<AllowedHeader>*</AllowedHeader>%s</CORSRule></CORSConfiguration>' "$rules" \
    '<AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod><AllowedMethod>GET</AllowedMethod>' \
    '<ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>300</MaxAgeSeconds>' >"$DIR/cors.xml"
  code=$(signed PUT "/$BUCKET?cors=" "$DIR/cors.xml" -H 'content-type: application/xml' \
    -H "content-md5: $(openssl md5 -binary "$DIR/cors.xml" | base64)" \
    -o "$DIR/cors.out" -w '%{http_code}') || true
  [[ $code == 2* ]] || die "bucket CORS: $code $(cat "$DIR/cors.out")"
}

start() {
  [[ $PORT =~ ^[0-9]+$ ]] || die 'start needs a port'
  mkdir -p "$DIR"
  [[ -z $(ls -A "$DIR") ]] || die "$DIR is not empty"
  build
  DIR=$(cd "$DIR" && pwd)
  mkdir "$DIR/data"
  ! answers || die "something else listens on port $PORT"
  (serve) </dev/null >"$DIR/log" 2>&1 &
  local server=$! end=$((SECONDS + START_WITHIN_SECONDS))
  echo "$server" >"$DIR/pid"
  end_with "$PPID" "$server" </dev/null >/dev/null 2>&1 &
  disown -a
  until answers; do
    kill -0 "$server" 2>/dev/null || die "it died: $(tail -5 "$DIR/log")"
    ((SECONDS < end)) || { kill "$server"; die "gave up waiting, see $DIR/log"; }
    sleep 0.1
  done
  make_bucket
  allow_origins
  printf 'ENDPOINT=http://127.0.0.1:%s\nBUCKET=%s\nACCESS=%s\nSECRET=%s\nREGION=%s\n' \
    "$PORT" "$BUCKET" "$ACCESS" "$SECRET" "$REGION" | tee "$DIR/env"
}

end_with() { # PARENT SERVER
  while kill -0 "$1" && kill -0 "$2"; do sleep 1; done
  kill "$2"
}

stop() {
  local server
  server=$(cat "$DIR/pid" 2>/dev/null) || die "nothing was started in $DIR"
  { tr '\0' ' ' <"/proc/$server/cmdline"; } 2>/dev/null | grep -qF "$(marks)" && kill "$server" || true
  for _ in $(seq 50); do
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  rm -rf "$DIR"
}

# What the server's command line contains, so that `stop` never ends another process.
marks() { echo "$DIR"; }

main() {
  case $VERB in
  build) build ;;
  start) [[ -n $DIR ]] || die 'start needs a folder'; start ;;
  stop) [[ -n $DIR ]] || die 'stop needs a folder'; DIR=$(cd "$DIR" && pwd); stop ;;
  *) sed -n '3,10p' "$(dirname "$0")/common.sh"; exit 2 ;;
  esac
}
