//! How often a call is tried: one that is throttled twice as often as one that is lost.
//!
//! A service that throttles is there and asks to be called later, and CloudFormation throttles early. One that cannot be
//! reached, or fails, is likely to go on so, and whoever waits has to be told.

use aws_sdk_sts::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::FinalizerInterceptorContextRef,
        retry::{ClassifyRetry, RetryAction, RetryConfig},
    },
    error::BoxError,
};
use aws_smithy_runtime_api::client::retries::classifiers::RetryReason;

/// The tries of a call whose requests or answers are lost, or that its service fails to answer.
pub(crate) const LOST: u32 = THROTTLED / 2;

/// The tries of a call that is throttled. Whoever sets [`Patience`] sets this bound.
pub(crate) const THROTTLED: u32 = 12;

/// Takes one try more from a call for each failure that is no throttling.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience;

impl Intercept for Patience {
    fn name(&self) -> &'static str {
        "Patience"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context.output_or_error().is_none_or(|outcome| outcome.is_ok()) || is_throttled(context, components) {
            return Ok(());
        }
        // The strategy reads the bound before every try, and calls share no config.
        if let Some(retries) = config.load::<RetryConfig>().cloned() {
            let left = retries.max_attempts().saturating_sub(1).max(1);
            config.interceptor_state().store_put(retries.with_max_attempts(left));
        }
        Ok(())
    }
}

/// What the client's own classifiers make of a failure, as its retry strategy asks them.
fn is_throttled(context: &FinalizerInterceptorContextRef<'_>, components: &RuntimeComponents) -> bool {
    let mut found = RetryAction::NoActionIndicated;
    for classifier in components.retry_classifiers() {
        match classifier.classify_retry_v2(context.inner(), &found) {
            RetryAction::NoActionIndicated => {}
            RetryAction::RetryForbidden => return false,
            action => found = action,
        }
    }
    let kind = |action: &RetryAction| match action {
        RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. }) => Some(*kind),
        _ => None,
    };
    kind(&found) == kind(&RetryAction::throttling_error())
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use aws_sdk_sts::{
        Client, Config,
        config::{
            AsyncSleep, BehaviorVersion, Credentials, HttpClient, Region, SharedAsyncSleep, Sleep,
            http::{HttpRequest, HttpResponse},
        },
    };
    use aws_smithy_runtime_api::client::{
        http::{HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        result::ConnectorError,
    };

    use super::*;

    /// What every try of a call meets.
    #[derive(Clone, Copy, Debug)]
    enum Meets {
        Answer(u16, &'static str),
        NoAnswer,
        /// A lost connection at each try with an even number, throttling at the others.
        Both,
    }

    const THROTTLING: Meets = Meets::Answer(400, "Throttling");

    #[derive(Clone, Debug)]
    struct Service {
        meets: Meets,
        tries: Arc<AtomicU32>,
    }

    impl Service {
        fn answer(meets: Meets, number: u32) -> Result<HttpResponse, ConnectorError> {
            match meets {
                Meets::Both if number.is_multiple_of(2) => Self::answer(Meets::NoAnswer, number),
                Meets::Both => Self::answer(THROTTLING, number),
                Meets::NoAnswer => Err(ConnectorError::io("reset".into())),
                Meets::Answer(status, code) => {
                    let body = format!("<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>");
                    Ok(HttpResponse::new(status.try_into().unwrap(), body.into()))
                }
            }
        }
    }

    impl HttpConnector for Service {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let number = self.tries.fetch_add(1, Ordering::SeqCst) + 1;
            HttpConnectorFuture::ready(Self::answer(self.meets, number))
        }
    }

    impl HttpClient for Service {
        fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
            SharedHttpConnector::new(self.clone())
        }
    }

    /// Waits for nothing.
    #[derive(Clone, Copy, Debug)]
    struct AtOnce;

    impl AsyncSleep for AtOnce {
        fn sleep(&self, _: std::time::Duration) -> Sleep {
            Sleep::new(std::future::ready(()))
        }
    }

    /// How often a call is tried.
    fn tries(meets: Meets) -> u32 {
        let tries = Arc::new(AtomicU32::new(0));
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("AKIA", "s", None, None, "test"))
            .sleep_impl(SharedAsyncSleep::new(AtOnce))
            .http_client(Service { meets, tries: tries.clone() })
            .retry_config(RetryConfig::standard().with_max_attempts(THROTTLED))
            .interceptor(Patience);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = Client::from_conf(config.build());
        let _ = runtime.block_on(client.get_caller_identity().send()).unwrap_err();
        tries.load(Ordering::SeqCst)
    }

    #[test]
    fn a_throttled_call_is_tried_more_often_than_a_lost_one() {
        assert_eq!((LOST, THROTTLED), (6, 12));
        for code in ["Throttling", "ThrottlingException", "RequestLimitExceeded", "SlowDown"] {
            assert_eq!(tries(Meets::Answer(400, code)), THROTTLED, "{code}");
        }
        assert_eq!(tries(Meets::Answer(503, "SlowDown")), THROTTLED);
        for meets in [Meets::NoAnswer, Meets::Answer(500, "InternalFailure"), Meets::Answer(503, "ServiceUnavailable")]
        {
            assert_eq!(tries(meets), LOST, "{meets:?}");
        }
        // Each that is lost takes one of those that throttling alone would leave.
        assert_eq!(tries(Meets::Both), 8);
        assert_eq!(tries(Meets::Answer(400, "AccessDenied")), 1);
    }
}
