"""What each fault of a misbehaving server must come to: a post, a gap with its reason, or a page that is no post.

faults.py list BASE                    the addresses, one a line
faults.py judge ARCHIVE HITS BASE      holds the archive and the times of the requests against the table"""
import json, pathlib, sys

POST, NOTHING = "post", "nothing"
# Path: what must come of it, least and most requests.
TABLE = {
    "/ok": (POST, 1, 2),
    "/429-2/a": (POST, 3, 3), "/503-2/b": (POST, 3, 3), "/429date-1/c": (POST, 2, 2), "/429bare-2/d": (POST, 3, 3),
    "/500-2/e": (POST, 3, 3), "/500-9/f": ("server-error", 2, 4),
    "/loop": ("wrong-type", 1, 2), "/loop2a": ("wrong-type", 1, 2), "/chain-3": (POST, 1, 1), "/chain-40": ("wrong-type", 1, 1),
    "/crosshost": (POST, 1, 1), "/badloc": ("forbidden", 1, 1), "/file": ("forbidden", 1, 1), "/noloc": ("wrong-type", 1, 1),
    "/truncate": ("truncated", 2, 4), "/badchunk": ("truncated", 2, 4), "/reset": ("truncated", 2, 4),
    "/empty": ("unreachable", 2, 4), "/slowbody-0.05": (NOTHING, 1, 1), "/slowhead-0.02": (NOTHING, 1, 1),
    "/hang": ("timeout", 1, 3), "/endless": ("too-large", 1, 1), "/bomb": ("too-large", 1, 1), "/badgzip": (POST, 1, 1),
    "/twolen": (None, 1, 4), "/bighead": ("too-large", 1, 1), "/latin1": (POST, 1, 1), "/utf16": (POST, 1, 1),
    "/sjis": (POST, 1, 1), "/liar": (POST, 1, 1), "/nul": (POST, 1, 1), "/wrongtype": (NOTHING, 1, 1), "/keepdie": (POST, 1, 2),
}

if sys.argv[1] == "list":
    print("\n".join(sys.argv[2] + path for path in TABLE))
    sys.exit()
root, hits, base = pathlib.Path(sys.argv[2]), json.load(open(sys.argv[3])), sys.argv[4]
posts = [json.loads(p.read_text()) for f in ("posts", "pages") for p in root.glob(f + "/**/*.json")]
kept = {name.replace(base, "") for p in posts for name in [p["url"], *p["aliases"]] if name}
gaps = {g["url"].replace(base, ""): g for line in open(root / "runs.jsonl") for g in json.loads(line).get("gaps", [])}
wrong = []
for path, (want, least, most) in TABLE.items():
    came = POST if path in kept else gaps[path]["reason"] if path in gaps else NOTHING
    asked = len(hits.get(path, []))
    if (want and came != want) or not least <= asked <= most:
        wrong.append(f"{path}: {came} ({gaps.get(path, {}).get('detail')}), asked {asked} times; wanted {want}, {least} to {most}")
for path, wait in (("/429-2/a", 1), ("/503-2/b", 1), ("/429date-1/c", 0.9)):
    times = hits.get(path, [])
    if any(b - a < wait - 0.02 for a, b in zip(times, times[1:])):
        wrong.append(f"{path}: asked again too soon: {times}")
print("\n".join(wrong) or f"{len(TABLE)} faults, {len(posts)} posts, {len(gaps)} gaps")
sys.exit(bool(wrong))
