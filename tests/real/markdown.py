"""What Markdown became, beside the archive it was made of.

markdown.py site ARCHIVE FOLDER SITE   a site that Jekyll or Hugo built of FOLDER: texts, captions with their pictures,
                                       and every relative address leads to a file
markdown.py back ARCHIVE AGAIN         the archive that an import of the folder gave: the same posts
"""
import html.parser, json, pathlib, re, sys, urllib.parse


class Page(html.parser.HTMLParser):
    """Words, figures and addresses of a page."""

    VOID = {"br", "hr", "img", "wbr", "source", "track", "col"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.words, self.figures, self.addresses, self.open = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        for key in ("src", "href", "poster"):
            if attrs.get(key):
                self.addresses.append(attrs[key])
        if tag == "figure":
            self.figures.append([[], []])
        if tag == "img" and "figure" in self.open and self.figures:
            self.figures[-1][0].append(attrs.get("src"))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        self.words.append(data)
        if "figcaption" in self.open and self.figures:
            self.figures[-1][1].append(data)

    def text(self):
        return "".join("".join(self.words).split())

    def captions(self):
        return ["".join("".join(words).split()) for _, words in self.figures if words]


def posts(archive):
    return [json.loads(f.read_text()) for f in sorted(pathlib.Path(archive).glob("p*/**/*.json"))]


def site(archive, folder, built):
    folder, built = pathlib.Path(folder), pathlib.Path(built)
    by_id = {p["id"]: p for p in posts(archive)}
    faults, seen, captions, links = [], 0, 0, 0
    for file in sorted(folder.glob("*/*.md")):
        text = file.read_text()
        post = by_id[re.search(r'^  id: "([0-9a-f]{16})"$', text, re.M).group(1)]
        place = {"_posts": "posts"}.get(file.parent.name, file.parent.name)
        page = built / place / (file.stem + ".html")
        if not page.is_file():
            faults.append(f"no page {page}")
            continue
        was, now = Page(post["html"]), Page(page.read_text())
        seen += 1
        if was.text() != now.text():
            at = next((i for i, (a, b) in enumerate(zip(was.text(), now.text())) if a != b), min(len(was.text()), len(now.text())))
            faults.append(f"{page.name}: text: …{was.text()[max(0, at - 30):at + 60]!r} is {now.text()[max(0, at - 30):at + 60]!r}")
        if was.captions() != now.captions():
            faults.append(f"{page.name}: captions {was.captions()} are {now.captions()}")
        captions += len(now.captions())
        for address in now.addresses:
            path = urllib.parse.unquote(urllib.parse.urlsplit(address).path)
            if urllib.parse.urlsplit(address).scheme or not path:
                continue
            to = built / path.lstrip("/") if path.startswith("/") else page.parent / path
            links += 1
            if path.endswith(".md") or ("media/" in path or path.endswith(".html")) and not to.is_file():
                faults.append(f"{page.name}: {address} leads nowhere")
    print(f"{seen} pages, {captions} captions, {links} addresses within")
    return faults + ([] if seen else ["no pages"])


def back(archive, again):
    around = re.compile(r"\s*(</?(?:p|h\d|[uo]l|li|blockquote|hr|pre|code|t\w+|div|br|fig\w+|d[ltd]|section|article|aside|header|footer|details|summary|address|video|audio)\b[^>]*>)\s*")
    again, faults = {p["id"]: p for p in posts(again)}, []
    for was in posts(archive):
        now = again.pop(was["id"], None)
        if now is None:
            faults.append(f"{was['title']}: did not come back")
            continue
        for key in was.keys() - {"fields", "sources", "content_hash", "extra"}:
            a, b = was[key], now[key]
            if key == "html":
                a, b = (around.sub(r"\1", " ".join(x.split())) for x in (a, b))
            elif key == "text":
                a, b = a.split(), b.split()
            elif key == "links":
                a, b = ([{**l, "target": None} for l in x] for x in (a, b))
            if a != b:
                faults.append(f"{was['title']}: {key}: {str(a)[:400]} is {str(b)[:400]}")
    return faults + [f"{p['title']}: came from nowhere" for p in again.values()]


faults = {"site": site, "back": back}[sys.argv[1]](*sys.argv[2:])
print("\n".join(faults[:40]))
sys.exit(bool(faults))
