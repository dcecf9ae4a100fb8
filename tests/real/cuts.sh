# A fetch that is cut at any moment goes on where it stood: it asks again for at most one batch, and what is kept in the
# end is what an undisturbed run keeps. Each way to read a blog is cut in turn.

cut_anywhere() {
  python3 "$real/cuts.py" "$bin" "http://127.0.0.1:$port" "$WP_STATE/php.log" "$work/cuts" "${CUTS:-25}"
}

step "a fetch cut at ${CUTS:-25} moments goes on where it stood" cut_anywhere
