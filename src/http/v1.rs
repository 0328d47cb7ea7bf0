//! The JSON API, version 1.

pub mod acts;
pub mod author;
pub mod comments;
pub mod list;
pub mod written;

use uuid::Uuid;

use crate::domain::comment::CommentId;
use crate::service::ServiceError;

use super::reply::Problem;

/// What is not an id names no comment.
fn comment_id(path: &str) -> Result<CommentId, Problem> {
    Uuid::try_parse(path).map(CommentId).map_err(|_| ServiceError::NotFound.into())
}
