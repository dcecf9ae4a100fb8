//! What the book does with each element of HTML: the one table of the builder in `flow`.

/// What becomes of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Goes, with all that is in it.
    Drop,
    /// Goes; what is in it stays.
    Through,
    /// Goes, but a block begins and ends where it stood.
    Break,
    /// A run of words in a line.
    Inline(&'static str),
    /// Like `Inline`, kept only for the attribute named; without it as `Through`.
    InlineWith(&'static str, &'static str),
    /// A block of words.
    Words(&'static str),
    /// A block of blocks.
    Blocks(&'static str),
    List(&'static str),
    Item,
    Definitions,
    Definition(&'static str),
    Table,
    Caption,
    Rows(&'static str),
    Row,
    Cell(&'static str),
    Figure,
    FigureCaption,
    Link,
    Picture,
    Line,
    LineEnd,
    WordBreak,
    RubyText(&'static str),
    /// Sound, film or a page within the page: a framed note tells where it is.
    Played(Played),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Played {
    Video,
    Sound,
    Embedded,
}

impl Rule {
    /// Returns whether a block of the book may come of it.
    pub fn is_block(self) -> bool {
        use Rule::*;
        let plain = matches!(self, Break | Words(_) | Blocks(_) | List(_) | Item | Definitions | Definition(_) | Line);
        plain || self.is_cell() || matches!(self, Table | Figure | FigureCaption)
    }

    /// Returns whether it is a part of a table.
    pub fn is_cell(self) -> bool {
        matches!(self, Rule::Caption | Rule::Rows(_) | Rule::Row | Rule::Cell(_))
    }
}

/// Returns the rule for an element by its local name; what HTML does not know is looked through.
pub fn rule(name: &str) -> Rule {
    use Rule::*;
    match name {
        "script" | "style" | "head" | "title" | "meta" | "link" | "base" | "template" | "noscript" | "noembed"
        | "noframes" | "frame" | "frameset" | "svg" | "canvas" | "map" | "area" | "col" | "colgroup" | "param"
        | "source" | "track" | "input" | "select" | "datalist" | "option" | "optgroup" | "textarea" | "progress"
        | "meter" | "dialog" | "basefont" | "bgsound" => Drop,
        "div" | "section" | "article" | "main" | "header" | "footer" | "aside" | "nav" | "center" | "address"
        | "form" | "fieldset" | "details" | "hgroup" | "search" | "body" | "marquee" => Break,
        "b" | "strong" => Inline(if name == "b" { "b" } else { "strong" }),
        "i" => Inline("i"),
        "em" => Inline("em"),
        "u" => Inline("u"),
        "s" | "strike" => Inline("s"),
        "del" => Inline("del"),
        "ins" => Inline("ins"),
        "mark" => Inline("mark"),
        "small" => Inline("small"),
        "sub" => Inline("sub"),
        "sup" => Inline("sup"),
        "code" | "tt" => Inline("code"),
        "kbd" => Inline("kbd"),
        "samp" => Inline("samp"),
        "var" => Inline("var"),
        "cite" => Inline("cite"),
        "dfn" => Inline("dfn"),
        "q" => Inline("q"),
        "bdi" => Inline("bdi"),
        "bdo" => InlineWith("bdo", "dir"),
        "abbr" | "acronym" => InlineWith("abbr", "title"),
        "p" | "summary" | "legend" => Words("p"),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Words(heading(name)),
        "pre" | "listing" | "xmp" | "plaintext" => Words("pre"),
        "blockquote" => Blocks("blockquote"),
        "ul" | "menu" | "dir" => List("ul"),
        "ol" => List("ol"),
        "li" => Item,
        "dl" => Definitions,
        "dt" => Definition("dt"),
        "dd" => Definition("dd"),
        "table" => Table,
        "caption" => Caption,
        "thead" => Rows("thead"),
        // A foot stands after the body in HTML 5 and before it in HTML 4: as a further body it may stand where it is.
        "tbody" | "tfoot" => Rows("tbody"),
        "tr" => Row,
        "td" => Cell("td"),
        "th" => Cell("th"),
        "figure" => Figure,
        "figcaption" => FigureCaption,
        "a" => Link,
        "img" | "image" => Picture,
        "hr" => Line,
        "br" => LineEnd,
        "wbr" => WordBreak,
        "ruby" => Inline("ruby"),
        "rt" => RubyText("rt"),
        "rp" => RubyText("rp"),
        "video" => Played(self::Played::Video),
        "audio" => Played(self::Played::Sound),
        "iframe" | "object" | "embed" => Played(self::Played::Embedded),
        _ => Through,
    }
}

fn heading(name: &str) -> &'static str {
    match name {
        "h1" => "h1",
        "h2" => "h2",
        "h3" => "h3",
        "h4" => "h4",
        "h5" => "h5",
        _ => "h6",
    }
}

/// What may stand directly in an element of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    Blocks,
    Words,
    Items,
    Definitions,
    Sections,
    Rows,
    Cells,
}

/// Returns what an element of the book holds.
pub fn holds(name: &str) -> Holds {
    match name {
        "section" | "div" | "blockquote" | "li" | "dd" | "td" | "th" | "figure" | "figcaption" | "caption" => {
            Holds::Blocks
        }
        "ul" | "ol" => Holds::Items,
        "dl" => Holds::Definitions,
        "table" => Holds::Sections,
        "thead" | "tbody" => Holds::Rows,
        "tr" => Holds::Cells,
        _ => Holds::Words,
    }
}
