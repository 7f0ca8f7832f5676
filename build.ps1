#!/usr/bin/env pwsh
# One of two doors (the other is build.sh) to the verbs in .ci/build.cs: no argument builds; run, test, perf, images; help lists them.
Push-Location $PSScriptRoot
try { $sdk = & { dotnet --version } 2>$null } catch { $sdk = $null } finally { Pop-Location }
if ("$sdk" -notmatch '^1[0-9]\.') {
    [Console]::Error.WriteLine("rebound: the .NET 10 SDK is needed and 'dotnet' does not offer it: https://dotnet.microsoft.com/download/dotnet/10.0")
    exit 2
}
$env:DOTNET_CLI_TELEMETRY_OPTOUT = 1
$env:DOTNET_NOLOGO = 1
$env:REBOUND_ROOT = $PSScriptRoot
dotnet run --file (Join-Path $PSScriptRoot .ci/build.cs) --verbosity quiet -- @args
exit $LASTEXITCODE
