"""Is all of it in the book? A second reader (pandoc) says.

book.py text ARCHIVE BOOK.html   what pandoc (--html-q-tags) read of a book made with --links none: of each post the text, word for word
                                 and in one piece, and each caption with its picture
"""
import html.parser, json, pathlib, re, sys


class Read(html.parser.HTMLParser):
    """The book by its files: words, and captions with the pictures beside them."""

    VOID = {"br", "hr", "img", "wbr", "source", "track", "col", "meta", "link"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.chapters, self.open, self.here, self.figures = {}, [], None, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        file = re.match(r"([pg][0-9a-f]{8})(?:-\d+)?\.xhtml$", attrs.get("id") or "")
        if tag == "span" and file:
            self.here = self.chapters.setdefault(file[1], {"words": [], "figures": []})
        elif tag == "span" and (attrs.get("id") or "").endswith(".xhtml"):
            self.here = None
        missing = "missing" in (attrs.get("class") or "").split()
        if tag == "figure" and self.here is not None:
            self.figures.append({"pictures": 0, "caption": [], "missing": missing})
            self.here["figures"].append(self.figures[-1])
        if self.figures and (tag == "img" or missing):
            self.figures[-1]["pictures"] += 1
        if tag not in self.VOID:
            self.open.append((tag, missing))

    def handle_endtag(self, tag):
        while any(t == tag for t, _ in self.open):
            last, _ = self.open.pop()
            if last == "figure" and self.figures:
                self.figures.pop()
            if last == tag:
                break

    def handle_data(self, data):
        if self.here is None:
            return
        inside = [t for t, _ in self.open]
        caption = "figcaption" in inside
        # A frame says what is missing; only the caption in it is the post's.
        if caption or not any(missing for _, missing in self.open):
            self.here["words"].append(data)
        if caption and self.figures:
            self.figures[-1]["caption"].append(data)


# A frame for sound, film or something embedded: what it is, and its address.
FRAME = re.compile(r'<p>(?:[^<>]{0,40}: )?<a href="([^"]+)"[^>]*>\1</a></p>')
PICTURE = re.compile(r"\.(jpe?g|png|gif|webp|svg|bmp|tiff?|avif)\b", re.I)
squeeze = lambda text: "".join(text.split()).replace("\u00ad", "")


def text(archive, book):
    read, faults, captions, seen = Read(FRAME.sub("", pathlib.Path(book).read_text())).chapters, [], 0, 0
    for file in sorted(pathlib.Path(archive).glob("p*/**/*.json")):
        post = json.loads(file.read_text())
        chapter = read.get("p" + post["id"][:8]) or read.get("g" + post["id"][:8])
        if chapter is None:
            if post["status"] == "published":
                faults.append(f"{post['title']}: not in the book")
            continue
        seen += 1
        words, want = squeeze("".join(chapter["words"])), squeeze(post["text"])
        if want not in words:
            start = next((n for n in range(len(want), 0, -200) if want[:n] in words), 0)
            faults.append(f"{post['title']}: not as it was from …{want[max(0, start - 30):start + 300]!r}")
        left = [squeeze("".join(f["caption"])) for f in chapter["figures"] if f["pictures"]]
        for caption in post["captions"]:
            captions += 1
            want = squeeze(caption["text"])
            # Of a table, a gallery, a sound: its words are in the text, and no picture is its.
            if not PICTURE.search(caption["src"] or ""):
                if want not in words:
                    faults.append(f"{post['title']}: no caption {caption['text']!r}")
                continue
            at = next((n for n, c in enumerate(left) if want and want in c), None)
            if want and at is None:
                faults.append(f"{post['title']}: no picture with the caption {caption['text']!r}")
            elif want:
                left[at] = left[at].replace(want, "", 1)
    print(f"{seen} posts, {captions} captions")
    return faults + ([] if seen else ["no post"])


faults = {"text": text}[sys.argv[1]](*sys.argv[2:])
print("\n".join(faults[:40]))
sys.exit(bool(faults))
