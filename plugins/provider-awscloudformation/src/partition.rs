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
/// Regions whose buckets that address leads to. It does not lead to those of regions that were opened after March 2019.
const REACHED: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// The address that CloudFormation takes for a template in a bucket.
pub(crate) fn template_url(region: &str, bucket: &str, key: &str) -> String {
    localized(region, &format!("{GLOBAL}{bucket}/{key}")).unwrap_or_else(|| format!("{GLOBAL}{bucket}/{key}"))
}

/// The same address for a region that the global one does not lead to; `None` where nothing has to be changed.
pub(crate) fn localized(region: &str, url: &str) -> Option<String> {
    let object = url.strip_prefix(GLOBAL)?;
    match Partition::of(region) {
        Partition::Commercial if REACHED.contains(&region) => None,
        Partition::China => Some(format!("https://s3.{region}.amazonaws.com.cn/{object}")),
        Partition::Commercial | Partition::GovCloud => Some(format!("https://s3.{region}.amazonaws.com/{object}")),
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
        assert_eq!(template_url("eu-south-2", "b", "k"), "https://s3.eu-south-2.amazonaws.com/b/k");
        assert_eq!(localized("cn-north-1", "https://example.com/b/k"), None);
    }
}
