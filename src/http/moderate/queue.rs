//! The queue of a site: what waits, and what was just done.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use jiff::Timestamp;

use super::assets::{QUEUE_SCRIPT, QUEUE_STYLE};
use super::card::{self, Around, CardView};
use super::guard::{At, Guest, Place, Visitor};
use super::look::{self, Asked};
use super::page::{self, Frame, Stop};
use super::told::Told;
use super::when;
use super::words::Words;
use crate::domain::comment::CommentId;
use crate::domain::moderator::deed;
use crate::domain::review::Record;
use crate::domain::site::Site;
use crate::http::reply::{self, PageOutcome};
use crate::http::server::Shared;
use crate::ports::queue::{Facet, Filter, Order, Tally};
use crate::service::ServiceError;
use crate::service::queue::{Part, Waiting};
use crate::service::standing::Profiles;

/// Comments of one part.
const AT_ONCE: u32 = 20;
/// Pages and reasons offered.
const FACETS: u32 = 15;

#[derive(Template)]
#[template(path = "moderate/queue.html")]
struct Queue {
    frame: Frame,
    style: String,
    script: String,
    home: String,
    back: String,
    site_name: String,
    total_said: String,
    facet: Option<(&'static str, String)>,
    by_doubt: bool,
    other_order: String,
    asked_words: String,
    filtered: Option<String>,
    all: String,
    like: Option<String>,
    like_said: String,
    reasons: Vec<FacetView>,
    pages: Vec<FacetView>,
    campaigns: Vec<FacetView>,
    /// What was just done; empty for nothing.
    told: String,
    /// What undoes it; empty for nothing.
    undo_at: String,
    /// What was to be acted on, and somebody else was quicker.
    elsewhere: Vec<CardView>,
    part: PartView,
    is_empty: bool,
    empty_said: String,
    /// The same once a script has looked through all.
    nothing_said: String,
    may_act: bool,
    reason_names: Vec<(&'static str, String)>,
}

/// Some cards, and the way to more.
#[derive(Template)]
#[template(path = "moderate/part.html")]
pub struct PartView {
    words: &'static Words,
    cards: Vec<CardView>,
    next: Option<String>,
}

struct FacetView {
    name: String,
    link: String,
    number: u64,
}

pub async fn show(at: At<deed::Read>, shared: web::Data<Shared>, request: HttpRequest) -> Result<HttpResponse, Stop> {
    let asked = Asked::read(request.query_string());
    let failed = |error| stop(&at.visitor, &error);
    let part = part(&at, &shared, &asked).await.map_err(failed)?;
    if request.query_string().contains("part=only") {
        return Ok(page::show(PageOutcome::Fine, &part));
    }
    let told = Told::read(request.query_string(), at.visitor.words());
    let queue = whole(&at, &shared, asked, part, told).await.map_err(failed)?;
    Ok(page::show(PageOutcome::Fine, &queue))
}

async fn part(at: &At<deed::Read>, shared: &Shared, asked: &Asked) -> Result<PartView, ServiceError> {
    let Asked { look, words, after } = asked;
    let Part { held, next } = match words.as_str() {
        "" => shared.service.queue(&at.site, look, *after, AT_ONCE).await?,
        words => shared.service.search(&at.site, look, words, *after, AT_ONCE).await?,
    };
    let records: Vec<_> = held.iter().map(|held| &held.record).collect();
    let known = known(shared, &at.site, &records).await?;
    let around = around(at, shared, asked, &known);
    Ok(PartView {
        words: at.visitor.words(),
        cards: held.iter().filter_map(|held| CardView::of(&held.record, around)).collect(),
        next: next.map(|next| look::queue(&at.site, &asked.from(Some(next)))),
    })
}

/// What cards tell of authors and campaigns, for those that are shown.
pub async fn known(
    shared: &Shared,
    site: &Site,
    records: &[&Record],
) -> Result<(Profiles, Vec<Waiting>), ServiceError> {
    let ids: Vec<_> = records.iter().map(|record| record.id).collect();
    Ok((shared.service.profiles(site, &ids).await?, shared.service.waiting_copies(site, records).await?))
}

/// What cards need to know of who looks.
pub fn around<'a>(
    at: &'a At<deed::Read>,
    shared: &Shared,
    asked: &'a Asked,
    (profiles, campaigns): &'a (Profiles, Vec<Waiting>),
) -> Around<'a> {
    Around {
        words: at.visitor.words(),
        site: &at.site,
        asked,
        now: shared.service.clock.now(),
        profiles,
        campaigns,
        may_act: may_act(&at.visitor, &at.site),
    }
}

fn may_act(visitor: &Visitor, site: &Site) -> bool {
    visitor.signed_in.moderator.permit::<deed::Review>(site.id).is_ok()
}

