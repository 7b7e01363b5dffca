//! minijinja in Rust: render_minijinja RECORDS TEMPLATES OUT. TEMPLATES: JSON lines of [name, source, choices], as
//! template_file.py prints them. JSON is read straight into the engine's values, which needs no other crate.

use minijinja::value::{Object, Value};
use minijinja::{AutoEscape, Environment};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufWriter, Write};
use std::sync::Arc;

/// Reads one JSON value after another.
struct Reader<'a> {
    text: &'a [u8],
    place: usize,
}

impl Reader<'_> {
    fn skip(&mut self) -> u8 {
        while let Some(b' ' | b'\n' | b'\r' | b'\t' | b',' | b':') = self.text.get(self.place) {
            self.place += 1;
        }
        *self.text.get(self.place).unwrap_or(&0)
    }

    fn value(&mut self) -> Value {
        match self.skip() {
            b'"' => Value::from(self.string()),
            b'[' => {
                self.place += 1;
                let mut items = Vec::new();
                while self.skip() != b']' {
                    items.push(self.value());
                }
                self.place += 1;
                Value::from(items)
            }
            b'{' => {
                self.place += 1;
                let mut fields = BTreeMap::new();
                while self.skip() != b'}' {
                    fields.insert(self.string(), self.value());
                }
                self.place += 1;
                Value::from_object(fields)
            }
            _ => {
                let start = self.place;
                while !matches!(self.text[self.place], b',' | b'}' | b']' | b'\n') {
                    self.place += 1;
                }
                match std::str::from_utf8(&self.text[start..self.place]).unwrap() {
                    "true" => Value::from(true),
                    "false" => Value::from(false),
                    "null" => Value::from(()),
                    word => match word.parse::<i64>() {
                        Ok(whole) => Value::from(whole),
                        Err(_) => Value::from(word.parse::<f64>().unwrap()),
                    },
                }
            }
        }
    }

    fn string(&mut self) -> String {
        self.skip();
        self.place += 1;
        let mut bytes = Vec::with_capacity(128);
        loop {
            let rest = &self.text[self.place..];
            let length = rest.iter().position(|&byte| byte == b'"' || byte == b'\\').unwrap();
            bytes.extend_from_slice(&rest[..length]);
            self.place += length + 1;
            if rest[length] == b'"' {
                return String::from_utf8(bytes).unwrap();
            }
            let escape = self.text[self.place];
            self.place += 1;
            bytes.push(match escape {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                b'b' => 8,
                b'f' => 12,
                b'u' => panic!("the data are made without \\u"),
                other => other,
            });
        }
    }
}

/// Appends a JSON string; what needs no escape is copied in runs.
fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(length) = rest.iter().position(|&byte| byte < 32 || byte == b'"' || byte == b'\\') {
        out.extend_from_slice(&rest[..length]);
        match rest[length] {
            b'\n' => out.extend_from_slice(b"\\n"),
            byte @ (b'"' | b'\\') => out.extend_from_slice(&[b'\\', byte]),
            byte => write!(out, "\\u{byte:04x}").unwrap(),
        }
        rest = &rest[length + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// A record with the choices of the template.
#[derive(Debug)]
struct Context {
    record: Value,
    choices: Value,
}

impl Object for Context {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        if key == "answer_choices" {
            return Some(self.choices.clone());
        }
        self.record.get_attr(key).ok().filter(|value| !value.is_undefined())
    }
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let source = fs::read(&words[2]).unwrap();
    let mut reader = Reader { text: &source, place: 0 };
    let mut templates = Vec::new();
    while reader.skip() != 0 {
        let template = reader.value();
        let part = |index: usize| template.get_item(&Value::from(index)).unwrap();
        templates.push((part(0).to_string(), part(1).to_string(), part(2)));
    }
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    for (name, source, _) in &templates {
        environment.add_template(name, source).unwrap();
    }
    let compiled: Vec<_> =
        templates.iter().map(|(name, _, choices)| (name, environment.get_template(name).unwrap(), choices)).collect();

    let records = fs::read(&words[1]).unwrap();
    let mut reader = Reader { text: &records, place: 0 };
    let mut out = BufWriter::with_capacity(1 << 20, fs::File::create(&words[3]).unwrap());
    let mut line = Vec::new();
    while reader.skip() != 0 {
        let record = reader.value();
        for (name, template, choices) in &compiled {
            let context = Context { record: record.clone(), choices: (*choices).clone() };
            let text = template.render(Value::from_object(context)).unwrap();
            let mut parts = text.split("|||");
            line.clear();
            line.extend_from_slice(b"{\"template\":");
            write_string(&mut line, name);
            line.extend_from_slice(b",\"input\":");
            write_string(&mut line, parts.next().unwrap().trim());
            line.extend_from_slice(b",\"target\":");
            write_string(&mut line, parts.next().unwrap().trim());
            line.extend_from_slice(b"}\n");
            out.write_all(&line).unwrap();
        }
    }
    out.flush().unwrap();
}
