//! What every store promises, told once and held against each; and what each alone must show.

mod accounts;
mod authors;
mod ending;
mod postgres;
mod promises;
mod queue;
pub mod samples;
mod sqlite;

use std::sync::Arc;

use tamis::ports::store::Database;

/// A place for one test's data.
trait Backend: Sized {
    /// A place with nothing in it.
    async fn empty() -> Self;

    /// Opens the place: every call gives a handle of its own on the same data.
    async fn open(&self) -> Arc<dyn Database>;

    /// Runs SQL as somebody else would.
    async fn execute(&self, sql: &'static str);
}

/// Makes a test of every promise for a backend.
macro_rules! every_promise {
    ($module:ident, $backend:ty, $promises:ident: $($promise:ident)*) => {
        mod $module {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                let place = <$backend as super::Backend>::empty().await;
                super::$promises::$promise(&place).await;
            })*
        }
    };
}

/// Makes a test of every promise about accounts for a backend.
macro_rules! every_promise_about_accounts {
    ($module:ident, $backend:ty: $($promise:ident)*) => {
        mod $module {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                let place = <$backend as super::Backend>::empty().await;
                super::accounts::$promise(&place).await;
            })*
        }
    };
}

/// The same for accounts.
macro_rules! account_backends {
    ($($module:ident: $backend:ty;)*) => {
        $(every_promise_about_accounts! { $module, $backend:
            a_moderator_reads_back_with_the_roles_given
            an_email_and_a_name_are_taken_once
            an_invitation_is_used_once_and_ends_open_sessions
            a_session_is_found_seen_and_ended
            who_is_disabled_has_no_session_and_opens_none
            a_feed_is_one_a_moderator_and_ends_with_their_access
            a_bulletin_is_taken_up_once_and_ends_with_its_owners_access
            the_audit_log_comes_latest_first_by_site_and_is_forgotten
            what_was_done_on_comments_stands_in_the_log_of_their_site_alone
            undone_labels_are_known_by_site_and_count_again
        })*
    };
}

account_backends! {
    accounts_in_sqlite: crate::store::sqlite::Folder;
    accounts_in_postgres: crate::store::postgres::Database;
}

/// One line a store.
macro_rules! backends {
    ($($module:ident: $backend:ty;)*) => {
        $(every_promise! { $module, $backend, promises:
            a_site_reads_back_as_it_was_added
            a_second_site_of_a_name_is_a_conflict
            sites_come_oldest_first
            new_keys_take_the_place_of_a_sites_old_ones
            a_recorded_comment_reads_back_whole
            what_was_not_given_reads_back_as_not_given
            a_probability_reads_back_to_the_last_bit
            instants_keep_their_microseconds
            a_comment_is_found_by_its_own_site_only
            an_external_id_tells_what_is_known_under_it
            many_who_look_up_at_once_each_get_their_own_answer
            an_external_id_is_taken_once_a_site
            an_id_is_taken_once
            an_edit_is_the_next_revision_and_the_next_version
            an_edit_made_for_another_version_is_a_conflict
            a_revision_is_taken_once_and_none_is_left_out
            an_edit_of_what_was_never_recorded_is_a_conflict
            a_key_that_is_claimed_twice_records_nothing
            the_first_answer_to_a_key_comes_back
            old_answers_are_forgotten_a_few_at_a_time
            a_change_appends_its_event_and_sets_the_status
            a_change_made_for_another_version_is_a_conflict
            a_change_from_another_site_is_a_conflict
            a_change_whose_key_is_taken_changes_nothing
            a_list_gives_every_comment_once_in_the_order_of_ids
            a_list_fits_every_part_of_its_selection
            a_list_carries_revisions_and_events
            fifty_calls_with_one_external_id_record_one_comment
            fifty_changes_of_one_version_make_one
            conflicts_in_a_crowd_spoil_nobody_elses_write
            a_caller_that_goes_away_breaks_nothing
            what_was_recorded_is_there_after_opening_again
            two_handles_see_what_the_other_wrote
            two_handles_can_write_at_once
            the_first_sealed_key_of_a_name_stays
            the_latest_activation_of_each_scope_is_in_use
            an_activation_made_for_another_serial_is_a_conflict
            of_fifty_promotions_at_once_one_holds
            only_the_last_activations_are_kept
            a_scope_has_one_shadow_or_none
            what_a_shadow_would_have_decided_is_kept_beside_the_decision
            an_edit_has_its_own_shadow
            a_store_that_works_says_so
            texts_end_by_status_and_examples_by_their_label
            what_a_person_wrote_is_found_by_each_of_their_identifiers_in_order
            what_hangs_on_a_comment_is_told
            what_was_labelled_meanwhile_stays
            a_walk_reaches_every_comment_and_ends_nothing_twice
            a_shadow_s_verdict_ends_with_the_text
            an_erasure_takes_all_of_a_comment_and_nothing_of_another
        })*
    };
}

macro_rules! queues {
    ($($module:ident: $backend:ty;)*) => {
        $(every_promise! { $module, $backend, queue:
            the_queue_is_what_is_held_oldest_first
            the_latest_of_several_sites_come_latest_first
            a_comment_leaves_the_queue_and_comes_back_with_an_undo
            an_edit_is_filed_by_its_own_decision
            the_most_doubtful_come_first_as_the_domain_measures
            each_filter_finds_its_comments_and_counts_them
            copies_are_found_by_their_campaign_and_where_they_stand
            a_copy_that_was_brought_back_is_one_of_its_campaign
            a_page_of_the_queue_goes_on_where_the_last_one_ended
            what_cannot_be_read_as_a_reason_is_none
            authors_are_told_apart_by_e_mail_and_else_by_name
            a_comment_that_is_erased_leaves_queue_and_counts
            counts_stay_true_under_many_writers
            tallies_come_most_first
            long_addresses_are_told_apart
            texts_of_the_latest_revision_can_be_searched
            the_neighbours_of_a_comment_are_those_of_its_page
            what_one_press_did_is_found_by_its_instant
        })*
    };
}

backends! {
    in_sqlite: crate::store::sqlite::Folder;
    in_postgres: crate::store::postgres::Database;
}

queues! {
    queue_in_sqlite: crate::store::sqlite::Folder;
    queue_in_postgres: crate::store::postgres::Database;
}

macro_rules! authors {
    ($($module:ident: $backend:ty;)*) => {
        $(every_promise! { $module, $backend, authors:
            the_past_is_what_persons_settled_and_shares_an_identifier
            the_past_is_bounded_and_its_latest_part
            the_authors_of_comments_read_back_as_recorded
            the_key_of_a_period_stays_until_it_is_destroyed
            a_standing_is_found_by_e_mail_and_address_and_by_nothing_else
            a_standing_takes_the_place_of_those_before
            a_site_has_no_more_standings_than_the_bound
            trust_is_renewed_under_a_newer_key_only
            standings_and_keys_end_with_retention_and_erasure
        })*
    };
}

authors! {
    authors_in_sqlite: crate::store::sqlite::Folder;
    authors_in_postgres: crate::store::postgres::Database;
}
