// Refuses users whose email address is of a domain in the variable DOMAINBLACKLIST.

const refused = (process.env.DOMAINBLACKLIST || '').split(',').map((domain) => domain.trim().toLowerCase()).filter(Boolean);

exports.handler = async (event) => {
  const { email = '' } = event.request.userAttributes;
  const domain = email.includes('@') ? email.slice(email.lastIndexOf('@') + 1).toLowerCase() : '';
  if (refused.includes(domain)) {
    throw new Error(`Invalid email domain: ${domain}`);
  }
  return event;
};
