//! S3's operations on the buckets of an environment.
//!
//! Objects are read and written by `s3s-fs`, one instance for each prefix (see [`crate::objects`]). What concerns whole
//! buckets, listings and copies is done here, because it spans several of them.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result, dto::*, s3_error};
use s3s_fs::FileSystem;

use super::{
    listing,
    overrides::Overrides,
    sidecar,
    triggers::{Change, Changes},
};
use crate::{
    objects::{self, OBJECTS, Place},
    store,
};

/// The buckets below a folder.
pub(super) struct Buckets {
    root: PathBuf,
    region: String,
    open: Mutex<HashMap<PathBuf, Arc<FileSystem>>>,
    changes: Changes,
}

/// What an object without a type has.
const UNKNOWN_TYPE: &str = "binary/octet-stream";

/// An input that names an object.
trait Addressed {
    fn address(&mut self) -> (&mut String, &mut String);
}

macro_rules! addressed {
    ($($input:ty),*) => {$(
        impl Addressed for $input {
            fn address(&mut self) -> (&mut String, &mut String) {
                (&mut self.bucket, &mut self.key)
            }
        }
    )*};
}

addressed!(
    AbortMultipartUploadInput,
    CompleteMultipartUploadInput,
    CreateMultipartUploadInput,
    GetObjectInput,
    HeadObjectInput,
    ListPartsInput,
    PutObjectInput,
    UploadPartInput
);

/// A request turned to the file system of its prefix.
struct Turned {
    files: Arc<FileSystem>,
    place: Place,
    bucket: String,
    key: String,
}

impl Buckets {
    pub(super) fn new(root: PathBuf, region: String, changes: Changes) -> Self {
        Self { root, region, open: Mutex::default(), changes }
    }

    /// Tells of an object that was written.
    fn written(&self, event: &'static str, bucket: String, key: String, file: &Path, etag: Option<&ETag>) {
        let size = fs_err::metadata(file).map(|metadata| metadata.len()).unwrap_or_default();
        let etag = etag.map(|etag| etag.value().to_owned()).unwrap_or_default();
        self.changes.tell(Change { bucket, key, event, size, etag });
    }

    /// The folder of a bucket that exists.
    fn bucket(&self, name: &str) -> S3Result<PathBuf> {
        let folder = self.root.join(name);
        if folder.is_dir() { Ok(folder) } else { Err(s3_error!(NoSuchBucket, "The specified bucket does not exist")) }
    }

    fn place(&self, bucket: &str, key: &str) -> S3Result<Place> {
        objects::place(&self.bucket(bucket)?, key).ok_or_else(|| {
            let limit = objects::LONGEST_NAME;
            s3_error!(KeyTooLongError, "here the part of a key after its last slash has at most {} bytes", limit)
        })
    }

    fn existing(&self, bucket: &str, key: &str) -> S3Result<Place> {
        let missing = || s3_error!(NoSuchKey, "The specified key does not exist.");
        // A name that is too long to be written was never written.
        let place = objects::place(&self.bucket(bucket)?, key).ok_or_else(missing)?;
        if place.file().is_file() { Ok(place) } else { Err(missing()) }
    }

