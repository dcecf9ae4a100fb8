#!/usr/bin/env python3
"""Compares an archive with what WordPress itself says of its posts, or with another archive.

compare.py truth TRUTH.jsonl ARCHIVE [--all] [--part] [--only WORD,...] [--except SLUG:WORD,...]
    every published post and page of TRUTH is in ARCHIVE, with every field; nothing else is.
    --all: of every status, protected ones with their text (an export file holds them; a fetch cannot see them)
    --part: only what ARCHIVE holds is compared; --only: only these fields are (`title,text`)
    --except: differences that are right on both sides, by slug and first word (`every-block:text`)
compare.py same ARCHIVE ARCHIVE
    both hold the same posts, down to the last byte of each file
compare.py alike ARCHIVE ARCHIVE
    the published posts of the second are those of the first, whatever their sources say differently in markup

Prints each difference on a line; exit code 1 if there is one.
"""
import argparse
import html
import json
import re
import sys
from collections import Counter
from pathlib import Path

STATUS = {"publish": "published", "draft": "draft", "pending": "pending", "future": "scheduled", "private": "private", "trash": "trash"}
FOLD = str.maketrans({"‘": "'", "’": "'", "′": "'", "“": '"', "”": '"', "″": '"', "–": "-", "—": "-", "…": "...", "×": "x", "\xa0": " "})
DIFFERENCES = []
EXCEPT = set()
ONLY = set()


def differ(where, what, want, got):
    word = what.split()[0].rstrip(",")
    if want != got and f"{where}:{word}" not in EXCEPT and (not ONLY or word in ONLY):
        DIFFERENCES.append(f"{where}: {what}: wanted {json.dumps(want, ensure_ascii=False)[:400]}, got {json.dumps(got, ensure_ascii=False)[:400]}")


def fold(text):
    """Folds what WordPress bends on its way to the page: quotes, dashes, ellipses, signs of multiplication, white space."""
    return re.sub("-+", "-", " ".join(text.translate(FOLD).split()))


def squeeze(text):
    """Folds and drops white space: where blocks meet, a stripped page and a plain text set it differently."""
    return re.sub(r"\s+", "", fold(text))


def plain(markup):
    return html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", "", markup))


def posts_of(archive):
    files = sorted([*archive.glob("posts/**/*.json"), *archive.glob("pages/*.json")])
    return [json.loads(f.read_text("utf-8")) for f in files]


def moment(text):
    return None if text.startswith("0000") else text.replace(" ", "T")


def instant(date):
    return date and date.get("instant") and date["instant"].removesuffix("Z")


def original(picture):
    """Returns the address of the picture of which WordPress made a smaller one: the larger is what is worth keeping."""
    return re.sub(r"-\d+x\d+(?=\.\w+$)", "", picture)


def comments(rows):
    kinds = {"": "comment"}
    return [
        [str(c["id"]), str(c["parent"]) if c["parent"] else None, kinds.get(c.get("type", ""), c.get("type", "comment")), c["author"],
         moment(c["date_gmt"]), squeeze(c["text"])]
        for c in rows
    ]


def kept_comments(post):
    return [[c["id"], c["parent"], c["kind"], c["author"], instant(c["published"]), squeeze(c["text"])] for c in post["comments"]]


def compare_post(row, post, every):
    slug = row["slug"] or f"?p={row['id']}"
    hidden = row["password"]
    differ(slug, "kind", row["type"], post["kind"])
    differ(slug, "status", "protected" if hidden else STATUS[row.get("status", "publish")], post["status"])
    # a theme may fill in a word where there is no title, and the API then gives it as the title
    if row["title_raw"] or post["title"] != "Untitled":
        differ(slug, "title", fold(plain(row["title_raw"])), fold(post["title"]))
    published = post["published"] or {}
    if moment(row["date_gmt"]):
        differ(slug, "local time published", moment(row["date"]), published.get("text"))
        differ(slug, "published", moment(row["date_gmt"]), instant(published))
        differ(slug, "updated", moment(row["modified_gmt"]), instant(post["updated"]))
    differ(slug, "authors", [row["author"]] if row["author"] else [], [a["name"] for a in post["authors"]])
    for name in ["tags", "categories"]:
        differ(slug, name, sorted(row[name]), sorted(t["label"] for t in post[name]))
    if "category_slugs" in row:
        differ(slug, "slugs of categories", sorted(row["category_slugs"]), sorted(t["slug"] for t in post["categories"]))
    differ(slug, "slugs of tags", sorted(row["tag_slugs"]), sorted(t["slug"] for t in post["tags"]))
    missing = [name for name in ["title", "html", "published", "tags", "categories", "authors"] if post[name] and name not in post["fields"]]
    differ(slug, "fields that do not say where they came from", [], missing)
    kept = kept_comments(post)
    if hidden and not every:
        differ(slug, "comments", [], kept)
    elif every and all("type" in c for c in row["comment_list"]):
        differ(slug, "comments", sorted(comments(row["comment_list"])), sorted(kept))
    else:  # the API shows pingbacks and trackbacks to those who log in only
        said = [c for c in comments(row["comment_list"]) if c[2] == "comment"]
        differ(slug, "comments", sorted(said), sorted(c for c in kept if c[2] == "comment"))
    if row.get("featured"):
        differ(slug, "featured picture", True, row["featured"] in [m["url"] for m in post["media"]])
    if hidden:
        return
    if row.get("excerpt"):
        differ(slug, "excerpt", fold(plain(row["excerpt"])), fold(plain(post["excerpt"] or "")))
    count = lambda texts: sorted(Counter(squeeze(t) for t in texts).items())
    differ(slug, "captions", count(row["captions"]), count(c["text"] for c in post["captions"] if c["text"]))
    want, got = squeeze(row["text"]), squeeze(post["text"])
    at = next((i for i, (a, b) in enumerate(zip(want, got)) if a != b), min(len(want), len(got)))
    differ(slug, f"text from character {at}", want[max(0, at - 20) : at + 60], got[max(0, at - 20) : at + 60])


