#!/usr/bin/env python3
"""Sites of static generators for tests: one set of posts, written for each of them, built, served, compared.

generators.py write NAME FOLDER URL    lays out the source of a site for hugo, jekyll, pelican or nikola
generators.py serve FOLDER PORT        serves a built site on loopback, without lists of its folders
generators.py check ARCHIVE [--no-tags]  the archive holds every post once, with title, day, tags, captions and text;
                                       the pages of some designs show no tags
"""
import datetime
import http.server
import json
import re
import sys
from pathlib import Path

COUNT = 23
PLACES = ["the quay", "the chandlery", "the ropewalk", "the pilot's loft", "the old mole"]
WORDS = ["a letter came", "the tide table was wrong", "somebody had moved the bell", "the cat slept on the charts"]


def post(n):
    """The n-th post: what every generator is given, and what must come back."""
    day = datetime.date(2011, 1, 3) + datetime.timedelta(days=17 * n)
    place, event = PLACES[n % len(PLACES)], WORDS[n % len(WORDS)]
    paragraphs = [
        f"On day {n} of the log, at {place}, {event}. Nothing else was written down that morning, and the page was turned before noon.",
        f"By evening the harbour master had counted {n + 3} boats, two of them without lights, and he said so to everybody who came in from {place}.",
        f"The entry ends with the number {n * 7 + 1}, which is the number of the lamp, and with a line about the weather of the week.",
    ]
    caption = f"The log of day {n}, opened at {place}" if n % 3 == 0 else None
    tags = ["harbour", "log & lamp" if n % 2 else "weather"]
    return {"n": n, "day": day, "slug": f"day-{n}", "title": f"Day {n}: {event}", "paragraphs": paragraphs, "caption": caption, "tags": tags}


def body(p, alt=""):
    figure = f'<figure><img src="/pictures/log.png" alt="a log book"><figcaption>{p["caption"]}</figcaption></figure>' if p["caption"] else ""
    parts = p["paragraphs"][:1] + ([figure] if figure else []) + p["paragraphs"][1:]
    return "\n\n".join(parts) + "\n"


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def hugo(folder, url, posts):
    put(folder / "config.toml", f'baseURL = "{url}/"\ntitle = "Harbour log"\nlanguageCode = "en"\npaginate = 5\n[markup.goldmark.renderer]\nunsafe = true\n[taxonomies]\ntag = "tags"\n')
    page = '<!doctype html><html lang="en"><head><title>{{ .Title }}</title>{{ hugo.Generator }}{{ range .AlternativeOutputFormats }}<link rel="{{ .Rel }}" type="{{ .MediaType.Type }}" href="{{ .Permalink }}">{{ end }}</head><body><header><a href="/">Harbour log</a></header><main>{{ block "main" . }}{{ end }}</main><footer>All rights kept</footer></body></html>'
    put(folder / "layouts/_default/baseof.html", page)
    put(folder / "layouts/_default/single.html", '{{ define "main" }}<article class="post"><h1>{{ .Title }}</h1><time datetime="{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}">{{ .Date.Format "2 January 2006" }}</time><div class="content">{{ .Content }}</div><ul class="tags">{{ range .GetTerms "tags" }}<li><a rel="tag" href="{{ .Permalink }}">{{ .LinkTitle }}</a></li>{{ end }}</ul></article>{{ end }}')
    items = '{{ range .Paginator.Pages }}<li><a href="{{ .Permalink }}">{{ .Title }}</a></li>{{ end }}'
    pager = '{{ with .Paginator.Next }}<a class="next" href="{{ .URL }}">Older</a>{{ end }}'
    put(folder / "layouts/index.html", '{{ define "main" }}<ul>{{ $p := .Paginate (where .Site.RegularPages "Section" "posts") }}' + items + "</ul>" + pager + "{{ end }}")
    put(folder / "layouts/_default/list.html", '{{ define "main" }}<h1>{{ .Title }}</h1><ul>' + items + "</ul>" + pager + "{{ end }}")
    for p in posts:
        head = f'---\ntitle: {json.dumps(p["title"])}\ndate: {p["day"]}T10:00:00Z\ntags: {json.dumps(p["tags"])}\n---\n'
        put(folder / f'content/posts/{p["slug"]}.md', head + body(p))


