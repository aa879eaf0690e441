//! A cloud in a folder: deploys CloudFormation templates without an account, serves their buckets and tables on loopback,
//! and runs their functions.
//!
//! | resource | here |
//! | --- | --- |
//! | `AWS::S3::Bucket` | a folder, served by `s3s` |
//! | `AWS::DynamoDB::Table` | a table of `dynoxide`, on SQLite |
//! | `AWS::Lambda::Function` | unpacked code, started with node or python |
//! | `AWS::Cognito::UserPool` and `IdentityPool`, with their clients, groups and roles | users in `amplify-local-identity` |
//! | `AWS::CloudFormation::Stack` | a stack below its stack |
//! | `AWS::ApiGateway::RestApi` | served from its `Body`; its functions are called as API Gateway calls them |
//! | notifications, event source mappings, scheduled rules | start their functions while the services are on |
//! | any other | recorded: ids and attributes that look right, and nothing behind them |
//!
//! [`LocalCloud::deploy`] evaluates a template with `amplify-cfn` and brings the environment to it. It commits by replacing
//! one state file, keeps a record of what it makes until then, and undoes it if it fails, is cancelled, or was killed.

mod cloud;
mod condition;
mod deploy;
mod destroy;
mod error;
mod handlers;
mod identity;
mod invoke;
mod journal;
mod lock;
mod objects;
mod paths;
mod serve;
mod state;
mod store;
mod sweep;
mod tables;
mod uploads;

pub use amplify_local_identity::{Medium, Message};
pub use cloud::LocalCloud;
pub use condition::Condition;
pub use deploy::{Counts, Deploy, Deployed, Event, Observer, RecordedResource, Upload};
pub use error::Error;
pub use invoke::{Failure, Invocation, Invoke, Runtime};
pub use serve::{Endpoints, Notice, Serve, ServedApi, Service, Services};
pub use state::{Discarded, OutputState, ResourceState, StackState, State};
