// What makes the pages lively. Every page works without it.
"use strict";
(() => {
  const page = document.documentElement;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  const say = (text) => {
    const status = document.getElementById("status");
    if (status) status.textContent = text;
  };

  // Ages count on, by the rule of ui/times.py.
  const STEPS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

  const ago = (moment) => {
    const seconds = Math.floor((Date.now() - moment) / 1000);
    const step = STEPS.find(([size]) => seconds >= size);
    return step ? `${Math.floor(seconds / step[0])} ${step[1]} ago` : "just now";
  };

  setInterval(() => {
    for (const time of all("time[data-age]")) {
      const text = ago(Date.parse(time.dateTime));
      if (time.textContent !== text) time.textContent = text;
    }
  }, 1000);

  // Colours: the system's, or the person's own choice, which theme.js keeps.
  const showTheme = () => {
    for (const button of all("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === page.dataset.themeChosen));
    }
  };
  page.addEventListener("theme-changed", showTheme);

  const chooseTheme = (detail) => page.dispatchEvent(new CustomEvent("theme-chosen", { detail }));

  const copy = async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.classList.add("copied");
    say("Copied.");
    setTimeout(() => button.classList.remove("copied"), 1500);
  };

  // Faults of requests in the background are shown, not swallowed.
  const toast = (title, text) => {
    const toasts = document.getElementById("toasts");
    if (!toasts) return null;
    const box = document.createElement("div");
    box.className = "alert alert-danger";
    const strong = document.createElement("strong");
    strong.textContent = title;
    const words = document.createElement("span");
    words.textContent = text;
    box.append(strong, words);
    toasts.replaceChildren(box);
    return box;
  };

  let outage = null; // said once, until the connection is back
  const connectionIsGone = () => {
    outage ??= toast("No connection to Switchboard", "What you see stays as it is, and goes on by itself when the connection is back.");
  };
  const connectionIsBack = () => {
    outage?.remove();
    outage = null;
  };

  const faultOf = (html) => {
    const answer = new DOMParser().parseFromString(html, "text/html").querySelector("[data-fault]");
    const words = (selector) => answer?.querySelector(selector)?.textContent.trim();
    return [words("h1") || "That did not work", words("p") || "Reload the page and try again."];
  };

  // What is new on the page, after loading and after every swap.
  const focusOnError = (root) => {
    (root.querySelector("[aria-invalid=true]") || root.querySelector("[data-error]"))?.focus();
  };

  const guessZone = (select) => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!select.value && all("option", select).some((option) => option.value === zone)) select.value = zone;
  };

  // What is shown once does not stay on a screen that somebody walks away from.
  const letVanish = (secret) => {
    setTimeout(() => secret.replaceChildren("Hidden again. It cannot be shown a second time."), secret.dataset.vanishes * 1000);
  };

  const enliven = (root) => {
    all("[data-vanishes]", root).forEach(letVanish);
    all("[data-guess-zone]", root).forEach(guessZone);
    all(".themes", root).forEach((group) => (group.hidden = false));
    if (navigator.clipboard) all("[data-copy]", root).forEach((button) => (button.hidden = false));
    showTheme();
  };

  // Said once where the person asked for it or where it is news, not at every reading.
  const tellFreshness = (fragment, before) => {
    if (fragment.dataset.say) say(fragment.dataset.say);
    else if (before !== fragment.dataset.level) say(fragment.querySelector(".alert, .line span:not(.dot)")?.textContent.trim() || "");
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.copy) copy(button);
    if (button?.dataset.themeChoice) chooseTheme(button.dataset.themeChoice);
    for (const menu of all(".usermenu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all(".usermenu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  let level = "";
  let openDetails = [];
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    for (const [name, value] of [...detail.formData.entries()]) if (value === "") detail.formData.delete(name);
    // Nobody touched anything: what the page asks by itself keeps no session alive.
    if (!detail.triggeringEvent || detail.triggeringEvent.type === "mirror-changed") detail.headers["X-By-Itself"] = "yes";
  });
  // The filters say what the list shows, also after a click on the head of a column.
  document.addEventListener("htmx:pushedIntoHistory", () => {
    const wanted = new URLSearchParams(location.search);
    for (const select of all(".filters select")) select.value = wanted.get(select.name) || select.options[0].value;
  });

  // A part of the page under a finger that is down waits, or the click would be lost: between the
  // way down and the way up the browser must find the same link.
  let pressed = null;
  let waiting = [];
  document.addEventListener("pointerdown", ({ target }) => (pressed = target));
  const release = () =>
    setTimeout(() => {
      pressed = null;
      for (const { elt, triggeringEvent } of waiting) if (triggeringEvent) htmx.trigger(elt, triggeringEvent.type);
      waiting = [];
    });
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, release);

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (pressed && detail.target.contains(pressed)) {
      detail.shouldSwap = false;
      waiting.push(detail.requestConfig);
      return;
    }
    level = document.getElementById("freshness")?.dataset.level;
    openDetails = all("details[open][id]").map((details) => details.id);
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    for (const id of openDetails) document.getElementById(id)?.setAttribute("open", "");
    if (detail.elt.id === "freshness") tellFreshness(detail.elt, level);
    if (detail.elt.id === "table" && detail.requestConfig?.triggeringEvent?.type !== "mirror-changed") say(detail.elt.querySelector("[data-count]")?.textContent || "");
    if (detail.xhr?.status === 422) focusOnError(detail.elt);
  });
  document.addEventListener("htmx:load", ({ detail }) => enliven(detail.elt));
  document.addEventListener("htmx:responseError", ({ detail }) => {
    const box = toast(...faultOf(detail.xhr.responseText));
    setTimeout(() => box?.remove(), 12000);
  });
  document.addEventListener("htmx:sendError", connectionIsGone);
  document.addEventListener("htmx:afterOnLoad", connectionIsBack);

  document.addEventListener("DOMContentLoaded", () => {
    if (!window.htmx) enliven(document);
    if (!document.querySelector("[autofocus]")) focusOnError(document);
  });
})();
