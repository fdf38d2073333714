#!/usr/bin/env bash
# moto, a mock of Amazon S3 in memory. Needs Python 3.10 with pip. The usage is in common.sh.
. "$(dirname "$0")/common.sh"

VERSION=5.2.5
HOME_DIR=$CACHE/moto-$VERSION-packages

build() { install_into "$HOME_DIR" download; }
download() {
  python3 -m pip install --quiet --disable-pip-version-check --target "$1" "moto[s3,server]==$VERSION"
}
serve() {
  cd "$DIR/data"
  PYTHONPATH=$HOME_DIR exec python3 -c 'import sys, moto.server; moto.server.main(sys.argv[2:])' \
    "$DIR" -H 127.0.0.1 -p "$PORT"
}
# It answers pages of every origin, whatever the bucket's rule is.
allow_origins() { :; }

main
