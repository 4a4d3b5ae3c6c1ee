//! Two resources with a relation: everything else comes with them.

use framewright::prelude::*;

/// Something that takes several steps.
#[resource(policy = public, has_many(tasks: Task))]
pub struct Project {
    /// What it is called.
    #[field(length(min = 1, max = 80), unique, filter, sort, example = "Move house")]
    pub name: String,
}

/// One step of a project.
#[resource(policy = public)]
pub struct Task {
    /// What there is to do.
    #[field(length(min = 1, max = 200), filter, sort, example = "Pack the books")]
    pub title: String,
    /// Whether it is done.
    #[field(filter, default = false)]
    pub done: bool,
    /// The day by which it has to be done.
    #[field(filter, sort, example = "2030-01-31")]
    pub due: Option<Date>,
    /// The project that it belongs to: the type is the relation.
    #[field(filter, on_delete = cascade)]
    pub project_id: Id<Project>,
}

fn main() -> std::process::ExitCode {
    framewright::App::new().run()
}
