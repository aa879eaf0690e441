//! Which names a part of a template refers to, and the order that follows for the resources.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use serde_json::{Map, Value};

use crate::cycle::Edge;
use crate::intrinsic::{self, Attribute, SubPart};
use crate::path::Segment;

/// A name that a value refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reference<'a> {
    /// `Ref`, or `${Name}` in a `Fn::Sub`.
    Name(&'a str),
    /// The resource of a `Fn::GetAtt`, or of `${Name.Attribute}`.
    Resource(&'a str),
    /// The attribute of a nested stack that is read, `Outputs.X`.
    StackOutput(&'a str, &'a str),
    /// The condition of a `Fn::If`.
    Condition(&'a str),
}

/// Tells whether a condition holds.
pub(crate) type Decide<'a> = dyn Fn(&str) -> Option<bool> + 'a;
/// Receives a reference and where it stands.
pub(crate) type Visit<'v, 'a> = dyn FnMut(Reference<'a>, &[Segment<'a>]) + 'v;

/// Visits all references in `value`, which stands at `path`. With `decide`, only in the branches that are taken.
pub(crate) fn references<'a>(
    value: &'a Value,
    path: Vec<Segment<'a>>,
    decide: Option<&Decide<'_>>,
    visit: &mut Visit<'_, 'a>,
) {
    Walk { path, decide, visit }.value(value);
}

struct Walk<'w, 'a> {
    path: Vec<Segment<'a>>,
    decide: Option<&'w Decide<'w>>,
    visit: &'w mut Visit<'w, 'a>,
}

impl<'a> Walk<'_, 'a> {
    fn visit(&mut self, reference: Reference<'a>) {
        (self.visit)(reference, &self.path);
    }

    fn step(&mut self, segment: Segment<'a>, value: &'a Value) {
        self.path.push(segment);
        self.value(value);
        self.path.pop();
    }

    fn value(&mut self, value: &'a Value) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.step(Segment::Index(index), item);
                }
            }
            Value::Object(members) => match intrinsic::call(members) {
                Some((name, argument)) => {
                    self.path.push(Segment::Key(name));
                    self.call(name, argument);
                    self.path.pop();
                }
                None => {
                    for (key, member) in members {
                        self.step(Segment::Key(key), member);
                    }
                }
            },
            _ => {}
        }
    }

    fn call(&mut self, name: &'a str, argument: &'a Value) {
        match (name, argument) {
            (intrinsic::REF, Value::String(target)) => self.visit(Reference::Name(target)),
            (intrinsic::GET_ATT, _) => match intrinsic::get_att_parts(argument) {
                Some((id, attribute)) => self.attribute(id, attribute),
                None => self.value(argument),
            },
            (intrinsic::SUB, Value::String(text)) => self.substitution(text, None),
            (intrinsic::SUB, Value::Array(parts)) => {
                if let Some(Value::String(text)) = parts.first() {
                    self.substitution(text, parts.get(1).and_then(Value::as_object));
                }
                self.value(argument);
            }
            ("Fn::If", Value::Array(parts)) => match parts.first() {
                Some(Value::String(condition)) => self.branches(condition, parts),
                _ => self.value(argument),
            },
            _ => self.value(argument),
        }
    }

    fn attribute(&mut self, id: &'a str, attribute: Attribute<'a>) {
        self.visit(Reference::Resource(id));
        match attribute {
            Attribute::Name(Cow::Borrowed(attribute)) => self.visit(Reference::StackOutput(id, attribute)),
            Attribute::Name(Cow::Owned(_)) => {}
            Attribute::Expression(expression) => self.step(Segment::Index(1), expression),
        }
    }

    fn branches(&mut self, condition: &'a str, parts: &'a [Value]) {
        self.visit(Reference::Condition(condition));
        let taken = self.decide.and_then(|decide| decide(condition));
        for (index, branch) in [(1, true), (2, false)] {
            if let (Some(part), true) = (parts.get(index), taken.is_none_or(|taken| taken == branch)) {
                self.step(Segment::Index(index), part);
            }
        }
    }

    fn substitution(&mut self, text: &'a str, variables: Option<&Map<String, Value>>) {
        for part in intrinsic::sub_parts(text) {
            let SubPart::Variable(name) = part else { continue };
            if variables.is_some_and(|variables| variables.contains_key(name)) {
                continue;
            }
            match name.split_once('.') {
                Some((id, attribute)) => {
                    self.visit(Reference::Resource(id));
                    self.visit(Reference::StackOutput(id, attribute));
                }
                None => self.visit(Reference::Name(name)),
            }
        }
    }
}