def jekyll(folder, url, posts):
    put(folder / "_config.yml", f'title: Harbour log\nurl: "{url}"\ntheme: minima\nplugins: [jekyll-feed, jekyll-sitemap]\nfeed:\n  posts_limit: 100\npermalink: /:year/:month/:title/\n')
    put(folder / "index.md", "---\nlayout: home\n---\n")
    for p in posts:
        tags = json.dumps(p["tags"])
        put(folder / f'_posts/{p["day"]}-{p["slug"]}.md', f'---\nlayout: post\ntitle: {json.dumps(p["title"])}\ndate: {p["day"]} 10:00:00 +0000\ntags: {tags}\n---\n' + body(p))


def pelican(folder, url, posts):
    put(folder / "pelicanconf.py", f'SITENAME = "Harbour log"\nSITEURL = "{url}"\nPATH = "content"\nTIMEZONE = "UTC"\nDEFAULT_LANG = "en"\nDEFAULT_PAGINATION = 5\nFEED_ALL_ATOM = "feeds/all.atom.xml"\nSUMMARY_MAX_LENGTH = 20\n')
    for p in posts:
        put(folder / f'content/{p["slug"]}.md', f'Title: {p["title"]}\nDate: {p["day"]} 10:00\nTags: {", ".join(p["tags"])}\nSlug: {p["slug"]}\n\n' + body(p))


def nikola(folder, url, posts):
    conf = folder / "conf.py"
    text = conf.read_text("utf-8")
    text = re.sub(r'^SITE_URL = .*$', f'SITE_URL = "{url}/"', text, flags=re.M)
    text += '\nINDEX_DISPLAY_POST_COUNT = 5\nPOSTS = (("posts/*.md", "posts", "post.tmpl"),)\nPAGES = ()\nTIMEZONE = "UTC"\nFEED_LENGTH = 100\nNAVIGATION_LINKS = {DEFAULT_LANG: (("/archive.html", "Archive"),)}\n'
    conf.write_text(text, "utf-8")
    for p in posts:
        put(folder / f'posts/{p["slug"]}.md', f'.. title: {p["title"]}\n.. slug: {p["slug"]}\n.. date: {p["day"]} 10:00:00 UTC\n.. tags: {", ".join(p["tags"])}\n\n' + body(p))


class Quiet(http.server.SimpleHTTPRequestHandler):
    def list_directory(self, path):
        self.send_error(404)

    def log_message(self, *args):
        pass


def serve(folder, port):
    handler = lambda *args: Quiet(*args, directory=folder)
    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), handler).serve_forever()


def fold(text):
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip()


def check(archive, tags):
    kept = [json.loads(f.read_text("utf-8")) for f in sorted(Path(archive).glob("p*/**/*.json"))]
    wrong, seen = [], {}
    for k in kept:
        slug = re.search(r"day-\d+", k["url"] or "")
        if not slug:
            wrong.append(f"no post of ours: {k['url']}")
        elif slug.group() in seen:
            wrong.append(f"twice: {k['url']}")
        else:
            seen[slug.group()] = k
    for p in map(post, range(COUNT)):
        k = seen.get(p["slug"])
        if k is None:
            wrong.append(f"missing: {p['slug']}")
            continue

        def same(what, want, got):
            if want != got:
                wrong.append(f"{p['slug']}: {what}: wanted {want!r}, got {got!r}")

        same("title", p["title"], fold(k["title"]))
        same("day", str(p["day"]), (k["published"] or {}).get("text", "")[:10])
        labels = {t["label"] for t in k["tags"] + k["categories"]}
        if tags:
            same("tags", set(), set(p["tags"]) - labels)
        same("captions", [p["caption"]] if p["caption"] else [], [c["text"] for c in k["captions"]])
        text = fold(k["text"])
        for paragraph in p["paragraphs"]:
            same("paragraph", True, paragraph in text)
        most = len(" ".join(p["paragraphs"])) + len(p["caption"] or "") + 20
        same("length of the text", True, len(text) <= most)
    print("\n".join(wrong[:40]))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        globals()[sys.argv[2]](Path(sys.argv[3]), sys.argv[4], [post(n) for n in range(COUNT)])
    elif sys.argv[1] == "serve":
        serve(sys.argv[2], sys.argv[3])
    else:
        check(sys.argv[2], "--no-tags" not in sys.argv)
