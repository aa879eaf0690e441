//! Takes connections on loopback, and ends with its service.

use std::{convert::Infallible, future::Future};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use super::ended;

/// Serves connections until told to stop, then lets those end that are at work.
pub(super) async fn serve<S, F, B>(listener: TcpListener, service: S, stopped: watch::Receiver<bool>)
where
    S: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<B>> + Send,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut connections = JoinSet::new();
    let end = ended(stopped.clone());
    tokio::pin!(end);
    loop {
        tokio::select! {
            () = &mut end => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                // A connection that failed before it began concerns nobody else.
                let Ok((stream, _)) = accepted else { continue };
                let (service, stopped) = (service.clone(), stopped.clone());
                connections.spawn(async move {
                    let answer = service_fn(move |request| {
                        let answer = service(request);
                        async move { Ok::<_, Infallible>(answer.await) }
                    });
                    let connection =
                        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), answer);
                    tokio::pin!(connection);
                    tokio::select! {
                        _ = connection.as_mut() => {}
                        () = ended(stopped) => {
                            connection.as_mut().graceful_shutdown();
                            let _ = connection.await;
                        }
                    }
                });
            }
        }
    }
    while connections.join_next().await.is_some() {}
}
