//! Comma-separated values ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)): quotes, newlines inside them, any line end.

/// Reads rows. A quote that is never closed ends with the text.
pub fn rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let (mut row, mut field, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => (quoted, any) = (true, true),
            ',' if !quoted => {
                row.push(std::mem::take(&mut field));
                any = true;
            }
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' | '\r' if !quoted => {
                if any || !field.is_empty() {
                    row.push(std::mem::take(&mut field));
                    rows.push(std::mem::take(&mut row));
                }
                any = false;
            }
            c => field.push(c),
        }
    }
    if any || !field.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}

/// Rows with the names of their fields.
pub struct Table {
    names: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn read(text: &str) -> Table {
        let mut rows = rows(text);
        let names = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
        Table { names: names.iter().map(|n| n.trim().to_string()).collect(), rows }
    }

    /// Returns a field of a row, none of what is blank.
    pub fn get<'a>(&self, row: &'a [String], name: &str) -> Option<&'a str> {
        let at = self.names.iter().position(|n| n == name)?;
        row.get(at).map(|v| v.trim()).filter(|v| !v.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_commas_quotes_and_newlines() {
        assert_eq!(
            rows("a,b\r\n\"x, \"\"y\"\"\nz\",\r\n\r\n,\"\"\n"),
            [vec!["a", "b"], vec!["x, \"y\"\nz", ""], vec!["", ""]]
        );
        let table = Table::read("\u{feff}id,name\n1, n \n2\n");
        assert_eq!(table.get(&table.rows[0], "name"), Some("n"));
        assert_eq!(table.get(&table.rows[1], "name"), None);
    }
}
