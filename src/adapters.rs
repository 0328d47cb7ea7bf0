//! The world behind the ports: one module a technology; none knows another, and only the command line picks them.

pub mod failover;

pub mod memory;

pub mod redis;
