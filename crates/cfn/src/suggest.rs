//! Near names, for "did you mean".

/// The candidate that is most like `name`, when one is near enough to be a slip of the pen.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let length = name.chars().count();
    // A third of the letters may differ, so that `Tabel` finds `Table` and `A` finds nothing.
    let allowed = (length / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= allowed)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count().max(length))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate.to_owned())
}

/// How many letters to insert, remove, replace or swap with the next; letter case weighs nothing.
fn distance(left: &str, right: &str) -> usize {
    let lower = |text: &str| text.chars().take(200).flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (left, right) = (lower(left), lower(right));
    let mut before: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let replaced = previous[column] + usize::from(letter != other);
            let mut best = replaced.min(previous[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *letter == right[column - 1] && left[row - 1] == *other {
                best = best.min(before[column - 1] + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut previous, current);
    }
    previous.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips() {
        let names = ["UserPool", "UserPoolClient", "Table"];
        assert_eq!(nearest("Tabel", names).as_deref(), Some("Table"));
        assert_eq!(nearest("userpool", names).as_deref(), Some("UserPool"));
        assert_eq!(nearest("UserPoolCleint", names).as_deref(), Some("UserPoolClient"));
    }

    #[test]
    fn stays_silent_when_nothing_is_near() {
        assert_eq!(nearest("Bucket", ["Table"]), None);
        assert_eq!(nearest("A", ["B"]), None);
        assert_eq!(nearest("", ["B"]), None);
    }
}
