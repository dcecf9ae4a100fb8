# Bodies out of the export file against what the same WordPress makes of them; the same blog by four ways.

# Text and blocks of posts as typed, rendered here and there. What is left out is named with the reason.
bodies_of_export() {
  "$tools/venv/bin/python" "$real/bodies.py" "http://127.0.0.1:$port" "$work/imported/file" "$work/export.xml" --list --least 100
}

# An export, a feed, saved pages and the live site: one post each, and the same ones in whatever order they come.
four_ways() {
  local archives=$1 way; shift
  for way in "$@"; do
    case $way in
      live) exits 3 "$bin" --archives "$archives" fetch "http://127.0.0.1:$port" --name ways ;;
      *) exits 3 "$bin" --archives "$archives" import "$work/$way" --name ways ;;
    esac
  done
  # what one way brings and another only names comes when all are there
  exits 3 "$bin" --archives "$archives" fetch "http://127.0.0.1:$port" --name ways
}

any_order() {
  four_ways "$work/ways1" export.xml rss2.xml pages live
  four_ways "$work/ways2" live pages rss2.xml export.xml
  compare same "$work/ways1/ways" "$work/ways2/ways"
  compare truth "$work/truth.jsonl" "$work/ways1/ways" --all $not_alike
  "$bin" --archives "$work/ways1" verify
}

# Each field says who gave it; where two disagree is told, and nowhere else.
who_said_what() {
  python3 - "$work/ways1/ways" << 'PY'
import json, pathlib, sys
posts = [json.loads(f.read_text()) for f in pathlib.Path(sys.argv[1]).glob("p*/**/*.json")]
assert max(len(p["sources"]) for p in posts) == 4, [p["sources"] for p in posts]
for p in posts:
    kinds = {s["kind"] for s in p["sources"]}
    for name, field in p["fields"].items():
        assert field["source"] in kinds, (p["url"], name, field, kinds)
PY
  "$bin" --archives "$work/ways1" log ways --json > "$work/log.json"
  python3 - "$work/log.json" << 'PY'
import json, sys
log = json.load(open(sys.argv[1]))[0]
assert [r["command"] for r in log["runs"]] == ["fetch", "fetch", "import", "import", "import"], log["runs"]
for c in log["conflicts"]:
    print(c["title"], c["field"], c["source"], c["value"], c["against"])
PY
}

# Everything again changes nothing.
ways_again() {
  listing "$work/ways1/ways" | grep -v ' ./runs.jsonl$' | grep -v ' ./raw/' > "$work/before"
  four_ways "$work/ways1" rss2.xml export.xml pages live
  listing "$work/ways1/ways" | grep -v ' ./runs.jsonl$' | grep -v ' ./raw/' > "$work/after"
  diff "$work/before" "$work/after"
}

step "bodies of the export are as WordPress shows them" bodies_of_export
step "an export, a feed, pages and the live site make the same posts in any order" any_order
step "each field says where it came from" who_said_what
step "all four again change nothing" ways_again
