"""cuts.py PROGRAM BLOG LOG FOLDER N: kills fetches of a blog at random moments, N in all, and lets them go on.

The requests are counted in the log of the server. A run that goes on may ask again for what was under way and not yet
durable: one batch (a few answers of an interface with the media they want, or the pages asked for together)."""
import json, pathlib, random, shutil, signal, subprocess, sys, time

program, blog, log, folder, count = sys.argv[1], sys.argv[2], sys.argv[3], pathlib.Path(sys.argv[4]), int(sys.argv[5])
# Of 25 cuts, how many each way gets: pages take longest.
WAYS = {"rest": 10, "feed": 8, "sitemap": 4, "archive": 3}
# Pages are asked for 32 together; beside them what they show, a listing or two, robots.txt, and the look for the blog itself.
BATCH = {"rest": 40, "feed": 60, "sitemap": 60, "archive": 60}
random.seed(20070423)


def requests():
    # PHP's own server takes a connection for each.
    return sum(line.rstrip().endswith(" Accepted") for line in open(log, errors="replace"))


def fetch(archives, way):
    words = [program, "--archives", str(archives), "fetch", blog, "--source", way, "--name", "cut", "-q"]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kept(archives):
    root = archives / "cut"
    return {str(p.relative_to(root)): p.read_bytes() for f in ("posts", "pages", "versions") for p in root.glob(f + "/**/*") if p.is_file()}


def fields(a, b):
    a, b = json.loads(a or b"{}"), json.loads(b or b"{}")
    return {k: (str(a.get(k))[:300], str(b.get(k))[:300]) for k in a.keys() | b.keys() if a.get(k) != b.get(k)}


bad, worst = [], {}
for way in WAYS:
    whole = folder / way
    begun, before = time.monotonic(), requests()
    assert fetch(whole, way).wait() in (0, 3), way
    took, asked, want = time.monotonic() - begun, requests() - before, kept(whole)
    cuts = count * WAYS[way] // 25
    for n in range(cuts):
        archives = folder / f"{way}-{n}"
        at, before = random.uniform(0.02, took), requests()
        run = fetch(archives, way)
        time.sleep(at)
        run.send_signal(signal.SIGKILL)
        run.wait()
        time.sleep(0.5)
        first, code = requests() - before, fetch(archives, way).wait()
        second = requests() - before - first
        again = first + second - asked
        worst[way] = max(worst.get(way, 0), again)
        if code not in (0, 3) or kept(archives) != want:
            other = {p for p in want.keys() | kept(archives).keys() if want.get(p) != kept(archives).get(p)}
            bad.append(f"{way}, cut after {at:.2f} s: exit code {code}, {len(other)} files differ: {sorted(other)[:3]}")
            bad += [f"  {p}: {fields(want.get(p), kept(archives).get(p))}" for p in sorted(other)[:3]]
        if again > BATCH[way]:
            bad.append(f"{way}, cut after {at:.2f} of {took:.2f} s: {first} and {second} requests, {asked} undisturbed")
        shutil.rmtree(archives)
    print(f"{way}: {len(want)} files, {asked} requests in {took:.1f} s; cut {cuts} times, at most {worst[way]} asked again")
print("\n".join(bad))
sys.exit(bool(bad))