def compare_truth(truth, archive, every, part):
    rows = [json.loads(line) for line in truth.read_text("utf-8").splitlines()]
    if not every:
        rows = [r for r in rows if r.get("status", "publish") == "publish"]
    posts = posts_of(archive)
    by_name = {name: p for p in posts for name in [p["url"], *p["aliases"]]}
    if part:
        rows = [r for r in rows if r["url"] in by_name]
        DIFFERENCES.extend([] if rows else ["nothing to compare"])
    seen = set()
    images = 0
    for row in rows:
        post = by_name.get(row["url"])
        if post is None:
            if not row["password"] or every:
                differ(row["slug"], "post", row["url"], None)
            continue
        seen.add(post["id"])
        compare_post(row, post, every)
        if not row["password"]:
            known = {m["url"] for m in post["media"]}
            for image in row["images"]:
                images += 1
                if image.startswith("http") and not {image, original(image)} & known and "counter.invalid" not in image:
                    differ(row["slug"], "picture", image, sorted(known))
    for post in posts:
        if post["id"] not in seen:
            differ(post["id"], "post that WordPress does not show", None, post["url"])
    check_media(archive, posts)
    print(f"{len(rows)} posts and pages, {sum(len(r['captions']) for r in rows)} captions, {images} pictures, "
          f"{sum(len(r['comment_list']) for r in rows)} comments compared: {len(DIFFERENCES)} differences")


def check_media(archive, posts):
    """Every medium named with a digest lies there; every other one is a gap."""
    kept = {f.stem for f in archive.glob("media/sha256/*/*")}
    for post in posts:
        for medium in post["media"]:
            if medium["sha256"]:
                differ(post["id"], f"file of {medium['url']}", True, medium["sha256"] in kept)


def compare_same(one, other):
    """Byte for byte; only which of two captures came first decides the id, and with the same permalink it is the same."""
    files = lambda a: {f.relative_to(a): f.read_bytes() for f in [*a.glob("posts/**/*.json"), *a.glob("pages/*.json")]}
    a, b = files(one), files(other)
    for path in sorted(a.keys() | b.keys()):
        if a.get(path) == b.get(path):
            continue
        if path not in a or path not in b:
            differ(path, "file", path in a, path in b)
            continue
        x, y = json.loads(a[path]), json.loads(b[path])
        for key in sorted(x.keys() | y.keys()):
            differ(path, key, x.get(key), y.get(key))
    differ("archives", "any posts", True, bool(a and b))
    print(f"{len(a)} and {len(b)} posts compared: {len(DIFFERENCES)} differences")


def compare_alike(one, other):
    a, b = ({p["id"]: p for p in posts_of(x) if p["status"] == "published"} for x in (one, other))
    differ("archives", "any posts", True, bool(a and b))
    differ("posts", "only in one of them", [], sorted(a[i]["url"] for i in a.keys() - b.keys()) + sorted(b[i]["url"] for i in b.keys() - a.keys()))
    for i in sorted(a.keys() & b.keys()):
        x, y = a[i], b[i]
        slug = x["url"].rstrip("/").split("/")[-1]
        for name in ["kind", "published", "updated"]:
            differ(slug, name, x[name], y[name])
        differ(slug, "title", fold(x["title"]), fold(y["title"]))
        for name in ["tags", "categories", "authors"]:
            labels = lambda p: sorted(t.get("label") or t.get("name") for t in p[name])
            differ(slug, name, labels(x), labels(y))
        words = lambda p: sorted(c for c in kept_comments(p) if c[2] == "comment")
        differ(slug, "comments", words(x), words(y))
        captions = lambda p: sorted(squeeze(c["text"]) for c in p["captions"])
        differ(slug, "captions", captions(x), captions(y))
    print(f"{len(a)} and {len(b)} published posts compared: {len(DIFFERENCES)} differences")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("how", choices=["truth", "same", "alike"])
    parser.add_argument("one", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--part", action="store_true")
    parser.add_argument("--only", type=lambda s: set(s.split(",")), default=set(), metavar="WORD,...")
    parser.add_argument("--except", dest="but", type=lambda s: set(s.split(",")), default=set(), metavar="SLUG:WORD,...")
    args = parser.parse_args()
    EXCEPT.update(args.but)
    ONLY.update(args.only)
    if args.how == "truth":
        compare_truth(args.one, args.other, args.all, args.part)
    else:
        {"same": compare_same, "alike": compare_alike}[args.how](args.one, args.other)
    for line in DIFFERENCES[:40]:
        print(line)
    sys.exit(1 if DIFFERENCES else 0)


main()
