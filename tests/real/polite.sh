# Servers that ask for patience, and servers that misbehave: the first are waited for, of the others each leaves a gap
# with its reason, in bounded time.

# nginx before the blog lets few requests through and answers 429 to the rest, with the seconds to wait.
limited() (
  set -euo pipefail
  folder=$work/nginx limited=$(free_port)
  rm -rf "$folder" && mkdir -p "$folder/tmp"
  cat > "$folder/nginx.conf" << NGINX
pid $folder/pid; error_log $folder/error.log; worker_processes 1; daemon off;
events {}
http {
  log_format times '\$msec \$status \$request_uri'; access_log $folder/access.log times;
  client_body_temp_path $folder/tmp/a; proxy_temp_path $folder/tmp/b; fastcgi_temp_path $folder/tmp/c;
  uwsgi_temp_path $folder/tmp/d; scgi_temp_path $folder/tmp/e;
  limit_req_zone \$binary_remote_addr zone=few:1m rate=15r/s; limit_req_status 429;
  server {
    listen 127.0.0.1:$limited;
    location / {
      limit_req zone=few burst=4 nodelay;
      error_page 429 = @wait;
      proxy_pass http://127.0.0.1:$port; proxy_set_header Host 127.0.0.1:$port; proxy_set_header Accept-Encoding "";
      proxy_hide_header Link; proxy_redirect http://127.0.0.1:$port/ http://127.0.0.1:$limited/;
      sub_filter_types *; sub_filter_once off; sub_filter 127.0.0.1:$port 127.0.0.1:$limited;
    }
    location @wait { add_header Retry-After 2 always; return 429; }
  }
}
NGINX
  nginx -c "$folder/nginx.conf" > "$folder/log" 2>&1 &
  server=$!
  trap 'kill $server' EXIT
  for _ in $(seq 50); do curl -s -o "$folder/page" "http://127.0.0.1:$limited/robots.txt" && break; sleep 0.1; done
  sleep 2
  begun=$SECONDS
  exits 3 md fetch "http://127.0.0.1:$limited" --name limited --report "$work/limited.json"
  echo "$((SECONDS - begun)) s"
  [ $((SECONDS - begun)) -lt 300 ]
  python3 - "$folder/access.log" "$work/archives" << 'PY'
import json, pathlib, sys
lines = [line.split(" ", 2) for line in open(sys.argv[1])]
waits = [float(t) for t, status, _ in lines if status == "429"]
assert waits, "nobody was asked to wait"
served = [float(t) for t, status, _ in lines if status != "429"]
# Requests that were on their way when the server said wait may still come in; after that there is silence.
early = [t for t in served if any(w + 0.5 < t < w + 1.9 for w in waits)]
assert not early, (len(early), len(waits))
def posts(name):
    return {p.name.rsplit("--", 1)[0] for f in ("posts", "pages") for p in pathlib.Path(sys.argv[2], name).glob(f + "/**/*.json")}
assert posts("limited") == posts("live"), posts("live") ^ posts("limited")
gaps = [g for p in [pathlib.Path(sys.argv[2], "limited/runs.jsonl")] for line in open(p) for g in json.loads(line).get("gaps", [])]
assert not [g for g in gaps if g["reason"] == "server-error"], gaps
print(f"{len(waits)} times asked to wait, {len(served)} requests served")
PY
)

# Each fault of a server that misbehaves on purpose (in ../shared): what it must come to.
misbehaving() (
  set -euo pipefail
  faulty=$(free_port)
  FAULTD_MAX_S=900 python3 "$shared/real/faultd.py" "$faulty" > "$work/faultd.log" 2>&1 &
  server=$!
  trap 'kill $server' EXIT
  for _ in $(seq 50); do curl -s -o "$work/page" "http://127.0.0.1:$faulty/hits" && break; sleep 0.1; done
  python3 "$real/faults.py" list "http://127.0.0.1:$faulty" > "$work/faults.txt"
  curl -fsS -o "$work/page" "http://127.0.0.1:$faulty/reset-hits"
  begun=$SECONDS
  exits 3 md fetch -i "$work/faults.txt" --name faults --no-media --report "$work/faults.json"
  echo "$((SECONDS - begun)) s"
  [ $((SECONDS - begun)) -lt 400 ]
  curl -fsS -o "$work/hits.json" "http://127.0.0.1:$faulty/hits"
  python3 "$real/faults.py" judge "$work/archives/faults" "$work/hits.json" "http://127.0.0.1:$faulty"
  exits 0 md verify faults
)

step "a server that lets few requests through is waited for" limited
if [ -f "$shared/real/faultd.py" ]; then step "each fault of a misbehaving server is a wait or a gap" misbehaving
else say "not run: faults of a misbehaving server (no $shared)"; fi
