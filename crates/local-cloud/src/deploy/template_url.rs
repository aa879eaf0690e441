//! Where a nested stack's template is: bucket and key of its `TemplateURL`.

/// Splits the URL of an object: path style or with the bucket in the host name, with or without a region.
pub(super) fn object(url: &str) -> Option<(String, String)> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let (host, path) = rest.split_once('/')?;
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let path = decode(path)?;
    let service = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    if is_service(service) {
        let (bucket, key) = path.split_once('/')?;
        return (!bucket.is_empty() && !key.is_empty()).then(|| (bucket.to_owned(), key.to_owned()));
    }
    // A bucket's name may hold periods, and the service comes after it.
    let cut = service.match_indices('.').map(|(index, _)| index).find(|index| is_service(&service[index + 1..]))?;
    (!path.is_empty()).then(|| (service[..cut].to_owned(), path))
}

/// `s3`, `s3.REGION`, `s3-REGION` and `s3.dualstack.REGION`.
fn is_service(text: &str) -> bool {
    let region = |text: &str| text.split('-').count() >= 3 && !text.contains('.');
    match text.strip_prefix("s3") {
        Some("") => true,
        Some(rest) => {
            let rest = rest.trim_start_matches('.').trim_start_matches('-');
            region(rest.strip_prefix("dualstack.").unwrap_or(rest))
        }
        None => false,
    }
}

fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_the_address_of_an_object() {
        let expected = Some(("shop-deployment".to_owned(), "amplify-cfn-templates/a b.json".to_owned()));
        for url in [
            "https://s3.amazonaws.com/shop-deployment/amplify-cfn-templates/a%20b.json",
            "https://s3.eu-west-1.amazonaws.com/shop-deployment/amplify-cfn-templates/a%20b.json",
            "https://s3-eu-west-1.amazonaws.com/shop-deployment/amplify-cfn-templates/a%20b.json",
            "https://shop-deployment.s3.amazonaws.com/amplify-cfn-templates/a%20b.json",
            "https://shop-deployment.s3.us-east-1.amazonaws.com/amplify-cfn-templates/a%20b.json?versionId=1",
            "http://shop-deployment.s3.dualstack.us-east-1.amazonaws.com/amplify-cfn-templates/a%20b.json",
        ] {
            assert_eq!(object(url), expected, "{url}");
        }
        assert_eq!(object("https://my.bucket.s3.amazonaws.com/k"), Some(("my.bucket".into(), "k".into())));
    }

    #[test]
    fn other_addresses_are_none() {
        for url in [
            "",
            "s3://b/k",
            "https://example.com/b/k",
            "https://s3.amazonaws.com/b",
            "https://s3.amazonaws.com/",
            "https://b.s3.amazonaws.com/%zz",
        ] {
            assert_eq!(object(url), None, "{url}");
        }
    }
}
