//! A repository that expects its calls: each is answered by the test, in order, and one that nobody expected fails the
//! test with its name.

use framewright_core::{Cx, Resource, Result};
use framewright_data::repository::Repository;
use framewright_data::typed::Query;
use framewright_data::write::Expected;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

type Answers<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// A repository of `R` without records: every call is one that the test expects and answers.
///
/// ```ignore
/// let posts = Mock::<Post>::new()
///     .on_find(move |id| Ok(draft.clone()))
///     .on_save(|_| Err(Error::unavailable("database.busy", "later")));
/// ```
///
/// Calls come in the order in which they were expected. What was expected and did not come fails the test when the
/// mock is dropped.
pub struct Mock<R: Resource> {
    state: Mutex<State<R>>,
}

struct State<R: Resource> {
    expected: VecDeque<Call<R>>,
    /// what was called and not expected, should the panic about it have been caught
    unexpected: Option<String>,
}

impl<R: Resource> Default for Mock<R> {
    fn default() -> Self {
        Self { state: Mutex::new(State { expected: VecDeque::new(), unexpected: None }) }
    }
}

impl<R: Resource> Mock<R> {
    /// One that expects nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn expect(self, call: Call<R>) -> Self {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).expected.push_back(call);
        self
    }

    /// The next expected call, if it is this one.
    fn next<A>(
        &self,
        called: &'static str,
        take: impl FnOnce(Call<R>) -> std::result::Result<A, Call<R>>,
    ) -> A {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let instead = match state.expected.pop_front().map(take) {
            Some(Ok(answer)) => return answer,
            Some(Err(other)) => format!("`{}` was expected", other.name()),
            None => "nothing more was expected".to_owned(),
        };
        let said = format!("`Repository<{}>::{called}` was called, but {instead}", R::DESCRIPTOR.name);
        state.unexpected = Some(said.clone());
        drop(state);
        panic!("{said}");
    }
}

impl<R: Resource> Drop for Mock<R> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(said) = state.unexpected.take() {
            panic!("{said}");
        }
        let absent: Vec<String> = state.expected.iter().map(|call| format!("`{}`", call.name())).collect();
        assert!(
            absent.is_empty(),
            "`Repository<{}>`: {} was expected and did not come",
            R::DESCRIPTOR.name,
            absent.join(", ")
        );
    }
}

macro_rules! calls {
    ($($name:ident $on:ident $kind:ident ($($arg:ident: $type:ty),*) -> $out:ty;)*) => {
        enum Call<R: Resource> {
            $($kind(Box<dyn FnOnce($($type),*) -> Result<$out> + Send>),)*
        }

        impl<R: Resource> Call<R> {
            fn name(&self) -> &'static str {
                match self { $(Self::$kind(_) => stringify!($name),)* }
            }
        }

        impl<R: Resource> Mock<R> {$(
            #[doc = concat!("Expects `", stringify!($name), "`, which is answered with what this gives.")]
            #[must_use]
            pub fn $on(self, answer: impl FnOnce($($type),*) -> Result<$out> + Send + 'static) -> Self {
                self.expect(Call::$kind(Box::new(answer)))
            }
        )*}

        impl<R: Resource> Repository<R> for Mock<R> {$(
            fn $name<'a>(&'a self, _: &'a Cx, $($arg: $type),*) -> Answers<'a, $out> {
                let answer = self.next(stringify!($name), |call| match call {
                    Call::$kind(answer) => Ok(answer),
                    other => Err(other),
                });
                Box::pin(std::future::ready(answer($($arg),*)))
            }
        )*}
    };
}
calls! {
    create on_create Create(body: R::Create) -> R;
    find on_find Find(key: R::Key) -> R;
    all on_all All(query: Query<R>) -> Vec<R>;
    first on_first First(query: Query<R>) -> Option<R>;
    count on_count Count(query: Query<R>) -> u64;
    list on_list List(page: u32, per_page: u16) -> (Vec<R>, u64);
    save on_save Save(changes: R::Update) -> R;
    update on_update Update(key: R::Key, changes: R::Update, expected: Expected) -> R;
    delete on_delete Delete(key: R::Key, expected: Expected) -> ();
}
