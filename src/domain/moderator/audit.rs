//! The audit log: who did what and when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Role;
use crate::domain::comment::CommentId;
use crate::domain::review::{Act, Status};
use crate::domain::site::SiteId;
use crate::domain::standing::Standing;

/// Who acts at the command line.
pub const COMMAND_LINE: &str = "tamis";
/// Who failed to sign in: nobody is named, since that would tell which part was wrong.
pub const NOBODY: &str = "?";

/// One line; lines are never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// A version 7 UUID: ids are the order of time.
    pub id: Uuid,
    pub at: Timestamp,
    /// A moderator's name, [`HOST`](crate::domain::review::HOST), [`COMMAND_LINE`] or [`NOBODY`].
    pub by: String,
    /// The site it is about, if it is about one.
    pub site: Option<SiteId>,
    pub act: AuditAct,
}

/// What was done; `moderator` is the name of whom it was done to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum AuditAct {
    ModeratorAdded {
        moderator: String,
    },
    Invited {
        moderator: String,
    },
    InvitationAccepted,
    SignedIn,
    SignInFailed,
    SignedOut,
    RoleSet {
        moderator: String,
        role: Role,
    },
    ModeratorDisabled {
        moderator: String,
    },
    SiteKeysReplaced,
    /// What `moderator` labelled on the site from `since` on does not count.
    LabelsUndone {
        moderator: String,
        since: Timestamp,
    },
    /// All that `moderator` labelled on the site counts again.
    LabelsCountAgain {
        moderator: String,
    },
    AuditExported,
    /// What is to become of the next comments of who wrote this one.
    StandingGiven {
        comment: CommentId,
        standing: Standing,
        until: Timestamp,
    },
    StandingLifted {
        comment: CommentId,
        standing: Standing,
    },
    FeedMade,
    FeedRevoked,
    /// Bulletins by e-mail.
    BulletinsSet,
    BulletinsStopped,
    /// What was done on a comment: kept in its history, as long as the comment, and read from there.
    #[serde(skip)]
    OnComment {
        comment: CommentId,
        act: Act,
    },
}

impl AuditAct {
    /// All that [`AuditAct::as_str`] says.
    pub const NAMES: [&'static str; 23] = [
        "moderator_added",
        "invited",
        "invitation_accepted",
        "signed_in",
        "sign_in_failed",
        "signed_out",
        "role_set",
        "moderator_disabled",
        "site_keys_replaced",
        "labels_undone",
        "labels_count_again",
        "audit_exported",
        "standing_given",
        "standing_lifted",
        "feed_made",
        "feed_revoked",
        "bulletins_set",
        "bulletins_stopped",
        "comment_approved",
        "comment_rejected",
        "comment_held",
        "comment_labelled",
        "comment_undone",
    ];

    /// The act in one word, as it is stored and exported.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::ModeratorAdded { .. } => "moderator_added",
            Self::Invited { .. } => "invited",
            Self::InvitationAccepted => "invitation_accepted",
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
            Self::RoleSet { .. } => "role_set",
            Self::ModeratorDisabled { .. } => "moderator_disabled",
            Self::SiteKeysReplaced => "site_keys_replaced",
            Self::LabelsUndone { .. } => "labels_undone",
            Self::LabelsCountAgain { .. } => "labels_count_again",
            Self::AuditExported => "audit_exported",
            Self::StandingGiven { .. } => "standing_given",
            Self::StandingLifted { .. } => "standing_lifted",
            Self::FeedMade => "feed_made",
            Self::FeedRevoked => "feed_revoked",
            Self::BulletinsSet => "bulletins_set",
            Self::BulletinsStopped => "bulletins_stopped",
            Self::OnComment { act, .. } => match act {
                Act::Resolved { status: Status::Approved, .. } => "comment_approved",
                Act::Resolved { status: Status::Rejected, .. } => "comment_rejected",
                Act::Resolved { status: Status::Held, .. } => "comment_held",
                Act::Labelled { .. } => "comment_labelled",
                Act::Undone { .. } => "comment_undone",
            },
        }
    }

    /// The comment it was done on, or whose author it is about.
    pub fn comment(&self) -> Option<CommentId> {
        match self {
            Self::OnComment { comment, .. }
            | Self::StandingGiven { comment, .. }
            | Self::StandingLifted { comment, .. } => Some(*comment),
            _ => None,
        }
    }

    /// The moderator it was done to.
    pub fn moderator(&self) -> Option<&str> {
        match self {
            Self::ModeratorAdded { moderator }
            | Self::Invited { moderator }
            | Self::RoleSet { moderator, .. }
            | Self::ModeratorDisabled { moderator }
            | Self::LabelsUndone { moderator, .. }
            | Self::LabelsCountAgain { moderator } => Some(moderator),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::review::Label;

    #[test]
    fn what_was_done_on_a_comment_has_the_other_names() {
        let resolved = |status| Act::Resolved {
            revision: 1,
            status,
            before: Status::Held,
            label: None,
            reason: None,
            campaign: None,
        };
        let acts = [
            resolved(Status::Approved),
            resolved(Status::Rejected),
            resolved(Status::Held),
            Act::Labelled { revision: 1, label: Label::Spam, reason: None },
            Act::Undone { event: Uuid::nil(), status: Status::Held },
        ];
        let comment = CommentId(Uuid::nil());
        let names = acts.map(|act| AuditAct::OnComment { comment, act }.as_str());
        assert_eq!(AuditAct::NAMES[AuditAct::NAMES.len() - names.len()..], names);
    }

    #[test]
    fn an_act_is_named_as_it_is_stored() {
        let moderator = || "Léa".to_owned();
        let comment = CommentId(Uuid::nil());
        let acts = [
            AuditAct::ModeratorAdded { moderator: moderator() },
            AuditAct::Invited { moderator: moderator() },
            AuditAct::InvitationAccepted,
            AuditAct::SignedIn,
            AuditAct::SignInFailed,
            AuditAct::SignedOut,
            AuditAct::RoleSet { moderator: moderator(), role: Role::Lead },
            AuditAct::ModeratorDisabled { moderator: moderator() },
            AuditAct::SiteKeysReplaced,
            AuditAct::LabelsUndone { moderator: moderator(), since: Timestamp::UNIX_EPOCH },
            AuditAct::LabelsCountAgain { moderator: moderator() },
            AuditAct::AuditExported,
            AuditAct::StandingGiven { comment, standing: Standing::Held, until: Timestamp::UNIX_EPOCH },
            AuditAct::StandingLifted { comment, standing: Standing::Held },
            AuditAct::FeedMade,
            AuditAct::FeedRevoked,
            AuditAct::BulletinsSet,
            AuditAct::BulletinsStopped,
        ];
        assert_eq!(acts.each_ref().map(AuditAct::as_str), AuditAct::NAMES[..acts.len()]);
        for act in acts {
            assert_eq!(serde_json::to_value(&act).unwrap()["act"], act.as_str());
        }
    }
}
