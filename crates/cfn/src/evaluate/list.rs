//! Functions about lists: `Fn::Select`, `Fn::Length`, `Fn::GetAZs`, `Fn::Cidr`.

use std::borrow::Cow;

use serde_json::Value;

use super::{Evaluated, Evaluator, Failed, budget, cidr, made};
use crate::path::Segment;
use crate::problem::ProblemKind;
use crate::text;

/// A list, or the token of one.
pub(super) enum List<'a> {
    Known(Cow<'a, [Value]>),
    Opaque(String),
}

impl<'a> Evaluator<'a> {
    /// Evaluates an argument that must yield a list.
    pub(super) fn list(&mut self, function: &str, value: &'a Value) -> Result<List<'a>, Failed> {
        let kind = match self.value(value)? {
            Some(Cow::Borrowed(Value::Array(items))) => return Ok(List::Known(Cow::Borrowed(items))),
            Some(Cow::Owned(Value::Array(items))) => return Ok(List::Known(Cow::Owned(items))),
            Some(other) => match other.as_str() {
                Some(text) if self.is_opaque(text) => return Ok(List::Opaque(text.to_owned())),
                _ => text::kind(&other),
            },
            None => "removed by `AWS::NoValue`",
        };
        self.misshapen(function, format!("a list, and it is {kind}"))
    }

    pub(super) fn select(&mut self, argument: &'a Value) -> Evaluated<'a> {
        const NAME: &str = "Fn::Select";
        let parts: &[Value; 2] = self.arguments(NAME, argument, "an index and a list")?;
        let index = self.text_in(NAME, "the index", parts, 0)?;
        let list = self.within(Segment::Index(1), |inside| inside.list(NAME, &parts[1]))?;
        if self.is_opaque(&index) {
            let list = match list {
                List::Known(items) => Value::Array(items.into_owned()),
                List::Opaque(token) => Value::String(token),
            };
            return self.opaque(NAME, &[index.into(), list]);
        }
        let Ok(index) = index.parse::<usize>() else {
            return self.misshapen(NAME, format!("an index that counts from 0, not `{index}`"));
        };
        match list {
            List::Opaque(token) => self.opaque(NAME, &[index.into(), token.into()]),
            List::Known(Cow::Borrowed(items)) if index < items.len() => Ok(Some(Cow::Borrowed(&items[index]))),
            List::Known(Cow::Owned(mut items)) if index < items.len() => made(items.swap_remove(index)),
            List::Known(items) => self.fail(ProblemKind::IndexOutOfRange { index, length: items.len() }),
        }
    }

    pub(super) fn length(&mut self, argument: &'a Value) -> Evaluated<'a> {
        const NAME: &str = "Fn::Length";
        match self.list(NAME, argument)? {
            List::Known(items) => made(items.len()),
            List::Opaque(token) => self.opaque(NAME, &[token.into()]),
        }
    }

    /// Three zones, which every region has at least.
    pub(super) fn zones(&mut self, argument: &'a Value) -> Evaluated<'a> {
        const NAME: &str = "Fn::GetAZs";
        let mut region = self.text(NAME, "its argument", argument)?;
        if self.is_opaque(&region) {
            return self.opaque(NAME, &[region.into()]);
        }
        if region.is_empty() {
            region = Cow::Borrowed(&self.scope.pseudo.region);
        }
        let zones: Value = ["a", "b", "c"].iter().map(|zone| format!("{region}{zone}")).collect();
        self.charge(budget::size(&zones))?;
        made(zones)
    }

    pub(super) fn cidr(&mut self, argument: &'a Value) -> Evaluated<'a> {
        const NAME: &str = "Fn::Cidr";
        let parts: &[Value; 3] = self.arguments(
            NAME,
            argument,
            "an address block, a count, and the bits that number the hosts of a subnet",
        )?;
        let block = self.text_in(NAME, "the address block", parts, 0)?;
        let count = self.text_in(NAME, "the count", parts, 1)?;
        let bits = self.text_in(NAME, "the number of bits", parts, 2)?;
        if [&block, &count, &bits].into_iter().any(|text| self.is_opaque(text)) {
            return self.opaque(NAME, &[block.into(), count.into(), bits.into()]);
        }
        match cidr::subnets(&block, &count, &bits) {
            Ok(subnets) => made(subnets),
            Err(expected) => self.misshapen(NAME, expected),
        }
    }
}
