# Disks that fail and networks that are not there, in namespaces of the test's own.

# Runs a function with the archives of a copy of the fetched blog on a disk of its own.
on_disk() { # OPTIONS FUNCTION
  unshare -m bash -c '
    set -euo pipefail
    mount --make-rprivate /
    mkdir -p "$work/disk"
    mount -t tmpfs -o "$1" tmpfs "$work/disk"
    . "$real/lib.sh"; . "$real/bad.sh" functions
    "$2"' on_disk "$1" "$2"
}

full_disk() {
  cp -r "$work/archives/live" "$work/disk/"
  listing "$work/disk/live" > "$work/before"
  # leaves room for less than the import needs
  head -c $(($(df --output=avail -B1 "$work/disk" | tail -1) - 65536)) /dev/zero > "$work/disk/filler"
  refuses 1 'disk is full\|No space left' "$bin" --archives "$work/disk" import "$work/export.xml" --name live
  grep -q '^hint: ' "$work/said"
  exits 0 "$bin" --archives "$work/disk" verify live
  # a file that was begun may lie there until the next run
  listing "$work/disk/live" | grep -v 'runs.jsonl\|tmp~' | diff <(grep -v runs.jsonl "$work/before") -
  rm "$work/disk/filler"
  exits 3 "$bin" --archives "$work/disk" import "$work/export.xml" --name live
  [ -z "$(find "$work/disk/live" -name '*tmp~')" ]
  exits 0 "$bin" --archives "$work/disk" verify live
}

read_only_disk() {
  cp -r "$work/archives/live" "$work/disk/"
  listing "$work/disk/live" > "$work/before"
  mount -o remount,ro "$work/disk"
  refuses 1 'ead-only' "$bin" --archives "$work/disk" fetch "http://127.0.0.1:$port" --name live
  grep -q '^hint: ' "$work/said"
  refuses 1 'ead-only' "$bin" --archives "$work/disk" import "$work/export.xml" --name other
  listing "$work/disk/live" | diff "$work/before" -
  # what only reads goes on
  exits 0 "$bin" --archives "$work/disk" verify live
  "$bin" --archives "$work/disk" list live | grep "Changed long after"
}

full_disk_under_an_export() {
  head -c $(($(df --output=avail -B1 "$work/disk" | tail -1) - 16384)) /dev/zero > "$work/disk/filler"
  refuses 1 'disk is full\|No space left' md export live --epub -o "$work/disk/out"
  [ -z "$(find "$work/disk/out" -name '*.epub' 2> /dev/null)" ]
}

# Fetching says what is wrong; everything else needs no network at all.
no_network() {
  listing "$work/archives/live" > "$work/before"
  refuses 1 'cannot fetch http' unshare -n "$bin" --archives "$work/archives" fetch "http://127.0.0.1:$port" --name live
  grep -q '^hint: ' "$work/said"
  listing "$work/archives/live" | grep -v runs.jsonl | diff <(grep -v runs.jsonl "$work/before") -
  mkdir "$work/offline"
  cd "$work/offline"
  unshare -n bash -c 'ip link set lo up; "$0" demo && "$0" --archives "$1" export live --epub && "$0" --archives "$1" verify live' "$bin" "$work/archives"
}

self_signed() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout "$work/key.pem" -out "$work/cert.pem"
  local tls_port; tls_port=$(free_port)
  (cd "$work" && exec openssl s_server -accept "127.0.0.1:$tls_port" -key key.pem -cert cert.pem -www) > "$work/tls.log" 2>&1 &
  local server=$!
  sleep 1
  local code=0
  refuses 1 'certificate' md fetch "https://127.0.0.1:$tls_port" || code=$?
  kill $server
  [ $code = 0 ] && [ ! -e "$work/archives/127.0.0.1_$tls_port" ]
}

[ "${1:-}" = functions ] && return 0
export work real bin port tools
step "a full disk: one clear line, nothing harmed, goes on later" on_disk size=12m full_disk
step "a read-only disk: one clear line, reading goes on" on_disk size=12m read_only_disk
step "a full disk under an export leaves no half book" on_disk size=4m full_disk_under_an_export
step "no network: fetch says so, the rest works" no_network
step "a certificate nobody vouches for" self_signed
