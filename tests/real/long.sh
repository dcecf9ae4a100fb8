# What takes longer: a large blog, with bounds on memory; the measurements.

# Runs a command and tells its time and its peak of memory; fails above a bound.
within() { # MEGABYTES COMMAND ...
  python3 - "$@" << 'PY'
import resource, subprocess, sys, time
begun = time.monotonic()
code = subprocess.run(sys.argv[2:]).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(f"{time.monotonic() - begun:.1f} s, {peak} MB at most, exit code {code}: {' '.join(sys.argv[2:])}")
sys.exit(code if code else peak > int(sys.argv[1]))
PY
}

large_blog() {
  "$real/wordpress.sh" seed 5000
  "$real/wordpress.sh" truth "$work/large.jsonl"
  exits 3 "$swift" --archives "$work/large" fetch "http://127.0.0.1:$port" --name large
  compare truth "$work/large.jsonl" "$work/large/large" $not_alike
}

large_book() {
  within 300 "$swift" --archives "$work/large" export --epub -o "$work/large-books"
  check_books "$work"/large-books/*.epub
}

swift=${CARGO_TARGET_DIR:-$root/target}/release/mdarchive
step "long: build what is shipped" cargo build --quiet --locked --release --bin mdarchive
step "long: a blog of 5,000 posts" large_blog
step "long: its book, in little memory" large_book
step "long: verify it" "$swift" --archives "$work/large" verify
loud "long: measurements" cargo bench --locked --quiet
loud "long: a fetch beside curl" benches/fetch.sh
