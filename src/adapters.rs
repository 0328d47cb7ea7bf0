//! One adapter a technology. Adapters know the ports and the domain, never one another.

pub mod failover;
pub mod memory;
pub mod redis;
pub mod registry;
pub mod rules_folder;
pub mod sqlite;
pub mod system;
