# The collection beside the checkout: a saved post with what it must give, and larger WordPress sites.

saved_post() {
  exits 0 md import "$shared/seed/missile-defense-watch.txt" --name saved
  python3 - "$shared/seed/expected.json" "$work/archives/saved" << 'PY'
import json, pathlib, sys
want = json.load(open(sys.argv[1]))
files = list(pathlib.Path(sys.argv[2]).glob("posts/**/*.json"))
assert len(files) == 1, files
post = json.loads(files[0].read_text())
fold = lambda t: " ".join(t.split())
body = fold(post["text"])
related = [l for l in post["links"] if l["kind"] == "related"]
got = {
    "title": post["title"],
    "tags": [t["label"] for t in post["tags"]],
    "captions": [fold(c["text"]) for c in post["captions"]],
    "related": [fold(l["text"]) for l in related],
    "series": post["series"],
    "published": post["published"],
}
for name, value in got.items():
    assert value == want[name], (name, value, want[name])
assert all(l["url"] is None for l in related), related
assert body.startswith(fold(want["body_first"])), body[:200]
assert body.endswith(fold(want["body_last"])), body[-300:]
assert not [t for t in want["body_excludes"] if fold(t) in body], body
filled = [k for k in ["title", "html", "tags", "series", "captions", "links"] if post[k]]
together = {"text", "captions", "links", "media"}  # one decision with the body
assert all(k in post["fields"] or k in together for k in filled), post["fields"]
PY
}

collection_wordpress() {
  local truth=$work/collection.jsonl port=$1
  export MDREAL_STATE=$collection_state WP_PORT=$port WP_IMPORT=all
  bash "$shared/real/wordpress.sh" up
  bash "$shared/real/wordpress.sh" seed 100
  bash "$shared/real/wordpress.sh" truth "$truth"
  bash "$shared/real/wordpress.sh" export "$work/collection.xml"
}

# What is left out there is named with the reason; one post has its tags broken by the loading of the site.
collection_bodies() {
  "$tools/venv/bin/python" "$real/bodies.py" "http://127.0.0.1:$1" "$work/archives/collection-file" "$work/collection.xml" --list --least 98
}

# Blocks that show another thing at each request, or to each reader; forms; a gallery that shuffles; an author that a block
# put in place of none; an address that loading the site broke.
dynamic=widgets-block-category:text,theme-block-category:text,theme-block-category:authors,archives:text,categories-list:text
dynamic+=,search:text,comments:text,comments-form:text,login-out:text,post-format-gallery-tiled:text,elements:text
dynamic+=,blocks-widgets:text,worth-a-thousand-words:picture

if [ -d "$shared/seed" ] && [ -d "$shared/real" ]; then
  step "collection: a post saved as plain text" saved_post
  # its servers run as users of their own: the folder must be open to them
  collection_state=$(mktemp -d)
  chmod 755 "$collection_state"
  collection_port=$(free_port)
  step "collection: a WordPress with both sets of theme data" collection_wordpress "$collection_port"
  step "collection: fetch it" exits 3 md fetch "http://127.0.0.1:$collection_port" --name collection
  step "collection: fetched posts are what WordPress says" compare truth "$work/collection.jsonl" "$work/archives/collection" --except "$dynamic"
  step "collection: import its export file" exits 3 md import "$work/collection.xml" --name collection-file
  step "collection: bodies of the export are as WordPress shows them" collection_bodies "$collection_port"
  step "collection: imported posts are those fetched" compare alike "$work/archives/collection" "$work/archives/collection-file"
  step "collection: export books" exits 0 md export saved collection collection-file --epub -o "$work/collection-books"
  step "collection: EPUBCheck has nothing to say" check_books "$work"/collection-books/*.epub
else
  say "no collection at ../shared: its tests are not run"
fi
