# The raw capture in other hands: each post's source is found in it by its digest, and pywb shows the blog as it was.

# For each post: its source names a digest, the index says where that payload is, and warcio reads it there.
source_of_each_post() {
  "$tools/venv/bin/python" - "$work/archives/live" "$work/archives/pages" << 'PY'
import glob, hashlib, io, json, pathlib, sys
from warcio.archiveiterator import ArchiveIterator
for root in map(pathlib.Path, sys.argv[1:]):
    places, revisits = {}, 0
    for index in sorted(root.glob("raw/*.cdxj")):
        for line in index.read_text().splitlines():
            about = json.loads(line.split(" ", 2)[2])
            revisits += about["mime"] == "warc/revisit"
            if about["mime"] != "warc/revisit":
                places.setdefault(about["digest"], about)
    read, posts = {}, [json.loads(p.read_text()) for f in ("posts", "pages") for p in root.glob(f + "/**/*.json")]
    assert posts, root
    for post in posts:
        for source in post["sources"]:
            place = places["sha256:" + source["sha256"]]
            if source["sha256"] not in read:
                with open(root / "raw" / place["filename"], "rb") as warc:
                    warc.seek(int(place["offset"]))
                    record = next(iter(ArchiveIterator(io.BytesIO(warc.read(int(place["length"]))))))
                    raw = record.raw_stream.read()
                assert hashlib.sha256(raw).hexdigest() == source["sha256"], (post["url"], place)
                assert record.rec_headers["WARC-Payload-Digest"] == "sha256:" + source["sha256"]
                read[source["sha256"]] = record.rec_headers["WARC-Target-URI"]
            assert read[source["sha256"]] == source["uri"], (read[source["sha256"]], source)
    print(f"{root.name}: {len(posts)} posts, {len(read)} answers read by their digests, {revisits} references")
PY
}

# pywb plays the capture: every post that was got as a page is there, at the moment it was got, with its words.
shown_by_pywb() (
  set -euo pipefail
  rm -rf "$work/replay" && mkdir "$work/replay" && cd "$work/replay"
  "$tools/venv/bin/wb-manager" init web
  "$tools/venv/bin/wb-manager" add web "$work"/archives/pages/raw/*.warc.gz "$work"/archives/live/raw/*.warc.gz
  player_port=$(free_port)
  "$tools/venv/bin/wayback" -p "$player_port" -b 127.0.0.1 > pywb.log 2>&1 &
  player=$!
  trap 'kill $player' EXIT
  for _ in $(seq 100); do curl -s -o page "http://127.0.0.1:$player_port/" && break; sleep 0.2; done
  python3 - "$work/archives/pages" "http://127.0.0.1:$player_port/web" > shown << 'PY'
import html, json, pathlib, re, sys, urllib.request
root, base = pathlib.Path(sys.argv[1]), sys.argv[2]
posts = [json.loads(p.read_text()) for p in root.glob("posts/**/*.json")]
seen = 0
for post in posts:
    words = [w for w in re.findall(r"[A-Za-z]{5,}", post["text"])][:8]
    with urllib.request.urlopen(f"{base}/mp_/{post['url']}") as answer:
        page = html.unescape(answer.read().decode("utf-8", "replace"))
    lost = [w for w in words if w not in page]
    assert not lost, (post["url"], lost)
    seen += bool(words)
print(max(posts, key=lambda p: len(p["text"]))["url"])
assert seen > 20, seen
PY
  # What the blog showed is shown with its pictures, from the capture alone.
  pictures=$(python3 - "$work/archives/live" << 'PY'
import json, pathlib, sys
urls = sorted({m["url"] for p in pathlib.Path(sys.argv[1]).glob("posts/**/*.json") for m in json.loads(p.read_text())["media"] if m["sha256"] and not m.get("via")})
print("\n".join(urls[:5]))
PY
)
  for picture in $pictures; do
    curl -fsSL -o picture "http://127.0.0.1:$player_port/web/id_/$picture"
    [ -s picture ]
  done
  command -v chromium > /dev/null || "$real/apt.sh" chromium
  in_a_browser "$work/archives/pages" "$work/archives/live" "http://127.0.0.1:$player_port/web"
)

# A browser opens the pages with the most pictures that lie in the capture: the words of the posts are read off the screen,
# and the pictures are there in their shapes.
in_a_browser() ( # PAGES MEDIA PLAYER
  set -euo pipefail
  frame_port=$(free_port)
  python3 -m http.server "$frame_port" --bind 127.0.0.1 --directory "$real" > /dev/null 2>&1 &
  frame=$!
  trap 'kill $frame' EXIT
  for _ in $(seq 50); do curl -s -o "$work/probe" "http://127.0.0.1:$frame_port/frame.html" && break; sleep 0.1; done
  python3 - "$1" "$2" << 'PY' > "$work/wanted.jsonl"
import json, pathlib, sys
posts = lambda root: [json.loads(p.read_text()) for p in pathlib.Path(root).glob("posts/**/*.json")]
sizes = {m["url"]: [m["width"], m["height"]] for root in sys.argv[1:] for p in posts(root) for m in p["media"] if m["sha256"] and m["width"] and not m.get("via")}
shown = lambda p: {m["url"]: sizes[m["url"]] for m in p["media"] if m["url"] in sizes}
for p in sorted(posts(sys.argv[1]), key=lambda p: -len(shown(p)))[:4]:
    print(json.dumps({"url": p["url"], "text": p["text"], "pictures": shown(p)}))
PY
  rm -f "$work"/dom-*.html
  n=0
  while read -r row; do
    n=$((n + 1))
    url=$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["url"])' "$row")
    chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
      --disable-component-update --disable-sync --disable-web-security --disable-site-isolation-trials \
      --user-data-dir="$work/chromium" --virtual-time-budget=20000 \
      --dump-dom "http://127.0.0.1:$frame_port/frame.html?page=$3/$(date -u +%Y)mp_/$url" \
      > "$work/dom-$n.html" 2> "$work/chromium.log" < /dev/null
  done < "$work/wanted.jsonl"
  python3 - "$work" << 'PY'
import html, json, pathlib, re, sys
work, total = pathlib.Path(sys.argv[1]), 0
words = lambda text: re.findall(r"\w{4,}", text)
# A srcset scales what a browser calls the natural size; the shape stays.
like = lambda a, b: b[0] > 0 and abs(a[0] * b[1] - a[1] * b[0]) <= 0.02 * a[0] * b[1]
for n, wanted in enumerate(map(json.loads, open(work / "wanted.jsonl")), 1):
    said = re.search(r'<pre id="said">(.*?)</pre>', (work / f"dom-{n}.html").read_text(), re.S)
    seen = json.loads(html.unescape(said[1]))
    lost = [w for w in words(wanted["text"]) if w not in seen["text"]]
    assert len(lost) * 20 <= len(words(wanted["text"])), (wanted["url"], lost[:20])
    sizes = {url: [w, h] for url, w, h in seen["pictures"]}
    # The page may show another size of a picture than the one that is kept.
    both = {u: (size, sizes[u]) for u, size in wanted["pictures"].items() if u in sizes}
    assert all(like(*pair) for pair in both.values()), (wanted["url"], both)
    total += len(both)
    print(f"{wanted['url']}: {len(words(wanted['text']))} words and {len(both)} pictures on the screen")
assert total >= 2, total
PY
)

step "each post's source is found in the raw capture by its digest" source_of_each_post
step "pywb shows the blog out of the raw capture" shown_by_pywb
