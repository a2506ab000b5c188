#!/bin/sh
# Install what the program (`window`), its tests (`tests`), the checks of its pages' code (`lint`) and
# building its app (`package`) need from
# Debian or Ubuntu, where that may be done: as root, or with sudo that asks no password. Elsewhere
# say what is missing and go on: the exhibit runs without a window too.
set -u

window="libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0
libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 libxkbcommon-x11-0 libxkbcommon0 libegl1 libgl1 libopengl0
libdbus-1-3 libfontconfig1 libnss3 libnspr4 libasound2 libxcomposite1 libxdamage1 libxrandr2 libxtst6
libxkbfile1 libxslt1.1 fonts-dejavu-core"
package="binutils xz-utils"
lint="nodejs npm"
tests="chromium xvfb openbox wmctrl xdotool imagemagick"

wanted=""
for set in "$@"; do
  case $set in
    window) # a machine without a display has no use for it, unless the tests bring a display
      if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ $# -gt 1 ]; then wanted="$wanted $window"; fi ;;
    tests) wanted="$wanted $tests" ;;
    package) wanted="$wanted $package" ;;
    lint) command -v npm >/dev/null 2>&1 || wanted="$wanted $lint" ;;
    *) echo "usage: debian.sh [window] [tests] [lint] [package]" >&2; exit 2 ;;
  esac
done
[ -n "$wanted" ] || exit 0
command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 || exit 0

missing=""
for package in $wanted; do
  if ! dpkg-query -W -f='${db:Status-Status}\n' "$package" "${package}t64" 2>/dev/null | grep -qx installed; then
    missing="$missing $package"
  fi
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
  as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  as_root="sudo -n"
else
  echo "Missing Debian packages; please install them: sudo apt-get install$missing"
  exit 0
fi
echo "Installing Debian packages:$missing"
$as_root apt-get update -qq
# One by one where the list as a whole fails: names differ between releases.
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 ||
  for package in $missing; do
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
      DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "${package}t64" >/dev/null 2>&1 ||
      echo "could not install $package"
  done
exit 0
