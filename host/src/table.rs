//! Tables in Markdown's shape, as the original prints them.

/// A table with a heading; the columns are as wide as their widest cell.
pub fn markdown(heading: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = heading.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count()))))
            .collect();
        format!("| {} |", padded.join(" | "))
    };
    let heading: Vec<String> = heading.iter().map(|cell| (*cell).to_owned()).collect();
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut lines = vec![line(&heading), line(&rule)];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}

/// Two columns without lines, the first padded: names and what they mean.
pub fn columns(rows: &[(String, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let lines: Vec<String> = rows
        .iter()
        .map(|(name, meaning)| {
            let gap = " ".repeat(width.saturating_sub(name.chars().count()));
            format!("  {name}{gap}  {meaning}").trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn cells_are_padded_to_the_widest() {
        let text = super::markdown(&["Category", "Name"], &[vec!["Storage".into(), "photographs".into()]]);
        assert_eq!(text, "| Category | Name        |\n| -------- | ----------- |\n| Storage  | photographs |");
    }

    #[test]
    fn columns_line_up() {
        assert_eq!(super::columns(&[("a".into(), "x".into()), ("bcd".into(), String::new())]), "  a    x\n  bcd");
    }
}
