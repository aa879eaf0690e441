//! Headers of an answer that the asker sets.

use s3s::dto::{GetObjectInput, GetObjectOutput};

/// The headers that the asker wants in an answer, as in addresses that make a browser save a file under a name.
pub(super) struct Overrides {
    cache_control: Option<String>,
    content_disposition: Option<String>,
    content_encoding: Option<String>,
    content_language: Option<String>,
    content_type: Option<String>,
}

impl Overrides {
    pub(super) fn of(input: &GetObjectInput) -> Self {
        Self {
            cache_control: input.response_cache_control.clone(),
            content_disposition: input.response_content_disposition.clone(),
            content_encoding: input.response_content_encoding.clone(),
            content_language: input.response_content_language.clone(),
            content_type: input.response_content_type.clone(),
        }
    }

    pub(super) fn apply(self, output: &mut GetObjectOutput) {
        let set = |wanted: Option<String>, field: &mut Option<String>| {
            if wanted.is_some() {
                *field = wanted;
            }
        };
        set(self.cache_control, &mut output.cache_control);
        set(self.content_disposition, &mut output.content_disposition);
        set(self.content_encoding, &mut output.content_encoding);
        set(self.content_language, &mut output.content_language);
        set(self.content_type, &mut output.content_type);
    }
}
