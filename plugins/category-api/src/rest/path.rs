//! Rules for the paths of an API.

/// What is wrong with a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is said.
    pub message: String,
}

const PARTS: &str = "Each path part must use characters a-z A-Z 0-9 - and must not be empty.\n\
Optionally, a path part can be surrounded by { } to denote a path parameter.";

/// Checks a path by itself and beside those that the API has already.
///
/// The gateway hands everything below a path to that path's function, so one path must not lie below another.
///
/// # Errors
/// What is wrong with it.
pub fn check(path: &str, others: &[&str]) -> Result<(), Fault> {
    let fault = |message: String| Err(Fault { message });
    if path.is_empty() {
        return fault("The path must not be empty".into());
    }
    if path.ends_with('/') {
        return fault("The path must not end with /".into());
    }
    let Some(inside) = path.strip_prefix('/') else {
        return fault("The path must begin with / e.g. /items".into());
    };
    let parts: Vec<&str> = inside.split('/').collect();
    if !parts.iter().all(|part| is_part(part)) {
        return fault(PARTS.into());
    }
    let mut parameters: Vec<&str> = parts.iter().copied().filter(|part| is_parameter(part)).collect();
    parameters.sort_unstable();
    if let Some(twice) = parameters.windows(2).find(|pair| pair[0] == pair[1]) {
        return fault(format!("The path parameter {} is there twice", twice[0]));
    }
    for other in others {
        let theirs: Vec<&str> = other.trim_start_matches('/').split('/').collect();
        if parts.starts_with(&theirs) {
            return fault(format!("An existing path already matches this sub-path: {other}"));
        }
        if theirs.starts_with(&parts) {
            return fault(format!("The path would match everything below it, and {other} exists already"));
        }
        let common = parts.iter().zip(&theirs).take_while(|(one, two)| one == two).count();
        if let (Some(one), Some(two)) = (parts.get(common), theirs.get(common))
            && is_parameter(one)
            && is_parameter(two)
        {
            return fault(format!("{one} stands where {other} has {two}: a path parameter has one name in one place"));
        }
    }
    Ok(())
}

/// Paths beside this one that its own access reaches too: a policy has no path parameters, only a star.
pub fn reached<'o>(path: &str, others: &[&'o str]) -> Vec<&'o str> {
    let covers = |other: &&&str| {
        let (parts, theirs): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), other.split('/').collect());
        theirs.len() >= parts.len()
            && parts != theirs
            && parts.iter().zip(&theirs).all(|(part, their)| is_parameter(part) || part == their)
    };
    others.iter().filter(covers).copied().collect()
}

/// The path in the ARN of a method. A parameter may have any value there.
pub fn in_arn(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').map(|part| if is_parameter(part) { "*" } else { part }).collect();
    parts.join("/")
}

fn is_part(part: &str) -> bool {
    let name = part.strip_prefix('{').map_or(Some(part), |rest| rest.strip_suffix('}'));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(plain))
}

fn is_parameter(part: &str) -> bool {
    part.starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(path: &str, others: &[&str]) -> String {
        check(path, others).unwrap_err().message
    }

    #[test]
    fn nested_paths_and_parameters_are_fine() {
        for path in ["/items", "/book/{isbn}", "/book/{isbn}/page/{pageNum}", "/{id}", "/a-b/C9", "/-"] {
            assert_eq!(check(path, &["/other", "/books"]), Ok(()), "{path}");
        }
        assert_eq!(check("/book/latest", &["/book/{isbn}"]), Ok(()), "a fixed part goes before a parameter");
    }

    #[test]
    fn each_rule_has_its_own_message() {
        assert_eq!(message("", &[]), "The path must not be empty");
        assert_eq!(message("/", &[]), "The path must not end with /");
        assert_eq!(message("/items/", &[]), "The path must not end with /");
        assert_eq!(message("items", &[]), "The path must begin with / e.g. /items");
        for hostile in [
            "//items",
            "/a//b",
            "/a b",
            "/a.b",
            "/../x",
            "/a?b",
            "/{a",
            "/a}",
            "/{}",
            "/{a}b",
            "/{proxy+}",
            "/ü",
            "/a\"b",
            "/a\nb",
            "/${env}",
            "/%2e",
        ] {
            assert!(message(hostile, &[]).starts_with("Each path part must use characters"), "{hostile}");
        }
        assert_eq!(message("/a/{x}/b/{x}", &[]), "The path parameter {x} is there twice");
    }

    #[test]
    fn paths_must_not_lie_below_one_another() {
        for below in ["/items", "/items/x", "/items/{id}/y"] {
            assert_eq!(message(below, &["/items"]), "An existing path already matches this sub-path: /items");
        }
        assert!(message("/a", &["/a/b"]).contains("/a/b exists already"));
        assert!(message("/book/{id}", &["/book/{isbn}"]).contains("has one name in one place"));
        assert!(message("/book/{id}/x", &["/book/{isbn}/y"]).contains("/book/{isbn}/y has {isbn}"));
        assert_eq!(check("/ab", &["/a"]), Ok(()));
        assert_eq!(check("/Items", &["/items"]), Ok(()), "the gateway tells them apart");
    }

    #[test]
    fn a_parameter_is_a_star_for_policies() {
        assert_eq!(in_arn("/book/{isbn}/page"), "/book/*/page");
        assert_eq!(reached("/book/{isbn}", &["/book/latest", "/books", "/book/{isbn}"]), ["/book/latest"]);
        assert!(reached("/book", &["/book/latest"]).contains(&"/book/latest"));
    }
}
