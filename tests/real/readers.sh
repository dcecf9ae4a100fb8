# Books in the hands of readers: two reading systems in a browser, the checker of accessibility, a second reader of the
# text; with --all what Kindle reads, made by calibre.

reader_tools() {
  local p missing=() modules="@daisy/ace@1.4.6 foliate-js@1.0.1 epubjs@0.3.93 playwright-core@1.65.1"
  command -v chromium > /dev/null || missing+=(chromium)
  command -v pandoc > /dev/null || missing+=(pandoc)
  command -v npm > /dev/null || missing+=(nodejs npm)
  [ ${#missing[@]} = 0 ] || "$real/apt.sh" "${missing[@]}"
  [ "$(cat "$tools/node/installed" 2> /dev/null)" = "$modules" ] && return 0
  mkdir -p "$tools/node"
  # Both would fetch a browser of their own.
  (cd "$tools/node" && PUPPETEER_SKIP_DOWNLOAD=1 ELECTRON_SKIP_BINARY_DOWNLOAD=1 npm install --silent --no-audit --no-fund --prefix . $modules)
  echo "$modules" > "$tools/node/installed"
}

seen_in_readers() {
  node "$real/readers.mjs" "$tools/node" "$(echo "$work"/demo/mdarchive-demo/*.epub)" "$work/shots"
}

# No violation, of any weight.
accessible() { # BOOK ...
  local book
  for book in "$@"; do
    PUPPETEER_EXECUTABLE_PATH=$(command -v chromium) node "$tools/node/node_modules/.bin/ace-puppeteer" -f -s -o "$work/ace" "$book"
    python3 - "$work/ace/report.json" "$book" << 'PY'
import json, sys
said = json.load(open(sys.argv[1]))
found = [(a["earl:testSubject"]["url"], x["earl:test"]["dct:title"]) for a in said["assertions"] for x in a["assertions"]
         if x["earl:result"]["earl:outcome"] == "fail"]
pages = len(said["assertions"])
print(sys.argv[2], pages, "pages,", len(found), "violations")
assert said["earl:result"]["earl:outcome"] == "pass" and not found and pages > 5, found[:10]
PY
  done
}

all_of_the_text() { # ARCHIVES NAME
  exits 0 "$bin" --archives "$1" export "$2" --epub --links none --drafts --private -o "$work/second-reader" --force -q
  pandoc "$work/second-reader/$2.epub" -t html --html-q-tags --wrap=none -o "$work/second-reader/$2.html"
  python3 "$real/book.py" text "$1/$2" "$work/second-reader/$2.html"
}

theme_data() {
  local name
  for name in themeunittestdata.wordpress 64-block-test-data; do
    "$bin" --archives "$work/theme-data" import "$shared/real/data/$name.xml" --name "${name%%.*}" -q 2> /dev/null || [ $? = 3 ]
    all_of_the_text "$work/theme-data" "${name%%.*}"
  done
}

for_kindle() {
  command -v ebook-convert > /dev/null || "$real/apt.sh" calibre
  exits 0 md export live --epub --profile kindle -o "$work/kindle" -q
  ebook-convert "$work/kindle/live.epub" "$work/kindle/live.azw3" > "$work/kindle/log" 2>&1 || { tail "$work/kindle/log"; return 1; }
  ! grep -iE '^(error|traceback)|could not' "$work/kindle/log"
  [ -s "$work/kindle/live.azw3" ]
}

step "readers: what shows and judges books" reader_tools
step "readers: foliate-js and epub.js show cover, contents, pictures with captions, links" seen_in_readers
step "readers: Ace finds no violation" accessible "$work"/demo/mdarchive-demo/*.epub
step "readers: pandoc finds every word and caption of a fetched blog" all_of_the_text "$work/archives" live
if [ -d "$shared/real/data" ]; then
  step "readers: and of both sets of theme data" theme_data
fi
if [ "${1:-}" = --all ]; then
  step "long: calibre makes a Kindle book of it" for_kindle
  step "long: Ace finds no violation in what was fetched and imported" accessible "$work"/books/*.epub
fi
