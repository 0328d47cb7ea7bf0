//! One module a technology. Adapters know the ports, never one another.

pub mod sqlite;
