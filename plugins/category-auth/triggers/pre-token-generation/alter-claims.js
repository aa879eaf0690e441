// Changes the claims of the ID token: adds some, or replaces what they say, and leaves others out. Claims that Amazon
// Cognito itself relies on, such as `sub`, `iss` and `exp`, stay as they are.

exports.handler = async (event) => {
  event.response = {
    ...event.response,
    claimsOverrideDetails: {
      claimsToAddOrOverride: {
        attribute_key1: 'attribute_value1',
        attribute_key2: 'attribute_value2',
      },
      claimsToSuppress: ['attribute_key3'],
    },
  };
  return event;
};
