//! What the partitions of AWS have, and what their addresses look like.

use amplify_cfn::Partition;

/// Where the web console of a region is.
pub(crate) fn console(region: &str) -> &'static str {
    match Partition::of(region) {
        Partition::Commercial => "https://console.aws.amazon.com",
        Partition::China => "https://console.amazonaws.cn",
        Partition::GovCloud => "https://console.amazonaws-us-gov.com",
    }
}

/// Whether a region's partition has the Amplify service.
pub(crate) fn has_amplify(region: &str) -> bool {
    Partition::of(region) == Partition::Commercial
}

/// The address that CloudFormation takes for a template in a bucket.
pub(crate) fn template_url(region: &str, bucket: &str, key: &str) -> String {
    let usual = format!("https://s3.amazonaws.com/{bucket}/{key}");
    amplify_cfn::localized(&usual, region).unwrap_or(usual)
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
    }
}
