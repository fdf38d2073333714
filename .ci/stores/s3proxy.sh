#!/usr/bin/env bash
# S3Proxy over a folder. Needs Java 17 and Maven. The usage is in common.sh.
. "$(dirname "$0")/common.sh"

VERSION=4.1.0
HOME_DIR=$CACHE/s3proxy-$VERSION
START_WITHIN_SECONDS=90

build() { install_into "$HOME_DIR" download; }
# The jar that brings its dependencies: those that its POM names do not fit together.
download() {
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    -Dartifact="org.gaul:s3proxy:$VERSION:jar:jar-with-dependencies" -DoutputDirectory="$1"
}
serve() {
  cat >"$DIR/s3proxy.conf" <<CONF
s3proxy.endpoint=http://127.0.0.1:$PORT
s3proxy.authorization=aws-v4
s3proxy.identity=$ACCESS
s3proxy.credential=$SECRET
s3proxy.cors-allow-all=true
jclouds.provider=filesystem-nio2
jclouds.filesystem.basedir=$DIR/data
CONF
  exec java -cp "$HOME_DIR/*" org.gaul.s3proxy.Main --properties "$DIR/s3proxy.conf"
}
# CORS is one rule for the whole server, in its configuration.
allow_origins() { :; }

main
