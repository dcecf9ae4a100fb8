#!/usr/bin/env python3
"""Compares the bodies of an archive that came from an export file with what WordPress itself makes of the same posts.

bodies.py BASE ARCHIVE [--least SHARE] [--list]
    BASE: address of the WordPress; each published post and page of it is asked for by its REST API.
    A body is alike when its text is (quotes, dashes, ellipses and smilies folded) and its blocks are: the same paragraphs,
    headings, lists, quotations, tables, captions in the same order and one in another. Posts with a password, with blocks
    that a running WordPress fills in, and with galleries of another order at each look are told apart and not counted.
    --least: exit code 1 when a smaller share is alike; --list: print each post that is left out, too

Prints each difference and its place, then the sum. Frames are held to be alike when their titles or addresses are, as an
archive keeps them as links; forms and scripts are kept by neither side.
"""
import argparse
import json
import re
import sys
import urllib.request
from pathlib import Path

import html5lib

FOLD = str.maketrans({"‘": "'", "’": "'", "‚": "'", "′": "'", "“": '"', "”": '"', "„": '"', "″": '"', "–": "-", "—": "-", "×": "x", "\xa0": " ", "\u200b": ""})
SMILIES = {"🙂": ":)", "😀": ":D", "😉": ";)", "🙁": ":(", "😛": ":P", "😮": ":o", "😯": "8O", "😐": ":|", "😕": ":?", "😎": "8)", "😡": ":x", "😳": ":oops:",
           "😥": ":cry:", "👿": ":evil:", "😈": ":twisted:", "🙄": ":roll:", "❗": ":!:", "❓": ":?:", "💡": ":idea:", "➡": ":arrow:", "😆": ":lol:"}
BLOCKS = set("p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre table tr td th figcaption caption dl dt dd hr address details summary".split())
# Elements that begin a block of their own without being told: they only set things apart.
APART = set("audio video div figure section article header footer main aside nav tbody thead tfoot fieldset center".split())
# An archive has no use for what runs, and none for what is filled in and sent.
SILENT = set("script style noscript template svg select textarea form".split())
# Frames are kept as links, in the words of their titles.
FRAMES = {"iframe": "src", "object": "data", "embed": "src"}
# What a running WordPress fills in.
DYNAMIC = re.compile(
    r"<!-- wp:((?:archives|avatar|calendar|categories|comment|footnotes|home-link|latest-comments|latest-posts|legacy-widget|loginout|navigation"
    r"|page-list|pattern|post-|query|read-more|rss|search|site-|social-link|tag-cloud|template|term-description)[a-z-]*)"
)


def fold(text):
    for sign, typed in SMILIES.items():
        text = text.replace(sign, typed)
    text = text.replace("…", "...").translate(FOLD)
    return re.sub("-+", "-", " ".join(text.split()))


def blocks(body):
    """Returns the blocks of a body as a browser builds them: each with the names of the blocks around it and its words."""
    out, words = [], []

    def flush(path):
        text = fold("".join(words))
        words.clear()
        if text:
            out.append((path, text))

    def walk(element, path):
        for child in element:
            tag = child.tag.split("}")[-1] if isinstance(child.tag, str) else None
            classes = (child.get("class") or "").split() if tag else []
            if tag == "br":
                words.append(" ")
            elif tag == "hr":
                flush(path)
                out.append((path + ("hr",), ""))
            elif tag == "img" and "wp-smiley" in classes:
                words.append(f" {child.get('alt') or ''} ")
            elif tag in BLOCKS or tag in APART:
                flush(path)
                inner = path + ((name_of(child, tag, classes),) if tag in BLOCKS | {"audio", "video"} else ())
                inner = tuple(name for name in inner if name)
                words.append(child.text or "")
                walk(child, inner)
                flush(inner)
            elif tag == "form":
                flush(path)
            elif tag in FRAMES:
                words.append(child.get("title") or child.get(FRAMES[tag]) or "")
            elif tag and tag not in SILENT:
                words.append(child.text or "")
                walk(child, path)
            words.append(child.tail or "")

    root = html5lib.parseFragment(body, namespaceHTMLElements=False)
    words.append(root.text or "")
    walk(root, ())
    flush(())
    return out


def name_of(element, tag, classes):
    """Returns what a block is for its reader, whatever element a theme or an age of WordPress takes for it."""
    inside = [child.tag for child in element]
    if {"wp-caption-text", "gallery-caption", "blocks-gallery-caption", "wp-element-caption"} & set(classes):
        return "figcaption"
    if tag == "dl" and "wp-caption" in classes:
        return None
    if tag in ("li", "ul") and inside and all(t in ("figure", "li") for t in inside):
        pictures = element.iter("figure") if tag == "ul" else [1]
        return None if len(list(pictures)) >= len(inside) else tag
    if tag in ("audio", "video"):
        # The address shown where nothing plays.
        return "p"
    return tag


def rendered(base):
    for kind in ("posts", "pages"):
        page, pages = 1, 1
        while page <= pages:
            answer = urllib.request.urlopen(f"{base}/?rest_route=/wp/v2/{kind}&per_page=100&page={page}")
            pages = int(answer.headers["X-WP-TotalPages"])
            yield from json.load(answer)
            page += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("archive", type=Path)
    parser.add_argument("export", type=Path, help="the export file, for the posts as they were typed")
    parser.add_argument("--least", type=float, default=0)
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    files = [*args.archive.glob("posts/**/*.json"), *args.archive.glob("pages/*.json")]
    kept = {name: p for p in (json.loads(f.read_text("utf-8")) for f in files) for name in [p["url"], *p["aliases"]]}
    typed = dict(re.findall(r"<item>.*?<link>(?:<!\[CDATA\[)?([^<\]]*).*?<content:encoded><!\[CDATA\[(.*?)\]\]></content:encoded>",
                            args.export.read_text("utf-8"), re.S))
    alike, told = [], []
    for row in rendered(args.base):
        url, raw = row["link"], typed.get(row["link"], "")
        filled = ", ".join(sorted(set(DYNAMIC.findall(raw))))
        why = ("a password" if row["content"]["protected"] else f"blocks that WordPress fills in ({filled})" if filled
               else "a gallery of random order" if re.search(r"""orderby=["']?rand""", raw) else None)
        if why:
            told.append((url, why))
            continue
        post = kept.get(url)
        ours, theirs = blocks(post["html"]) if post else [], blocks(row["content"]["rendered"])
        words = ["".join(text.split()) for text in ("".join(t for _, t in side) for side in (ours, theirs))]
        at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
        if ours == theirs:
            alike.append(url)
            continue
        print(f"{url}: {'blocks' if words[0] == words[1] else 'text'} differ at {at}:")
        for side, name in ((theirs, "WordPress"), (ours, "mdarchive")):
            print(f"    {name}: " + "; ".join(f"{'>'.join(p)}: {t[:90]}" for p, t in side[at : at + 2]))
        told.append((url, None))
    differ = sum(why is None for _, why in told)
    if args.list:
        for url, why in told:
            print(f"left out: {url}: {why}" if why else f"not alike: {url}")
    share = 100 * len(alike) / max(1, len(alike) + differ)
    print(f"{len(alike)} of {len(alike) + differ} bodies are alike ({share:.1f} %); {len(told) - differ} not compared")
    sys.exit(share < args.least)


main()
