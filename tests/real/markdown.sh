# The other things handed out: a folder of Markdown, which Jekyll and Hugo build and an import reads back; the feed;
# snapshots on top of each other.

markdown_tools() {
  local p missing=()
  for p in jekyll hugo; do command -v "$p" > /dev/null || missing+=("$p"); done
  [ ${#missing[@]} = 0 ] || "$real/apt.sh" "${missing[@]}"
}

markdown_folder() {
  exits 0 md export live --markdown --drafts --private -o "$work/markdown"
  exits 0 md export live --markdown -o "$work/public"
}

jekyll_site() {
  cp -r "$work/public/live-markdown" "$work/jekyll"
  (cd "$work/jekyll" && jekyll build -d "$work/jekyll-site" > "$work/jekyll.log" 2>&1) || { cat "$work/jekyll.log"; return 1; }
  python3 "$real/markdown.py" site "$work/archives/live" "$work/public/live-markdown" "$work/jekyll-site"
}

hugo_site() {
  cp -r "$work/public/live-markdown" "$work/hugo"
  # The least of a theme.
  printf '<article>{{ .Content }}</article>' > "$work/hugo/layouts/_default/single.html"
  printf '{{ range .Pages }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}' | tee "$work/hugo/layouts/index.html" > "$work/hugo/layouts/_default/list.html"
  (cd "$work/hugo" && hugo --config hugo.toml -d "$work/hugo-site" > "$work/hugo.log" 2>&1) || { cat "$work/hugo.log"; return 1; }
  python3 "$real/markdown.py" site "$work/archives/live" "$work/public/live-markdown" "$work/hugo-site"
}

markdown_back() {
  local code=0
  "$bin" --archives "$work/markdown-back" import "$work/markdown/live-markdown" --name live -q || code=$?
  # Pictures that the blog did not give are missing here too.
  [ "$code" = 0 ] || [ "$code" = 3 ]
  python3 "$real/markdown.py" back "$work/archives/live" "$work/markdown-back/live"
}

on_top() {
  cp -r "$work/archives/live" "$work/growing"
  mkdir -p "$work/steps/archives" "$work/steps/back" "$work/steps/hand"
  mv "$work/growing" "$work/steps/archives/live"
  exits 0 "$bin" --archives "$work/steps/archives" export live --zip --since-last -o "$work/steps"
  printf '%s\n' '---' 'title: One more' 'date: 2030-01-01' '---' 'New words.' > "$work/steps/more.md"
  "$bin" --archives "$work/steps/archives" import "$work/steps/more.md" --name live || [ $? = 3 ]
  exits 0 "$bin" --archives "$work/steps/archives" export live --zip --since-last -o "$work/steps"
  [ "$(stat -c %s "$work/steps/live-2.zip")" -lt "$(stat -c %s "$work/steps/live.zip")" ]
  exits 0 "$bin" verify "$work/steps/live.zip" "$work/steps/live-2.zip"
  exits 0 "$bin" --archives "$work/steps/back" import "$work/steps/live-2.zip" "$work/steps/live.zip"
  diff <(listing "$work/steps/archives/live") <(listing "$work/steps/back/live")
  # By hand, as the manual says.
  unzip -q "$work/steps/live-2.zip" -d "$work/steps/alone"
  "$tools/venv/bin/python" "$tools/venv/bin/bagit.py" --validate "$work"/steps/alone/*
  unzip -q "$work/steps/live.zip" -d "$work/steps/hand"
  unzip -qo "$work/steps/live-2.zip" -d "$work/steps/hand"
  (cd "$work/steps/hand/live/data" && sha256sum --quiet -c ../archive-sha256.txt)
}

step "markdown: what builds it" markdown_tools
step "markdown: hand it out" markdown_folder
step "markdown: Jekyll shows the same texts, captions and links" jekyll_site
step "markdown: Hugo shows the same texts, captions and links" hugo_site
step "markdown: read back, the same posts" markdown_back
step "snapshots on top of each other are the archive" on_top
