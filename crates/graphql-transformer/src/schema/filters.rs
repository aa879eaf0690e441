//! Input types that filters, conditions and key conditions are made of.

use super::{Schema, names};
use crate::syntax::{Definition, EnumValue, InputValue, Kind, Name, TypeRef};

const SCALARS: [&str; 5] = ["String", "ID", "Int", "Float", "Boolean"];
const ORDER: [&str; 6] = ["ne", "eq", "le", "lt", "ge", "gt"];
const ATTRIBUTE_TYPES: [&str; 10] =
    ["binary", "binarySet", "bool", "list", "map", "number", "numberSet", "string", "stringSet", "_null"];

/// Which names and members filters have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FilterStyle {
    /// `ModelStringInput`, with `attributeExists`, `attributeType` and `size`, and conditions on mutations.
    WithConditions,
    /// `ModelStringFilterInput`, without.
    Plain,
}

impl FilterStyle {
    fn suffix(self) -> &'static str {
        match self {
            Self::WithConditions => "Input",
            Self::Plain => "FilterInput",
        }
    }
}

/// `ModelStringInput`, or `ModelStringFilterInput`.
pub(crate) fn filter_type(scalar: &str, style: FilterStyle) -> String {
    format!("Model{scalar}{}", style.suffix())
}

/// The filter of an enum field, by whether the field is a list.
pub(crate) fn enum_filter(name: &str, list: bool, style: FilterStyle) -> String {
    names::clean(&format!("Model{name}{}{}", if list { "List" } else { "" }, style.suffix()))
}

fn value(name: &str, ty: TypeRef) -> InputValue {
    InputValue::made(name, ty)
}

fn enumeration(schema: &mut Schema, name: &str, values: &[&str]) {
    let entry = |value: &&str| {
        let value = (*value).to_owned();
        (value.clone(), EnumValue { description: None, name: Name::made(value), directives: Vec::new() })
    };
    schema.add(Definition::made(name, Kind::Enum { values: values.iter().map(entry).collect() }));
}

impl Schema {
    /// An enum, unless a type of that name exists.
    pub(crate) fn add_enum(&mut self, name: &str, values: &[&str]) {
        enumeration(self, name, values);
    }

    /// The filters of searches, and the directions of their order.
    pub(crate) fn ensure_search_filters(&mut self) {
        for scalar in SCALARS {
            let mut fields = Vec::new();
            let mut add = |operators: &[&str]| {
                fields.extend(operators.iter().map(|operator| value(operator, TypeRef::named(scalar))));
            };
            match scalar {
                "Boolean" => add(&["eq", "ne"]),
                "Int" | "Float" => {
                    add(&["ne", "gt", "lt", "gte", "lte", "eq"]);
                    fields.push(value("range", TypeRef::list_of(scalar)));
                }
                _ => {
                    add(&[
                        "ne",
                        "gt",
                        "lt",
                        "gte",
                        "lte",
                        "eq",
                        "match",
                        "matchPhrase",
                        "matchPhrasePrefix",
                        "multiMatch",
                    ]);
                    fields.push(value("exists", TypeRef::named("Boolean")));
                    fields.extend(["wildcard", "regexp"].map(|operator| value(operator, TypeRef::named(scalar))));
                }
            }
            self.add_input(&format!("Searchable{scalar}FilterInput"), fields);
        }
        enumeration(self, "SearchableSortDirection", &["asc", "desc"]);
    }

    /// `ModelSortDirection`.
    pub(crate) fn ensure_sort_direction(&mut self) {
        enumeration(self, "ModelSortDirection", &["ASC", "DESC"]);
    }

    /// The filters of the five basic scalars and what they use.
    pub(crate) fn ensure_scalar_filters(&mut self, style: FilterStyle) {
        if self.get(&filter_type("String", style)).is_some_and(|found| found.name.span == crate::source::Span::NONE) {
            return;
        }
        for scalar in SCALARS {
            let mut fields: Vec<InputValue> = Vec::new();
            let operators = if scalar == "Boolean" { &ORDER[..2] } else { &ORDER[..] };
            fields.extend(operators.iter().map(|operator| value(operator, TypeRef::named(scalar))));
            let text = matches!(scalar, "String" | "ID");
            if text {
                fields.extend(["contains", "notContains"].map(|operator| value(operator, TypeRef::named(scalar))));
            }
            if scalar != "Boolean" {
                fields.push(value("between", TypeRef::list_of(scalar)));
            }
            if text {
                fields.push(value("beginsWith", TypeRef::named(scalar)));
            }
            if style == FilterStyle::WithConditions {
                fields.push(value("attributeExists", TypeRef::named("Boolean")));
                fields.push(value("attributeType", TypeRef::named("ModelAttributeTypes")));
                if text {
                    fields.push(value("size", TypeRef::named("ModelSizeInput")));
                }
            }
            self.add_input(&filter_type(scalar, style), fields);
        }
        if style == FilterStyle::WithConditions {
            let mut size: Vec<InputValue> = ORDER.map(|operator| value(operator, TypeRef::named("Int"))).to_vec();
            size.push(value("between", TypeRef::list_of("Int")));
            self.add_input("ModelSizeInput", size);
            enumeration(self, "ModelAttributeTypes", &ATTRIBUTE_TYPES);
        }
    }

    /// The filter of an enum field.
    pub(crate) fn ensure_enum_filter(&mut self, name: &str, list: bool, style: FilterStyle) {
        let made = enum_filter(name, list, style);
        if self.get(&made).is_some() {
            return;
        }
        let mut fields = Vec::new();
        for operator in ["eq", "ne"] {
            fields.push(value(operator, if list { TypeRef::list_of(name) } else { TypeRef::named(name) }));
        }
        if list {
            fields.extend(["contains", "notContains"].map(|operator| value(operator, TypeRef::named(name))));
        }
        self.add_input(&made, fields);
    }

    /// The operators that the sort key of a query takes.
    pub(crate) fn ensure_key_condition(&mut self, scalar: &str) {
        self.add_key_condition(&names::key_condition(scalar), scalar, matches!(scalar, "String" | "ID"));
    }

    /// The operators for a sort key of several fields, each operator taking all of them.
    pub(crate) fn ensure_composite(&mut self, model: &str, key: Option<&str>, fields: &[(String, TypeRef)]) {
        let last = fields.len().saturating_sub(1);
        let members = fields.iter().enumerate().map(|(index, (name, ty))| {
            let base = super::base_scalar(ty.base()).filter(|_| index == last).unwrap_or(ty.base());
            value(name, TypeRef::named(base))
        });
        let input = names::composite_input(model, key);
        self.add_key_condition(&names::composite_condition(model, key), &input, true);
        self.add_input(&input, members.collect());
    }

    fn add_key_condition(&mut self, name: &str, ty: &str, begins: bool) {
        let mut fields: Vec<InputValue> =
            ["eq", "le", "lt", "ge", "gt"].map(|operator| value(operator, TypeRef::named(ty))).to_vec();
        fields.push(value("between", TypeRef::list_of(ty)));
        if begins {
            fields.push(value("beginsWith", TypeRef::named(ty)));
        }
        self.add_input(name, fields);
    }
}
