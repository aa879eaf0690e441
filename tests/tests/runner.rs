//! No test file is forgotten: a file that is not a module of the test binary would never run.

use std::collections::BTreeSet;

#[test]
fn every_file_is_a_module() {
    let folder = amplify_tests::workspace().join("tests/tests");
    let main = fs_err::read_to_string(folder.join("main.rs")).unwrap();
    let declared: BTreeSet<String> =
        main.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).map(str::to_owned).collect();
    let present: BTreeSet<String> = fs_err::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
        .filter(|name| name != "main")
        .collect();
    assert_eq!(declared, present);
}
