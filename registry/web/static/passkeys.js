// Passkeys: make one, or prove one, and hand the answer in with the form. Without this script the forms stay hidden.
'use strict';
(() => {
  const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const withBytes = (list) => (list || []).map((item) => ({ ...item, id: toBytes(item.id) }));

  const ask = async (kind, options) => {
    const publicKey = { ...options, challenge: toBytes(options.challenge) };
    if (kind === 'create') {
      publicKey.user = { ...options.user, id: toBytes(options.user.id) };
      publicKey.excludeCredentials = withBytes(options.excludeCredentials);
    } else {
      publicKey.allowCredentials = withBytes(options.allowCredentials);
    }
    return navigator.credentials[kind]({ publicKey });
  };

  const describe = (credential) => {
    const response = {};
    for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      if (credential.response[name]) response[name] = toText(credential.response[name]);
    }
    return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
  };

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const failure = form.querySelector('[data-passkey-failure]');
      failure.hidden = true;
      try {
        const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
        const answer = await fetch(form.dataset.options, { method: 'POST', body });
        if (!answer.ok) throw new Error(String(answer.status));
        form.elements.answer.value = describe(await ask(form.dataset.passkey, await answer.json()));
        form.submit();
      } catch {
        failure.hidden = false;
      }
    });
  }
})();
