//! Rows and values written as JSON without structs or serde, and request bodies read strictly by descriptor.
