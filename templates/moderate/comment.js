// Single keys on the page of one comment, as in the queue. Without this file its buttons do the same.
"use strict";

singleKeys(() => document.querySelector("#one .comment"), {
  u: () => document.querySelector(".top nav a").click(),
});
