//! Buckets over HTTP, as clients use them.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

use serde_json::json;

use crate::{
    fixture::{BUCKET, Fixture, bucket, root},
    tables::serve,
};

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<String> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }
}

pub fn send(address: SocketAddr, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut head = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| *name == "Host") {
        head.push_str(&format!("Host: {address}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    write!(stream, "{head}\r\n{body}").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let chunked = head.to_lowercase().contains("transfer-encoding: chunked");
    let body = if chunked { dechunk(body) } else { body.to_owned() };
    Answer { status: head.split(' ').nth(1).unwrap().parse().unwrap(), head: head.to_owned(), body }
}

fn dechunk(mut rest: &str) -> String {
    let mut text = String::new();
    while let Some((size, tail)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            break;
        }
        text.push_str(&tail[..size]);
        rest = &tail[size + 2..];
    }
    text
}

/// The texts of all elements of a name.
fn elements(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&open).skip(1).filter_map(|part| Some(part.split_once(&close)?.0.to_owned())).collect()
}

const SIGNED: (&str, &str) = (
    "Authorization",
    "AWS4-HMAC-SHA256 Credential=any/20200530/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
);

fn photos() -> Fixture {
    let fixture = Fixture::new();
    fixture.deploy(root(json!({ "Photos": bucket("shop-photos") }))).unwrap();
    fixture
}

#[test]
fn objects_are_put_read_listed_and_deleted() {
    let fixture = photos();
    let services = serve(&fixture);
    let address = services.endpoints().s3.unwrap();
    let put = send(
        address,
        "PUT",
        "/shop-photos/public/a%20b.txt",
        &[SIGNED, ("Content-Type", "text/plain"), ("x-amz-meta-Who", "ada")],
        "hello",
    );
    assert_eq!(put.status, 200, "{}", put.body);
    let tag = put.header("etag").unwrap();
    assert_eq!(tag, "\"5d41402abc4b2a76b9719d911017c592\"");

    let got = send(address, "GET", "/shop-photos/public/a%20b.txt", &[SIGNED], "");
    assert_eq!((got.status, got.body.as_str()), (200, "hello"));
    assert_eq!(got.header("content-type").as_deref(), Some("text/plain"));
    assert_eq!(got.header("x-amz-meta-who").as_deref(), Some("ada"));
    let part = send(address, "GET", "/shop-photos/public/a%20b.txt", &[SIGNED, ("Range", "bytes=1-3")], "");
    assert_eq!((part.status, part.body.as_str()), (206, "ell"));

    let list = send(address, "GET", "/shop-photos?list-type=2", &[SIGNED], "");
    assert_eq!(elements(&list.body, "Key"), ["public/a b.txt"], "{}", list.body);
    assert!(elements(&list.body, "ETag")[0].contains("5d41402abc4b2a76b9719d911017c592"), "{}", list.body);
    let list = send(address, "GET", "/shop-photos?list-type=2&delimiter=%2F", &[SIGNED], "");
    assert_eq!(elements(&list.body, "CommonPrefixes"), ["<Prefix>public/</Prefix>"]);
    let all = send(address, "GET", "/", &[SIGNED], "");
    assert_eq!(elements(&all.body, "Name"), [BUCKET, "shop-photos"]);

    assert_eq!(send(address, "DELETE", "/shop-photos", &[SIGNED], "").status, 409);
    assert_eq!(send(address, "DELETE", "/shop-photos/public/a%20b.txt", &[SIGNED], "").status, 204);
    assert_eq!(send(address, "GET", "/shop-photos/public/a%20b.txt", &[SIGNED], "").status, 404);
    assert_eq!(send(address, "DELETE", "/shop-photos/public/a%20b.txt", &[SIGNED], "").status, 204);
    assert_eq!(
        elements(&send(address, "GET", "/shop-photos?list-type=2", &[SIGNED], "").body, "Key"),
        Vec::<String>::new()
    );
}

