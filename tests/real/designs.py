#!/usr/bin/env python3
"""Compares what is found on the pages of a blog with what WordPress says of its posts, design by design.

designs.py get TRUTH.jsonl FOLDER
    saves the page of each published post of TRUTH as FOLDER/ID.html, and FOLDER.urls: ID -> address
designs.py compare TRUTH.jsonl FOUND.jsonl [--hides FIELD,...] [--except SLUG,...]
    title, author, local day, tags, categories and captions of FOUND (`mdarchive extract --jsonl`) are those of TRUTH on at
    least 99 of 100 posts; --hides: what the design does not show; --except: posts that are another page at each request

Prints each difference on a line; exit code 1 if there are too many.
"""
import argparse
import html
import json
import re
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ENOUGH = 0.99
FOLD = str.maketrans({"‘": "'", "’": "'", "′": "'", "“": '"', "”": '"', "″": '"', "–": "-", "—": "-", "…": "...", "×": "x", "\xa0": " "})


def fold(text):
    """Folds what WordPress bends on its way to the page: quotes, dashes, ellipses, signs of multiplication, white space."""
    return re.sub("-+", "-", " ".join((text or "").translate(FOLD).split()))


def squeeze(texts):
    return sorted(re.sub(r"\s+", "", fold(t)) for t in texts)


def plain(markup):
    return html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", "", markup))


def posts(truth):
    rows = map(json.loads, truth.read_text("utf-8").splitlines())
    return [r for r in rows if r["type"] == "post" and not r["password"] and r.get("status", "publish") == "publish"]


def get(truth, folder):
    folder.mkdir(parents=True, exist_ok=True)
    rows = posts(truth)
    Path(f"{folder}.urls").write_text(json.dumps({str(r["id"]): r["url"] for r in rows}))

    def one(row):
        (folder / f"{row['id']}.html").write_bytes(urllib.request.urlopen(row["url"], timeout=60).read())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, rows))


def differences(row, found, hides):
    """Returns field, wanted, found of each field that differs."""
    if "reason" in found:
        return [("post", row["url"], found["reason"])]
    folded = lambda terms: sorted(fold(t) for t in terms)
    want = {
        "title": [fold(plain(row["title_raw"]))],
        "author": [row["author"]],
        "day": [row["date"][:10]],
        "tags": [folded(row["tags"])],
        "categories": [folded(row["categories"])],
        "captions": [squeeze(row["captions"])],
    }
    # A theme may fill in a word where there is no title, and show the words of the picture that stands for the post.
    if not row["title_raw"]:
        want["title"].append("Untitled")
    if row.get("featured_caption"):
        want["captions"].append(squeeze([*row["captions"], plain(row["featured_caption"])]))
    got = {
        "title": fold(found["title"]),
        "author": found["author"],
        "day": (found["published"] or "")[:10],
        "tags": folded(found["tags"]),
        "categories": folded(found["categories"]),
        "captions": squeeze(found["captions"]),
    }
    # A page shows the captions of its own part.
    parted = row.get("pages", 1) > 1 and set(got["captions"]) <= set(want["captions"][0])
    return [(f, want[f][0], got[f]) for f in want if f not in hides and got[f] not in want[f] and not (f == "captions" and parted)]


def compare(truth, found, hides, but):
    by_id = {r["id"]: r for r in map(json.loads, found.read_text("utf-8").splitlines())}
    rows = [r for r in posts(truth) if r["slug"] not in but]
    right, wrong = 0, []
    for row in rows:
        all_of_it = differences(row, by_id.get(str(row["id"]), {"reason": "no line"}), hides)
        right += not all_of_it
        for field, want, got in all_of_it:
            wrong.append(f"{row['slug']}: {field}: wanted {json.dumps(want, ensure_ascii=False)[:300]}, got {json.dumps(got, ensure_ascii=False)[:300]}")
    print(*wrong[:40], sep="\n")
    print(f"{right} of {len(rows)} posts are as WordPress says")
    sys.exit(0 if rows and right >= ENOUGH * len(rows) else 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("how", choices=["get", "compare"])
    parser.add_argument("truth", type=Path)
    parser.add_argument("other", type=Path)
    words = lambda s: set(s.split(",")) if s else set()
    parser.add_argument("--hides", type=words, default=set(), metavar="FIELD,...")
    parser.add_argument("--except", dest="but", type=words, default=set(), metavar="SLUG,...")
    args = parser.parse_args()
    if args.how == "get":
        get(args.truth, args.other)
    else:
        compare(args.truth, args.other, args.hides, args.but)


main()
