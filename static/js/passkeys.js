// Connects the buttons for passkeys with allauth's own script. Passkeys need script; nothing else does.
"use strict";
(() => {
  const ways = { login: "loginForm", add: "addForm", authenticate: "authenticateForm" };
  if (!window.PublicKeyCredential) return;
  for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;
  for (const words of document.querySelectorAll("[data-without-script]")) words.hidden = true;
  for (const button of document.querySelectorAll("[data-passkey]")) {
    const { passkey, credential, data, alone } = button.dataset;
    const ids = { [passkey]: button.id, credential, data, passwordless: alone };
    window.allauth.webauthn.forms[ways[passkey]]({ ids });
  }
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const fault = document.querySelector("[data-passkey-fault]");
    if (!fault) return;
    fault.textContent = "No passkey was used: the browser found none, or it was called off. Try again, or take another way.";
    fault.hidden = false;
  });
})();