    fn files(&self, place: &Place) -> S3Result<Arc<FileSystem>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        fs_err::create_dir_all(place.folder.join(OBJECTS)).map_err(internal)?;
        if let Some(files) = open.get(&place.folder) {
            return Ok(Arc::clone(files));
        }
        let files = FileSystem::new(&place.folder).map_err(|error| internal(io::Error::other(format!("{error:?}"))))?;
        let files = Arc::new(files);
        open.insert(place.folder.clone(), Arc::clone(&files));
        Ok(files)
    }

    /// Points a request at the file system that has its object.
    fn turn<I: Addressed>(&self, request: &mut S3Request<I>, must_exist: bool) -> S3Result<Turned> {
        let (bucket, key) = request.input.address();
        let place = if must_exist { self.existing(bucket, key)? } else { self.place(bucket, key)? };
        let files = self.files(&place)?;
        let bucket = std::mem::replace(bucket, OBJECTS.to_owned());
        let key = std::mem::replace(key, place.name.clone());
        Ok(Turned { files, place, bucket, key })
    }

    fn delete(&self, bucket: &str, key: &str) -> S3Result<()> {
        let Some(place) = objects::place(&self.bucket(bucket)?, key) else { return Ok(()) };
        let existed = place.file().is_file();
        store::remove_file(&place.file()).and_then(|()| sidecar::forget(&place)).map_err(internal)?;
        if existed {
            let (bucket, key) = (bucket.to_owned(), key.to_owned());
            self.changes.tell(Change { bucket, key, event: "ObjectRemoved:Delete", size: 0, etag: String::new() });
        }
        Ok(())
    }

    async fn page(&self, bucket: &str, query: ListQuery) -> S3Result<listing::Page> {
        let folder = self.bucket(bucket)?;
        let read = move || {
            listing::page(
                &folder,
                &listing::Query {
                    prefix: query.prefix.as_deref().unwrap_or_default(),
                    delimiter: query.delimiter.as_deref(),
                    after: query.after.as_deref(),
                    limit: usize::try_from(query.max_keys.unwrap_or(1000)).unwrap_or(0).min(1000),
                    encode: query.encoding_type.is_some(),
                },
            )
        };
        tokio::task::spawn_blocking(read).await.map_err(io::Error::other).and_then(|page| page).map_err(internal)
    }

    async fn put(&self, mut request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        // Every class is kept alike.
        request.input.storage_class = None;
        let turned = self.turn(&mut request, false)?;
        let written = turned.files.put_object(request).await;
        if written.is_err() && !turned.place.file().is_file() {
            sidecar::forget(&turned.place).map_err(internal)?;
        }
        written
    }

    /// Reads an object to copy it.
    async fn source(&self, source: &CopySource, range: Option<Range>) -> S3Result<GetObjectOutput> {
        let CopySource::Bucket { bucket, key, .. } = source else {
            return Err(s3_error!(NotImplemented, "only objects of buckets can be copied"));
        };
        let input = GetObjectInput { bucket: bucket.to_string(), key: key.to_string(), range, ..Default::default() };
        Ok(self.get_object(inner(input)).await?.output)
    }
}

/// What both forms of listing ask for.
struct ListQuery {
    prefix: Option<String>,
    delimiter: Option<String>,
    after: Option<String>,
    max_keys: Option<i32>,
    encoding_type: Option<EncodingType>,
}

fn internal(error: io::Error) -> S3Error {
    S3Error::with_source(S3ErrorCode::InternalError, Box::new(error))
}

/// A request that one operation makes of another.
fn inner<T>(input: T) -> S3Request<T> {
    S3Request {
        input,
        method: http::Method::GET,
        uri: http::Uri::default(),
        headers: http::HeaderMap::new(),
        extensions: http::Extensions::new(),
        credentials: None,
        region: None,
        service: None,
        trailing_headers: None,
    }
}

/// Writes a text as the client asked for it.
fn shown(text: Option<String>, encoding: Option<&EncodingType>) -> Option<String> {
    text.map(|text| if encoding.is_some() { listing::encoded(&text) } else { text })
}

#[async_trait]
impl S3 for Buckets {
    async fn abort_multipart_upload(
        &self,
        mut request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let turned = self.turn(&mut request, false)?;
        turned.files.abort_multipart_upload(request).await
    }

