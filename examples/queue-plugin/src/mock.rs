//! A stand-in for SQS on loopback: `SendMessage` and `ReceiveMessage` as today's AWS SDKs send them.

use std::{
    collections::{BTreeMap, VecDeque},
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{TcpListener, TcpStream},
    time::Duration,
};

use amplify_sdk::prelude::*;

/// The longest request that is read.
const MAX_BODY: usize = 1024 * 1024;

/// Serves the project's queues until the user stops it.
pub fn serve(context: &mut Context<'_>, request: &MockRequest) -> Result<(), PluginError> {
    let failed = |error: std::io::Error| PluginError::new("queue-mock", "the queues cannot be served").cause(error);
    let listener = TcpListener::bind(("127.0.0.1", request.port)).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let names = context.project().resources("queue");
    let served = names.iter().filter(|name| request.resource.is_empty() || **name == request.resource);
    let mut queues: BTreeMap<String, VecDeque<String>> =
        served.map(|name| ((*name).to_owned(), VecDeque::new())).collect();
    for name in queues.keys() {
        context.progress(&Progress::Message { text: format!("queue {name} at http://{address}/{name}") });
    }
    while !context.cancelled() {
        match listener.accept() {
            // One that does not speak HTTP is no reason to stop serving the others.
            Ok((stream, _)) => drop(answer(stream, &mut queues)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}

fn answer(stream: TcpStream, queues: &mut BTreeMap<String, VecDeque<String>>) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut line, mut action, mut length) = (String::new(), String::new(), 0);
    while reader.read_line(&mut line)? > 2 {
        if let Some((name, value)) = line.split_once(':') {
            match name.to_ascii_lowercase().as_str() {
                "x-amz-target" => action = value.trim().trim_start_matches("AmazonSQS.").to_owned(),
                "content-length" => length = value.trim().parse().unwrap_or(0),
                _ => {}
            }
        }
        line.clear();
    }
    let mut body = vec![0; length.min(MAX_BODY)];
    reader.read_exact(&mut body)?;
    let (status, reply) = act(&action, &String::from_utf8_lossy(&body).parse().unwrap_or_default(), queues);
    let reply = reply.to_string();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        reply.len()
    );
    (&stream).write_all((head + &reply).as_bytes())
}

/// What one request does.
fn act(action: &str, request: &Value, queues: &mut BTreeMap<String, VecDeque<String>>) -> (&'static str, Value) {
    let name = request["QueueUrl"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let Some(queue) = queues.get_mut(name) else {
        return ("400 Bad Request", json!({ "__type": "QueueDoesNotExist", "message": format!("no queue `{name}`") }));
    };
    match action {
        "SendMessage" => {
            queue.push_back(request["MessageBody"].as_str().unwrap_or_default().to_owned());
            ("200 OK", json!({ "MessageId": queue.len().to_string() }))
        }
        "ReceiveMessage" => {
            let messages: Vec<Value> =
                queue.pop_front().into_iter().map(|body| json!({ "Body": body, "ReceiptHandle": "taken" })).collect();
            ("200 OK", json!({ "Messages": messages }))
        }
        "DeleteMessage" => ("200 OK", json!({})),
        other => (
            "400 Bad Request",
            json!({ "__type": "UnsupportedOperation", "message": format!("`{other}` is not served here") }),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_in_order() {
        let mut queues = BTreeMap::from([("jobs".to_owned(), VecDeque::new())]);
        let url = "http://127.0.0.1:1/jobs";
        for text in ["one", "two"] {
            assert_eq!(act("SendMessage", &json!({"QueueUrl": url, "MessageBody": text}), &mut queues).0, "200 OK");
        }
        let (_, taken) = act("ReceiveMessage", &json!({"QueueUrl": url}), &mut queues);
        assert_eq!(taken["Messages"][0]["Body"], "one");
        assert_eq!(act("SendMessage", &json!({"QueueUrl": "x/none"}), &mut queues).0, "400 Bad Request");
    }
}
