# Is this the right computer, and may this script write there?
$Current = $ComputerKey
$found = Read-Value 'ComputerName'
if ([string]::Compare($found, 'text:' + $Computer, [StringComparison]::OrdinalIgnoreCase) -ne 0) {
    Stop-Repair 'The name of the computer' $Computer $found
}
$user = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $user.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    Stop-Repair 'The user' 'an administrator' 'an ordinary user'
}

# Check everything once, before anything is exported or written.
Repair

# Export the keys.
$folder = Join-Path (Get-Location).ProviderPath ('catalog9-' + (Get-Date).ToString('yyyyMMdd-HHmmss'))
New-Item -ItemType Directory -Path $folder | Out-Null
$number = 0
foreach ($key in $Exported) {
    $number++
    $file = Join-Path $folder ('{0}.reg' -f $number)
    & reg.exe export $key $file | Out-Null
    if ($LASTEXITCODE -ne 0 -or -not (Test-Path -LiteralPath $file)) { Stop-Repair $key 'an export' 'none' }
}

# Write, and check each value again before it is written.
$Writing = $true
$New = @{}
Repair
Write-Output ('The catalogs are repaired. The keys as they were lie in {0}. Restart Windows now.' -f $folder)