    async fn complete_multipart_upload(
        &self,
        mut request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let Turned { files, place, bucket, key } = self.turn(&mut request, false)?;
        let host = request.headers.get(http::header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let location = format!("http://{host}/{bucket}/{}", listing::encoded(&key));
        let mut response = files.complete_multipart_upload(request).await?;
        let changes = self.changes.clone();
        let named = move |output: CompleteMultipartUploadOutput| {
            let size = fs_err::metadata(place.file()).map(|metadata| metadata.len()).unwrap_or_default();
            let etag = output.e_tag.as_ref().map(|etag| etag.value().to_owned()).unwrap_or_default();
            let event = "ObjectCreated:CompleteMultipartUpload";
            changes.tell(Change { bucket: bucket.clone(), key: key.clone(), event, size, etag });
            CompleteMultipartUploadOutput { location: Some(location), bucket: Some(bucket), key: Some(key), ..output }
        };
        // The answer comes in two parts: what keeps the connection alive, and then the result.
        response.output.future = match response.output.future.take() {
            Some(result) => Some(Box::pin(async move { result.await.map(named) })),
            None => {
                response.output = named(response.output);
                None
            }
        };
        Ok(response)
    }

    async fn copy_object(&self, request: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        let input = request.input;
        let source = self.source(&input.copy_source, None).await?;
        let replace = input.metadata_directive.as_ref().is_some_and(|way| way.as_str() == MetadataDirective::REPLACE);
        let mut put = PutObjectInput {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            body: source.body,
            content_length: source.content_length,
            ..Default::default()
        };
        if replace {
            put.metadata = input.metadata;
            put.cache_control = input.cache_control;
            put.content_disposition = input.content_disposition;
            put.content_encoding = input.content_encoding;
            put.content_language = input.content_language;
            put.content_type = input.content_type;
            put.expires = input.expires;
        } else {
            put.metadata = source.metadata;
            put.cache_control = source.cache_control;
            put.content_disposition = source.content_disposition;
            put.content_encoding = source.content_encoding;
            put.content_language = source.content_language;
            put.content_type = source.content_type;
            put.expires = source.expires;
        }
        let written = self.put(inner(put)).await?.output;
        let file = self.existing(&input.bucket, &input.key)?.file();
        self.written("ObjectCreated:Copy", input.bucket.clone(), input.key.clone(), &file, written.e_tag.as_ref());
        let modified = fs_err::metadata(file).and_then(|metadata| metadata.modified()).map_err(internal)?;
        let result = CopyObjectResult {
            e_tag: written.e_tag,
            last_modified: Some(Timestamp::from(modified)),
            ..Default::default()
        };
        Ok(S3Response::new(CopyObjectOutput { copy_object_result: Some(result), ..Default::default() }))
    }

    async fn create_bucket(&self, request: S3Request<CreateBucketInput>) -> S3Result<S3Response<CreateBucketOutput>> {
        let name = request.input.bucket;
        let folder = self.root.join(&name);
        if folder.exists() {
            return Err(s3_error!(BucketAlreadyOwnedByYou, "the bucket exists already"));
        }
        fs_err::create_dir_all(folder).map_err(internal)?;
        Ok(S3Response::new(CreateBucketOutput { location: Some(format!("/{name}")) }))
    }

    async fn create_multipart_upload(
        &self,
        mut request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let Turned { files, bucket, key, .. } = self.turn(&mut request, false)?;
        let mut response = files.create_multipart_upload(request).await?;
        response.output.bucket = Some(bucket);
        response.output.key = Some(key);
        Ok(response)
    }

    async fn delete_bucket(&self, request: S3Request<DeleteBucketInput>) -> S3Result<S3Response<DeleteBucketOutput>> {
        let folder = self.bucket(&request.input.bucket)?;
        if objects::any(&folder) {
            return Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"));
        }
        store::remove_folder(&folder).map_err(internal)?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|path, _| !path.starts_with(&folder));
        Ok(S3Response::new(DeleteBucketOutput {}))
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.delete(&request.input.bucket, &request.input.key)?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let DeleteObjectsInput { bucket, delete, .. } = request.input;
        let mut deleted = Vec::new();
        for object in delete.objects {
            self.delete(&bucket, &object.key)?;
            deleted.push(DeletedObject { key: Some(object.key), ..Default::default() });
        }
        let told = !delete.quiet.unwrap_or(false);
        Ok(S3Response::new(DeleteObjectsOutput { deleted: told.then_some(deleted), ..Default::default() }))
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.bucket(&request.input.bucket)?;
        // S3 says nothing for its first region.
        let region = (self.region != "us-east-1").then(|| BucketLocationConstraint::from(self.region.clone()));
        Ok(S3Response::new(GetBucketLocationOutput { location_constraint: region }))
    }

    async fn get_object(&self, mut request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let overrides = Overrides::of(&request.input);
        let turned = self.turn(&mut request, true)?;
        let mut response = turned.files.get_object(request).await?;
        let output = &mut response.output;
        overrides.apply(output);
        output.content_type.get_or_insert_with(|| UNKNOWN_TYPE.into());
        output.accept_ranges = Some("bytes".into());
        Ok(response)
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.bucket(&request.input.bucket)?;
        Ok(S3Response::new(HeadBucketOutput { bucket_region: Some(self.region.clone()), ..Default::default() }))
    }

    async fn head_object(&self, mut request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let turned = self.turn(&mut request, true)?;
        let mut response = turned.files.head_object(request).await?;
        response.output.content_type.get_or_insert_with(|| UNKNOWN_TYPE.into());
        response.output.accept_ranges = Some("bytes".into());
        Ok(response)
    }

