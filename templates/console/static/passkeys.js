// Asks the browser for a passkey and sends its answer with the form.
"use strict";

const bytes = (text) => Uint8Array.from(
  atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function made(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: options.excludeCredentials.map((one) => ({ ...one, id: bytes(one.id) })),
  };
  const found = await navigator.credentials.create({ publicKey });
  return {
    id: found.id, rawId: text(found.rawId), type: found.type,
    response: {
      clientDataJSON: text(found.response.clientDataJSON),
      attestationObject: text(found.response.attestationObject),
    },
  };
}

async function given(options) {
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  const found = await navigator.credentials.get({ publicKey });
  return {
    id: found.id, rawId: text(found.rawId), type: found.type,
    response: {
      clientDataJSON: text(found.response.clientDataJSON),
      authenticatorData: text(found.response.authenticatorData),
      signature: text(found.response.signature),
      userHandle: found.response.userHandle ? text(found.response.userHandle) : null,
    },
  };
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  document.querySelector("[data-without-passkeys]")?.remove();
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    event.stopPropagation();
    const status = form.querySelector("[data-status]");
    status.textContent = "Waiting for your device …";
    try {
      const options = JSON.parse(form.dataset.options);
      const answer = await (form.dataset.passkey === "get" ? given(options) : made(options));
      form.elements.answer.value = JSON.stringify(answer);
      form.requestSubmit();
    } catch {
      status.textContent = "No passkey was given. Try again, or use another way.";
    }
  });
}
