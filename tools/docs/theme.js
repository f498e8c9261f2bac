/*
 * Light or dark, as the reader's system prefers or as the button in the corner
 * was pressed last.
 *
 * The theme (furo) does this by itself, but not as Debian 12 packs it: its own
 * script does not start there, and no style asks what the system prefers. If
 * the script has started ("no-js" is gone) there is nothing to do here.
 */
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const page = document.documentElement, body = document.body;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  if (!page.classList.contains("no-js"))
    return;

  function show() {
    const chosen = localStorage.getItem("theme");
    body.dataset.theme = chosen || (dark.matches ? "dark" : "light");
  }

  page.classList.remove("no-js");
  dark.addEventListener("change", show);
  for (const button of document.getElementsByClassName("theme-toggle"))
    button.addEventListener("click", () => {
      const other = body.dataset.theme === "dark" ? "light" : "dark";
      localStorage.setItem("theme", other);
      show();
    });
  show();
});
