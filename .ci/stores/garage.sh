#!/usr/bin/env bash
# Garage on one node. Needs Cargo and a C compiler, and takes many minutes to build, so CI does not
# run it. The usage is in common.sh.
. "$(dirname "$0")/common.sh"

VERSION=2.5.0
HOME_DIR=$CACHE/garage-$VERSION

build() { install_into "$HOME_DIR" compile; }
# Optimised no more than tests need, and without what they do not use.
compile() {
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=64 \
    cargo install --locked --no-default-features --features bundled-libs,lmdb \
    --root "$1" --target-dir "$1/target" "garage@$VERSION" && rm -rf "$1/target"
}
# The port above that of S3 is for the nodes of a cluster, which the server cannot do without.
serve() {
  cat >"$DIR/garage.toml" <<TOML
metadata_dir = "$DIR/data/meta"
data_dir = "$DIR/data/data"
db_engine = "lmdb"
replication_factor = 1
rpc_bind_addr = "127.0.0.1:$((PORT + 1))"
rpc_public_addr = "127.0.0.1:$((PORT + 1))"
rpc_secret = "$(openssl rand -hex 32)"

[s3_api]
s3_region = "$REGION"
api_bind_addr = "127.0.0.1:$PORT"
TOML
  GARAGE_DEFAULT_ACCESS_KEY=$ACCESS GARAGE_DEFAULT_SECRET_KEY=$SECRET GARAGE_DEFAULT_BUCKET=$BUCKET \
    exec "$HOME_DIR/bin/garage" -c "$DIR/garage.toml" server --single-node --default-bucket
}
# The server has created it.
make_bucket() { :; }

main
