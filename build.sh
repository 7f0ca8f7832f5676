#!/usr/bin/env bash
# One of two doors (the other is build.ps1) to the verbs in .ci/build.cs: no argument builds; run, test, perf, images; help lists them.
set -u
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
if ! sdks="$(cd "$root" && dotnet --version 2>/dev/null)" || [[ "$sdks" != 1[0-9].* ]]; then
    echo "rebound: the .NET 10 SDK is needed and 'dotnet' does not offer it: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
    exit 2
fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 REBOUND_ROOT="$root"
exec dotnet run --file "$root/.ci/build.cs" --verbosity quiet -- "$@"
