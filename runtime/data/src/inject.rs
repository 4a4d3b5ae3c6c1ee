//! The database as something that services can have injected: `Inject<Database>`.

use crate::database::Database;
use framewright_core::cx::State;
use framewright_core::di::{Inject, Node, Provided};

static NODE: Node = Node::given::<Database>("framewright::Database");

impl Provided for Database {
    const NODE: &'static Node = &NODE;

    fn find(state: &State) -> Option<Inject<Self>> {
        state.get::<Self>().map(Inject::new)
    }
}
