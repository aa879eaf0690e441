//! Files put into the deployment bucket.

use std::{io, path::Path};

use crate::{
    Upload,
    objects::{self, OBJECTS},
};

/// Copies uploads to where the bucket has them, leaving alone what is there unchanged.
pub(crate) fn store(bucket: &Path, uploads: &[Upload]) -> io::Result<()> {
    for upload in uploads {
        let place = objects::place(bucket, &upload.key)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, format!("`{}` is no object key", upload.key)))?;
        let target = place.file();
        if same(&upload.path, &target)? {
            continue;
        }
        fs_err::create_dir_all(place.folder.join(OBJECTS))?;
        let temporary = tempfile::Builder::new().prefix(".upload-").tempfile_in(&place.folder)?;
        fs_err::copy(&upload.path, temporary.path())?;
        temporary.persist(&target).map_err(|error| error.error)?;
        // What the server knew about the earlier object is not true of this one.
        crate::serve::forget(&place)?;
    }
    Ok(())
}

fn same(source: &Path, target: &Path) -> io::Result<bool> {
    match fs_err::metadata(target) {
        Ok(metadata) if metadata.len() == fs_err::metadata(source)?.len() => {
            Ok(fs_err::read(source)? == fs_err::read(target)?)
        }
        _ => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_arrive_and_keys_stay_inside() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("template.json");
        fs_err::write(&source, "{}").unwrap();
        let bucket = folder.path().join("bucket");
        let keys = ["amplify-cfn-templates/storage/t.json", "#current-cloud-backend.zip", "../../outside"];
        let uploads: Vec<_> = keys.iter().map(|key| Upload { key: (*key).into(), path: source.clone() }).collect();
        store(&bucket, &uploads).unwrap();
        store(&bucket, &uploads).unwrap();
        let mut found = Vec::new();
        objects::walk(&bucket, "", &mut |key, _| found.push(key)).unwrap();
        found.sort();
        assert_eq!(found, ["#current-cloud-backend.zip", "../../outside", "amplify-cfn-templates/storage/t.json"]);
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 2);
    }
}
