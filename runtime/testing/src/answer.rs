//! Answers, and assertions about them that can be chained and say what differs.

use crate::diff::differences;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    what: String,
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) async fn read(what: String, response: Response) -> Self {
        let (parts, body) = response.into_parts();
        // a body that breaks off is no short body: a client of the network would not have taken it either
        let body = match body.collect().await {
            Ok(body) => body.to_bytes().to_vec(),
            Err(e) => panic!("{what} was answered {}, but its body broke off: {e}", parts.status),
        };
        Self { what, status: parts.status, headers: parts.headers, body }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }
    /// A header, if it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }
    /// The body as it came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| self.fail(&format!("its body is no JSON ({e})")))
    }
    /// The `data` of the envelope.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    #[track_caller]
    pub fn data(&self) -> Value {
        match self.json().get_mut("data") {
            Some(data) => data.take(),
            None => self.fail("it has no `data`"),
        }
    }
    /// A value in the JSON by its pointer: `at("/data/0/title")`.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    #[track_caller]
    pub fn at(&self, pointer: &str) -> Value {
        match self.json().pointer(pointer) {
            Some(value) => value.clone(),
            None => self.fail(&format!("it has nothing at `{pointer}`")),
        }
    }
    /// The id of the record that was answered with.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    #[track_caller]
    pub fn id(&self) -> String {
        match self.at("/data/id") {
            Value::String(id) => id,
            other => other.to_string(),
        }
    }

    /// Asserts the status.
    ///
    /// # Panics
    /// When it is another.
    #[track_caller]
    pub fn assert_status(self, expected: u16) -> Self {
        if self.status() != expected {
            self.fail(&format!("{expected} was expected"));
        }
        self
    }
    /// Asserts 200.
    ///
    /// # Panics
    /// When it is another.
    #[track_caller]
    pub fn assert_ok(self) -> Self {
        self.assert_status(200)
    }
    /// Asserts 201 with a `Location`.
    ///
    /// # Panics
    /// When it is another, or has none.
    #[track_caller]
    pub fn assert_created(self) -> Self {
        let answer = self.assert_status(201);
        if answer.header("location").is_none() {
            answer.fail("it has no `Location`");
        }
        answer
    }
    /// Asserts 404.
    ///
    /// # Panics
    /// When it is another.
    #[track_caller]
    pub fn assert_not_found(self) -> Self {
        self.assert_status(404)
    }
    /// Asserts a header.
    ///
    /// # Panics
    /// When it is absent or another.
    #[track_caller]
    pub fn assert_header(self, name: &str, expected: &str) -> Self {
        match self.header(name) {
            Some(found) if found == expected => self,
            found => self.fail(&format!("its `{name}` was expected to be {expected:?}, and is {found:?}")),
        }
    }
    /// Asserts that a header is not there.
    ///
    /// # Panics
    /// When it is.
    #[track_caller]
    pub fn assert_no_header(self, name: &str) -> Self {
        match self.header(name) {
            None => self,
            Some(found) => self.fail(&format!("it has `{name}: {found}`, which was not expected")),
        }
    }
    /// Asserts the code of an error.
    ///
    /// # Panics
    /// When it is another, or there is no error.
    #[track_caller]
    pub fn assert_code(self, expected: &str) -> Self {
        let json = self.json();
        let found = json.pointer("/error/code").or_else(|| json.get("code")).and_then(Value::as_str);
        if found != Some(expected) {
            self.fail(&format!("the code `{expected}` was expected"));
        }
        self
    }
    /// Asserts 422 with messages for exactly these fields, in any order.
    ///
    /// # Panics
    /// When it is another, or fields are missing or too many.
    #[track_caller]
    pub fn assert_invalid(self, expected: &[&str]) -> Self {
        let answer = self.assert_status(422);
        let json = answer.json();
        let fields = json.pointer("/error/meta/fields").and_then(Value::as_object);
        let mut found: Vec<&str> = fields.into_iter().flat_map(|f| f.keys().map(String::as_str)).collect();
        let mut expected = expected.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        if found != expected {
            answer
                .fail(&format!("messages for {expected:?} were expected, and there are some for {found:?}"));
        }
        answer
    }
    /// Asserts that the JSON has at least these members.
    ///
    /// # Panics
    /// With every difference, by its path.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "`json!` makes a value, and tests give it away")]
    pub fn assert_json(self, expected: Value) -> Self {
        self.compare(&expected, &self.json(), false);
        self
    }
    /// Asserts that the JSON is exactly this.
    ///
    /// # Panics
    /// With every difference, by its path.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "`json!` makes a value, and tests give it away")]
    pub fn assert_json_exact(self, expected: Value) -> Self {
        self.compare(&expected, &self.json(), true);
        self
    }
    /// Asserts that the `data` has at least these members.
    ///
    /// # Panics
    /// With every difference, by its path.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "`json!` makes a value, and tests give it away")]
    pub fn assert_data(self, expected: Value) -> Self {
        self.compare(&expected, &self.data(), false);
        self
    }
    /// Asserts how many records the `data` of a list has.
    ///
    /// # Panics
    /// When it has more or fewer, or is no list.
    #[track_caller]
    pub fn assert_count(self, expected: usize) -> Self {
        match self.data().as_array().map(Vec::len) {
            Some(found) if found == expected => self,
            Some(found) => self.fail(&format!("{expected} records were expected, and there are {found}")),
            None => self.fail("its `data` is no list"),
        }
    }
    /// Asserts that a text is in the body.
    ///
    /// # Panics
    /// When it is not.
    #[track_caller]
    pub fn assert_see(self, text: &str) -> Self {
        if !self.text().contains(text) {
            self.fail(&format!("{text:?} was expected in its body"));
        }
        self
    }
    /// Asserts that a text is not in the body.
    ///
    /// # Panics
    /// When it is.
    #[track_caller]
    pub fn assert_dont_see(self, text: &str) -> Self {
        if self.text().contains(text) {
            self.fail(&format!("{text:?} was not expected in its body"));
        }
        self
    }

    #[track_caller]
    fn compare(&self, expected: &Value, found: &Value, exact: bool) {
        let differences = differences(expected, found, exact);
        if !differences.is_empty() {
            self.fail(&format!("its JSON differs:\n  {}", differences.join("\n  ")));
        }
    }

    #[track_caller]
    fn fail(&self, why: &str) -> ! {
        let body = match serde_json::from_slice::<Value>(&self.body) {
            Ok(json) => format!("{json:#}"),
            Err(_) => self.text(),
        };
        let shown: String = body.chars().take(4000).collect();
        panic!("{} was answered {}, but {why}\n\nthe answer:\n{shown}\n", self.what, self.status)
    }
}
