# Sites of four static generators, each read in every way it has: all posts, none twice, and the same again for nothing.

build_sites() {
  local name folder
  command -v hugo > /dev/null && command -v jekyll > /dev/null ||
    "$real/apt.sh" hugo jekyll jekyll-theme-minima ruby-jekyll-feed ruby-jekyll-sitemap ruby-jekyll-seo-tag
  cmp -s "$real/generators.txt" "$tools/generators/installed" || {
    python3 -m venv --clear "$tools/generators"
    "$tools/generators/bin/pip" install --quiet --disable-pip-version-check -r "$real/generators.txt"
    cp "$real/generators.txt" "$tools/generators/installed"
  }
  for name in hugo jekyll pelican nikola; do
    folder=$work/generators/$name
    mkdir -p "$folder"
    [ $name != nikola ] || "$tools/generators/bin/nikola" init -q "$folder"
    python3 "$real/generators.py" write $name "$folder" "http://127.0.0.1:${generator_ports[$name]}"
  done
  cd "$work/generators"
  (cd hugo && hugo --quiet -d public)
  (cd jekyll && jekyll build --quiet -d public)
  (cd pelican && "$tools/generators/bin/pelican" --quiet -o public -s pelicanconf.py content)
  (cd nikola && "$tools/generators/bin/nikola" build -q && ln -s output public)
  for name in hugo jekyll pelican nikola; do ls "$name/public/index.html"; done
}

# One site in one way, or in those that fit; then again.
read_site() { # NAME WAY
  local name=$1 way=$2 archive="$1-${2:-all}" url="http://127.0.0.1:${generator_ports[$1]}"
  local words=(--name "$archive" --no-media ${way:+--source "$way"})
  exits 3 md fetch "$url" "${words[@]}" --report "$work/site.json"
  case $archive in jekyll-sitemap | jekyll-archive) python3 "$real/generators.py" check "$work/archives/$archive" --no-tags ;;
    *) python3 "$real/generators.py" check "$work/archives/$archive" ;; esac
  md gaps "$archive" --accept > /dev/null || true
  listing "$work/archives/$archive" | grep -v runs.jsonl > "$work/before"
  exits 0 md fetch "$url" "${words[@]}" --report "$work/site.json"
  listing "$work/archives/$archive" | grep -v runs.jsonl | diff "$work/before" -
  python3 -c 'import json, sys; n = json.load(open(sys.argv[1]))[0]["requests"]; print(n, "requests"); sys.exit(n > 10)' "$work/site.json"
}

declare -A generator_ports
for name in hugo jekyll pelican nikola; do generator_ports[$name]=$(free_port); done
step "sites of four generators" build_sites
generator_servers=()
for name in hugo jekyll pelican nikola; do
  python3 "$real/generators.py" serve "$work/generators/$name/public" "${generator_ports[$name]}" > /dev/null 2>&1 &
  generator_servers+=($!)
done
sleep 1
for site in hugo: hugo:feed hugo:sitemap hugo:archive jekyll: jekyll:feed jekyll:sitemap jekyll:archive \
  pelican: pelican:feed pelican:archive nikola: nikola:feed nikola:sitemap nikola:archive; do
  step "read ${site%%:*} by ${site##*:}" read_site "${site%%:*}" "${site##*:}"
done
kill "${generator_servers[@]}"
