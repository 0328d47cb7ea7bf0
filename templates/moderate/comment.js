// Single keys on the page of one comment, as in the queue. Without this file its buttons do the same.
"use strict";

{
  const one = document.querySelector("#one .comment");
  const help = document.getElementById("keys");

  const keys = {
    e: () => {
      const because = one.querySelector(".because");
      if (because) {
        because.open = true;
        because.querySelector("button").focus();
      }
    },
    u: () => document.querySelector(".top nav a").click(),
    "?": () => {
      help.open = !help.open;
      help.scrollIntoView({ block: "nearest" });
      if (help.open) help.querySelector("summary").focus();
    },
  };
  for (const key of ["a", "r", "s", "b", "n", "z"]) {
    keys[key] = () => one.querySelector(`.acts button[data-key=${key}]`)?.click();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
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
}
