//! The parts of AWS that know nothing of one another, and what their addresses look like.

/// A partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Partition {
    Commercial,
    China,
    GovCloud,
}

impl Partition {
    /// The partition of a region.
    pub fn of(region: &str) -> Self {
        match region {
            _ if region.starts_with("cn-") => Self::China,
            _ if region.starts_with("us-gov-") => Self::GovCloud,
            _ => Self::Commercial,
        }
    }

    /// Where the web console is.
    pub fn console(self) -> &'static str {
        match self {
            Self::Commercial => "https://console.aws.amazon.com",
            Self::China => "https://console.amazonaws.cn",
            Self::GovCloud => "https://console.amazonaws-us-gov.com",
        }
    }

    /// Whether it has the Amplify service.
    pub fn has_amplify(self) -> bool {
        self == Self::Commercial
    }
}

/// How templates address buckets where nothing is said of the region.
const GLOBAL: &str = "https://s3.amazonaws.com/";

/// The address that CloudFormation takes for a template in a bucket.
pub(crate) fn template_url(region: &str, bucket: &str, key: &str) -> String {
    localized(region, &format!("{GLOBAL}{bucket}/{key}")).unwrap_or_else(|| format!("{GLOBAL}{bucket}/{key}"))
}

/// The same address for a region whose partition does not know the global one; `None` where nothing has to be changed.
pub(crate) fn localized(region: &str, url: &str) -> Option<String> {
    let object = url.strip_prefix(GLOBAL)?;
    match Partition::of(region) {
        Partition::Commercial => None,
        Partition::China => Some(format!("https://s3.{region}.amazonaws.com.cn/{object}")),
        Partition::GovCloud => Some(format!("https://s3.{region}.amazonaws.com/{object}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_addressed_in_its_partition() {
        assert_eq!(template_url("eu-west-1", "b", "k"), "https://s3.amazonaws.com/b/k");
        assert_eq!(template_url("cn-north-1", "b", "k"), "https://s3.cn-north-1.amazonaws.com.cn/b/k");
        assert_eq!(template_url("us-gov-west-1", "b", "k"), "https://s3.us-gov-west-1.amazonaws.com/b/k");
        assert_eq!(localized("cn-north-1", "https://example.com/b/k"), None);
    }
}
