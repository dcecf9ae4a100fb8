# The same blog again: nothing new, then one post edited and one added.

# Everything but the list of runs stays as it was, and that grows by one line.
nothing_new() {
  local archive=$work/archives/live
  exits 0 md gaps live --accept
  listing "$archive" | grep -v runs.jsonl > "$work/before"
  local lines; lines=$(wc -l < "$archive/runs.jsonl")
  exits 0 md fetch "http://127.0.0.1:$port" --name live --report "$work/again.json"
  listing "$archive" | grep -v runs.jsonl | diff "$work/before" -
  [ "$(wc -l < "$archive/runs.jsonl")" = $((lines + 1)) ]
}

edit_one_add_one() {
  local archive=$work/archives/live
  listing "$archive" > "$work/before"
  "$real/wordpress.sh" touch changed-later "Written in later, for the test."
  "$real/wordpress.sh" seed 1
  exits 0 md fetch "http://127.0.0.1:$port" --name live --report "$work/changed.json"
  cat "$work/changed.json"
  (listing "$archive" | diff "$work/before" - || true) | grep '^[<>]' | grep -oE '\./(posts|pages|versions)/.*' | sort | uniq -c | tee "$work/changes"
  # the edited post before and after, the new one, the old text of the edited one
  grep -q ' 2 \./posts/2008/11/changed-later--' "$work/changes"
  grep -q ' 1 \./posts/2009/01/seed-0001--' "$work/changes"
  [ "$(grep -c ' 1 \./versions/' "$work/changes")" = 1 ]
  [ "$(wc -l < "$work/changes")" = 3 ]
  "$real/wordpress.sh" truth "$work/truth.jsonl"
  compare truth "$work/truth.jsonl" "$archive" $not_alike
}

old_text_can_be_shown() {
  md show changed-later | grep 'Written in later'
  md show changed-later --version 1 | tee "$work/old"
  grep -q 'Nothing special' "$work/old"
  ! grep -q 'Written in later' "$work/old"
}

step "fetch again: nothing but a line in runs.jsonl" nothing_new
step "one edited, one added: exactly these change" edit_one_add_one
step "the old text of the edited one can be shown" old_text_can_be_shown