/// Sorts `names` so that each comes after all that it needs, and otherwise in the given order.
///
/// `needs` gives the targets of a name; unknown ones are ignored. On a circle, its members are given, each needing the
/// next and the last the first.
pub(crate) fn sort<'a>(names: &[&'a str], needs: &dyn Fn(&str) -> Vec<&'a str>) -> Result<Vec<&'a str>, Vec<&'a str>> {
    let index: HashMap<&str, usize> = names.iter().enumerate().map(|(index, name)| (*name, index)).collect();
    let mut targets: Vec<Vec<usize>> = Vec::with_capacity(names.len());
    let mut waiting_for: Vec<Vec<usize>> = vec![Vec::new(); names.len()];
    for (position, name) in names.iter().enumerate() {
        let mut of_name: Vec<usize> = needs(name).iter().filter_map(|target| index.get(target).copied()).collect();
        of_name.sort_unstable();
        of_name.dedup();
        for target in &of_name {
            waiting_for[*target].push(position);
        }
        targets.push(of_name);
    }
    let mut missing: Vec<usize> = targets.iter().map(Vec::len).collect();
    let mut ready: BinaryHeap<Reverse<usize>> =
        (0..names.len()).filter(|position| missing[*position] == 0).map(Reverse).collect();
    let mut sorted = Vec::with_capacity(names.len());
    while let Some(Reverse(position)) = ready.pop() {
        sorted.push(names[position]);
        for waiting in &waiting_for[position] {
            missing[*waiting] -= 1;
            if missing[*waiting] == 0 {
                ready.push(Reverse(*waiting));
            }
        }
    }
    if sorted.len() == names.len() {
        return Ok(sorted);
    }
    Err(circle(&targets, &missing).into_iter().map(|position| names[position]).collect())
}

/// A circle among the positions that still miss something: each of those has a target that does, too.
fn circle(targets: &[Vec<usize>], missing: &[usize]) -> Vec<usize> {
    let mut steps: Vec<usize> = Vec::new();
    let mut seen: HashMap<usize, usize> = HashMap::new();
    let mut next = missing.iter().position(|count| *count > 0);
    while let Some(position) = next {
        if let Some(start) = seen.get(&position) {
            return steps.split_off(*start);
        }
        seen.insert(position, steps.len());
        steps.push(position);
        next = targets[position].iter().copied().find(|target| missing[*target] > 0);
    }
    steps
}

/// The first edge from one name to another.
pub(crate) fn edge(edges: Vec<Edge>, to: &str) -> Option<Edge> {
    edges.into_iter().find(|edge| edge.to == to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(edges: &[(&str, &'static str)], names: &[&'static str]) -> Result<Vec<&'static str>, Vec<&'static str>> {
        sort(names, &|name| edges.iter().filter(|(from, _)| *from == name).map(|(_, to)| *to).collect())
    }

    #[test]
    fn keeps_the_given_order_where_it_can() {
        assert_eq!(sorted(&[("a", "c")], &["a", "b", "c"]), Ok(vec!["b", "c", "a"]));
        assert_eq!(sorted(&[], &["b", "a"]), Ok(vec!["b", "a"]));
        assert_eq!(sorted(&[("a", "elsewhere"), ("a", "b"), ("a", "b")], &["a", "b"]), Ok(vec!["b", "a"]));
    }

    #[test]
    fn finds_the_circle_and_nothing_beside_it() {
        let edges = [("x", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("b", "free")];
        assert_eq!(sorted(&edges, &["x", "a", "b", "c", "free"]), Err(vec!["a", "b", "c"]));
        assert_eq!(sorted(&[("a", "a")], &["a"]), Err(vec!["a"]));
    }
}
