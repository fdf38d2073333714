#!/usr/bin/env bash
# SeaweedFS, all its servers in one process. Needs Go 1.25, and takes many minutes to build, so CI does
# not run it. The usage is in common.sh.
. "$(dirname "$0")/common.sh"

VERSION=v0.0.0-20261109003541-7506e5f91cd6
HOME_DIR=$CACHE/seaweedfs-$VERSION
START_WITHIN_SECONDS=120

build() { install_into "$HOME_DIR" compile; }
# As the main module: `go install` refuses one that replaces others.
compile() {
  local sources
  sources=$(go mod download -json "github.com/seaweedfs/seaweedfs@$VERSION" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  cp -r "$sources" "$1/src"
  chmod -R u+w "$1/src"
  go build -C "$1/src" -trimpath -ldflags='-s -w' -o "$1/weed" ./weed
  rm -rf "$1/src"
}
# The ports above that of S3 are for the other servers.
serve() {
  cat >"$DIR/s3.json" <<JSON
{"identities": [{"name": "tests", "actions": ["Admin", "Read", "Write", "List", "Tagging"],
  "credentials": [{"accessKey": "$ACCESS", "secretKey": "$SECRET"}]}]}
JSON
  exec "$HOME_DIR/weed" server -ip=127.0.0.1 -dir="$DIR/data" -volume.max=0 -master.volumeSizeLimitMB=256 \
    -master.telemetry=false \
    -master.port=$((PORT + 1)) -master.port.grpc=$((PORT + 2)) \
    -volume.port=$((PORT + 3)) -volume.port.grpc=$((PORT + 4)) \
    -filer.port=$((PORT + 5)) -filer.port.grpc=$((PORT + 6)) -filer.localSocket="$DIR/filer.sock" \
    -s3 -s3.port="$PORT" -s3.port.grpc=$((PORT + 7)) -s3.port.iceberg=0 -s3.port.lance=0 \
    -s3.localSocket="$DIR/s3.sock" -s3.config="$DIR/s3.json"
}

main
