// The queue at once: acts go in the background, the next comment is there already, single keys decide.
// Without this file every button is a form and every link a page.
"use strict";

{
  const queue = document.querySelector(".queue");
  const cards = document.getElementById("cards");
  const acts = document.getElementById("acts");
  const told = document.getElementById("told");
  const undoButton = document.getElementById("undo");
  const POLL = 4000;
  // Less than so many cards left: fetch the next ones.
  const LOW = 8;
  // What the server wrote is escaped there; nothing else becomes HTML here.
  const ours = window.trustedTypes
    ? window.trustedTypes.createPolicy("tamis", { createHTML: (html) => html })
    : { createHTML: (html) => html };

  /** Presses that can be undone, latest last, each with the cards it took away. */
  const presses = [];
  let current = null;
  let loading = false;

  const all = () => [...cards.querySelectorAll(".comment")];
  const waiting = () => all().filter((card) => !card.classList.contains("settled"));
  const nodes = (html) => {
    const template = document.createElement("template");
    template.innerHTML = ours.createHTML(html);
    return template.content;
  };

  const say = (text) => {
    document.getElementById("said").textContent = text;
    told.classList.remove("unseen");
    undoButton.hidden = presses.length === 0;
  };

  const focusOn = (card) => {
    current = card || null;
    if (card) {
      card.focus({ preventScroll: true });
      card.scrollIntoView({ block: "nearest" });
    }
  };

  const settle = () => {
    const empty = document.getElementById("empty");
    const goesOn = Boolean(cards.querySelector(".more"));
    empty.hidden = all().length > 0;
    empty.textContent = goesOn ? empty.dataset.goesOn : empty.dataset.nothing;
    const picked = acts.querySelectorAll("input[name=chosen]:checked").length;
    document.querySelector(".bulk")?.classList.toggle("on", picked > 0);
    const hint = document.getElementById("picked");
    if (hint) hint.textContent = queue.dataset.pick.replace("#", String(picked));
    if (waiting().length < LOW) more();
  };

  /** The next part of the queue, in place of its link. */
  const more = async () => {
    const link = cards.querySelector(".more a");
    if (!link || loading) return;
    loading = true;
    try {
      const address = new URL(link.href);
      address.searchParams.set("part", "only");
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const part = nodes(await answer.text());
      for (const card of part.querySelectorAll(".comment")) {
        if (document.getElementById(card.id)) card.remove();
      }
      link.closest(".more").replaceWith(part);
      if (!current) focusOn(waiting()[0]);
    } finally {
      loading = false;
    }
    settle();
  };

  /** A session that began anew in another tab has other forms. */
  const renewToken = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return false;
    const token = nodes(await answer.text()).querySelector("#acts input[name=token]")?.value;
    if (!token || token === acts.elements.token.value) return false;
    for (const field of document.querySelectorAll("input[name=token]")) field.value = token;
    return true;
  };

  const send = async (address, fields, again = false) => {
    const body = new URLSearchParams(fields);
    body.set("token", acts.elements.token.value);
    let answer;
    try {
      answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
    } catch {
      say(queue.dataset.away);
      return null;
    }
    const json = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    if (answer.ok && json) return answer.json();
    const signedOut = answer.redirected || answer.status === 403;
    if (signedOut && !again && await renewToken().catch(() => false)) return send(address, fields, true);
    say(signedOut ? queue.dataset.signedOut : queue.dataset.away);
    return null;
  };

  /** The card as it stands now, from the server. */
  const renew = async (id) => {
    const answer = await fetch(`${queue.dataset.card}${id}?part=only`, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return null;
    return nodes(await answer.text()).querySelector(".comment");
  };

  const byId = (id) => document.getElementById(`c-${id}`);

  /** Cards leave at once and come back if the server does not agree. */
  const act = async (fields, acted) => {
    const places = acted.map((card) => ({ card, before: card.nextElementSibling }));
    const list = all();
    const last = list.indexOf(acted[acted.length - 1]);
    const next = list.slice(last + 1).find((card) => !acted.includes(card))
      || list.slice(0, last).reverse().find((card) => !acted.includes(card));
    const hadFocus = acted.includes(current) || acted.some((card) => card.contains(document.activeElement));
    for (const card of acted) card.remove();
    if (hadFocus) focusOn(next);
    const answer = await send(queue.dataset.act, fields);
    const done = new Set(answer ? answer.done : []);
    const back = places.filter(({ card }) => !done.has(card.dataset.id));
    for (const { card, before } of back.reverse()) {
      cards.insertBefore(card, before?.isConnected ? before : cards.querySelector(".more"));
    }
    if (answer) {
      if (answer.at) presses.push({ at: answer.at, ids: answer.done });
      say(answer.said);
      for (const id of answer.changed) {
        const fresh = await renew(id);
        if (fresh) byId(id)?.replaceWith(fresh);
      }
    }
    if (back.length > 0) focusOn(byId(back[0].card.dataset.id));
    settle();
  };

  /** What is said of an author leaves the card where it is, and shows on the other cards of that author. */
  const tell = async (button, card) => {
    const days = card.querySelector("select[name^=days-]");
    const seen = all().map((other) => other.dataset.id).join(",");
    const answer = await send(button.formAction, [["act", button.value], [days.name, days.value], ["seen", seen]]);
    if (!answer) return;
    say(answer.said);
    await Promise.all([card.dataset.id, ...answer.done].map(async (id) => {
      const [there, fresh] = [byId(id), await renew(id)];
      if (!fresh || !there?.isConnected) return;
      there.replaceWith(fresh);
      if (there === card) focusOn(fresh);
      else if (there === current) current = fresh;
    }));
  };

  const undo = async () => {
    const press = presses.pop();
    if (!press) {
      say(queue.dataset.nothing);
      return;
    }
    const answer = await send(queue.dataset.undo, { at: press.at });
    if (!answer) {
      presses.push(press);
      return;
    }
    say(answer.said);
    const back = await Promise.all(answer.done.slice(0, 50).map(renew));
    for (const card of back.reverse()) {
      if (!card) continue;
      byId(card.dataset.id)?.remove();
      cards.prepend(card);
      focusOn(card);
    }
    settle();
  };

  acts.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || button.name !== "act") return;
    event.preventDefault();
    // The general script marks forms as sent; this one goes on.
    delete acts.dataset.sent;
    if (!button.value) return;
    const one = button.closest(".comment");
    if (button.hasAttribute("formaction")) {
      tell(button, one);
      return;
    }
    const fields = [["act", button.value]];
    let acted = [];
    if (one) {
      acted = [one];
      const typed = one.querySelector("input[name^=typed-]");
      if (typed) fields.push([typed.name, typed.value]);
    } else {
      const picked = [...acts.querySelectorAll("input[name=chosen]:checked")];
      for (const box of picked) fields.push(["chosen", box.value]);
      fields.push(["reason", acts.elements.reason.value]);
      acted = picked.map((box) => box.closest(".comment"));
    }
    act(fields, acted.filter((card) => cards.contains(card)));
  }, true);

  told.addEventListener("submit", (event) => {
    // One that the page came with is undone by the form itself.
    if (presses.length === 0) return;
    event.preventDefault();
    delete told.dataset.sent;
    undo();
  }, true);

  cards.addEventListener("focusin", (event) => {
    current = event.target.closest(".comment");
  });
  acts.addEventListener("change", settle);

  const move = (step) => {
    const list = all();
    const place = list.indexOf(current);
    focusOn(list[Math.min(Math.max(place + step, 0), list.length - 1)] || list[0]);
  };

  /** The card that keys act on. */
  const here = () => {
    if (!current?.isConnected) current = waiting()[0] || null;
    return current;
  };

  singleKeys(here, {
    j: () => move(1),
    k: () => move(-1),
    z: undo,
    x: () => {
      const box = here()?.querySelector("input[name=chosen]");
      if (box) {
        box.checked = !box.checked;
        settle();
      }
    },
    o: () => here()?.querySelector(".acts a.button")?.click(),
    "/": () => document.getElementById("q").focus(),
  });

  /** What others did, every few seconds while somebody looks. */
  const poll = async () => {
    if (document.visibilityState !== "visible") return;
    const ids = waiting().map((card) => card.dataset.id);
    const answer = await fetch(`${queue.dataset.fresh}?ids=${ids.join(",")}`, { headers: { Accept: "application/json" } });
    const json = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    if (!answer.ok || !json) return;
    const { said, gone } = await answer.json();
    document.getElementById("total").textContent = said;
    for (const id of gone) {
      const card = byId(id);
      if (!card || card.classList.contains("settled")) continue;
      const fresh = await renew(id);
      const focused = card === current;
      if (!fresh || !card.isConnected) continue;
      card.replaceWith(fresh);
      if (focused) focusOn(fresh);
      document.getElementById("live").textContent = queue.dataset.elsewhere;
    }
    settle();
  };
  setInterval(() => poll().catch(() => {}), POLL);

  document.documentElement.classList.add("scripted");
  settle();
  if (told.classList.contains("unseen")) focusOn(waiting()[0]);
}
