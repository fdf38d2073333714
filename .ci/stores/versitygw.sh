#!/usr/bin/env bash
# Versity S3 Gateway over a folder. Needs Go 1.25. The usage is in common.sh.
. "$(dirname "$0")/common.sh"

VERSION=v1.8.0
HOME_DIR=$CACHE/versitygw-$VERSION

build() { install_into "$HOME_DIR" compile; }
compile() {
  GOBIN=$1 go install -trimpath -ldflags='-s -w' "github.com/versity/versitygw/cmd/versitygw@$VERSION"
}
serve() {
  mkdir "$DIR/iam"
  ROOT_ACCESS_KEY=$ACCESS ROOT_SECRET_KEY=$SECRET exec "$HOME_DIR/versitygw" \
    --port "127.0.0.1:$PORT" --region "$REGION" --iam-dir "$DIR/iam" posix "$DIR/data"
}

main
