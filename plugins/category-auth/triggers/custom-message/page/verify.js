// Confirms the user of the link, and goes on to the app. `settings` comes from settings.js.

async function confirmUser(search) {
  const link = new URLSearchParams(search);
  const suffix = settings.region.startsWith('cn-') ? '.cn' : '';
  const reply = await fetch(`https://cognito-idp.${settings.region}.amazonaws.com${suffix}/`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'AWSCognitoIdentityProviderService.ConfirmSignUp',
    },
    body: JSON.stringify({
      ClientId: link.get('client'),
      ConfirmationCode: link.get('code'),
      Username: link.get('user'),
    }),
  });
  const { message = '' } = reply.ok ? {} : await reply.json();
  // Whoever opens the link a second time is confirmed already.
  if (!reply.ok && !message.includes('Current status is CONFIRMED')) {
    throw new Error(message || 'The account could not be confirmed.');
  }
  const target = new URL(settings.redirectUrl);
  target.searchParams.set('username', link.get('user'));
  return target.href;
}

confirmUser(window.location.search).then(
  (address) => window.location.replace(address),
  (error) => {
    document.getElementById('wheel').hidden = true;
    document.getElementById('message').textContent = error.message;
  },
);
