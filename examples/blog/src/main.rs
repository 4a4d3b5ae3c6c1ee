//! Starts the blog. Everything else is in the library, so that tests can start it too.

fn main() -> std::process::ExitCode {
    blog::app().run()
}
