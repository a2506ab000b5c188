# Makes Vortarium the shell of one Windows account: it starts at logon in place of the desktop, and
# again when it fails. Run as administrator on Windows 10 or 11 Enterprise, Education or IoT:
#
#     .\kiosk.ps1 -Account exhibit -App "C:\Program Files\Vortarium\Vortarium.exe"
#     .\kiosk.ps1 -Account exhibit -Remove
param(
    [Parameter(Mandatory)] [string] $Account,
    [string] $App,
    [string] $Options = "--kiosk --lan",
    [switch] $Remove
)
$ErrorActionPreference = "Stop"

$identity = New-Object System.Security.Principal.NTAccount($Account)
$sid = $identity.Translate([System.Security.Principal.SecurityIdentifier]).Value
$policies = "Registry::HKEY_USERS\$sid\Software\Microsoft\Windows\CurrentVersion\Policies"
# What Ctrl+Alt+Del offers, and the edges of a touch screen.
$values = @(
    @("$policies\System", "DisableTaskMgr"),
    @("$policies\System", "DisableLockWorkstation"),
    @("$policies\System", "DisableChangePassword"),
    @("$policies\Explorer", "NoLogoff"),
    @("$policies\Explorer", "NoWinKeys"),
    @("HKLM:\SOFTWARE\Policies\Microsoft\Windows\EdgeUI", "AllowEdgeSwipe")
)

function Set-Values([int] $locked) {
    foreach ($pair in $values) {
        $path, $name = $pair
        $value = if ($name -eq "AllowEdgeSwipe") { 1 - $locked } else { $locked }
        if (-not (Test-Path $path)) { New-Item -Path $path -Force | Out-Null }
        New-ItemProperty -Path $path -Name $name -Value $value -PropertyType DWord -Force | Out-Null
    }
}

$shell = [wmiclass] "\\localhost\root\standardcimv2\embedded:WESL_UserSetting"
if ($Remove) {
    $shell.RemoveCustomShell($sid) | Out-Null
    Set-Values 0
    Write-Output "$Account has its desktop again."
    return
}
if (-not (Test-Path $App)) { throw "there is no app at '$App'; give its path with -App" }
if (-not (Test-Path "Registry::HKEY_USERS\$sid")) {
    throw "$Account must be logged on once, so that its settings can be written"
}
Enable-WindowsOptionalFeature -Online -FeatureName Client-DeviceLockdown, Client-EmbeddedShellLauncher `
    -NoRestart -All | Out-Null
# When it ends it is started again, but for the operator's way out (exit code 0). Everybody else
# keeps the desktop.
$restart, $nothing = 0, 3
$shell.SetDefaultShell("explorer.exe", $restart) | Out-Null
$shell.SetCustomShell($sid, "`"$App`" $Options", @(0), @($nothing), $restart) | Out-Null
$shell.SetEnabled($true) | Out-Null
Set-Values 1
Write-Output "From the next logon $Account sees Vortarium and nothing else."