#[test]
fn what_is_missing_is_said_to_be_missing() {
    let fixture = photos();
    let services = serve(&fixture);
    let address = services.endpoints().s3.unwrap();
    send(address, "PUT", "/shop-photos/public/a.txt", &[SIGNED], "hello");
    // A prefix is no object.
    for (target, code) in
        [("/shop-photos/public", "NoSuchKey"), ("/shop-photos/b", "NoSuchKey"), ("/other/b", "NoSuchBucket")]
    {
        let answer = send(address, "GET", target, &[SIGNED], "");
        assert_eq!((answer.status, elements(&answer.body, "Code")), (404, vec![code.to_owned()]), "{target}");
        assert_eq!(send(address, "HEAD", target, &[SIGNED], "").status, 404, "{target}");
    }
    let long = format!("/shop-photos/{}", "x".repeat(200));
    assert_eq!(elements(&send(address, "PUT", &long, &[SIGNED], "a").body, "Code"), ["KeyTooLongError"]);
}

#[test]
fn an_object_and_a_prefix_may_have_one_name() {
    let fixture = photos();
    let services = serve(&fixture);
    let address = services.endpoints().s3.unwrap();
    for key in ["a", "a/b", "folder/", "..%2Fup", "a//c"] {
        let put = send(address, "PUT", &format!("/shop-photos/{key}"), &[SIGNED], key);
        assert_eq!(put.status, 200, "{key}: {}", put.body);
        assert_eq!(send(address, "GET", &format!("/shop-photos/{key}"), &[SIGNED], "").body, key);
    }
    let list = send(address, "GET", "/shop-photos?list-type=2", &[SIGNED], "");
    assert_eq!(elements(&list.body, "Key"), ["../up", "a", "a//c", "a/b", "folder/"]);
    assert_eq!(fixture.buckets(), [BUCKET, "shop-photos"]);
}

#[test]
fn bodies_in_chunks_are_decoded_and_checked() {
    let fixture = photos();
    let services = serve(&fixture);
    let address = services.endpoints().s3.unwrap();
    let headers = [
        SIGNED,
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("x-amz-decoded-content-length", "5"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
        ("x-amz-sdk-checksum-algorithm", "CRC32"),
        ("Content-Encoding", "aws-chunked"),
    ];
    let good = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    let put = send(address, "PUT", "/shop-photos/good", &headers, good);
    assert_eq!(put.status, 200, "{}", put.body);
    let got = send(address, "GET", "/shop-photos/good", &[SIGNED], "");
    assert_eq!((got.body.as_str(), got.header("content-encoding")), ("hello", None));
    let bad = good.replace("hello", "hallo");
    assert_ne!(send(address, "PUT", "/shop-photos/bad", &headers, &bad).status, 200);
    assert_eq!(send(address, "GET", "/shop-photos/bad", &[SIGNED], "").status, 404);
}

#[test]
fn presigned_addresses_work_whoever_signed_them() {
    let fixture = photos();
    let services = serve(&fixture);
    let address = services.endpoints().s3.unwrap();
    let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=any%2F20200530%2Fus-east-1%2Fs3%2Faws4_request\
                 &X-Amz-Date=20200530T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=00";
    assert_eq!(send(address, "PUT", &format!("/shop-photos/a?{query}"), &[], "hello").status, 200);
    let got = send(address, "GET", &format!("/shop-photos/a?{query}&response-content-type=text%2Fx"), &[], "");
    assert_eq!((got.body.as_str(), got.header("content-type").as_deref()), ("hello", Some("text/x")));
}

#[test]
fn forms_may_upload_whoever_signed_them() {
    let fixture = photos();
    let services = serve(&fixture);
    let address = services.endpoints().s3.unwrap();
    // {"expiration": "2099-01-01T00:00:00Z", "conditions": [{"bucket": "shop-photos"}, {"key": "form/x"}]}
    let policy = "eyJleHBpcmF0aW9uIjogIjIwOTktMDEtMDFUMDA6MDA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAic2hvcC1waG90b3MifSwgeyJrZXkiOiAiZm9ybS94In1dfQ==";
    let field =
        |name: &str, value: &str| format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let form = [
        field("key", "form/x"),
        field("policy", policy),
        field("signature", "0"),
        "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nhello\r\n--xx--\r\n".into(),
    ]
    .concat();
    let kind = ("Content-Type", "multipart/form-data; boundary=xx");
    let answer = send(address, "POST", "/shop-photos", &[kind], &form);
    assert_eq!(answer.status, 204, "{}", answer.body);
    assert_eq!(send(address, "GET", "/shop-photos/form/x", &[SIGNED], "").body, "hello");
}

#[test]
fn buckets_may_be_in_the_host_name() {
    let fixture = photos();
    let services = serve(&fixture);
    let address = services.endpoints().s3.unwrap();
    let port = address.port();
    let host = format!("shop-photos.localhost:{port}");
    assert_eq!(send(address, "PUT", "/a", &[SIGNED, ("Host", &host)], "hello").status, 200);
    assert_eq!(
        send(address, "GET", "/shop-photos/a", &[SIGNED, ("Host", &format!("localhost:{port}"))], "").body,
        "hello"
    );
}

#[test]
fn browsers_may_come_from_anywhere() {
    let fixture = photos();
    let services = serve(&fixture);
    let address = services.endpoints().s3.unwrap();
    let asked = [
        ("Origin", "http://localhost:3000"),
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "authorization,x-amz-date"),
    ];
    let answer = send(address, "OPTIONS", "/shop-photos/a", &asked, "");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin").as_deref(), Some("*"));
    assert!(answer.header("access-control-allow-methods").unwrap().contains("PUT"));
    assert_eq!(answer.header("access-control-allow-headers").as_deref(), Some("authorization,x-amz-date"));
    let answer = send(address, "GET", "/shop-photos/a", &[SIGNED, ("Origin", "http://localhost:3000")], "");
    assert_eq!(answer.header("access-control-allow-origin").as_deref(), Some("*"));
    assert!(answer.header("access-control-expose-headers").unwrap().contains("ETag"));
}

