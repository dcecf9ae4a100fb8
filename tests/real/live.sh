# A live WordPress, and the export file it writes: both give the posts that WordPress itself says it has.

start_wordpress() {
  "$real/wordpress.sh" up "$port"
  "$real/wordpress.sh" truth "$work/truth.jsonl"
  "$real/wordpress.sh" export "$work/export.xml"
}

fetch_live() {
  exits 3 md fetch "http://127.0.0.1:$port" --name live --report "$work/fetch.json"
  cat "$work/fetch.json"
}

# Whatever is wanted and not had is listed, and nothing else.
gaps_of_live() {
  exits 3 md gaps live --json > "$work/gaps.json"
  python3 - "$work/gaps.json" "$work/archives/live" << 'PY'
import json, pathlib, sys
gaps = {g["url"]: g for g in json.load(open(sys.argv[1]))}
posts = [json.loads(f.read_text()) for f in pathlib.Path(sys.argv[2]).glob("p*/**/*.json")]
lost = {m["url"] for p in posts for m in p["media"] if not m["sha256"]}
protected = [u for u, g in gaps.items() if g["reason"] == "protected"]
assert len(protected) == 1 and "/2010/09/protected" in protected[0], gaps
assert any(u.endswith("/gone-200x200.png") and gaps[u]["reason"] == "not-found" for u in gaps), gaps
assert "http://pictures.invalid/never.jpg" in gaps, gaps
assert lost <= set(gaps), lost - set(gaps)
assert set(gaps) <= lost | set(protected), set(gaps) - lost
PY
}

# What came over the wire is kept as it came.
raw_of_live() {
  local warc found=0
  for warc in "$work/archives/live"/raw/*.warc.gz; do
    "$tools/venv/bin/warcio" check -v "$warc" > "$work/warc.log" || { tail -5 "$work/warc.log"; return 1; }
    [ "$(grep -c 'digest pass' "$work/warc.log")" -ge 20 ] && found=1
  done
  [ $found = 1 ]
}

import_export() {
  exits 3 "$bin" --archives "$work/imported" import "$work/export.xml" --name file
}

# The same two captures in both orders, into archives of the same name. An import asks the network for nothing: the
# pictures that only the export file names come with the next fetch.
either_order() {
  local a=$work/first b=$work/second
  exits 3 "$bin" --archives "$a" fetch "http://127.0.0.1:$port" --name both
  exits 3 "$bin" --archives "$a" import "$work/export.xml" --name both
  exits 3 "$bin" --archives "$a" fetch "http://127.0.0.1:$port" --name both
  exits 3 "$bin" --archives "$b" import "$work/export.xml" --name both
  exits 3 "$bin" --archives "$b" fetch "http://127.0.0.1:$port" --name both
  compare same "$a/both" "$b/both"
  compare truth "$work/truth.jsonl" "$a/both" --all $not_alike
}

# Its feeds and its pages, saved by other hands: less is in them, and what is in them is right.
import_feeds() {
  local kind
  for kind in rss2 atom; do
    curl -fsS -o "$work/$kind.xml" "http://127.0.0.1:$port/feed/$kind/"
    exits 3 "$bin" --archives "$work/imported" import "$work/$kind.xml" --name $kind
    compare truth "$work/truth.jsonl" "$work/imported/$kind" --part --only title,published,authors,captions,text,picture,post $not_alike
  done
}

import_pages() {
  mkdir "$work/pages"
  python3 - "$work" << 'PY'
import json, sys, urllib.request
for row in map(json.loads, open(sys.argv[1] + "/truth.jsonl")):
    if row["status"] == "publish" and row["type"] == "post" and not row["password"]:
        page = urllib.request.urlopen(row["url"]).read()
        open(f"{sys.argv[1]}/pages/{row['id']}.html", "wb").write(page)
PY
  exits 3 "$bin" --archives "$work/imported" import "$work/pages" --name pages
  # of a post in three parts a page shows the first
  compare truth "$work/truth.jsonl" "$work/imported/pages" --part --only title,published,local,authors,captions,text,picture,post,kind $not_alike,three-parts:text
}

port=$(free_port)
# The words on buttons and the titles of frames: one side has them, the other has not, and both are right.
not_alike="--except unwanted:text,embeds:text"
servers+=("$WP_STATE")
step "a real WordPress" start_wordpress
step "fetch it without being told what it is" fetch_live
step "fetched posts are what WordPress says" compare truth "$work/truth.jsonl" "$work/archives/live" $not_alike
step "what is missing is listed" gaps_of_live
step "what was received is kept, and valid WARC" raw_of_live
step "verify finds the fetched archive sound" md verify live
step "import its export file" import_export
step "imported posts are what WordPress says" compare truth "$work/truth.jsonl" "$work/imported/file" --all $not_alike
step "fetch and import give the same posts in either order" either_order
step "import its feeds" import_feeds
step "import its pages" import_pages
step "verify finds the imported archives sound" "$bin" --archives "$work/imported" verify
step "verify finds the archive of both sound" "$bin" --archives "$work/first" verify
