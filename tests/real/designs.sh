# One blog in five designs, read from its pages alone: what each design shows is what WordPress says.

designs_wordpress() {
  export WP_STATE=$designs_state
  "$real/wordpress.sh" up "$designs_port"
  "$real/wordpress.sh" seed 100
  "$real/wordpress.sh" truth "$work/designs.jsonl"
}

design() { # NAME [FIELDS THAT IT HIDES] [POSTS NOT READ RIGHT YET]
  local pages=$work/designs/$1
  WP_STATE=$designs_state "$real/wordpress.sh" theme "$1"
  python3 "$real/designs.py" get "$work/designs.jsonl" "$pages"
  "$bin" extract --jsonl --urls "$pages.urls" "$pages" > "$pages.jsonl"
  python3 "$real/designs.py" compare "$work/designs.jsonl" "$pages.jsonl" --hides "${2:-}" --not-yet "${3:-}"
}

designs_state=$work/designs-wordpress
designs_port=$(free_port)
servers+=("$designs_state")
step "a WordPress to be dressed" designs_wordpress
step "its pages in Twenty Twenty-One" design twentytwentyone
step "its pages in Twenty Twenty-Two, a theme of blocks" design twentytwentytwo
step "its pages in Twenty Twenty-Three, a theme of blocks" design twentytwentythree
step "its pages as they were in 2007" design plain-xhtml author
step "its pages with JSON-LD, lazy pictures and pills" design pills
WP_STATE=$designs_state "$real/wordpress.sh" remove > /dev/null 2>&1
