//! What an export says of the blog: `settings.csv` of the Takeout, entries of kind `settings` of the classic export.

use std::collections::BTreeMap;

/// Settings by name: `blog_subdomain`, `BLOG_NAME`.
#[derive(Debug, Clone, Default)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// Reads a table of one row under its heads. A field may stand in quotes and hold commas, quotes and newlines.
    pub fn from_csv(text: &str) -> Settings {
        let rows = rows(text);
        let (Some(heads), Some(row)) = (rows.first(), rows.get(1)) else { return Settings::default() };
        let pairs = heads.iter().zip(row).map(|(k, v)| (k.trim().to_string(), v.trim().to_string()));
        Settings(pairs.filter(|(_, v)| !v.is_empty()).collect())
    }

    pub fn set(&mut self, name: &str, value: &str) {
        if !value.trim().is_empty() {
            self.0.insert(name.to_string(), value.trim().to_string());
        }
    }

    /// Returns the first that is set of several names for the same.
    pub fn get(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|n| self.0.get(*n)).map(String::as_str)
    }

    /// Returns the root address of the blog, where the settings tell it.
    pub fn host(&self) -> Option<String> {
        let name = self.get(&["blog_custom_domain", "blog_domain", "blog_subdomain", "BLOG_SUBDOMAIN"])?;
        let name = name.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
        let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'));
        plain.then(|| {
            if name.contains('.') { format!("https://{name}/") } else { format!("https://{name}.blogspot.com/") }
        })
    }

    /// Returns whether newlines of the posts are breaks, where the settings tell.
    pub fn breaks(&self) -> Option<bool> {
        let value = self.get(&["blog_convert_line_breaks", "BLOG_CONVERT_LINE_BREAKS"])?;
        Some(value.eq_ignore_ascii_case("true"))
    }
}

fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                field.push('"');
                chars.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_settings_is_read() {
        let all =
            Settings::from_csv("a,blog_subdomain,blog_description\r\nx,quay,\"Boats, \"\"mostly\"\"\nand fog\"\r\n");
        assert_eq!(all.get(&["blog_description"]), Some("Boats, \"mostly\"\nand fog"));
        assert_eq!(all.host().as_deref(), Some("https://quay.blogspot.com/"));
        assert_eq!(Settings::from_csv("blog_subdomain\n\n").host(), None);
        assert_eq!(Settings::from_csv("blog_subdomain\n../x\n").host(), None);
    }
}
