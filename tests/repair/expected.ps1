# Repairs the Winsock catalogs. Written by catalog9 [version].
# Computer: EXAMPLE
# Windows:  Windows 10 2004 to 22H2
# Evidence: SYSTEM, ControlSet001
# Writes to CurrentControlSet. Use it on this computer only, and only while the catalogs are as in the evidence.
#
# What it does:
#   restores Tcpip\Start: 4 -> 0
# A catalog that changes is written whole: entries, counts, then the removal of surplus keys.
# Serial_Access_Num rises by one. To take it back, import the undo file. Restart afterwards.

$Computer = 'EXAMPLE'
$ComputerKey = 'SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName'
$Exported = @('HKLM\SYSTEM\CurrentControlSet\Services\Tcpip')

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2
$Writing = $false
$Current = ''

# Text that is not plain ASCII stands in this file as the numbers of its UTF-16 units.
function Text([string]$Units) {
    $text = ''
    foreach ($unit in $Units.Split(' ')) { $text += [char][Convert]::ToInt32($unit, 16) }
    return $text
}

function Stop-Repair([string]$Place, [string]$Expected, [string]$Found) {
    throw ('{0}: expected {1}, found {2}. The repair stops here.' -f $Place, $Expected, $Found)
}

function Open-Key([bool]$ForWriting) {
    $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($Current, $ForWriting)
    if ($null -eq $key) { Stop-Repair $Current 'this key' 'no such key' }
    return $key
}

# The type of a value and its data as text, with a colon between them.
function Read-Value([string]$Name) {
    if (-not $Writing -and $New.ContainsKey($Current)) { return 'absent:' }
    $key = Open-Key $false
    try {
        $data = $key.GetValue($Name, $null, [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
        if ($null -eq $data) { return 'absent:' }
        $kind = $key.GetValueKind($Name).ToString()
        if ($kind -eq 'Binary' -and $data -is [byte[]]) {
            return 'binary:' + [BitConverter]::ToString($data).Replace('-', '').ToLower()
        }
        if ($kind -eq 'DWord' -and $data -is [int]) { return 'dword:{0:x8}' -f $data }
        if ($kind -eq 'String' -and $data -is [string]) { return 'text:' + $data }
        if ($kind -eq 'ExpandString' -and $data -is [string]) { return 'expandable:' + $data }
        if ($kind -eq 'MultiString' -and $data -is [string[]]) {
            return 'texts:' + [string]::Join([string][char]0, $data)
        }
        return 'another type:' + $kind
    } finally {
        $key.Close()
    }
}

function Confirm-Value([string]$Name, [string]$Type, [string]$Data) {
    $expected = $Type + ':' + $Data
    $found = Read-Value $Name
    if ([string]::CompareOrdinal($expected, $found) -ne 0) {
        Stop-Repair ($Current + '\' + $Name) $expected $found
    }
}

function Confirm-Counts([int]$Values, [int]$Subkeys) {
    $key = Open-Key $false
    $found = '{0} values and {1} subkeys' -f $key.ValueCount, $key.SubKeyCount
    $key.Close()
    $expected = '{0} values and {1} subkeys' -f $Values, $Subkeys
    if ($found -ne $expected) { Stop-Repair $Current $expected $found }
}

# Keys that this repair makes; before it writes, they must not be there.
$New = @{}

function Add-Key([string]$Path) {
    $script:Current = $Path
    $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($Path)
    if ($null -ne $key) {
        $key.Close()
        Stop-Repair $Path 'no such key' 'a key'
    }
    $New[$Path] = $true
    if ($Writing) { [Microsoft.Win32.Registry]::LocalMachine.CreateSubKey($Path).Close() }
}

function Enter-Key([string]$Path) {
    $script:Current = $Path
    if ($Writing -or -not $New.ContainsKey($Path)) { (Open-Key $false).Close() }
}

# Sets a value, if it still holds what the evidence shows.
function Set-Value([string]$Name, [string]$OldType, [string]$OldData, [string]$Type, [string]$Data) {
    Confirm-Value $Name $OldType $OldData
    if (-not $Writing) { return }
    $key = Open-Key $true
    try {
        if ($Type -eq 'binary') {
            $bytes = New-Object byte[] ($Data.Length / 2)
            for ($i = 0; $i -lt $bytes.Length; $i++) { $bytes[$i] = [Convert]::ToByte($Data.Substring(2 * $i, 2), 16) }
            $key.SetValue($Name, [byte[]]$bytes, [Microsoft.Win32.RegistryValueKind]::Binary)
        } elseif ($Type -eq 'dword') {
            $key.SetValue($Name, [Convert]::ToInt32($Data, 16), [Microsoft.Win32.RegistryValueKind]::DWord)
        } elseif ($Type -eq 'text') {
            $key.SetValue($Name, $Data, [Microsoft.Win32.RegistryValueKind]::String)
        } elseif ($Type -eq 'expandable') {
            $key.SetValue($Name, $Data, [Microsoft.Win32.RegistryValueKind]::ExpandString)
        } elseif ($Type -eq 'texts') {
            $key.SetValue($Name, [string[]]$Data.Split([char]0), [Microsoft.Win32.RegistryValueKind]::MultiString)
        } else {
            Stop-Repair ($Current + '\' + $Name) 'a known type' $Type
        }
    } finally {
        $key.Close()
    }
}

function Remove-Value([string]$Name, [string]$OldType, [string]$OldData) {
    Confirm-Value $Name $OldType $OldData
    if (-not $Writing) { return }
    $key = Open-Key $true
    $key.DeleteValue($Name)
    $key.Close()
}

# What the key holds was confirmed in the lines before.
function Remove-Key([string]$Path) {
    if ($Writing) { [Microsoft.Win32.Registry]::LocalMachine.DeleteSubKeyTree($Path) }
}

function Repair {
    Enter-Key 'SYSTEM\CurrentControlSet\Services\Tcpip'
    Set-Value 'Start' 'dword' '00000004' 'dword' '00000000'
}

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
