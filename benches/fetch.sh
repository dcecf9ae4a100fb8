#!/usr/bin/env bash
# A fetch of a real WordPress beside the same listing by curl: what a server makes of it, and what we add to that.
# Both ask for posts, pages, comments, users, terms and media by the hundred; curl asks for the same pictures too.
#   benches/fetch.sh [POSTS] [ROUNDS]     default: 2000 5
# Needs what tests/run installs. Prints each round's times and the median of their ratios.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
posts=${1:-2000} rounds=${2:-5}
cd "$root"
cargo build --release --quiet
bin=${CARGO_TARGET_DIR:-$root/target}/release/mdarchive
work=$(mktemp -d)
export WP_STATE=$work/wordpress WP_DEBS=${CARGO_TARGET_DIR:-$root/target}/tests/wordpress
trap '"$root/tests/real/wordpress.sh" remove > /dev/null 2>&1; rm -rf "$work"' EXIT
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
tests/real/wordpress.sh up "$port"
tests/real/wordpress.sh seed "$posts"
base=http://127.0.0.1:$port

seconds() { # COMMAND ... : how long it takes
  local begun; begun=$(date +%s.%N)
  "$@" > "$work/log" 2>&1 || [ $? = 3 ] || { tail -5 "$work/log" >&2; exit 1; }
  echo "$(date +%s.%N) - $begun" | bc
}
list() { # each listing, page after page, then the pictures
  local name page pages
  for name in users categories tags media comments posts pages; do
    page=1 pages=1
    while [ "$page" -le "$pages" ]; do
      curl -fsS --compressed -D "$work/head" -o "$work/body" \
        "$base/wp-json/wp/v2/$name?per_page=100&orderby=id&order=asc&page=$page"
      pages=$(sed -n 's/^X-WP-TotalPages: *\([0-9]*\).*/\1/ip' "$work/head")
      page=$((page + 1))
    done
  done
  curl -fsS --parallel --parallel-max 8 --config "$work/pictures" || true
}
fetch() { rm -rf "$work/archives"; "$bin" --archives "$work/archives" fetch "$base"; }

# A first fetch warms the server and tells which pictures there are.
fetch > "$work/log" 2>&1 || true
"$bin" --archives "$work/archives" export --jsonl -o "$work" > /dev/null
python3 - "$work" << 'PY' > "$work/pictures"
import glob, json, sys
urls = {m["url"] for f in glob.glob(sys.argv[1] + "/*.jsonl") for line in open(f) for m in json.loads(line).get("media", []) if m.get("sha256")}
for n, u in enumerate(sorted(urls)):
    print(f'url = "{u}"\noutput = "{sys.argv[1]}/picture-{n}"')
PY
echo "$posts seeded posts, $(grep -c '^url' "$work/pictures") pictures"
for n in $(seq "$rounds"); do
  ours=$(seconds fetch) theirs=$(seconds list)
  ratio=$(echo "scale=2; $ours / $theirs" | bc)
  echo "round $n: fetch $ours s, curl $theirs s, ratio $ratio"
  echo "$ratio" >> "$work/ratios"
done
echo "median ratio fetch / curl: $(sort -n "$work/ratios" | sed -n "$(((rounds + 1) / 2))p") (bound: 1.3)"
