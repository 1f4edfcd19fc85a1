#!/bin/sh
# Writes Sources/TensorBoard/Generated/event.pb.swift anew from event.proto.
#
# Needs protoc (Debian: apt-get install protobuf-compiler), git and Swift. The generator comes from the same version of
# swift-protobuf that the package builds with, because the generated code checks that the two match.
set -eu

version=1.39.0
root=$(cd "$(dirname "$0")/.." && pwd)
build=${TMPDIR:-/tmp}/hypersphere-protoc-gen-swift-$version

if [ ! -d "$build" ]; then
    git clone --quiet --depth 1 --branch "$version" https://github.com/apple/swift-protobuf "$build"
fi
swift build --package-path "$build" --jobs 2 --product protoc-gen-swift
plugin=$(swift build --package-path "$build" --show-bin-path)/protoc-gen-swift

cd "$root/Sources/TensorBoard"
protoc --plugin="protoc-gen-swift=$plugin" --proto_path=Protocol \
    --swift_opt=Visibility=Internal --swift_opt=UseAccessLevelOnImports=true \
    --swift_out=Generated event.proto
