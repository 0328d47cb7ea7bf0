//! The audit log as CSV, as spreadsheets read it.

use crate::domain::moderator::{AuditAct, AuditLine};
use crate::domain::review::{Act, Label, Reason};
use crate::ports::accounts::{AccountStore, AuditSelection};
use crate::ports::store::StoreError;

const AT_ONCE: u32 = 1_000;
/// Most lines of one file; the filters of the page lead to what is older.
const MOST: usize = 100_000;
/// By it spreadsheets know that the file is UTF-8.
const MARK: &str = "\u{feff}";

/// The lines that fit, latest first.
pub async fn of(
    store: &dyn AccountStore,
    mut selection: AuditSelection,
    site_name: &str,
) -> Result<String, StoreError> {
    let mut lines = Vec::new();
    while lines.len() < MOST {
        let some = store.audit(&selection, AT_ONCE).await?;
        let Some(last) = some.last() else { break };
        selection.before = Some((last.at, last.id));
        lines.extend(some);
    }
    Ok(write(&lines, site_name))
}

fn write(lines: &[AuditLine], site_name: &str) -> String {
    let mut table = csv::WriterBuilder::new().from_writer(MARK.as_bytes().to_vec());
    // Writing to memory does not fail, and every row has as many fields.
    let _ = table.write_record(["at", "by", "site", "act", "moderator", "detail", "comment"]);
    for line in lines {
        let detail = match &line.act {
            AuditAct::RoleSet { role, .. } => role.as_str().to_owned(),
            AuditAct::LabelsUndone { since, .. } => since.to_string(),
            AuditAct::StandingGiven { standing, until, .. } => format!("{} {until}", standing.as_str()),
            AuditAct::StandingLifted { standing, .. } => standing.as_str().to_owned(),
            AuditAct::OnComment { act, .. } => because(act).to_owned(),
            _ => String::new(),
        };
        let comment = line.act.comment().map(|comment| comment.to_string()).unwrap_or_default();
        let site = line.site.map_or("", |_| site_name);
        let about = line.act.moderator().unwrap_or_default();
        let fields = [&line.at.to_string(), &line.by, site, line.act.as_str(), about, &detail, &comment];
        let _ = table.write_record(fields.map(harmless));
    }
    table.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// The reason, or else the label.
fn because(act: &Act) -> &str {
    let (label, reason) = act.because();
    reason.map(Reason::as_str).or_else(|| label.map(Label::as_str)).unwrap_or_default()
}

/// A spreadsheet would run what begins like a formula; after an apostrophe it is text.
fn harmless(field: &str) -> String {
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::domain::moderator::Role;
    use crate::domain::site::SiteId;

    #[test]
    fn names_are_text_whatever_they_begin_with() {
        let line = |by: &str, moderator: &str| AuditLine {
            id: Uuid::nil(),
            at: Timestamp::UNIX_EPOCH,
            by: by.to_owned(),
            site: Some(SiteId(Uuid::nil())),
            act: AuditAct::RoleSet { moderator: moderator.to_owned(), role: Role::Lead },
        };
        let table = write(&[line("=cmd|' /C calc'!A0", "@SUM(1,\"x\")"), line("Léa", "-2+3")], "+journal");
        assert_eq!(
            table,
            "\u{feff}at,by,site,act,moderator,detail,comment\n\
             1970-01-01T00:00:00Z,'=cmd|' /C calc'!A0,'+journal,role_set,\"'@SUM(1,\"\"x\"\")\",lead,\n\
             1970-01-01T00:00:00Z,Léa,'+journal,role_set,'-2+3,lead,\n"
        );
    }
}
