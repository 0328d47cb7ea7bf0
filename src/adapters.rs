//! One adapter a technology. Adapters know the ports and the domain, never one another; what several need
//! alike (`gather`, `rows`) names no technology.

pub mod failover;
mod gather;
pub mod memory;
pub mod postgres;
pub mod redis;
pub mod registry;
mod rows;
pub mod rules_folder;
pub mod smtp;
pub mod sqlite;
pub mod system;
