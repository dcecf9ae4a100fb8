//! The elements of an export, as the format has them.

/// `item`: a post, a page, an attachment, or one of a dozen other things.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// Line of the file on which it ends.
    pub line: u64,
    pub title: String,
    pub link: String,
    pub guid: String,
    pub pub_date: String,
    /// `dc:creator`: the login of the author.
    pub creator: String,
    /// `content:encoded`: what was typed, not HTML.
    pub content: String,
    /// `excerpt:encoded`; of an attachment the caption.
    pub excerpt: String,
    pub id: Option<u64>,
    /// `wp:post_date`: the site's time.
    pub date: String,
    pub date_gmt: String,
    pub modified: String,
    pub modified_gmt: String,
    pub slug: String,
    pub status: String,
    pub parent: Option<u64>,
    pub order: i64,
    pub kind: String,
    pub password: bool,
    pub sticky: bool,
    pub attachment_url: String,
    pub terms: Vec<Category>,
    pub meta: Vec<Meta>,
    pub comments: Vec<Comment>,
}

/// `category`: a term of any taxonomy.
#[derive(Debug, Clone, Default)]
pub struct Category {
    /// None in the bare twin that WXR 1.0 writes before each.
    pub domain: Option<String>,
    pub nicename: Option<String>,
    pub label: String,
}

/// `wp:postmeta`, of the few keys that are read.
#[derive(Debug, Clone, Default)]
pub struct Meta {
    pub key: String,
    pub value: String,
}

/// `wp:comment`. Of e-mail and IP addresses only that they are there.
#[derive(Debug, Clone, Default)]
pub struct Comment {
    pub id: String,
    pub author: String,
    pub url: String,
    pub date: String,
    pub date_gmt: String,
    pub content: String,
    /// `1`, `0`, `spam`, `trash`.
    pub approved: String,
    /// Empty, `comment`, `pingback`, `trackback`, or a plugin's own.
    pub kind: String,
    pub parent: String,
    pub mail: bool,
    pub ip: bool,
}

/// `wp:author`.
#[derive(Debug, Clone, Default)]
pub struct Author {
    pub login: String,
    pub display_name: String,
    pub first_name: String,
    pub last_name: String,
    pub mail: bool,
}

/// What stands in `channel` beside the items.
#[derive(Debug, Clone, Default)]
pub struct Channel {
    pub title: String,
    pub link: String,
    pub description: String,
    pub language: String,
    pub generator: String,
    pub version: String,
    pub base_site_url: String,
    pub base_blog_url: String,
}

/// Keys of `wp:postmeta` that are read; the rest is settings of themes and plugins.
const META: [&str; 4] = ["_thumbnail_id", "_wp_attachment_image_alt", "enclosure", "_wp_attached_file"];

/// Whether a key of `wp:postmeta` is read. Tags of 2005 to 2007 stand in that of Ultimate Tag Warrior alone.
pub fn is_read(key: &str) -> bool {
    META.contains(&key) || key.starts_with("_utw_tags_")
}

impl Item {
    /// Returns whether it is a post or a page. Exports of other programs leave the type out: then it is a post.
    pub fn is_post(&self) -> bool {
        matches!(self.kind.as_str(), "" | "post" | "page")
    }

    pub fn meta(&self, key: &str) -> Option<&str> {
        self.meta.iter().find(|m| m.key == key).map(|m| m.value.as_str())
    }

    /// Puts the text of a child element in its place.
    pub fn set(&mut self, name: &str, text: String) {
        let number = |t: &str| t.trim().parse::<u64>().ok().filter(|n| *n > 0);
        let field = match name {
            "content:encoded" => return self.content = text,
            "excerpt:encoded" => return self.excerpt = text,
            "wp:post_id" => return self.id = number(&text),
            "wp:post_parent" => return self.parent = number(&text),
            "wp:menu_order" => return self.order = text.trim().parse().unwrap_or(0),
            "wp:is_sticky" => return self.sticky = text.trim() == "1",
            "wp:post_password" => return self.password = !text.trim().is_empty(),
            "title" => &mut self.title,
            "link" => &mut self.link,
            "guid" => &mut self.guid,
            "pubDate" => &mut self.pub_date,
            "dc:creator" => &mut self.creator,
            "wp:post_date" => &mut self.date,
            "wp:post_date_gmt" => &mut self.date_gmt,
            "wp:post_modified" => &mut self.modified,
            "wp:post_modified_gmt" => &mut self.modified_gmt,
            "wp:post_name" => &mut self.slug,
            "wp:status" => &mut self.status,
            "wp:post_type" => &mut self.kind,
            "wp:attachment_url" => &mut self.attachment_url,
            _ => return,
        };
        *field = text.trim().to_string();
    }
}

impl Comment {
    pub fn set(&mut self, name: &str, text: String) {
        let field = match name {
            "wp:comment_content" => return self.content = text,
            "wp:comment_author_email" => return self.mail = !text.trim().is_empty(),
            "wp:comment_author_IP" => return self.ip = !text.trim().is_empty(),
            "wp:comment_id" => &mut self.id,
            "wp:comment_author" => &mut self.author,
            "wp:comment_author_url" => &mut self.url,
            "wp:comment_date" => &mut self.date,
            "wp:comment_date_gmt" => &mut self.date_gmt,
            "wp:comment_approved" => &mut self.approved,
            "wp:comment_type" => &mut self.kind,
            "wp:comment_parent" => &mut self.parent,
            _ => return,
        };
        *field = text.trim().to_string();
    }
}

impl Author {
    pub fn set(&mut self, name: &str, text: String) {
        let field = match name {
            "wp:author_email" => return self.mail = !text.trim().is_empty(),
            "wp:author_login" => &mut self.login,
            "wp:author_display_name" => &mut self.display_name,
            "wp:author_first_name" => &mut self.first_name,
            "wp:author_last_name" => &mut self.last_name,
            _ => return,
        };
        *field = text.trim().to_string();
    }

    /// Returns the name that readers see.
    pub fn name(&self) -> String {
        let full = format!("{} {}", self.first_name, self.last_name).trim().to_string();
        [self.display_name.clone(), full, self.login.clone()].into_iter().find(|n| !n.is_empty()).unwrap_or_default()
    }
}

impl Channel {
    pub fn set(&mut self, name: &str, text: String) {
        let field = match name {
            "title" => &mut self.title,
            "link" => &mut self.link,
            "description" => &mut self.description,
            "language" => &mut self.language,
            "generator" => &mut self.generator,
            "wp:wxr_version" => &mut self.version,
            "wp:base_site_url" => &mut self.base_site_url,
            "wp:base_blog_url" => &mut self.base_blog_url,
            _ => return,
        };
        *field = text.trim().to_string();
    }

    /// Returns the blog's root address without a slash at its end, where any element gives one.
    pub fn base(&self) -> Option<String> {
        let given = [&self.base_blog_url, &self.base_site_url, &self.link];
        let found = given.into_iter().find(|u| u.starts_with("http://") || u.starts_with("https://"))?;
        Some(found.trim_end_matches('/').to_string())
    }
}
