// What makes the page quicker; it works without. One file: parts that need a page look for its elements.
"use strict";

// One click, one form: a second one would only be refused.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});

// Back from the browser's memory, forms can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

/** Single keys that act on the card that `current` gives, and whatever keys a page has of its own. */
const singleKeys = (current, own) => {
  const help = document.getElementById("keys");
  const keys = {
    e: () => {
      const because = current()?.querySelector(".because");
      if (because) {
        because.open = true;
        because.querySelector("button").focus();
      }
    },
    "?": () => {
      help.open = !help.open;
      help.scrollIntoView({ block: "nearest" });
      if (help.open) help.querySelector("summary").focus();
    },
  };
  for (const key of ["a", "r", "s", "b", "n", "z"]) {
    keys[key] = () => current()?.querySelector(`.acts button[data-key=${key}]`)?.click();
  }
  Object.assign(keys, own);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape" && event.target.matches("input, select")) event.target.blur();
    if (event.key === "Enter" && event.target.matches("input[name^=typed-]")) {
      event.preventDefault();
      event.target.nextElementSibling.click();
    }
    if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    const key = keys[event.key];
    if (!key) return;
    event.preventDefault();
    key();
  });
};
