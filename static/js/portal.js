// Helps only: every page works without this file. Words stand in the templates; here they are only shown.
"use strict";

const all = (selector) => document.querySelectorAll(selector);
const reveal = (element) => element.removeAttribute("hidden");

// A form is sent once; a second press while the first is on its way does nothing. Back makes it usable again.
function sendOnce() {
  for (const form of all("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
  }
  window.addEventListener("pageshow", () => all("form[data-once]").forEach((form) => delete form.dataset.sent));
}

// A page kept by the browser may show what no longer holds (signed out, a code sent since): ask for it anew.
function renewKeptPages() {
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
}

function focusProblems() {
  document.querySelector("[data-focus]")?.focus();
}

// "in 43 seconds", from the time left when the page came: the clock of this computer may be wrong.
function inWords(seconds, [minute, minutes, second, seconds_]) {
  const parts = [];
  if (seconds >= 60) parts.push(`${Math.floor(seconds / 60)} ${seconds < 120 ? minute : minutes}`);
  if (seconds % 60 || !parts.length) parts.push(`${seconds % 60} ${seconds % 60 === 1 ? second : seconds_}`);
  return parts.join(" ");
}

function countDown() {
  for (const line of all("[data-until]")) {
    const count = line.querySelector("[data-count]");
    const end = performance.now() + Number(line.dataset.left) * 1000;
    const tick = () => {
      const left = Math.ceil((end - performance.now()) / 1000);
      if (left <= 0) {
        clearInterval(timer);
        line.textContent = line.dataset.over;
      } else {
        count.textContent = inWords(left, count.dataset.words.split(" "));
      }
    };
    const timer = setInterval(tick, 1000);
  }
}

// The setup key is copied without its blanks, a list one entry per line. Success and failure are both said.
function textOf(element) {
  const lines = [...element.querySelectorAll("li")].map((line) => line.textContent.trim());
  return lines.length ? `${lines.join("\n")}\n` : element.textContent.replace(/\s/g, "");
}

function copyButtons() {
  for (const button of all("[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    const report = document.querySelector(`[data-copied="${button.dataset.copy}"]`);
    reveal(button);
    button.addEventListener("click", async () => {
      let done = true;
      try {
        await navigator.clipboard.writeText(textOf(source));
      } catch {
        done = false;
        window.getSelection().selectAllChildren(source);
      }
      report.classList.toggle("failed", !done);
      report.textContent = done ? report.dataset.done : report.dataset.failed;
    });
  }
}

function printButtons() {
  for (const button of all("[data-print]")) {
    reveal(button);
    button.addEventListener("click", () => window.print());
  }
}

function showPasswords() {
  for (const button of all("[data-show]")) {
    const field = document.getElementById(button.dataset.show);
    const show = (visible) => {
      field.type = visible ? "text" : "password";
      button.querySelector("[data-show-off]").hidden = visible;
      button.querySelector("[data-show-on]").hidden = !visible;
    };
    reveal(button);
    button.addEventListener("click", () => show(field.type === "password"));
    field.form.addEventListener("submit", () => show(false)); // so that no browser remembers it as plain text
  }
}

// The rules live on the server. This only says early what it would say, and that longer is better.
function judge(password, least, context) {
  const lower = password.toLowerCase();
  const parts = context.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((part) => part.length > 3);
  if ([...password].length < least) return ["short", 1];
  if (parts.some((part) => lower.includes(part))) return ["context", 1];
  if (new Set(lower).size < 5) return ["few", 1];
  return [...password].length < least + 4 ? ["fair", 3] : ["good", 4];
}

function passwordMeter() {
  for (const box of all("[data-strength]")) {
    const field = document.getElementById(box.dataset.strength);
    const name = document.getElementById(box.dataset.name);
    const say = () => {
      const [words, value] = judge(field.value, Number(box.dataset.least), `${box.dataset.context} ${name.value}`);
      box.querySelector("meter").value = value;
      box.querySelectorAll("[data-says]").forEach((line) => { line.hidden = line.dataset.says !== words; });
      box.hidden = !field.value;
    };
    field.addEventListener("input", say);
    name.addEventListener("input", say);
  }
}

// Two minutes before the sign-in ends for want of use, say so. A page that seems to have come after that end was
// read with a wrong clock: then nothing is said.
function warnBeforeIdleEnd() {
  for (const line of all("[data-idle-ends]")) {
    const wait = Date.parse(line.dataset.idleEnds) - Date.now() - 120_000;
    if (wait > 0) setTimeout(() => { line.textContent = line.dataset.idleWords; }, wait);
  }
}

[sendOnce, renewKeptPages, focusProblems, countDown, copyButtons, printButtons, showPasswords, passwordMeter,
  warnBeforeIdleEnd].forEach((start) => start());
