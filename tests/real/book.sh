# What is handed out: books, documents, snapshots, each judged by a reader that is not ours. And the demo.

demo() {
  mkdir "$work/demo"
  cd "$work/demo"
  exits 0 "$bin" demo > out 2> err < /dev/null
  cat out err
  ls mdarchive-demo/*.epub mdarchive-demo/*.zip mdarchive-demo/*.json
}

books() {
  exits 0 md export --epub -o "$work/books"
  exits 0 "$bin" --archives "$work/imported" export --epub -o "$work/books"
  exits 0 "$bin" --archives "$work/first" export --epub --drafts --private -o "$work/books"
  ls "$work/books"
  check_books "$work"/books/*.epub "$work"/demo/mdarchive-demo/*.epub
}

# Nothing lost: text and captions of each post beside the archive they came from.
lint_books() {
  exits 0 md lint "$work"/books/live.epub --against live
  exits 0 "$bin" --archives "$work/imported" lint "$work"/books/file.epub --against file
  exits 0 "$bin" --archives "$work/first" lint "$work"/books/both.epub --against both
  exits 0 "$bin" lint "$work"/demo/mdarchive-demo/*.epub
}

volumes() {
  exits 0 md export live --epub --volumes year --profile kindle -o "$work/volumes"
  [ "$(find "$work/volumes" -name 'live-*.epub' | wc -l)" -gt 3 ]
  exits 0 md lint "$work"/volumes/*.epub --profile kindle
  check_books "$(find "$work/volumes" -name '*.epub' | sort | head -1)"
}

# The saved post, and every export file of the collection that gives posts.
collection_books() {
  local what name books=$work/collection-books archives=$work/collection-archives
  "$bin" --archives "$archives" import "$shared/seed/missile-defense-watch.txt" --name seed -q || [ $? = 3 ]
  for what in "$shared"/real/data/*wordpress*.xml "$shared"/real/data/64-*.xml "$shared"/corpus/import/*/; do
    name=$(basename "$what" .xml)
    "$bin" --archives "$archives" import "$what" --name "$name" -q > "$work/import.log" 2>&1 || [ $? != 2 ]
  done
  exits 0 "$bin" --archives "$archives" export --epub --drafts --private -o "$books" -q
  for what in "$books"/*.epub; do
    name=$(basename "$what" .epub)
    exits 0 "$bin" --archives "$archives" lint "$what" --against "$name" -q
  done
  check_books "$books"/*.epub
}

same_bytes_twice() {
  exits 0 md export live --epub --json --jsonl --zip -o "$work/once"
  exits 0 md export live --epub --json --jsonl --zip -o "$work/twice"
  [ "$(find "$work/once" -type f | wc -l)" = 4 ]
  diff -r "$work/once" "$work/twice"
}

documents() {
  python3 - "$work/once" "$work/archives/live" << 'PY'
import json, pathlib, sys
out, archive = map(pathlib.Path, sys.argv[1:])
kept = {p["id"]: p for p in (json.loads(f.read_text()) for f in archive.glob("p*/**/*.json"))}
whole = json.loads(next(out.glob("*.json")).read_text())
lines = [json.loads(l) for l in next(out.glob("*.jsonl")).read_text().splitlines()]
assert {p["id"]: p for p in whole["posts"]} == kept, "document"
assert {p["id"]: p for p in lines} == kept, "lines"
PY
}

snapshot() {
  unzip -q "$work"/once/*.zip -d "$work/unzipped"
  "$tools/venv/bin/python" "$tools/venv/bin/bagit.py" --validate "$work"/unzipped/*
  exits 0 md verify "$work"/once/*.zip
}

restore() {
  exits 0 "$bin" --archives "$work/restored" import "$work"/once/*.zip
  diff <(listing "$work/archives/live") <(listing "$work/restored/live")
  exits 0 "$bin" --archives "$work/restored" verify
}

damage_is_found() {
  cp -r "$work/archives/live" "$work/restored/hurt"
  local file; file=$(find "$work/restored/hurt/media" -type f -size +1k | sort | head -1)
  printf 'x' | dd of="$file" bs=1 seek=500 conv=notrunc status=none
  exits 4 "$bin" --archives "$work/restored" verify hurt > "$work/damage"
  grep -F "$(basename "$file")" "$work/damage"
}

every_file_follows_the_schema() {
  "$tools/venv/bin/python" - "$root/docs/schema" "$work/archives" "$work/once/live.json" << 'PY'
import json, pathlib, sys
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
schemas, archives, document = map(pathlib.Path, sys.argv[1:])
read = lambda f: json.loads(f.read_text())
all_ = {f.name: read(f) for f in schemas.glob("*.json")}
registry = Registry().with_resources((s["$id"], Resource.from_contents(s)) for s in all_.values())
count = 0
for name, values in {
    "post.json": [read(f) for f in archives.glob("*/p*/**/*.json")],
    "archive.json": [read(f) for f in archives.glob("*/archive.json")],
    "run.json": [json.loads(l) for f in archives.glob("*/runs.jsonl") for l in f.read_text().splitlines()],
    "export.json": [read(document)],
}.items():
    assert values, name
    check = Draft202012Validator(all_[name], registry=registry)
    for value in values:
        for e in check.iter_errors(value):
            sys.exit(f"{name}: {e.json_path}: {e.message[:300]}")
    count += len(values)
print(count, "values")
PY
}

step "the demo" demo
step "books: EPUBCheck has nothing to say" books
step "books: lint finds no fault, nothing is lost" lint_books
step "volumes for one family of readers" volumes
step "two exports of one archive are the same bytes" same_bytes_twice
step "the JSON document and its lines hold every post" documents
step "the snapshot is a valid bag" snapshot
step "a snapshot restores the same archive, byte for byte" restore
step "verify finds damage" damage_is_found
step "every file follows the published schema" every_file_follows_the_schema
if [ "${1:-}" = --all ] && [ -d "$shared/corpus/import" ]; then
  step "long: a book of everything in the collection" collection_books
fi
