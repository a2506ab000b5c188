#!/bin/sh
# Put Vortarium, where it lies now, into this user's menu of applications; `--remove` takes it out.
set -eu

folder=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
entries=${XDG_DATA_HOME:-$HOME/.local/share}/applications
entry=$entries/vortarium.desktop

case ${1:-} in
  --remove) rm -f "$entry"; echo "Removed $entry"; exit 0 ;;
  "") ;;
  *) echo "usage: install.sh [--remove]" >&2; exit 2 ;;
esac

# Exec is quoted, with \ before what stays special inside; a desktop entry then reads each \ as two,
# and % as the start of a field. Last, what is special in a replacement of sed's.
escaped() { sed -e 's/[&|\\]/\\&/g'; }
quoted=$(printf '%s' "$folder/vortarium" | sed -e 's/[\\"`$]/\\&/g' -e 's/\\/\\\\/g' -e 's/%/%%/g')
exec=$(printf '"%s"' "$quoted" | escaped)
icon=$(printf '%s' "$folder/vortarium.png" | sed -e 's/\\/\\\\/g' | escaped)

mkdir -p "$entries"
sed -e "s|@EXEC@|$exec|" -e "s|@ICON@|$icon|" "$folder/vortarium.desktop.in" > "$entry"
chmod 755 "$entry"
echo "Installed $entry"