    async fn list_buckets(&self, _: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        let mut buckets = Vec::new();
        let entries = match fs_err::read_dir(&self.root) {
            Ok(entries) => entries.flatten().collect(),
            Err(_) => Vec::new(),
        };
        for entry in entries {
            let (Ok(name), Ok(metadata)) = (entry.file_name().into_string(), entry.metadata()) else { continue };
            if metadata.is_dir() {
                let made = metadata.created().or(metadata.modified()).ok().map(Timestamp::from);
                buckets.push(Bucket { name: Some(name), creation_date: made, ..Default::default() });
            }
        }
        buckets.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(S3Response::new(ListBucketsOutput { buckets: Some(buckets), ..Default::default() }))
    }

    async fn list_objects(&self, request: S3Request<ListObjectsInput>) -> S3Result<S3Response<ListObjectsOutput>> {
        let input = request.input;
        let query = ListQuery {
            prefix: input.prefix.clone(),
            delimiter: input.delimiter.clone(),
            after: input.marker.clone(),
            max_keys: input.max_keys,
            encoding_type: input.encoding_type.clone(),
        };
        let page = self.page(&input.bucket, query).await?;
        let encoding = input.encoding_type.as_ref();
        Ok(S3Response::new(ListObjectsOutput {
            name: Some(input.bucket),
            prefix: shown(input.prefix, encoding),
            delimiter: shown(input.delimiter, encoding),
            marker: shown(input.marker, encoding),
            max_keys: Some(input.max_keys.unwrap_or(1000)),
            is_truncated: Some(page.next.is_some()),
            next_marker: shown(page.next, encoding),
            contents: Some(page.objects),
            common_prefixes: Some(page.prefixes),
            encoding_type: input.encoding_type,
            ..Default::default()
        }))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        let query = ListQuery {
            prefix: input.prefix.clone(),
            delimiter: input.delimiter.clone(),
            after: input.continuation_token.clone().or_else(|| input.start_after.clone()),
            max_keys: input.max_keys,
            encoding_type: input.encoding_type.clone(),
        };
        let page = self.page(&input.bucket, query).await?;
        let encoding = input.encoding_type.as_ref();
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(input.bucket),
            key_count: i32::try_from(page.count()).ok(),
            prefix: shown(input.prefix, encoding),
            delimiter: shown(input.delimiter, encoding),
            start_after: shown(input.start_after, encoding),
            continuation_token: input.continuation_token,
            max_keys: Some(input.max_keys.unwrap_or(1000)),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next,
            contents: Some(page.objects),
            common_prefixes: Some(page.prefixes),
            encoding_type: input.encoding_type,
            ..Default::default()
        }))
    }

    async fn list_parts(&self, mut request: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        let Turned { files, bucket, key, .. } = self.turn(&mut request, false)?;
        let mut response = files.list_parts(request).await?;
        response.output.bucket = Some(bucket);
        response.output.key = Some(key);
        if let Some(parts) = &mut response.output.parts {
            parts.sort_by_key(|part| part.part_number);
        }
        Ok(response)
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let (bucket, key) = (request.input.bucket.clone(), request.input.key.clone());
        let response = self.put(request).await?;
        let file = self.existing(&bucket, &key)?.file();
        self.written("ObjectCreated:Put", bucket, key, &file, response.output.e_tag.as_ref());
        Ok(response)
    }

    async fn upload_part(&self, mut request: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let turned = self.turn(&mut request, false)?;
        turned.files.upload_part(request).await
    }

    async fn upload_part_copy(
        &self,
        request: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        let input = request.input;
        let range = match &input.copy_source_range {
            Some(text) => Some(Range::parse(text).map_err(|_| s3_error!(InvalidArgument, "`{}` is no range", text))?),
            None => None,
        };
        let source = self.source(&input.copy_source, range).await?;
        let part = UploadPartInput {
            bucket: input.bucket,
            key: input.key,
            upload_id: input.upload_id,
            part_number: input.part_number,
            body: source.body,
            content_length: source.content_length,
            ..Default::default()
        };
        let written = self.upload_part(inner(part)).await?.output;
        let result = CopyPartResult {
            e_tag: written.e_tag,
            last_modified: Some(Timestamp::from(std::time::SystemTime::now())),
            ..Default::default()
        };
        Ok(S3Response::new(UploadPartCopyOutput { copy_part_result: Some(result), ..Default::default() }))
    }
}
