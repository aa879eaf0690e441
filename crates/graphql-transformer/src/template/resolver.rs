//! Resolvers and pipeline functions, whose templates are files beside the stacks.

use serde_json::{Value, json};

use super::{api_id, attribute};

/// Where a resolver gets its data.
#[derive(Debug, Clone, PartialEq)]
pub enum DataSource {
    /// The source without data, named `NONE`.
    None,
    /// A data source by logical id.
    Named(String),
    /// Functions by logical id, in order.
    Pipeline(Vec<String>),
}

/// What answers a field.
#[derive(Debug, Clone)]
pub struct Resolver {
    pub type_name: String,
    pub field_name: String,
    pub source: DataSource,
    /// Request template.
    pub request: String,
    /// Response template.
    pub response: String,
}

impl Resolver {
    /// Puts a block in front of the request.
    pub fn before_request(&mut self, block: &str) {
        self.request = joined(block, &self.request);
    }

    /// Puts a block in front of the response.
    pub fn before_response(&mut self, block: &str) {
        self.response = joined(block, &self.response);
    }

    /// File names of the templates: request, response.
    pub fn files(&self) -> [String; 2] {
        ["req", "res"].map(|kind| format!("{}.{}.{kind}.vtl", self.type_name, self.field_name))
    }

    /// Puts a block in front of the part of the response that begins with `answer`.
    pub(crate) fn before_answer(&mut self, answer: &str, block: &str) {
        if let Some(at) = self.response.find(answer) {
            self.response.insert_str(at, &format!("{}\n", block.trim_end()));
        }
    }

    /// The resource with the request in it, in which the stack puts the environment's name.
    pub(super) fn body_with_request(&self) -> Value {
        let mut body = self.body();
        // What the template engine is to see as a variable must not be one of the stack's.
        let text = self.request.replace("${", "${!").replace("${!env}", "${env}");
        let request = json!({"Fn::Sub": [text, {"env": {"Ref": "env"}}]});
        if let Some(properties) = body["Properties"].as_object_mut() {
            properties.shift_remove("RequestMappingTemplateS3Location");
            properties.insert("RequestMappingTemplate".to_owned(), request);
        }
        body
    }

    pub(super) fn body(&self) -> Value {
        let location = |kind: &str| {
            let file = json!({"Fn::Join": [".", [&self.type_name, &self.field_name, kind, "vtl"]]});
            location("resolvers", "ResolverFileName", file)
        };
        let mut properties = json!({"ApiId": match self.source {
            DataSource::Pipeline(_) => json!({"Ref": "AppSyncApiId"}),
            _ => api_id(),
        }});
        match &self.source {
            DataSource::None => properties["DataSourceName"] = "NONE".into(),
            DataSource::Named(id) => properties["DataSourceName"] = attribute(id, "Name"),
            DataSource::Pipeline(_) => {}
        }
        properties["FieldName"] = self.field_name.clone().into();
        properties["TypeName"] = self.type_name.clone().into();
        if let DataSource::Pipeline(functions) = &self.source {
            let functions: Vec<Value> = functions.iter().map(|id| attribute(id, "FunctionId")).collect();
            properties["Kind"] = "PIPELINE".into();
            properties["PipelineConfig"] = json!({"Functions": functions});
        }
        properties["RequestMappingTemplateS3Location"] = location("req");
        properties["ResponseMappingTemplateS3Location"] = location("res");
        let mut body = json!({"Type": "AWS::AppSync::Resolver", "Properties": properties});
        if let DataSource::Pipeline(functions) = &self.source {
            body["DependsOn"] = functions.iter().take(1).map(String::as_str).collect();
        }
        body
    }
}

/// One step of a pipeline.
#[derive(Debug, Clone)]
pub struct Function {
    pub name: String,
    /// Logical id of its data source.
    pub source: String,
    pub request: String,
    pub response: String,
    /// What it stands for, so that two things with one id are noticed.
    pub note: String,
}

impl Function {
    /// File names of the templates: request, response.
    pub fn files(&self) -> [String; 2] {
        ["req", "res"].map(|kind| format!("{}.{kind}.vtl", self.name))
    }

    pub(super) fn body(&self) -> Value {
        let location = |kind: &str| {
            let file = json!({"Fn::Join": [".", [&self.name, kind, "vtl"]]});
            location("pipelineFunctions", "ResolverFileName", file)
        };
        json!({"Type": "AWS::AppSync::FunctionConfiguration", "Properties": {
            "ApiId": {"Ref": "AppSyncApiId"},
            "Name": self.name,
            "DataSourceName": self.source,
            "FunctionVersion": "2018-05-29",
            "RequestMappingTemplateS3Location": location("req"),
            "ResponseMappingTemplateS3Location": location("res"),
        }, "DependsOn": [self.source]})
    }
}

fn location(folder: &str, variable: &str, file: Value) -> Value {
    let text = format!("s3://${{S3DeploymentBucket}}/${{S3DeploymentRootKey}}/{folder}/${{{variable}}}");
    json!({"Fn::Sub": [text, {
        "S3DeploymentBucket": {"Ref": "S3DeploymentBucket"},
        "S3DeploymentRootKey": {"Ref": "S3DeploymentRootKey"},
        variable: file,
    }]})
}

fn joined(block: &str, rest: &str) -> String {
    // Sized beforehand: these texts are most of a large API, and one that grows ends up with twice the room.
    let block = block.trim_end();
    let mut text = String::with_capacity(block.len() + 2 + rest.len());
    text.extend([block, "\n\n", rest]);
    text
}
