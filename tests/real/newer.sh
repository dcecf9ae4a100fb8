# A newer export over an older one: exactly the post that was edited changes, its earlier text stays and can be put back.
newer_export() { # SLUG
  local archives=$work/newer
  "$real/wordpress.sh" export "$work/older.xml"
  exits 3 "$bin" --archives "$archives" import "$work/older.xml" --name file
  "$real/wordpress.sh" touch "$1" "Words that came later."
  "$real/wordpress.sh" export "$work/newer.xml"
  exits 3 "$bin" --archives "$archives" import "$work/newer.xml" --name file --report "$work/newer.json"
  python3 - "$work/newer.json" << 'PY'
import json, sys
said = json.load(open(sys.argv[1]))
said = said[0] if isinstance(said, list) else said
assert (said["new"], said["changed"], said["amended"]) == (0, 1, 0), said
PY
  "$bin" --archives "$archives" diff "$1" > "$work/diff"
  grep -q '^+ .*Words that came later' "$work/diff"
  "$bin" --archives "$archives" revert "$1" 1
  ! "$bin" --archives "$archives" show "$1" | grep -q 'Words that came later'
  "$bin" --archives "$archives" verify
}

step "a newer export changes the post that was edited, and an earlier text can be put back" newer_export embeds