async fn whole(
    at: &At<deed::Read>,
    shared: &Shared,
    asked: Asked,
    part: PartView,
    told: Option<Told>,
) -> Result<Queue, ServiceError> {
    let (words, site) = (at.visitor.words(), &*at.site);
    let summary = shared.service.summary(site, FACETS).await?;
    let number = match &asked.look.filter {
        Filter::All => summary.total,
        filter => shared.service.held_number(site, filter).await?,
    };
    let Told { text: told, at: undo_at, changed } = told.unwrap_or_default();
    let changed = shared.service.queue.comments(site.id, &changed).await?;
    let known = known(shared, site, &changed.iter().collect::<Vec<_>>()).await?;
    let around = around(at, shared, &asked, &known);
    let elsewhere = changed.iter().filter_map(|record| CardView::of(record, around)).collect();
    let other = match asked.look.order {
        Order::OldestFirst | Order::LatestFirst => Order::MostDoubtfulFirst,
        Order::MostDoubtfulFirst => Order::OldestFirst,
    };
    let is_plain = asked.look.filter == Filter::All && asked.words.is_empty() && asked.after.is_none();
    let facet = asked.look.filter.parts().map(|(facet, value)| (facet.as_str(), value.to_owned()));
    let nothing = if is_plain { "queue-empty" } else { "queue-empty-here" };
    let filtered = filter_name(shared, site, words, &asked.look.filter).await?;
    let like = facet.as_ref().filter(|_| number > 0 && around.may_act);
    Ok(Queue {
        frame: at.frame("queue-title", Place::Queue),
        style: QUEUE_STYLE.path(),
        script: QUEUE_SCRIPT.path(),
        home: look::home(site),
        back: look::queue(site, &asked),
        site_name: site.name.clone(),
        total_said: words.counting("queue-total", summary.total),
        by_doubt: asked.look.order == Order::MostDoubtfulFirst,
        other_order: look::queue(site, &asked.ordered(other)),
        asked_words: asked.words.clone(),
        filtered,
        all: look::queue(site, &asked.filtered(Filter::All)),
        like: like.map(|_| look::with_query(format!("{}/like", look::home(site)), &asked.from(None).query())),
        like_said: words.counting("filter-like", number),
        reasons: facets(site, &asked, Facet::Reason, summary.reasons),
        pages: facets(site, &asked, Facet::Page, summary.pages),
        campaigns: campaigns(site, &asked, words, summary.campaigns, around.now),
        told,
        undo_at,
        elsewhere,
        is_empty: part.cards.is_empty(),
        empty_said: words.say(if part.next.is_some() { "queue-go-on" } else { nothing }),
        nothing_said: words.say(nothing),
        part,
        may_act: around.may_act,
        facet,
        reason_names: reason_names(words),
    })
}

pub fn reason_names(words: &Words) -> Vec<(&'static str, String)> {
    card::REASONS.iter().map(|name| (*name, card::reason_name(words, name))).collect()
}

fn facets(site: &Site, asked: &Asked, facet: Facet, tallies: Vec<Tally>) -> Vec<FacetView> {
    let view = |Tally { value, number }| FacetView {
        name: value.clone(),
        link: look::queue(site, &asked.filtered(Filter::of(facet, value))),
        number,
    };
    tallies.into_iter().map(view).collect()
}

/// Each by when its name came in.
fn campaigns(site: &Site, asked: &Asked, words: &Words, tallies: Vec<Tally>, now: Timestamp) -> Vec<FacetView> {
    let named = |view: FacetView, value: &str| {
        let came = uuid::Uuid::try_parse(value).ok().and_then(|id| CommentId(id).came_at());
        let name = came.map(|at| words.naming("facet-campaign", &when::ago(words, at, now)));
        FacetView { name: name.unwrap_or(view.name), ..view }
    };
    let values: Vec<_> = tallies.iter().map(|tally| tally.value.clone()).collect();
    let views = facets(site, asked, Facet::Campaign, tallies);
    views.into_iter().zip(values).map(|(view, value)| named(view, &value)).collect()
}

/// The filter in words; nothing for none.
pub async fn filter_name(
    shared: &Shared,
    site: &Site,
    words: &Words,
    filter: &Filter,
) -> Result<Option<String>, ServiceError> {
    Ok(match filter {
        Filter::All => None,
        Filter::Page(url) => Some(words.naming("filter-page", url)),
        Filter::Reason(id) => Some(words.naming("filter-reason", id)),
        Filter::Campaign(_) => Some(words.say("filter-campaign")),
        Filter::Author(_) => Some(match shared.service.name_of_waiting(site, filter).await? {
            Some(name) => words.naming("filter-author", &name),
            None => words.say("filter-same-author"),
        }),
    })
}

/// What is shown when a use case fails.
pub fn stop(visitor: &Visitor, error: &ServiceError) -> Stop {
    Stop::failed(Guest { locale: visitor.locale }, error)
}

/// How much waits, and which of the comments on a page no longer do: asked every few seconds, answered from counts.
pub async fn fresh(
    at: At<deed::Read>,
    shared: web::Data<Shared>,
    query: web::Query<Seen>,
    request: HttpRequest,
) -> Result<HttpResponse, Stop> {
    let failed = |error: ServiceError| stop(&at.visitor, &error);
    let ids = super::act::ids(&query.ids);
    let gone = shared.service.gone(&at.site, &ids).await.map_err(failed)?;
    let total = shared.service.held_number(&at.site, &Filter::All).await.map_err(failed)?;
    let gone = gone.iter().map(ToString::to_string).collect();
    let said = at.visitor.words().counting("queue-total", total);
    Ok(reply::unless_known(&request, "application/json", reply::json(&Fresh { total, said, gone })))
}

/// The comments that a page shows, by their ids, with commas.
#[derive(serde::Deserialize)]
pub struct Seen {
    #[serde(default)]
    ids: String,
}

#[derive(serde::Serialize)]
struct Fresh {
    total: u64,
    said: String,
    gone: Vec<String>,
}
