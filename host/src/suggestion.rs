//! "Did you mean": the nearest of several names.

/// The name nearest to what was typed, if any is near enough to be meant.
pub fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (typed.chars().count() / 3).max(1);
    names
        .into_iter()
        .filter(|name| *name != typed)
        .map(|name| (distance(typed, name), name))
        .filter(|(distance, name)| *distance <= allowed || (typed.chars().count() > 2 && name.starts_with(typed)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Edits (insert, delete, replace, swap of neighbours) that lead from one text to the other, letter case aside.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let width = b.len() + 1;
    let mut table = vec![0; (a.len() + 1) * width];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            table[i * width + j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = table[(i - 1) * width + j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = replaced.min(table[(i - 1) * width + j] + 1).min(table[i * width + j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(table[(i - 2) * width + j - 2] + 1);
                }
                best
            };
        }
    }
    table[a.len() * width + b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        let names = ["status", "storage", "push", "plan", "plugin"];
        assert_eq!(nearest("statsu", names), Some("status"));
        assert_eq!(nearest("stroage", names), Some("storage"));
        assert_eq!(nearest("psuh", names), Some("push"));
        assert_eq!(nearest("Push", names), Some("push"));
        assert_eq!(nearest("plug", names), Some("plugin"));
    }

    #[test]
    fn far_names_are_not() {
        assert_eq!(nearest("xyz", ["status", "push"]), None);
        assert_eq!(nearest("deploy", ["delete", "push"]), None);
    }
}
