# A blog that is gone, out of a real player of web archives: pywb holds what a fetch of the pages recorded, and later
# captures of whoever had the domain then. All posts come back, with the text the pages had.

wayback_archive() (
  set -euo pipefail
  exits 3 md fetch "http://127.0.0.1:$port" --source sitemap --source archive --name pages --no-media
  cd "$work"
  rm -rf pywb && mkdir pywb && cd pywb
  "$tools/venv/bin/wb-manager" init web
  "$tools/venv/bin/python" - "$work/archives/pages" later.warc.gz << 'PY'
import glob, io, json, sys
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter
posts = [json.load(open(p)) for p in sorted(glob.glob(sys.argv[1] + "/posts/**/*.json", recursive=True))]
assert len(posts) > 20, len(posts)
with open(sys.argv[2], "wb") as out:
    writer = WARCWriter(out, gzip=True)
    for n, post in enumerate(posts):
        page = [b"<title>for sale</title><p>This domain is for sale. Related searches: %d</p>" % n,
                b"<title>404 Not Found</title><h1>Not Found</h1>", b"<html></html>"][n % 3]
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record(post["url"], "response", payload=io.BytesIO(page), http_headers=head,
            warc_headers_dict={"WARC-Date": "2029-01-01T00:00:00Z"}))
PY
  "$tools/venv/bin/wb-manager" add web "$work"/archives/pages/raw/*.warc.gz later.warc.gz
  printf 'collections_root: collections\nredirect_to_exact: true\nframed_replay: false\n' > config.yaml
  archive=$(free_port)
  "$tools/venv/bin/wayback" -p "$archive" -b 127.0.0.1 > pywb.log 2>&1 &
  player=$!
  trap 'kill $player' EXIT
  for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$archive/" && break; sleep 0.2; done
  md fetch "http://127.0.0.1:$port" --wayback --wayback-base "http://127.0.0.1:$archive/web/" --name back --no-media || [ $? = 3 ]
  python3 - "$work/archives" << 'PY'
import glob, json, sys
def read(name):
    posts = [json.load(open(p)) for f in ("posts", "pages") for p in glob.glob(f"{sys.argv[1]}/{name}/{f}/**/*.json", recursive=True)]
    return {p["url"]: p for p in posts}
pages, back = read("pages"), read("back")
assert len(pages) > 30, len(pages)
lost = sorted(set(pages) - set(back))
assert not lost, lost
fields = ("title", "text", "html", "published", "authors", "tags", "categories", "comments")
other = [(u, f) for u in pages for f in fields if pages[u][f] != back[u][f]]
assert not other, other[:5]
PY
  exits 0 md verify back
)

step "a blog that is gone, out of pywb" wayback_archive
