// Runs before anything is painted, so that a dark page does not flash white.
"use strict";
(() => {
  const page = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  let choice = "auto";

  try {
    choice = localStorage.getItem("theme") || choice;
  } catch {
    // Storage is turned off: the system decides.
  }

  const keep = () => {
    try {
      if (choice === "auto") localStorage.removeItem("theme");
      else localStorage.setItem("theme", choice);
    } catch {
      // It holds for this page then.
    }
  };

  const apply = () => {
    page.dataset.themeChosen = choice;
    page.dataset.bsTheme = choice === "auto" ? (system.matches ? "dark" : "light") : choice;
    page.dispatchEvent(new CustomEvent("theme-changed"));
  };

  system.addEventListener("change", apply);
  page.addEventListener("theme-chosen", ({ detail }) => {
    choice = detail;
    keep();
    apply();
  });
  apply();
})();
