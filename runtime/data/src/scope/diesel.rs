//! Raw Diesel on the connection of the open transaction, or on one of its own.