#[test]
fn large_objects_arrive_in_parts_and_are_copied() {
    let fixture = photos();
    let services = serve(&fixture);
    let address = services.endpoints().s3.unwrap();
    let begun = send(address, "POST", "/shop-photos/film/big?uploads=", &[SIGNED, ("Content-Type", "video/mp4")], "");
    let upload = elements(&begun.body, "UploadId").remove(0);
    assert_eq!(elements(&begun.body, "Key"), ["film/big"]);
    let big = "x".repeat(5 * 1024 * 1024);
    let mut parts = String::new();
    for (number, body) in [(1, big.as_str()), (2, "end")] {
        let target = format!("/shop-photos/film/big?partNumber={number}&uploadId={upload}");
        let tag = send(address, "PUT", &target, &[SIGNED], body).header("etag").unwrap();
        parts.push_str(&format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"));
    }
    assert_eq!(
        elements(&send(address, "GET", "/shop-photos?list-type=2", &[SIGNED], "").body, "Key"),
        Vec::<String>::new()
    );
    let complete = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    let done = send(address, "POST", &format!("/shop-photos/film/big?uploadId={upload}"), &[SIGNED], &complete);
    assert_eq!((done.status, elements(&done.body, "Key")), (200, vec!["film/big".to_owned()]), "{}", done.body);
    assert!(elements(&done.body, "ETag")[0].contains("-2"));
    let got = send(address, "GET", "/shop-photos/film/big", &[SIGNED], "");
    assert_eq!((got.body.len(), got.header("content-type").as_deref()), (big.len() + 3, Some("video/mp4")));

    let source = ("x-amz-copy-source", "/shop-photos/film/big");
    let copied = send(address, "PUT", &format!("/{BUCKET}/copy"), &[SIGNED, source], "");
    assert_eq!(copied.status, 200, "{}", copied.body);
    let head = send(address, "HEAD", &format!("/{BUCKET}/copy"), &[SIGNED], "");
    assert_eq!(head.header("content-length").unwrap(), (big.len() + 3).to_string());
    assert_eq!(head.header("content-type").as_deref(), Some("video/mp4"));
}

#[test]
fn a_deployment_serves_its_uploads_as_they_are_now() {
    let fixture = Fixture::new();
    let template = root(json!({}));
    fixture.deploy_with(template.clone(), &[("t.json", b"one")], &mut ()).unwrap();
    let services = serve(&fixture);
    let address = services.endpoints().s3.unwrap();
    let target = format!("/{BUCKET}/t.json");
    assert_eq!(send(address, "GET", &target, &[SIGNED], "").body, "one");
    let put = send(address, "PUT", &target, &[SIGNED], "by hand");
    fixture.deploy_with(template, &[("t.json", b"two")], &mut ()).unwrap();
    let got = send(address, "GET", &target, &[SIGNED], "");
    assert_eq!(got.body, "two");
    assert_ne!(got.header("etag"), put.header("etag"));
}
