//! `docs/pain-points.md`: every complaint of the list has its line, and every test that a line names exists.

use amplify_tests::workspace;

#[test]
fn every_complaint_names_tests_that_exist() {
    let page = fs_err::read_to_string(workspace().join("docs/pain-points.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| P")).collect();
    let numbers: Vec<&str> = rows.iter().filter_map(|row| row.split(" | ").next()).collect();
    let wanted: Vec<String> = (1..=26).map(|number| format!("| P{number:02}")).collect();
    assert_eq!(numbers, wanted);
    for row in rows {
        let cells: Vec<&str> = row.split(" | ").collect();
        let words: Vec<&str> = cells[2].split('`').skip(1).step_by(2).collect();
        assert!(words.len() >= 2, "no guard in: {row}");
        for guard in words.chunks(2) {
            let [file, test] = guard else { panic!("a file without a test in: {row}") };
            let text = fs_err::read_to_string(workspace().join(file)).unwrap_or_else(|error| panic!("{row}: {error}"));
            let found = text.split(&format!("fn {test}(")).next().filter(|before| before.len() < text.len());
            let before = found.unwrap_or_else(|| panic!("`{file}` has no `{test}`"));
            let attributes = before.rsplit("\n\n").next().unwrap_or_default();
            assert!(attributes.contains("#[test]"), "`{test}` of `{file}` is no test");
        }
    }
}
