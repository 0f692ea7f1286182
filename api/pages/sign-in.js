// Spends the code of a login link by a tap. The code is in the fragment, so a preview of the link cannot spend it.
"use strict";

const section = document.getElementById("sign-in");
const said = document.getElementById("signed-in");

async function show() {
  const answer = await fetch("/v1/session", { headers: { Accept: "application/json" } });
  if (answer.ok) {
    const session = await answer.json();
    said.textContent = `${session.id} (${session.role}), ${session.expires_at}`;
  }
}

function code() {
  return new URLSearchParams(location.hash.slice(1)).get("code");
}

async function signIn() {
  const answer = await fetch("/v1/session/exchange", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code: code() }),
  });
  const told = await answer.json();
  // Spent or refused: it must not stay in the history. 503: the same link may be tried again.
  if (answer.status !== 503) {
    history.replaceState(null, "", location.pathname);
    section.hidden = true;
  }
  said.textContent = answer.ok ? `${told.id} (${told.role}), ${told.expires_at}` : told.detail;
}

function offer() {
  section.hidden = code() === null;
}

// The pages are being built: they take the place of this one. A code in the fragment stays where it is.
if (document.getElementById("pages").dataset.state === "building") {
  setTimeout(() => location.reload(), 3000);
}

document.querySelector('[data-action="sign-in"]').addEventListener("click", signIn);
window.addEventListener("hashchange", offer);
offer();
show();
